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
import math
from typing import Any

from nova import objects
import nova.conf
from nova.image import glance
from nova.volume import cinder
from oslo_log import log as logging
from oslo_serialization import jsonutils

from jacket_azure import exceptions
from jacket_azure.nova import backend as backends
from jacket_azure.nova import block_devices
from jacket_azure.payload import data_disk
from jacket_azure.payload import names

CONF = nova.conf.CONF
LOG = logging.getLogger(__name__)

_GIB = 1024**3
_REIMAGED = 'volume-reimaged'


def root_of(bdms: Iterable[Any]) -> Any | None:
    """Return the mapping of the volume a server boots, if it does."""
    for bdm in bdms:
        if bdm.is_root and bdm.is_volume:
            return bdm
    return None


class RootVolumes:
    """What is asked of Cinder about volumes that servers boot."""

    def __init__(self, backend: backends.Backend, virtapi: Any) -> None:
        self._backend = backend
        self._virtapi = virtapi
        self._cinder = cinder.API()
        self._images = glance.API()

    def reimage(self, order: Any, root: Any) -> None:
        """Let Cinder put the image into a volume, and wait for it.

        The machine must be deallocated: what it writes would be lost.

        :raises OperationFailed: the volume has what it had
        """
        context, instance = order.context, order.instance
        try:
            image = self._images.get(context, order.image_meta.id)
            self._reserve(context, instance, root)
            with self._virtapi.wait_for_instance_event(
                instance,
                [(_REIMAGED, root.volume_id)],
                timeout=_patience(image, root),
                error_callback=_failed,
            ):
                self._cinder.reimage_volume(
                    context,
                    root.volume_id,
                    order.image_meta.id,
                    reimage_reserved=True,
                )
        except exceptions.JacketAzureError:
            raise
        except Exception as exc:
            # of Cinder's client, of Nova's events, of either's transport
            raise exceptions.OperationFailed(
                f'Cinder has not put the image into the volume '
                f'{root.volume_id}: {exc or type(exc).__name__}. The server '
                f'boots what it did before.',
                code='ReimageFailed',
            ) from exc

    def _reserve(self, context: Any, instance: Any, root: Any) -> None:
        """Exchange the attachment, so that Cinder may change the volume.

        The new one first: the volume is nobody else's for a moment.
        """
        old = root.attachment_id
        new = self._cinder.attachment_create(
            context, root.volume_id, instance.uuid
        )['id']
        root.attachment_id = new
        root.save()
        self._cinder.attachment_delete(context, old)

    def attached(
        self,
        order: Any,
        vm: Mapping[str, Any],
        root: Any,
        attach: Callable[..., Any] | None,
    ) -> Mapping[str, Any]:
        """Return ``storageProfile.osDisk`` of the volume.

        :param attach: of Nova's manager; None where the attachment is good
        """
        if attach is not None:
            attach(
                order.context,
                order.instance,
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
        old = data_disk.os_disk_name(vm)
        found = names.parse_volume_name(old)
        if (
            found is None
            or found.uuid != root.volume_id
            or old == data_disk.name_of(os_disk)
        ):
            return
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


def _patience(image: Mapping[str, Any], root: Any) -> int:
    """Return how many seconds Cinder has; by the volume, if that is more."""
    image_gib = math.ceil(float(image.get('size') or 0) / _GIB)
    size_gib = max(image_gib, root.volume_size or 1)
    return int(CONF.reimage_timeout_per_gb * size_gib)


def _failed(event: str, instance: Any) -> None:
    raise exceptions.OperationFailed(
        'Cinder could not put the image into the volume. The server boots '
        'what it did before.',
        code='ReimageFailed',
    )
