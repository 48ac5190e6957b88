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

from typing import Any

from cinder import coordination

from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import facts
from jacket_azure.cinder import kinds
from jacket_azure.cinder import replacing
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models
from jacket_azure.payload import tags

# what the notes call the time stamp of a page blob's snapshot
STAMP = 'azure_snapshot_id'


class SnapshotOps:
    """Snapshots of one backend; keeps nothing between two calls."""

    def __init__(
        self,
        backend: backends.Backend,
        volumes: volumeops.VolumeOps,
        replacer: replacing.Replacing,
    ) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._volumes = volumes
        self._replacing = replacer

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
        """Give a volume the content of a snapshot again."""
        source = volume_names.of_snapshot(self._disks, snapshot)
        self._replacing.replace(
            volume,
            source,
            lambda spec, name: self._disks.revert(spec, name, source),
        )
