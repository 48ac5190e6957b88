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

"""Ask Cinder to put an image into a volume, and hear what became of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import math
import time
from typing import Any

from nova import objects
import nova.conf
from nova.image import glance
from nova.volume import cinder
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova.rebuild import root_attachments
from jacket_azure.payload import data_disk
from jacket_azure.payload import names

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

#: in a server's system metadata while its volume may have a newer disk
OPEN = 'azure_reimaging'
_GIB = 1024**3
# of a volume in Cinder
AT_WORK, DONE = 'downloading', 'reserved'
_LOOK_SECONDS = 2.0
_LATER = (
    'The server stays stopped; start or hard reboot it once Cinder has ended.'
)


class Unchanged(exceptions.OperationFailed):
    """Cinder has certainly not changed a volume."""


class Reimaging:
    """Part of :class:`.rebuild_volumes.RootVolumes`."""

    def __init__(self, backend: backends.Backend) -> None:
        self._backend = backend
        self._cinder = cinder.API()
        self._attachments = root_attachments.RootAttachments()
        self._images = glance.API()

    def check(self, context: Any, root: Any) -> None:
        """Refuse a volume that Cinder would not change, in time.

        :raises InvalidRequest: it is in error, or several servers' as well
        """
        volume = self._cinder.get(context, root.volume_id)
        if volume['status'] != 'in-use':
            raise exceptions.InvalidRequest(
                f'The volume {root.volume_id} is {volume["status"]} in '
                f'Cinder, not in-use; an administrator can set that.'
            )
        if len(volume.get('attachments') or ()) > 1:
            raise exceptions.InvalidRequest(
                f'The volume {root.volume_id} is attached to other servers '
                f'as well.'
            )

    def reimage(
        self,
        order: Any,
        vm: Mapping[str, Any],
        root: Any,
        attach: Callable[..., Any],
    ) -> None:
        """Let Cinder put the image into a volume, and wait for it.

        The machine must be deallocated: what it writes would be lost.

        :param attach: of Nova's manager, to give the volume back
        :raises Unchanged: the volume is what it was
        :raises OperationFailed: it is not, or nobody knows
        """
        instance = order.instance
        # whoever starts the machine from now on has to look first
        instance.system_metadata[OPEN] = root.volume_id
        instance.save()
        status = self._have_reimaged(order, root, attach)
        if status == DONE:
            return
        if status == 'error' and not self._has_successor(vm, root):
            # open still: once Cinder allows it the volume is attached again
            raise Unchanged(
                f'Cinder could not put the image into the volume '
                f'{root.volume_id}, and shows it in error, which an '
                f'administrator can set back to in-use. The server boots '
                f'what it did before.',
                code='ReimageFailed',
            )
        raise exceptions.OperationFailed(
            f'Cinder shows the volume {root.volume_id} as {status}, and what '
            f'is in it is not known. {_LATER}',
            code='ReimageUnknown',
        )

    def _have_reimaged(
        self, order: Any, root: Any, attach: Callable[..., Any]
    ) -> str:
        """Ask Cinder and wait; return the volume's status then."""
        context, instance = order.context, order.instance
        try:
            self._attachments.exchange(context, instance, root)
            heard = self._ask(order, root)
        except Exception as exc:
            # of Cinder's client, or of its transport
            self._give_back(context, instance, root, attach)
            raise Unchanged(
                f'Cinder does not put the image into the volume '
                f'{root.volume_id}: {exc}. The server boots what it did '
                f'before.',
                code='ReimageFailed',
            ) from exc
        try:
            if heard or self._status(context, root) == AT_WORK:
                return self._ended(context, order, root)
        except Exception as exc:
            raise exceptions.OperationFailed(
                f'What Cinder made of the volume {root.volume_id} is not '
                f'known: {exc}. {_LATER}',
                code='ReimageUnknown',
            ) from exc
        raise exceptions.OperationFailed(
            f'Cinder did not answer the order to put the image into the '
            f'volume {root.volume_id}, which may arrive yet. {_LATER}',
            code='ReimageUnknown',
        )

    def _ask(self, order: Any, root: Any) -> bool:
        """Give Cinder the order; tell whether it answered.

        :raises Exception: Cinder refuses it
        """
        try:
            self._cinder.reimage_volume(
                order.context,
                root.volume_id,
                order.image_meta.id,
                reimage_reserved=True,
            )
        except Exception as exc:
            if _is_refusal(exc):
                raise
            LOG.warning(
                'Cinder did not answer the order to put the image into the '
                'volume %s: %s',
                root.volume_id,
                exc,
                instance=order.instance,
            )
            return False
        return True

    def _status(self, context: Any, root: Any) -> str:
        return str(self._cinder.get(context, root.volume_id)['status'])

    def _ended(self, context: Any, order: Any, root: Any) -> str:
        """Wait while Cinder works; return the volume's status then."""
        image = self._images.get(context, order.image_meta.id)
        until = time.monotonic() + max(
            _patience(image, root), self._backend.conf.operation_timeout
        )
        while True:
            status = self._status(context, root)
            if status != AT_WORK or time.monotonic() > until:
                return status
            time.sleep(_LOOK_SECONDS)

    def _has_successor(self, vm: Mapping[str, Any], root: Any) -> bool:
        """Tell whether Azure has another disk of the volume.

        Then Cinder may have noted it before something else failed.
        """
        own = data_disk.os_disk_name(vm)
        for disk in self._backend.disks.list():
            name = disk.name.rpartition('/')[2].lower().removesuffix('.vhd')
            found = names.parse_volume_name(name)
            if found and found.uuid == root.volume_id and name != own:
                return True
        return False

    def _give_back(
        self,
        context: Any,
        instance: Any,
        root: Any,
        attach: Callable[..., Any],
    ) -> None:
        """Let the volume be the server's again, after Cinder refused.

        Where that fails it is open, and the next start tries it.
        """
        try:
            attach(
                context,
                instance,
                objects.BlockDeviceMappingList(objects=[root]),
            )
        except Exception as exc:
            LOG.error(
                'The volume %s stays without attachment in Cinder: %s',
                root.volume_id,
                exc,
                instance=instance,
            )
        else:
            close(instance)


def _is_refusal(exc: Exception) -> bool:
    """Tell whether an exception is an answer that says no.

    Of Nova, of Cinder's client or of keystoneauth, each with a name of its
    own for the status.
    """
    code = getattr(exc, 'code', None) or getattr(exc, 'http_status', None)
    return isinstance(code, int) and 400 <= code < 500


def _patience(image: Mapping[str, Any], root: Any) -> int:
    """Return how many seconds Cinder has; by the volume, if that is more."""
    image_gib = math.ceil(float(image.get('size') or 0) / _GIB)
    size_gib = max(image_gib, root.volume_size or 1)
    return int(CONF.reimage_timeout_per_gb * size_gib)


def is_open(instance: Any) -> bool:
    """Tell whether a rebuild was cut short after Cinder was asked."""
    return OPEN in instance.system_metadata


def close(instance: Any) -> None:
    """Note that a machine boots what its volume is; saved by the caller."""
    instance.system_metadata.pop(OPEN, None)
