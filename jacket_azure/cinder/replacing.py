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

"""Other content in the place of what a volume holds: all or nothing.

Where that needs a new disk, Cinder's record changes before the old disk is
deleted: whoever dies in between loses nothing. The new disk's name follows
from the old one's and from what it is made of, so a second try after a crash
finds the disk of the first.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import hashlib
from typing import Any

from cinder.objects import fields
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import deletion
from jacket_azure.cinder import facts
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models

LOG = logging.getLogger(__name__)
_GENERATION_CHARS = 8

# from the description and the name of the disk in use to that from now on
Make = Callable[[models.VolumeSpec, str], models.Disk]


class Replacing:
    """Volumes of one backend; their lock is held by the caller."""

    def __init__(
        self,
        backend: backends.Backend,
        volumes: volumeops.VolumeOps,
        deleting: deletion.Deletion,
    ) -> None:
        self._disks = backend.disks
        self._volumes = volumes
        self._deletion = deleting

    def check_free(self, volume: Any) -> models.Disk:
        """Return a volume's disk.

        That of a server which Nova rebuilds may be in use: its machine is
        deallocated and goes over to the new disk, which is made beside it.

        :raises InUse: a machine has it
        """
        disk = self._disks.get(volume_names.of_volume(self._disks, volume))
        if disk.attached_to and not _is_rebuilt(volume, disk):
            raise exceptions.InUse(
                f'The disk {disk.name} is in use by '
                f'{", ".join(disk.attached_to)}; detach it first.'
            )
        return disk

    def replace(self, volume: Any, source: str, make: Make) -> None:
        """Let *make* fill the volume, and keep what it is from then on.

        :param source: what it is filled from; names no two contents
        :raises InUse: a machine has it
        """
        disk = self.check_free(volume)
        name = disk.name
        spec = self._volumes.spec(volume, _generation(name, source))
        # the disk stays what it is, whatever the type would make today
        kind = dataclasses.replace(
            disk.kind,
            caching=spec.kind.caching,
            snapshots=spec.kind.snapshots,
        )
        _keep(
            volume,
            dataclasses.replace(
                facts.of_volume(volume, self._disks, name), reverting=True
            ),
        )
        made = make(dataclasses.replace(spec, kind=kind), name)
        volume.update(self._volumes.made(volume, made))
        volume.save()
        if made.name == name:
            return
        if disk.attached_to:
            # Nova deletes it, once its machine has let go of it
            LOG.info('The disk %s of volume %s is in use', name, volume.id)
            return
        try:
            self._disks.delete(name)
            self._deletion.sweep(volume, keep=made.name)
        except exceptions.AzureError as exc:
            # what was asked for is done; the volume's deletion sweeps again
            LOG.warning(
                'The disk %s, which volume %s had before, stays: %s',
                name,
                volume.id,
                exc,
            )


def _keep(volume: Any, known: facts.Facts) -> None:
    volume.provider_location = facts.dump(known)
    volume.save()


def _is_rebuilt(volume: Any, disk: models.Disk) -> bool:
    """Tell whether Nova keeps a volume while it gets an image anew.

    Then one attachment reserves it, for the server whose machine has it.
    """
    attachments = list(volume.volume_attachment)
    if len(attachments) != 1 or (
        volume.status,
        volume.previous_status,
        attachments[0].attach_status,
    ) != (
        fields.VolumeStatus.DOWNLOADING,
        fields.VolumeStatus.RESERVED,
        fields.VolumeAttachStatus.RESERVED,
    ):
        return False
    server = str(attachments[0].instance_uuid).lower()
    return all(
        # a lease names nobody
        holder == 'lease' or holder.lower().endswith(f'/{server}')
        for holder in disk.attached_to
    )


def _generation(name: str, source: str) -> str:
    digest = hashlib.sha256(f'{name} {source}'.encode())
    return digest.hexdigest()[:_GENERATION_CHARS]
