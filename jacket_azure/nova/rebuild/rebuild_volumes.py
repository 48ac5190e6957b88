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

"""Rebuild a server that boots a volume: Cinder puts the image into it.

Azure lets no machine go without an OS disk, so the volume stays attached to
the machine, which is deallocated. Cinder makes another disk for the volume
beside the one it had, and the machine is told to boot that. Until then the
old disk boots; it goes when the machine has let go of it.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from nova import objects
from oslo_log import log as logging
from oslo_serialization import jsonutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.nova.rebuild import reimaging
from jacket_azure.nova.rebuild import root_attachments
from jacket_azure.payload import data_disk
from jacket_azure.payload import names

LOG = logging.getLogger(__name__)

# volumes that a server may get again to whom they are given already
_ATTACHABLE = (reimaging.DONE, 'attaching', 'in-use')


def root_of(bdms: Iterable[Any]) -> Any | None:
    """Return the mapping of the volume a server boots, if it does."""
    for bdm in bdms:
        if bdm.is_root and bdm.is_volume:
            return bdm
    return None


class RootVolumes(reimaging.Reimaging):
    """Volumes that servers boot, changed under their machines."""

    def __init__(self, backend: backends.Backend, virtapi: Any) -> None:
        super().__init__(backend)
        self._virtapi = virtapi

    def settle(
        self, context: Any, instance: Any, vm: Mapping[str, Any]
    ) -> tuple[Any, Callable[..., Any] | None] | None:
        """Find out what became of a rebuild that was cut short.

        :returns: the root's mapping, and what attaches it if that is to be
            done; None where the machine boots the right disk, and the volume
            cannot be attached
        :raises InvalidRequest: Cinder is still at it, or cannot tell; the
            volume is not the server's any more
        """
        root = root_of(
            objects.BlockDeviceMappingList.get_by_instance_uuid(
                context, instance.uuid
            )
        )
        if root is None:
            # as Nova does at a hard reboot with a volume that was detached
            raise exceptions.InvalidRequest(
                'A rebuild has not ended, and the volume that the server '
                'boots is no longer attached to it. Delete the server, and '
                'boot another from the volume.'
            )
        status = self._status(context, root)
        if status == 'error' and not self._has_successor(vm, root):
            return None
        attachment = self._attachments.status(context, root)
        # an administrator may have set in-use what has a newer disk
        if status == 'in-use' and attachment == root_attachments.ATTACHED:
            return root, None
        if status == 'available':
            # Nova gives up an attachment that it could not complete
            self._attachments.renew(context, instance, root)
        elif attachment is None or status not in _ATTACHABLE:
            raise exceptions.InvalidRequest(
                f'A rebuild has not ended: Cinder shows the volume '
                f'{root.volume_id} as {status}. Wait for it; of one in error '
                f'an administrator sets the state to in-use.'
            )
        return root, self._virtapi._compute._prep_block_device

    def attached(
        self,
        context: Any,
        instance: Any,
        vm: Mapping[str, Any],
        root: Any,
        attach: Callable[..., Any] | None,
    ) -> Mapping[str, Any]:
        """Return ``storageProfile.osDisk`` of the volume.

        :param attach: of Nova's manager; None where the attachment is good
        """
        if attach is not None:
            attach(
                context,
                instance,
                objects.BlockDeviceMappingList(objects=[root]),
            )
        volume = block_devices.parse_one(
            self._backend, jsonutils.loads(root.connection_info)
        )
        known = data_disk.profile_of(vm)['osDisk'].get('osType')
        return self._backend.disks.describe_boot_volume(
            volume.disk_id,
            str(volume.os_type or known or 'Linux').capitalize(),
            volume.host_caching,
        )

    def forget_old(
        self,
        instance: Any,
        vm: Mapping[str, Any],
        root: Any,
        os_disk: Mapping[str, Any],
    ) -> None:
        """Delete the disk that the volume had, once nothing boots it.

        :param vm: as it was before
        """
        profile = data_disk.profile_of(vm)
        # a data disk, where the server was being rescued
        for entry in (profile['osDisk'], *(profile.get('dataDisks') or ())):
            old = data_disk.name_of(entry)
            found = names.parse_volume_name(old)
            if (
                found is not None
                and found.uuid == root.volume_id
                and old != data_disk.name_of(os_disk)
            ):
                self._delete(instance, old, found)

    def _delete(
        self, instance: Any, old: str, found: names.VolumeName
    ) -> None:
        disks = self._backend.disks
        try:
            disks.delete(disks.volume_name(found.uuid, found.generation))
        except exceptions.AzureError as exc:
            LOG.warning(
                'The disk %s, which the volume had before, stays until the '
                'volume is deleted: %s',
                old,
                exc,
                instance=instance,
            )
