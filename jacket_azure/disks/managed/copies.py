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

"""Volumes with the content of something else in Azure."""

from __future__ import annotations

from collections.abc import Callable
import logging

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.managed import base
from jacket_azure.disks.managed import facts
from jacket_azure.disks.managed import images
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import disk_skus
from jacket_azure.payload import snapshot as snapshot_payload
from jacket_azure.payload import tags as tag_names

LOG = logging.getLogger(__name__)

# Azure tells of disks in two zones in words only
OTHER_ZONE = 'different availability zone'
PASSAGE = 'temporary-{}'


class Copies(base.Base):
    """Part of :class:`.managed.ManagedDisks`."""

    def create_from_snapshot(
        self, spec: models.VolumeSpec, snapshot_name: str
    ) -> models.Disk:
        creation = disk_payload.copy_of(self._snapshot_id(snapshot_name))
        try:
            return self._create(spec, creation)
        except exceptions.Conflict:
            found = self._snapshots.get(snapshot_name)
            if facts.snapshot_of(found).usable:
                raise
        # Premium SSD v2 and Ultra: its bytes are still being copied
        self._azure.snapshots.wait_for_copy(snapshot_name)
        return self._create(spec, creation)

    def create_from_volume(
        self, spec: models.VolumeSpec, source_name: str
    ) -> models.Disk:
        try:
            return self._create(
                spec, disk_payload.copy_of(self.disk_id(source_name))
            )
        except exceptions.Refused as exc:
            if OTHER_ZONE not in str(exc):
                raise
        except exceptions.Conflict as exc:
            return self._copied_between_zones(spec, exc)
        return self._copy_between_zones(spec, source_name)

    def _copied_between_zones(
        self, spec: models.VolumeSpec, refusal: exceptions.Conflict
    ) -> models.Disk:
        """Return what an earlier try has made by way of a snapshot."""
        name = PASSAGE.format(spec.name)
        try:
            disk = self.create_from_snapshot(spec, name)
        except (exceptions.Conflict, exceptions.NotFound):
            raise refusal from None
        self._remove_snapshot(name)
        return disk

    def _copy_between_zones(
        self, spec: models.VolumeSpec, source_name: str
    ) -> models.Disk:
        """Copy by way of a snapshot, which is in no zone."""
        name = PASSAGE.format(spec.name)
        body = snapshot_payload.build(
            snapshot_payload.SnapshotSpec(
                location=self._azure.location,
                source_id=self.disk_id(source_name),
                tags={**spec.tags, tag_names.KIND: tag_names.KIND_TEMPORARY},
                access=self._closed,
            )
        )
        try:
            self._snapshots.create(name, body)
            return self.create_from_snapshot(spec, name)
        finally:
            self._remove_snapshot(name)

    def _remove_snapshot(self, name: str) -> None:
        try:
            self._snapshots.delete(name)
        except exceptions.AzureError as exc:
            # its tags tell the janitor what it is
            LOG.warning('The snapshot %s stays behind: %s', name, exc)

    def create_from_image(
        self, spec: models.VolumeSpec, image: models.ImageReference
    ) -> models.Disk:
        if spec.kind.sku not in disk_skus.OS_DISK_SKUS:
            raise exceptions.InvalidRequest(
                f'A {spec.kind.sku} disk cannot be made from an image, only '
                f'{", ".join(disk_skus.OS_DISK_SKUS)}.'
            )
        # before an image is looked up
        self.check(spec.size_gib, spec.kind)
        return self._create(
            spec, images.creation(self._azure, self._vhds, image)
        )

    def revert(
        self, spec: models.VolumeSpec, name: str, snapshot_name: str
    ) -> models.Disk:
        return self._made_to_replace(
            spec,
            name,
            lambda: self.create_from_snapshot(spec, snapshot_name),
        )

    def rewrite_from_image(
        self,
        spec: models.VolumeSpec,
        name: str,
        image: models.ImageReference,
    ) -> models.Disk:
        return self._made_to_replace(
            spec, name, lambda: self.create_from_image(spec, image)
        )

    def _made_to_replace(
        self,
        spec: models.VolumeSpec,
        name: str,
        make: Callable[[], models.Disk],
    ) -> models.Disk:
        """Make the disk that takes a volume's place."""
        if spec.name == name:
            raise exceptions.InvalidRequest(
                f'The content of a managed disk cannot be replaced in place; '
                f'{name} needs another generation.'
            )
        try:
            return make()
        except exceptions.Conflict:
            # what an earlier try made for the volume as it was then, and
            # nobody has used
            found = self._disks.find(spec.name)
            if found is None or tag_names.get(
                found, tag_names.ID
            ) != spec.tags.get(tag_names.ID):
                raise
        self._disks.delete(spec.name)
        return make()
