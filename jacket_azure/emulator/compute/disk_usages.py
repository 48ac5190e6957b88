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

"""What disks and snapshots use of a subscription's quotas."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_DISKS = 'Microsoft.Compute/disks'
_SNAPSHOTS = 'Microsoft.Compute/snapshots'
_GIB = 1024 ** 3
_NAMES = {
    'Standard_LRS': 'Standard', 'StandardSSD_LRS': 'StandardSSD',
    'StandardSSD_ZRS': 'StandardSSDZRS', 'Premium_LRS': 'Premium',
    'Premium_ZRS': 'PremiumZRS', 'PremiumV2_LRS': 'PremiumV2',
    'UltraSSD_LRS': 'UltraSSD'}
# these are bought by the GiB, so their size is limited as well
_SIZED = ('PremiumV2_LRS', 'UltraSSD_LRS')
_SNAPSHOT_NAMES = {'Standard_LRS': 'Standard', 'Premium_LRS': 'Premium',
                   'Standard_ZRS': 'ZRS'}


def needs(sku: str, size_gib: int) -> dict[str, int]:
    """What one disk uses, by quota name."""
    found = {f'{_NAMES[sku]}DiskCount': 1}
    if sku in _SIZED:
        found[f'{_NAMES[sku]}DiskSizeInGB'] = size_gib
    return found


def count(emulator: server.Emulator, subscription: str,
          place: str) -> collections.Counter[str]:
    """What all disks and snapshots of a region use, by quota name."""
    used: collections.Counter[str] = collections.Counter()
    scope = f'/subscriptions/{subscription}'
    for disk in emulator.store.children(_DISKS, scope):
        if disk.location.lower() == place:
            size = disk.properties['diskSizeBytes']
            used.update(needs(disk.body['sku']['name'], -(-size // _GIB)))
    for snapshot in emulator.store.children(_SNAPSHOTS, scope):
        name = _SNAPSHOT_NAMES.get(snapshot.body['sku']['name'])
        if snapshot.location.lower() == place and name is not None:
            used[f'{name}SnapshotCount'] += 1
    return used
