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

"""Snapshots of managed disks."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping

from jacket_azure.disks import models
from jacket_azure.disks.managed import base
from jacket_azure.disks.managed import facts
from jacket_azure.payload import names
from jacket_azure.payload import snapshot as snapshot_payload


class Snapshots(base.Base):
    """Part of :class:`.managed.ManagedDisks`."""

    def snapshot_name(self, uuid: str, volume_name: str) -> str:
        return names.snapshot_name(uuid)

    def get_snapshot(self, name: str) -> models.Snapshot:
        return facts.snapshot_of(self._snapshots.get(name))

    def list_snapshots(self) -> Iterable[models.Snapshot]:
        return [
            facts.snapshot_of(body) for body in self._snapshots.list()
        ]

    def create_snapshot(self, spec: models.SnapshotSpec) -> models.Snapshot:
        body = snapshot_payload.build(
            snapshot_payload.SnapshotSpec(
                location=self._azure.location,
                source_id=self.disk_id(spec.volume_name),
                tags=spec.tags,
                incremental=spec.incremental
                and self._azure.cloud.capabilities.incremental_snapshots,
                access=self._closed,
            )
        )
        name = names.snapshot_name(spec.uuid)
        return facts.snapshot_of(self._snapshots.create(name, body))

    def delete_snapshot(self, name: str) -> bool:
        return self._snapshots.delete(name)

    def tag_snapshot(
        self, name: str, tags: Mapping[str, str]
    ) -> models.Snapshot:
        return facts.snapshot_of(self._snapshots.tag(name, tags))
