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

"""What the resource SKU catalogue says about managed disks.

Source: Compute REST API, resource-skus/list, 2021-07-01, resourceType disks.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure.payload import disk_skus
from jacket_azure.payload.disk_skus import Limits

_Row = Mapping[str, Any]


def parse(skus: Iterable[_Row], location: str) -> dict[str, Limits]:
    """Read what disks can be made in one location.

    A SKU has a row for each of its sizes, or one for all.

    :param skus: the ``value`` of resourceSkus, all resource types
    :param location: short name; other locations' rows are ignored
    :returns: limits of every SKU of ours; what the catalogue does not tell
        is as documented, and all of it when it lists no disks at all
    """
    rows: dict[str, list[_Row]] = {}
    for sku in skus:
        if str(sku.get('resourceType')).lower() != 'disks':
            continue
        locations = [str(name).lower() for name in sku.get('locations') or ()]
        if location.lower() in locations:
            rows.setdefault(str(sku.get('name')), []).append(sku)
    if not rows:
        return dict(disk_skus.DOCUMENTED)
    return {
        name: _merge(limits, rows.get(name) or [], location)
        for name, limits in disk_skus.DOCUMENTED.items()
    }


def _merge(limits: Limits, rows: list[_Row], location: str) -> Limits:
    if not rows:
        return dataclasses.replace(
            limits, refusal=f'{location} has no {limits.sku} disks.'
        )
    usable = [row for row in rows if not _refused(row, location)]
    if not usable:
        return dataclasses.replace(
            limits,
            refusal=f'The subscription may not use {limits.sku} disks in '
            f'{location}.',
        )
    told = [_numbers(row) for row in usable]
    smallest = [row['minsizegib'] for row in told if 'minsizegib' in row]
    largest = [row['maxsizegib'] for row in told if 'maxsizegib' in row]
    changes: dict[str, Any] = {'zones': _zones(usable, location)}
    if largest:
        changes['max_size_gib'] = max(largest)
    if smallest:
        # a row's least is the size of the row below, the first one's zero
        changes['min_size_gib'] = max(limits.min_size_gib, min(smallest))
    shares = tuple(
        sorted(
            (row['maxsizegib'], row['maxvalueofmaxshares'])
            for row in told
            if 'maxsizegib' in row and 'maxvalueofmaxshares' in row
        )
    )
    if shares:
        changes['shares'] = shares
    if limits.iops is not None and limits.mbps is not None:
        changes.update(_performance(limits, told))
    return dataclasses.replace(limits, **changes)


def _performance(limits: Limits, told: list[dict[str, int]]) -> _Row:
    found: dict[str, Any] = {}
    for name, least, most, known in (
        ('iops', 'miniopsreadwrite', 'maxiopsreadwrite', limits.iops),
        (
            'mbps',
            'minbandwidthmbpsreadwrite',
            'maxbandwidthmbpsreadwrite',
            limits.mbps,
        ),
    ):
        low, high = known or (0, 0)
        found[name] = (
            min((row[least] for row in told if least in row), default=low),
            max((row[most] for row in told if most in row), default=high),
        )
    low, high = limits.iops_per_gib
    found['iops_per_gib'] = (
        min(
            (
                row['miniopspergibreadwrite']
                for row in told
                if 'miniopspergibreadwrite' in row
            ),
            default=low,
        ),
        max(row.get('maxiopspergibreadwrite', 0) for row in told) or high,
    )
    return found


def _numbers(row: _Row) -> dict[str, int]:
    """Return the capabilities that are numbers, names in lower case."""
    found = {}
    for item in row.get('capabilities') or ():
        try:
            value = int(float(item.get('value')))
        except (TypeError, ValueError, OverflowError):
            continue
        found[str(item.get('name')).lower()] = value
    return found


def _zones(rows: list[_Row], location: str) -> tuple[str, ...]:
    zones: set[str] = set()
    for row in rows:
        for info in row.get('locationInfo') or ():
            if str(info.get('location')).lower() == location.lower():
                zones.update(str(zone) for zone in info.get('zones') or ())
        for item in row.get('restrictions') or ():
            if item.get('type') == 'Zone':
                refused = (item.get('restrictionInfo') or {}).get('zones')
                zones.difference_update(str(zone) for zone in refused or ())
    return tuple(sorted(zones))


def _refused(row: _Row, location: str) -> bool:
    return any(
        item.get('type') == 'Location'
        and location.lower()
        in [str(value).lower() for value in item.get('values') or ()]
        for item in row.get('restrictions') or ()
    )
