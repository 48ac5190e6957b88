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

"""Regional quotas of a subscription and what is used of them."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from jacket_azure.payload.vm_sizes import VmSize

CORES = 'cores'
SPOT_CORES = 'lowPriorityCores'
VIRTUAL_MACHINES = 'virtualMachines'


@dataclass(frozen=True)
class Quota:
    """One limit and its use, in the unit the quota counts."""

    name: str
    limit: int
    used: int
    text: str = ''

    @property
    def free(self) -> int:
        """Return what is left; never negative."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class Quotas:
    """All compute quotas of a region, by name in lower case."""

    by_name: abc.Mapping[str, Quota] = field(default_factory=dict)

    def get(self, name: str) -> Quota | None:
        """Return one quota, None when Azure did not tell it."""
        return self.by_name.get(name.lower())

    @property
    def cores(self) -> Quota | None:
        """Return the quota of all vCPUs in the region."""
        return self.get(CORES)

    @property
    def virtual_machines(self) -> Quota | None:
        """Return the quota of virtual machines in the region."""
        return self.get(VIRTUAL_MACHINES)

    def family(self, family: str) -> Quota | None:
        """Return the vCPU quota of a size family."""
        return self.get(family)

    def check(
        self, size: VmSize, count: int = 1, spot: bool = False
    ) -> tuple[str, ...]:
        """Return the names of the quotas that *count* more would exceed.

        A quota Azure did not tell is not exceeded: Azure decides then.

        :param spot: Spot machines count against their own quota, not
            against the region's and the family's
        """
        cores = size.vcpus * count
        needed = {VIRTUAL_MACHINES: count}
        if spot:
            needed[SPOT_CORES] = cores
        else:
            needed.update({CORES: cores, size.family: cores})
        return self._exceeded(needed)

    def check_resize(
        self, old: VmSize | None, new: VmSize, spot: bool = False
    ) -> tuple[str, ...]:
        """Return the names of the quotas that another size would exceed.

        A machine counts whether it runs or not, so what it has now is
        counted already.

        :param old: None when not known; then Azure decides
        """
        if old is None:
            return ()
        more = new.vcpus - old.vcpus
        if spot:
            return self._exceeded({SPOT_CORES: more})
        same = old.family.lower() == new.family.lower()
        return self._exceeded(
            {CORES: more, new.family: more if same else new.vcpus}
        )

    def _exceeded(self, needed: abc.Mapping[str, int]) -> tuple[str, ...]:
        exceeded = []
        for name, amount in needed.items():
            quota = self.get(name)
            if quota is not None and amount > quota.free:
                exceeded.append(quota.name)
        return tuple(exceeded)


def parse(usages: abc.Iterable[abc.Mapping[str, Any]]) -> Quotas:
    """Read the usages of a region.

    Source: Compute REST API 2026-04-01, usage/list.
    """
    table = {}
    for usage in usages:
        name = usage.get('name') or {}
        value = str(name.get('value') or '')
        if value:
            table[value.lower()] = Quota(
                name=value,
                limit=int(usage.get('limit') or 0),
                used=int(usage.get('currentValue') or 0),
                text=str(name.get('localizedValue') or value),
            )
    return Quotas(table)
