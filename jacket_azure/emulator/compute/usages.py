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

"""Compute quotas: counted from the VMs that exist, deallocated ones too.

Source: Compute REST API, usage/list; "VM vCPU quotas" on learn.microsoft.com
("the total number of cores in use both allocated and deallocated").
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import disk_usages
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

MACHINES = 'Microsoft.Compute/virtualMachines'
_FIXED = {
    'availabilitySets': (2500, 'Availability Sets'),
    'cores': (4000, 'Total Regional vCPUs'),
    'virtualMachines': (25000, 'Virtual Machines'),
    'virtualMachineScaleSets': (2500, 'Virtual Machine Scale Sets'),
    'lowPriorityCores': (1000, 'Total Regional Low-priority vCPUs'),
}
_FAMILY_LIMIT = 2000
_DISKS = {
    'StandardDiskCount': (50000, 'Standard Storage Managed Disks'),
    'PremiumDiskCount': (50000, 'Premium Storage Managed Disks'),
    'StandardSSDDiskCount': (50000, 'StandardSSDStorageDisks'),
    'StandardSSDZRSDiskCount': (50000, 'StandardSSDZRSStorageDisks'),
    'PremiumZRSDiskCount': (50000, 'PremiumZRSStorageDisks'),
    'UltraSSDDiskCount': (1000, 'UltraSSDStorageDisks'),
    'UltraSSDDiskSizeInGB': (32768, 'UltraSSDTotalSizeInGB'),
    'PremiumV2DiskCount': (1000, 'PremiumV2StorageDisks'),
    'PremiumV2DiskSizeInGB': (102400, 'PremiumV2TotalDiskSizeInGB'),
    'StandardSnapshotCount': (75000, 'StandardStorageSnapshots'),
    'PremiumSnapshotCount': (75000, 'PremiumStorageSnapshots'),
    'ZRSSnapshotCount': (75000, 'ZrsStorageSnapshots'),
}


def set_limit(emulator: server.Emulator, name: str, limit: int,
              location: str | None = None) -> None:
    """Change a quota.

    :param name: ``cores``, ``virtualMachines`` or a family's name
    :param location: region, the emulator's own by default
    """
    place = (location or emulator.location).lower()
    _limits(emulator)[place, name.lower()] = limit


def _limits(emulator: server.Emulator) -> dict[tuple[str, str], int]:
    limits: dict[tuple[str, str], int] = emulator.state.setdefault(
        'compute.usages', {})
    return limits


def limit(emulator: server.Emulator, name: str, location: str) -> int:
    """Return a quota's limit."""
    default = {**_FIXED, **_DISKS}.get(name, (_FAMILY_LIMIT,))[0]
    return _limits(emulator).get((location.lower(), name.lower()), default)


def count(emulator: server.Emulator, subscription: str,
          location: str) -> collections.Counter[str]:
    """Count what the VMs of a region use, by quota name."""
    used: collections.Counter[str] = collections.Counter()
    place = location.lower()
    used['availabilitySets'] = sum(
        found.location == place for found in emulator.store.children(
            'Microsoft.Compute/availabilitySets',
            f'/subscriptions/{subscription}'))
    for vm in emulator.store.children(
            MACHINES, f'/subscriptions/{subscription}'):
        if vm.location.lower() != place:
            continue
        size = sizes.get(vm.properties['hardwareProfile']['vmSize'])
        used['virtualMachines'] += 1
        if size is None:
            continue
        if vm.properties.get('priority') == 'Spot':
            used['lowPriorityCores'] += size.vcpus
        else:
            used['cores'] += size.vcpus
            used[size.family] += size.vcpus
    return used


def check(emulator: server.Emulator, subscription: str, location: str,
          size: sizes.Size, *, replaces: sizes.Size | None = None,
          spot: bool = False) -> None:
    """Refuse a VM, or a resize, that would exceed a quota.

    :param replaces: the size before a resize
    :raises ArmError: 409 OperationNotAllowed with the service's wording
    """
    used = count(emulator, subscription, location)
    if replaces is None:
        _refuse_over(emulator, location, 'virtualMachines',
                     'Virtual Machines', used['virtualMachines'], 1)
    if spot:
        _refuse_over(emulator, location, 'lowPriorityCores', 'LowPriority '
                     'Cores', used['lowPriorityCores'], size.vcpus)
        return
    more = size.vcpus - (replaces.vcpus if replaces else 0)
    _refuse_over(emulator, location, 'cores', 'Total Regional Cores',
                 used['cores'], more)
    if replaces and replaces.family == size.family:
        required = more
    else:
        required = size.vcpus
    _refuse_over(emulator, location, size.family, f'{size.family} Cores',
                 used[size.family], required)


def check_disk(emulator: server.Emulator, subscription: str, location: str,
               sku: str, size_gib: int) -> None:
    """Refuse a disk that would exceed a quota.

    :raises ArmError: 409 OperationNotAllowed, the wording of machines
    """
    needs = disk_usages.needs(sku, size_gib)
    if len(needs) == 1 and len(emulator.store) < min(
            limit(emulator, name, location) for name in needs):
        return      # there are too few resources of any kind to count
    used = disk_usages.count(emulator, subscription, location.lower())
    for name, more in needs.items():
        _refuse_over(emulator, location, name, name, used[name], more)


def _refuse_over(emulator: server.Emulator, location: str, name: str,
                 words: str, used: int, more: int) -> None:
    allowed = limit(emulator, name, location)
    if more <= 0 or used + more <= allowed:
        return
    raise errors.ArmError(
        409, 'OperationNotAllowed',
        f'Operation could not be completed as it results in exceeding '
        f'approved {words} quota. Additional details - Deployment Model: '
        f'Resource Manager, Location: {location}, Current Limit: {allowed}, '
        f'Current Usage: {used}, Additional Required: {more}, (Minimum) New '
        f'Limit Required: {used + more}. Setup Alerts when Quota reaches '
        f'threshold. Learn more at https://aka.ms/quotamonitoringalerting .')


def _families() -> Iterable[str]:
    return dict.fromkeys(size.family for size in sizes.by_name().values())


@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute'
              '/locations/{location}/usages')
def list_usages(request: ArmRequest) -> ArmResponse:
    """Limits and use of one region."""
    place = request.params['location'].lower()
    used = count(request.emulator, request.subscription, place)
    used.update(disk_usages.count(
        request.emulator, request.subscription, place))
    names = {name: words for name, (_, words) in _FIXED.items()}
    names.update((family, _family_words(family)) for family in _families())
    names.update((name, words) for name, (_, words) in _DISKS.items())
    value: list[dict[str, Any]] = [{
        'limit': limit(request.emulator, name, place), 'unit': 'Count',
        'currentValue': used[name],
        'name': {'value': name, 'localizedValue': words},
    } for name, words in names.items()]
    return ArmResponse(body={'value': value})


def _family_words(family: str) -> str:
    words = family.removesuffix('Family').strip()
    if words.lower().startswith('standard'):
        words = 'Standard ' + words[len('standard'):].strip()
    return f'{words} Family vCPUs'


def reset(emulator: server.Emulator) -> None:
    """Have the limits of the beginning again."""
    emulator.state.pop('compute.usages', None)
