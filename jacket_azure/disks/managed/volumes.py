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

"""Volumes as managed disks: find, make, change, delete."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.managed import base
from jacket_azure.disks.managed import facts
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import disk_rules
from jacket_azure.payload import disk_skus
from jacket_azure.payload import names


class Volumes(base.Base):
    """Part of :class:`.managed.ManagedDisks`."""

    def skus(self) -> tuple[str, ...]:
        return disk_skus.SKUS

    def volume_name(self, uuid: str, generation: str = '') -> str:
        return names.volume_name(uuid, generation)

    def check_growth(self, disk: models.Disk, size_gib: int) -> None:
        if size_gib <= disk.size_gib:
            raise exceptions.InvalidRequest(
                f'A disk of {disk.size_gib} GiB cannot be made '
                f'{size_gib} GiB large.'
            )
        limits = self._limits.of(disk.kind.sku)
        disk_rules.check_size(size_gib, limits)
        if disk.state == 'ActiveSAS':
            raise exceptions.InvalidRequest(
                f'The disk {disk.name} cannot grow while it is being read '
                f'through a signed URL.'
            )
        reason = disk_rules.why_offline_growth(
            disk.kind, disk.size_gib, size_gib, disk.os_type is not None
        )
        if disk.state == 'Attached' and reason is not None:
            raise exceptions.InvalidRequest(
                f'The disk {disk.name} cannot grow to {size_gib} GiB while '
                f'it is attached to a running machine: {reason}.'
            )

    def get(self, name: str) -> models.Disk:
        return facts.disk_of(self._disks.get(name))

    def is_gone(self, disk_id: str) -> bool:
        name = disk_id.rpartition('/')[2]
        return (
            names.same_id(disk_id, self.disk_id(name))
            and self._disks.find(name) is None
        )

    def list(self) -> Iterable[models.Disk]:
        return [facts.disk_of(body) for body in self._disks.list()]

    def create(self, spec: models.VolumeSpec) -> models.Disk:
        return self._create(spec, disk_payload.empty())

    def delete(self, name: str) -> bool:
        return self._disks.delete(name)

    def check_deletable(self, name: str) -> None:
        disk = self.get(name)
        self._disks.check_ours(name)
        if disk.attached_to:
            raise exceptions.InUse(
                f'The disk {name} is attached to a machine.'
            )

    def grow(self, name: str, size_gib: int) -> models.Disk:
        try:
            body = self._disks.update(
                name, {'properties': {'diskSizeGB': size_gib}}
            )
        except (exceptions.Conflict, exceptions.Refused):
            disk = self.get(name)
            if disk.size_gib >= size_gib:
                return disk
            self.check_growth(disk, size_gib)
            iops, _ = self._limits.of(disk.kind.sku).iops_range(size_gib)
            if disk.kind.iops is None or disk.kind.iops >= iops:
                raise
            # a larger Ultra disk has more IOPS at least
            body = self._disks.update(
                name,
                {
                    'properties': {
                        'diskSizeGB': size_gib,
                        'diskIOPSReadWrite': iops,
                    }
                },
            )
        return facts.disk_of(body)

    def change(
        self, name: str, kind: models.Kind, tags: Mapping[str, str]
    ) -> models.Disk:
        disk = self.get(name)
        self._disks.check_ours(name)
        reason = disk_rules.why_new_disk(disk.kind, kind)
        if reason is not None:
            raise exceptions.InvalidRequest(
                f'The disk {name} cannot become {kind.sku} in place: '
                f'{reason}.'
            )
        kind = dataclasses.replace(kind, zone=disk.kind.zone)
        self.check(disk.size_gib, kind)
        if disk.state == 'Attached' and (
            (kind.sku, kind.max_shares)
            != (disk.kind.sku, disk.kind.max_shares)
        ):
            raise exceptions.InvalidRequest(
                f'The disk {name} cannot change its SKU or how many may '
                f'share it while it is attached to a running machine.'
            )
        return facts.disk_of(
            self._disks.update(
                name,
                disk_payload.build_change(
                    disk.kind, kind, disk.size_gib, tags
                ),
            )
        )

    def tag(
        self, name: str, tags: Mapping[str, str], etag: str | None = None
    ) -> models.Disk:
        return facts.disk_of(self._disks.tag(name, tags))
