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

"""How many network resources a subscription may have in a region.

Defaults of learn.microsoft.com, azure-subscription-service-limits. The
refusals of public addresses are reported (400, 2017 to 2023); those of
others are put together alike and unverified.
"""

from __future__ import annotations

from collections.abc import Iterator
import dataclasses
from typing import TYPE_CHECKING

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_KEY = 'network.limits'


@dataclasses.dataclass(frozen=True)
class Quota:
    """One limit: its name in usages, what it counts, how it refuses."""

    name: str
    words: str
    limit: int
    kind: str | None
    code: str = ''
    what: str = ''

    def counts(self, resource: store.Resource) -> bool:
        """Tell whether a resource of the kind counts against it."""
        return self.name != 'StaticPublicIPAddresses' or (
            resource.properties.get('publicIPAllocationMethod') == 'Static')


QUOTAS = (
    Quota('VirtualNetworks', 'Virtual Networks', 1000, 'virtualNetworks',
          'VirtualNetworkCountLimitReached', 'virtual networks'),
    Quota('StaticPublicIPAddresses', 'Static Public IP Addresses', 1000,
          'publicIPAddresses', 'StaticPublicIPCountLimitReached',
          'public IP addresses with static allocation method'),
    Quota('NetworkSecurityGroups', 'Network Security Groups', 5000,
          'networkSecurityGroups', 'NetworkSecurityGroupCountLimitReached',
          'network security groups'),
    Quota('PublicIPAddresses', 'Public IP Addresses', 1000,
          'publicIPAddresses', 'PublicIPCountLimitReached',
          'public IP addresses'),
    Quota('NetworkInterfaces', 'Network Interfaces', 65536,
          'networkInterfaces', 'NetworkInterfaceCountLimitReached',
          'network interfaces'),
    Quota('LoadBalancers', 'Load Balancers', 1000, None),
)


def set_limit(emulator: server.Emulator, name: str, limit: int,
              location: str | None = None) -> None:
    """Change a quota.

    :param name: as usages name it, ``NetworkInterfaces`` for example
    :param location: region, the emulator's own by default
    :raises ValueError: there is no such quota
    """
    if name not in [quota.name for quota in QUOTAS]:
        raise ValueError(f'no quota is named {name}')
    emulator.state.setdefault(_KEY, {})[
        name, locations.normalize(location or emulator.location)] = limit


def reset(emulator: server.Emulator) -> None:
    """Have the limits of the beginning again."""
    emulator.state.pop(_KEY, None)


def limit(emulator: server.Emulator, quota: Quota, location: str) -> int:
    """Return what a quota allows in a region."""
    own: dict[tuple[str, str], int] = emulator.state.get(_KEY, {})
    return own.get((quota.name, location), quota.limit)


def used(emulator: server.Emulator, quota: Quota, scope: str,
         location: str) -> int:
    """Count what there is of it in a subscription's region."""
    return sum(1 for resource in _of_kind(emulator, quota, scope)
               if resource.location == location and quota.counts(resource))


def _of_kind(emulator: server.Emulator, quota: Quota,
             scope: str) -> Iterator[store.Resource]:
    if quota.kind:
        yield from emulator.store.children(
            f'Microsoft.Network/{quota.kind}', scope)


def check(request: router.ArmRequest) -> None:
    """Refuse to make one more than a region may have.

    :raises ArmError: 400 with the quota's own code
    """
    kind = request.id.type.rpartition('/')[2] if request.id else ''
    quotas = [quota for quota in QUOTAS if (quota.kind or '') == kind]
    if not quotas or not request.body.get('location'):
        return
    location = locations.normalize(request.body['location'])
    wanted = store.Resource('', '', '', request.body,
                            request.emulator.clock.now())
    scope = f'/subscriptions/{request.subscription}'
    for quota in quotas:
        allowed = limit(request.emulator, quota, location)
        if quota.counts(wanted) and used(
                request.emulator, quota, scope, location) >= allowed:
            raise errors.ArmError(
                400, quota.code, f'Cannot create more than {allowed} '
                f'{quota.what} for this subscription in this region.',
                details=[])
