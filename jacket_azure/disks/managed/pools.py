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

"""The SKUs of managed disks as pools, with the room there is for each."""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import Any

from jacket_azure.disks import cached
from jacket_azure.disks import models
from jacket_azure.disks.managed import base
from jacket_azure.disks.managed import facts
from jacket_azure.payload import disk_quotas
from jacket_azure.payload import disk_skus
from jacket_azure.payload import quotas

# how often it is looked which snapshots are whose
_SNAPSHOTS_SECONDS = 600.0


class Pools(base.Base):
    """Part of :class:`.managed.ManagedDisks`."""

    def __init__(self, conf: Any, azure: Any) -> None:
        super().__init__(conf, azure)
        self._keep_seconds = conf.quota_cache_seconds
        self._quotas: cached.Cached[quotas.Quotas] = cached.Cached(
            self._read_quotas
        )
        self._seen: cached.Cached[None] = cached.Cached(self._see_snapshots)

    def pools(self) -> Iterable[models.Pool]:
        known = self._quotas.get()
        self._seen.get()
        count: collections.Counter[str] = collections.Counter()
        size_gib: collections.Counter[str] = collections.Counter()
        for body in self._disks.list():
            disk = facts.disk_of(body)
            count[disk.kind.sku] += 1
            size_gib[disk.kind.sku] += disk.size_gib
        return [
            self._pool(limits, known, count[sku], size_gib[sku])
            for sku, limits in self._limits.all().items()
            if limits.refusal is None
        ]

    def _pool(
        self,
        limits: disk_skus.Limits,
        known: quotas.Quotas,
        count: int,
        size_gib: int,
    ) -> models.Pool:
        free_gib = disk_quotas.free_gib(
            known, limits.sku, count, limits.max_size_gib
        )
        return models.Pool(
            sku=limits.sku,
            total_gib=size_gib + free_gib,
            free_gib=free_gib,
            provisioned_gib=size_gib,
            volumes=count,
            max_size_gib=limits.max_size_gib,
            shared=limits.most_shares(limits.max_size_gib) > 1,
            performance=limits.iops is not None,
        )

    def _read_quotas(self) -> tuple[quotas.Quotas, float]:
        usages = self._azure.usages.list(self._azure.location)
        return quotas.parse(usages), float(self._keep_seconds)

    def _see_snapshots(self) -> tuple[None, float]:
        """Learn which snapshots are whose, as the disks' listing does."""
        self._snapshots.list()
        return None, _SNAPSHOTS_SECONDS
