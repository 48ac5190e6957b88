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

"""What each SKU of managed disks can do, as documented.

The resource SKU catalogue of a location may know better, see
``disk_catalogue.py``; these numbers hold where it says nothing.

Source: learn.microsoft.com, virtual-machines/disks-types, disks-shared,
disks-change-performance.
"""

from __future__ import annotations

import bisect
import dataclasses

from jacket_azure import exceptions

# performance is bought apart from the size; data disks only
ADJUSTABLE = ('PremiumV2_LRS', 'UltraSSD_LRS')
# UltraSSD_LRS and PremiumV2_LRS hold no operating system
OS_DISK_SKUS = (
    'StandardSSD_LRS',
    'Standard_LRS',
    'StandardSSD_ZRS',
    'Premium_LRS',
    'Premium_ZRS',
)
# the default first
SKUS = (*OS_DISK_SKUS, *ADJUSTABLE)
CACHING = ('None', 'ReadOnly', 'ReadWrite')
SECTOR_BYTES = (512, 4096)
MAX_OS_DISK_GIB = 4095
# from this size on no host caches a disk
UNCACHED_GIB = 4096
# an attached disk of a fixed SKU does not grow across this size
ONLINE_GROWTH_GIB = 4096

_LARGEST_GIB = 32767
_LARGEST_ADJUSTABLE_GIB = 65536
# tiers of Premium SSD: up to GiB
_TIERS = (
    (4, 'P1'),
    (8, 'P2'),
    (16, 'P3'),
    (32, 'P4'),
    (64, 'P6'),
    (128, 'P10'),
    (256, 'P15'),
    (512, 'P20'),
    (1024, 'P30'),
    (2048, 'P40'),
    (4096, 'P50'),
    (8192, 'P60'),
    (16384, 'P70'),
    (32767, 'P80'),
)
# tiers above it are for disks that are larger than 4 TiB themselves
_LAST_SMALL_TIER = 'P50'


@dataclasses.dataclass(frozen=True)
class Limits:
    """What disks of one SKU can be, in one location.

    :ivar shares: up to GiB, and how many machines may share such a disk
    :ivar iops: least and most that can be provisioned, None where the size
        alone decides
    :ivar iops_per_gib: least and most, between those of *iops*
    :ivar mbps: least and most, as *iops*
    :ivar kb_per_io: least and most kB/s for each of the IOPS
    :ivar zones: where it can be made; None for not known
    :ivar refusal: why this subscription cannot have it here at all
    """

    sku: str
    min_size_gib: int = 1
    max_size_gib: int = _LARGEST_GIB
    shares: tuple[tuple[int, int], ...] = ((_LARGEST_GIB, 1),)
    iops: tuple[int, int] | None = None
    iops_per_gib: tuple[int, int] = (0, 0)
    mbps: tuple[int, int] | None = None
    kb_per_io: tuple[int, int] = (0, 0)
    zones: tuple[str, ...] | None = None
    refusal: str | None = None

    def most_shares(self, size_gib: int) -> int:
        """Return how many machines may have it attached at once."""
        for up_to_gib, most in self.shares:
            if size_gib <= up_to_gib:
                return most
        return 1

    def iops_range(self, size_gib: int) -> tuple[int, int]:
        """Return the least and most IOPS of a disk of that size."""
        least, most = self.iops or (0, 0)
        low, high = self.iops_per_gib
        return (
            max(least, min(most, low * size_gib)),
            min(most, max(least, high * size_gib)),
        )

    def mbps_range(self, iops: int) -> tuple[int, int]:
        """Return the least and most MB/s of a disk with that many IOPS."""
        least, most = self.mbps or (0, 0)
        low, high = self.kb_per_io
        return (
            max(least, min(most, -(-low * iops // 1000))),
            min(most, max(least, high * iops // 1000)),
        )


_SSD_SHARES = ((512, 3), (4096, 5), (_LARGEST_GIB, 10))
_ADJUSTABLE_SHARES = ((_LARGEST_ADJUSTABLE_GIB, 15),)

DOCUMENTED = {
    limits.sku: limits
    for limits in (
        Limits('StandardSSD_LRS', shares=_SSD_SHARES),
        Limits('Standard_LRS'),
        Limits('StandardSSD_ZRS', shares=_SSD_SHARES),
        Limits('Premium_LRS', shares=_SSD_SHARES),
        Limits('Premium_ZRS', shares=_SSD_SHARES),
        Limits(
            'PremiumV2_LRS',
            max_size_gib=_LARGEST_ADJUSTABLE_GIB,
            shares=_ADJUSTABLE_SHARES,
            iops=(3000, 80_000),
            iops_per_gib=(0, 500),
            mbps=(125, 2000),
            kb_per_io=(0, 250),
        ),
        Limits(
            'UltraSSD_LRS',
            min_size_gib=4,
            max_size_gib=_LARGEST_ADJUSTABLE_GIB,
            shares=_ADJUSTABLE_SHARES,
            iops=(100, 400_000),
            iops_per_gib=(1, 1000),
            mbps=(1, 10_000),
            kb_per_io=(4, 256),
        ),
    )
}


def check_sku(sku: str) -> None:
    """Refuse a SKU that is none.

    :raises InvalidRequest: says which there are
    """
    if sku not in SKUS:
        raise exceptions.InvalidRequest(
            f'{sku} is no kind of managed disk; allowed are '
            f'{", ".join(SKUS)}.'
        )


def is_zone_redundant(sku: str) -> bool:
    """Say whether disks of the SKU are in all zones at once."""
    return sku.endswith('_ZRS')


def has_tiers(sku: str) -> bool:
    """Say whether disks of the SKU have a performance tier, P1 to P80."""
    return sku.startswith('Premium_')


def own_tier(size_gib: int) -> str:
    """Return the tier that a Premium SSD of that size has of itself."""
    sizes = [up_to for up_to, _ in _TIERS]
    return _TIERS[min(bisect.bisect_left(sizes, size_gib), len(_TIERS) - 1)][1]


def tiers(size_gib: int) -> tuple[str, ...]:
    """Return the tiers a Premium SSD of that size may have, its own first."""
    names = [name for _, name in _TIERS]
    last = len(names) - 1
    if size_gib <= ONLINE_GROWTH_GIB:
        last = names.index(_LAST_SMALL_TIER)
    return tuple(names[names.index(own_tier(size_gib)) : last + 1])
