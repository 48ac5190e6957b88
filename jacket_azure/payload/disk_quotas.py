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

"""How many more managed disks the subscription's quotas allow.

Source: Compute REST API, usage/list, the names that end with DiskCount and
DiskSizeInGB; "azure-subscription-service-limits" on learn.microsoft.com.
"""

from __future__ import annotations

from jacket_azure.payload import quotas

_NAMES = {
    'Standard_LRS': 'Standard',
    'StandardSSD_LRS': 'StandardSSD',
    'StandardSSD_ZRS': 'StandardSSDZRS',
    'Premium_LRS': 'Premium',
    'Premium_ZRS': 'PremiumZRS',
    'PremiumV2_LRS': 'PremiumV2',
    'UltraSSD_LRS': 'UltraSSD',
}
# of each SKU in a region, where Azure does not tell
_MOST_DISKS = 50_000


def free_gib(
    known: quotas.Quotas, sku: str, disks: int, max_size_gib: int
) -> int:
    """Return how many GiB of a SKU can still be made, 0 for none.

    A limit on the number of disks allows that many of the largest size.

    :param disks: how many there are
    """
    name = _NAMES[sku]
    count = known.get(f'{name}DiskCount')
    left = count.free if count else max(0, _MOST_DISKS - disks)
    size = known.get(f'{name}DiskSizeInGB')
    by_count = left * max_size_gib
    return min(by_count, size.free) if size else by_count
