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

"""Volumes in page blobs: made empty, found, tagged, deleted."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
import logging

from jacket_azure import exceptions
from jacket_azure.blob import address as addresses
from jacket_azure.blob import containers
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import deletion
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

LOG = logging.getLogger(__name__)


class Volumes(deletion.Deletion):
    """The disks themselves."""

    def skus(self) -> tuple[str, ...]:
        return (self._account.facts.sku,)

    def pools(self) -> Iterable[models.Pool]:
        disks = [disk.size_gib for disk in self.list()]
        total = limits.MAX_ACCOUNT_GIB
        return [
            models.Pool(
                sku=self._account.facts.sku,
                total_gib=total,
                free_gib=max(0, total - sum(disks)),
                provisioned_gib=sum(disks),
                volumes=len(disks),
                max_size_gib=self._max_size_gib,
            )
        ]

    def check(self, size_gib: int, kind: models.Kind) -> None:
        limits.check(
            size_gib, kind, self._account.facts.sku, self._max_size_gib
        )

    def volume_name(self, uuid: str, generation: str = '') -> str:
        return names.volume(uuid, generation)

    def get(self, name: str) -> models.Disk:
        return self._disk(name, self._blob(name).properties())

    def is_gone(self, disk_id: str) -> bool:
        place, _ = addresses.split(disk_id)
        if self.disk_id(place.path) != disk_id:
            return False
        try:
            self._blob(place.path).properties()
        except exceptions.NotFound:
            return True
        return False

    def list(self) -> Iterable[models.Disk]:
        return [
            self._disk(entry.address.path, entry.properties)
            for entry in self._all()
            if not entry.address.snapshot
        ]

    def _all(self) -> builtins.list[containers.Entry]:
        """List all disks and their snapshots, and whose they are."""
        began = self._whose.begin_listing()
        began_snapshots = self._whose_snapshots.begin_listing()
        found = [
            entry
            for container in names.DISK_CONTAINERS
            for entry in self._account.container(container).list(
                snapshots=True
            )
            if entry.properties.kind == properties.PAGE_BLOB
            and names.is_disk(entry.address.name)
        ]
        whose = [(entry, self._is_ours(entry.properties)) for entry in found]
        self._whose.note_listing(
            (
                (entry.address.path, ours)
                for entry, ours in whose
                if not entry.address.snapshot
            ),
            began,
        )
        self._whose_snapshots.note_listing(
            (
                (
                    names.snapshot(entry.address.path, entry.address.snapshot),
                    ours,
                )
                for entry, ours in whose
                if entry.address.snapshot
            ),
            began_snapshots,
        )
        return found

    def create(self, spec: models.VolumeSpec) -> models.Disk:
        self.check(spec.size_gib, spec.kind)
        size_bytes = spec.size_gib * models.GIB
        blob = self._blob(spec.name)
        try:
            etag = self._put(
                blob, size_bytes, self._metadata(spec, size_bytes)
            )
        except exceptions.PreconditionFailed:
            return self._adopt_empty(spec, blob)
        footer = self._new_footer(spec.name, size_bytes)
        try:
            # last, for by it a disk is finished
            etag = blob.write(size_bytes, footer, etag)
        except exceptions.PreconditionFailed:
            # another worker took it over meanwhile
            return self._adopt_empty(spec, blob)
        return self._made(spec, size_bytes, etag)

    def _put(
        self,
        blob: page_blobs.PageBlob,
        size_bytes: int,
        metadata: Mapping[str, str],
    ) -> str:
        """Make a blob for a disk, and its container when missing.

        :raises PreconditionFailed: there is one of that name
        """
        try:
            return blob.create(size_bytes + vhd.FOOTER_BYTES, metadata)
        except exceptions.NotFound:
            self._make_container(blob)
            return blob.create(size_bytes + vhd.FOOTER_BYTES, metadata)

    def _adopt_empty(
        self, spec: models.VolumeSpec, blob: page_blobs.PageBlob
    ) -> models.Disk:
        """Return the disk that an earlier try made, finished if need be."""
        found = blob.properties()
        self._check_same(spec, found)
        found = self._settled(spec.name, blob)
        state = states.parse(found)
        if state.actual_bytes < spec.size_gib * models.GIB:
            raise exceptions.Conflict(
                f'The volume {spec.name} is already there, and smaller.'
            )
        if any(self._read_footer(blob, found)):
            self._check_footer(blob, found)
        else:
            LOG.info('Finishing %s, which has no footer yet', spec.name)
            footer = self._new_footer(spec.name, state.actual_bytes)
            blob.write(state.actual_bytes, footer, found.etag)
        return self._disk(spec.name, found)

    def change(
        self, name: str, kind: models.Kind, tags: Mapping[str, str]
    ) -> models.Disk:
        # the size is not to change, so any will do
        self.check(1, kind)
        disk = self.get(name)
        if dict(disk.tags) == dict(tags):
            # while a machine holds the blob, nothing of it can be written
            return disk
        return self.tag(name, tags)

    def tag(
        self, name: str, tags: Mapping[str, str], etag: str | None = None
    ) -> models.Disk:
        blob = self._blob(name)
        found = blob.properties()
        state = states.parse(found)
        if tags.get(tag_names.OWNER) != self._owner:
            # whoever gets it finds no growth half done
            if self._is_ours(found) and not state.is_settled:
                found = self._settled(name, blob)
                etag = None
            metadata = states.release(found, tags)
        elif self._is_ours(found):
            metadata = states.retag(found, tags)
        else:
            # from now on it counts as a disk
            self._check_footer(blob, found)
            metadata = state.metadata(state.actual_bytes, tags=tags)
        now = blob.tag(metadata, etag or found.etag)
        return self._disk(
            name,
            dataclasses.replace(found, etag=now, metadata=metadata),
        )
