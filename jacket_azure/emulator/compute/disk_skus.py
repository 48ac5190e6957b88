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

"""What each SKU of disks can do: sizes, performance, sharing, sectors.

Source: learn.microsoft.com, virtual-machines/disks-types and disks-shared;
arm-behaviour.md section 4.
"""

from __future__ import annotations

import bisect
from typing import Any

# (up to GiB, Premium tier, IOPS, MB/s)
_PREMIUM = (
    (4, 'P1', 120, 25), (8, 'P2', 120, 25), (16, 'P3', 120, 25),
    (32, 'P4', 120, 25), (64, 'P6', 240, 50), (128, 'P10', 500, 100),
    (256, 'P15', 1100, 125), (512, 'P20', 2300, 150),
    (1024, 'P30', 5000, 200), (2048, 'P40', 7500, 250),
    (4096, 'P50', 7500, 250), (8192, 'P60', 16000, 500),
    (16384, 'P70', 18000, 750), (32767, 'P80', 20000, 900))
_LARGE_SSD = ((8192, 2000, 400), (16384, 4000, 600), (32767, 6000, 750))
_LARGE_HDD = ((8192, 1300, 300), (16384, 2000, 500), (32767, 2000, 500))
# performance is bought apart from the size
ADJUSTABLE = ('UltraSSD_LRS', 'PremiumV2_LRS')
SECTOR_SIZES = (512, 4096)
# up to GiB, and how many machines may share a disk of that size
_SHARES = ((512, 3), (4096, 5), (32767, 10))
_MOST_SHARES = 15


def tier_name(sku: str) -> str:
    """``Premium`` of ``Premium_LRS``, ``Ultra`` of ``UltraSSD_LRS``."""
    first = sku.split('_')[0]
    return {'StandardSSD': 'Standard', 'UltraSSD': 'Ultra',
            'PremiumV2': 'Premium'}.get(first, first)


def sizes() -> list[tuple[int, str]]:
    """Sizes of Premium SSD, up to GiB, with the tier of each."""
    return [row[:2] for row in _PREMIUM]


def max_size_gib(sku: str) -> int:
    """Largest disk of a SKU."""
    return 65536 if sku in ADJUSTABLE else 32767


def has_tiers(sku: str) -> bool:
    """Tell whether disks of the SKU have a performance tier, P1 to P80."""
    return sku.startswith('Premium_')


def baseline_tier(size_gib: int) -> str:
    """The tier a Premium SSD of that size has of itself."""
    return _row(size_gib)[1]


def tiers(size_gib: int) -> list[str]:
    """Tiers a Premium SSD of that size may be given, its own first.

    P60 and above are for disks larger than 4 TiB alone.
    """
    names = [row[1] for row in _PREMIUM]
    last = names.index('P50') if size_gib <= 4096 else len(names) - 1
    return names[names.index(baseline_tier(size_gib)):last + 1]


def _row(size_gib: int) -> tuple[int, str, int, int]:
    sizes = [row[0] for row in _PREMIUM]
    return _PREMIUM[bisect.bisect_left(sizes, size_gib)]


def iops_range(sku: str, size_gib: int) -> tuple[int, int]:
    """Smallest and largest ``diskIOPSReadWrite`` of an adjustable disk."""
    if sku == 'UltraSSD_LRS':
        return max(100, size_gib), min(max(100, 1000 * size_gib), 400_000)
    return 3000, min(max(3000, 500 * size_gib), 80_000)


def mbps_range(sku: str, iops: int) -> tuple[int, int]:
    """Smallest and largest ``diskMBpsReadWrite`` at that many IOPS."""
    if sku == 'UltraSSD_LRS':
        return max(1, 4 * iops // 1024), max(1, min(iops * 256 // 1000,
                                                    10_000))
    return 125, min(max(125, iops // 4), 2000)


def performance(sku: str, size_gib: int, tier: str = '',
                plus: bool = False) -> dict[str, Any]:
    """``diskIOPSReadWrite``, ``diskMBpsReadWrite`` and, if any, ``tier``.

    :param tier: above the disk's own, for Premium SSD
    :param plus: ``performancePlus``, observed for P30 alone
    """
    found: dict[str, Any] = {}
    if sku == 'UltraSSD_LRS':
        iops = max(500, size_gib)
        mbps = max(8, mbps_range(sku, iops)[0])
    elif sku == 'PremiumV2_LRS':
        iops, mbps = 3000, 125
    elif has_tiers(sku):
        _, found['tier'], iops, mbps = _row(size_gib)
        if tier:
            found['tier'] = tier
            iops, mbps = next(row[2:] for row in _PREMIUM if row[1] == tier)
        if plus and found['tier'] == 'P30':
            iops, mbps = 8000, 300
    else:
        ssd = sku.startswith('StandardSSD_')
        iops, mbps = 500, 100 if ssd else 60
        if size_gib > 4096:
            _, iops, mbps = next(row for row in (
                _LARGE_SSD if ssd else _LARGE_HDD) if size_gib <= row[0])
    found['diskIOPSReadWrite'] = iops
    found['diskMBpsReadWrite'] = mbps
    return found


def max_shares(sku: str, size_gib: int) -> int:
    """How many machines may share a disk."""
    if sku in ADJUSTABLE:
        return _MOST_SHARES
    if sku.startswith('Standard_'):
        return 1
    return next(shares for largest, shares in _SHARES if size_gib <= largest)
