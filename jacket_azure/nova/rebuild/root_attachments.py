#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

"""The attachment, in Cinder, of the volume that a server boots."""

from __future__ import annotations

import contextlib
from typing import Any

from nova import exception as nova_exception
from nova.volume import cinder

#: of an attachment that the machine may use
ATTACHED = 'attached'


class RootAttachments:
    """Attachments as Nova's block device mapping of the root names them."""

    def __init__(self) -> None:
        self._cinder = cinder.API()

    def status(self, context: Any, root: Any) -> str | None:
        """Return ``reserved``, ``attaching``, ``attached`` and the like.

        :returns: None where it is gone
        """
        try:
            found = self._cinder.attachment_get(context, root.attachment_id)
        except nova_exception.VolumeAttachmentNotFound:
            return None
        # Nova moves it beside the connection, once there is one
        info = found['connection_info']
        return str(info.get('status') or found.get('status'))

    def renew(self, context: Any, instance: Any, root: Any) -> None:
        """Make another one, without connection, and note it."""
        root.attachment_id = self._cinder.attachment_create(
            context, root.volume_id, instance.uuid
        )['id']
        root.save()

    def exchange(self, context: Any, instance: Any, root: Any) -> None:
        """Renew it, so that Cinder may change the volume.

        The new one first: the volume is nobody else's for a moment. What a
        rebuild that was cut short has left goes, as Cinder changes no volume
        with several.
        """
        # Cinder lists those of the caller's own project, which need not be
        # the server's
        client = cinder.cinderclient(context, '3.44')
        old = {root.attachment_id} | {
            each.id
            for each in client.attachments.list(
                search_opts={'volume_id': root.volume_id}
            )
        }
        self.renew(context, instance, root)
        for each in old - {None}:
            with contextlib.suppress(
                nova_exception.VolumeAttachmentNotFound
            ):
                self._cinder.attachment_delete(context, each)
