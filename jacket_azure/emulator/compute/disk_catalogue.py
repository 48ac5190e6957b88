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

"""Disks and snapshots in the catalogue of SKUs: a row for each size.

Source: Compute REST API, resource-skus/list; the rows as they appear in
public listings of it (a row's least size is the size of the row below).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import profiles
from jacket_azure.emulator.compute import disk_skus

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_LETTERS = {'Standard_LRS': 'S', 'StandardSSD_LRS': 'E',
            'StandardSSD_ZRS': 'E', 'Premium_LRS': 'P', 'Premium_ZRS': 'P'}
# Stack Hub has Premium and Standard HDD, and knows no performance
_STACK_HUB = ('Standard_LRS', 'Premium_LRS')
# the smallest of Standard HDD is S4
_SMALLEST_HDD_GIB = 32
_OTHERS = (('snapshots', 'Standard_LRS'), ('snapshots', 'Premium_LRS'),
           ('snapshots', 'Standard_ZRS'), ('availabilitySets', 'Aligned'))


def rows(emulator: server.Emulator, location: str) -> list[dict[str, Any]]:
    """All rows of one location that are no sizes of machines."""
    zones = profiles.zones(emulator, location)
    found: list[dict[str, Any]] = []
    for sku, letter in _LETTERS.items():
        redundant = sku.endswith('_ZRS')
        if redundant and not zones or (
                profiles.is_stack_hub(emulator) and sku not in _STACK_HUB):
            continue
        found.extend(
            _row('disks', sku, location, [] if redundant else zones,
                 size=size, capabilities=capabilities)
            for size, capabilities in _sizes(sku, letter))
    if not profiles.is_stack_hub(emulator):
        found.extend(_row(
            'disks', sku, location, zones, size=sku[0],
            capabilities=_adjustable(sku)) for sku in disk_skus.ADJUSTABLE)
    found.extend(
        _row(kind, name, location,
             [] if name.endswith('_ZRS') else zones)
        for kind, name in _OTHERS
        if zones or not name.endswith('_ZRS'))
    return found


def _row(kind: str, name: str, location: str, zones: list[str],
         size: str | None = None,
         capabilities: dict[str, int] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {
        'resourceType': kind, 'name': name,
        'tier': disk_skus.tier_name(name), 'locations': [location],
        'locationInfo': [{'location': location, 'zoneDetails': [],
                          'zones': list(zones)}],
        'capabilities': [{'name': key, 'value': str(value)}
                         for key, value in (capabilities or {}).items()],
        'restrictions': []}
    if size is not None:
        row['size'] = size
    return row


def _sizes(sku: str, letter: str) -> list[tuple[str, dict[str, int]]]:
    """Names and capabilities of the sizes of a SKU, in rising order."""
    found = []
    least = 0
    for most, tier in disk_skus.sizes():
        if letter == 'S' and most < _SMALLEST_HDD_GIB:
            continue
        given = disk_skus.performance(sku, most)
        iops, mbps = given['diskIOPSReadWrite'], given['diskMBpsReadWrite']
        found.append((letter + tier[1:], {
            'MaxSizeGiB': most, 'MinSizeGiB': least,
            'MaxIOps': iops, 'MinIOps': iops,
            'MaxBandwidthMBps': mbps, 'MinBandwidthMBps': mbps,
            'MaxValueOfMaxShares': disk_skus.max_shares(sku, most)}))
        least = most
    return found


def _adjustable(sku: str) -> dict[str, int]:
    largest = disk_skus.max_size_gib(sku)
    least_iops, most_iops = (disk_skus.iops_range(sku, 1)[0],
                             disk_skus.iops_range(sku, largest)[1])
    return {
        'MaxSizeGiB': largest,
        'MinSizeGiB': 4 if sku == 'UltraSSD_LRS' else 1,
        'MaxIOpsReadWrite': most_iops, 'MinIOpsReadWrite': least_iops,
        'MaxBandwidthMBpsReadWrite': disk_skus.mbps_range(
            sku, most_iops)[1],
        'MinBandwidthMBpsReadWrite': disk_skus.mbps_range(sku, 1)[0],
        'MaxIopsPerGiBReadWrite': (
            1000 if sku == 'UltraSSD_LRS' else 500),
        'MinIopsPerGiBReadWrite': 1 if sku == 'UltraSSD_LRS' else 0,
        'MaxIOSizeKiBps': 256, 'MinIOSizeKiBps': 4,
        'MaxValueOfMaxShares': disk_skus.max_shares(sku, largest)}
