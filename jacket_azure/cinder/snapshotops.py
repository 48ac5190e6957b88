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

"""Take, delete and go back to snapshots."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from cinder import coordination
from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import deletion
from jacket_azure.cinder import facts
from jacket_azure.cinder import kinds
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models
from jacket_azure.payload import tags

LOG = logging.getLogger(__name__)
# what the notes call the time stamp of a page blob's snapshot
STAMP = 'azure_snapshot_id'
_GENERATION_CHARS = 8


class SnapshotOps:
    """Snapshots of one backend; keeps nothing between two calls."""

    def __init__(
        self,
        backend: backends.Backend,
        volumes: volumeops.VolumeOps,
        deleting: deletion.Deletion,
    ) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._volumes = volumes
        self._deletion = deleting

    def create(self, snapshot: Any) -> dict[str, Any]:
        """Take a snapshot: one request."""
        volume = snapshot.volume
        kind = kinds.of_type(
            self._backend, volume.volume_type_id, volume.size
        ).kind
        known = facts.load(volume.provider_location)
        made = self._disks.create_snapshot(
            models.SnapshotSpec(
                uuid=snapshot.id,
                volume_name=volume_names.of_volume(self._disks, volume),
                tags=self.tags(snapshot),
                incremental=kind.snapshots == 'incremental',
                size_gib=volume.size,
                os_type=known.os_type if known else None,
                generation=known.generation if known else None,
            )
        )
        return self.made(snapshot, made)

    def tags(self, snapshot: Any) -> dict[str, str]:
        """Build the tags of a snapshot."""
        return self._backend.tags(
            tags.KIND_SNAPSHOT, snapshot.id, snapshot.project_id
        )

    @staticmethod
    def made(snapshot: Any, made: models.Snapshot) -> dict[str, Any]:
        """Return what Cinder has to know of a snapshot."""
        update: dict[str, Any] = {'provider_id': made.name}
        if made.stamp is not None:
            update['metadata'] = {
                **(snapshot.metadata or {}),
                STAMP: made.stamp,
            }
        return update

    def delete(self, snapshot: Any) -> None:
        """Delete a snapshot; one that is gone already is fine.

        :raises InUse: Azure still needs it
        """
        self._disks.delete_snapshot(
            volume_names.of_snapshot(self._disks, snapshot)
        )

    @coordination.synchronized(volumeops.LOCK)
    def revert(self, volume: Any, snapshot: Any) -> None:
        """Give a volume the content of a snapshot again.

        Where that needs a new disk, Cinder's record changes before the old
        disk is deleted: whoever dies in between loses nothing. The new
        disk's name follows from the old one's, so a second try after a crash
        finds the disk of the first.
        """
        name = volume_names.of_volume(self._disks, volume)
        disk = self._disks.get(name)
        if disk.attached_to:
            raise exceptions.InUse(
                f'The disk {name} is in use by '
                f'{", ".join(disk.attached_to)}; detach it first.'
            )
        source = volume_names.of_snapshot(self._disks, snapshot)
        generation = _generation(name, source)
        spec = self._volumes.spec(volume, generation)
        # the disk stays what it is, whatever the type would make today
        kind = dataclasses.replace(
            disk.kind,
            caching=spec.kind.caching,
            snapshots=spec.kind.snapshots,
        )
        known = dataclasses.replace(
            facts.of_volume(volume, self._disks, name), reverting=True
        )
        _keep(volume, known)
        reverted = self._disks.revert(
            dataclasses.replace(spec, kind=kind), name, source
        )
        if reverted.name == name:
            _keep(volume, dataclasses.replace(known, reverting=False))
            return
        volume.update(self._volumes.made(volume, reverted))
        volume.save()
        try:
            self._disks.delete(name)
            self._deletion.sweep(volume, keep=reverted.name)
        except exceptions.AzureError as exc:
            # what was asked for is done; the volume's deletion sweeps again
            LOG.warning(
                'The disk %s, which volume %s had before it was reverted, '
                'stays: %s',
                name,
                volume.id,
                exc,
            )


def _keep(volume: Any, known: facts.Facts) -> None:
    volume.provider_location = facts.dump(known)
    volume.save()


def _generation(name: str, snapshot_name: str) -> str:
    digest = hashlib.sha256(f'{name} {snapshot_name}'.encode())
    return digest.hexdigest()[:_GENERATION_CHARS]
