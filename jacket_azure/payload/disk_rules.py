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

"""Disks that cannot be: one sentence each, before anything is sent.

Source: learn.microsoft.com, virtual-machines/disks-types, disks-shared,
expand-disks, disks-convert-types.
"""

from __future__ import annotations

from jacket_azure import exceptions
from jacket_azure.payload import disk_skus
from jacket_azure.payload.disk_skus import Limits
from jacket_azure.payload.volume_kind import Kind


def check(kind: Kind, size_gib: int, limits: Limits) -> None:
    """Refuse a disk that Azure does not have.

    :raises InvalidRequest: says what is wrong and what is allowed
    """
    if limits.refusal is not None:
        raise exceptions.InvalidRequest(limits.refusal)
    check_size(size_gib, limits)
    _check_zone(kind, limits)
    _check_caching(kind, size_gib)
    _check_shares(kind, size_gib, limits)
    _check_performance(kind, size_gib, limits)
    _check_tier(kind, size_gib)
    _check_layout(kind)


def check_size(size_gib: int, limits: Limits) -> None:
    """Refuse a size no disk of the SKU has."""
    if not limits.min_size_gib <= size_gib <= limits.max_size_gib:
        raise exceptions.InvalidRequest(
            f'A {limits.sku} disk has {limits.min_size_gib} to '
            f'{limits.max_size_gib} GiB, not {size_gib}.'
        )


def caching_of(
    kind: Kind, size_gib: int, wanted: str | None = None
) -> str:
    """Return the host caching of a data disk when it is attached.

    A disk that has outgrown the cache since its type was chosen goes
    without, for else it could not be attached any more.

    :param wanted: instead of what the volume type says
    """
    if why_uncached(kind, size_gib):
        return 'None'
    return wanted or kind.caching or 'None'


def why_uncached(kind: Kind, size_gib: int) -> str | None:
    """Return why no host caches such a disk, None where one may."""
    if kind.sku in disk_skus.ADJUSTABLE:
        return f'is {kind.sku}'
    if size_gib >= disk_skus.UNCACHED_GIB:
        return f'has {disk_skus.UNCACHED_GIB} GiB or more'
    if kind.max_shares > 1:
        return 'is shared by several machines'
    return None


def _check_zone(kind: Kind, limits: Limits) -> None:
    if disk_skus.is_zone_redundant(kind.sku):
        if kind.zone is not None:
            raise exceptions.InvalidRequest(
                f'A {kind.sku} disk is in all zones and cannot be put into '
                f'zone {kind.zone}.'
            )
        return
    if limits.zones is None:
        return
    if kind.zone is not None and kind.zone not in limits.zones:
        allowed = ', '.join(limits.zones) or 'none, the location has no zones'
        raise exceptions.InvalidRequest(
            f'{kind.sku} disks cannot be made in zone {kind.zone}; allowed '
            f'are {allowed}.'
        )
    if kind.zone is None and limits.zones and (
        kind.sku in disk_skus.ADJUSTABLE
    ):
        raise exceptions.InvalidRequest(
            f'A {kind.sku} disk needs a zone, one of '
            f'{", ".join(limits.zones)}.'
        )


def _check_caching(kind: Kind, size_gib: int) -> None:
    if kind.caching is None or kind.caching == 'None':
        return
    reason = why_uncached(kind, size_gib)
    if reason is not None:
        raise exceptions.InvalidRequest(
            f'Host caching {kind.caching} is not possible for a disk that '
            f'{reason}.'
        )


def _check_shares(kind: Kind, size_gib: int, limits: Limits) -> None:
    most = limits.most_shares(size_gib)
    if kind.max_shares > most:
        raise exceptions.InvalidRequest(
            f'A {kind.sku} disk of {size_gib} GiB can be attached to '
            f'{most} machine{"s" if most > 1 else ""} at once, not to '
            f'{kind.max_shares}.'
        )


def _check_performance(kind: Kind, size_gib: int, limits: Limits) -> None:
    if limits.iops is None:
        for name, value in (('IOPS', kind.iops), ('MB/s', kind.mbps)):
            if value is not None:
                raise exceptions.InvalidRequest(
                    f'{name} of a {kind.sku} disk follow from its size and '
                    f'cannot be set; they can for '
                    f'{" and ".join(disk_skus.ADJUSTABLE)}.'
                )
        return
    least, most = limits.iops_range(size_gib)
    if kind.iops is not None and not least <= kind.iops <= most:
        raise exceptions.InvalidRequest(
            f'A {kind.sku} disk of {size_gib} GiB has {least} to {most} '
            f'IOPS, not {kind.iops}.'
        )
    # without a wish Azure gives at least the smallest number
    iops = kind.iops if kind.iops is not None else least
    least, most = limits.mbps_range(iops)
    if kind.mbps is not None and not least <= kind.mbps <= most:
        raise exceptions.InvalidRequest(
            f'A {kind.sku} disk with {iops} IOPS has {least} to {most} '
            f'MB/s, not {kind.mbps}.'
        )


def _check_tier(kind: Kind, size_gib: int) -> None:
    if kind.tier is None:
        return
    if not disk_skus.has_tiers(kind.sku):
        raise exceptions.InvalidRequest(
            f'A {kind.sku} disk has no performance tier; Premium_LRS and '
            f'Premium_ZRS disks have.'
        )
    allowed = disk_skus.tiers(size_gib)
    if kind.tier not in allowed:
        raise exceptions.InvalidRequest(
            f'A {kind.sku} disk of {size_gib} GiB has one of the tiers '
            f'{", ".join(allowed)}, not {kind.tier}.'
        )


def _check_layout(kind: Kind) -> None:
    adjustable = kind.sku in disk_skus.ADJUSTABLE
    if kind.sector_bytes is not None and not adjustable:
        raise exceptions.InvalidRequest(
            f'The sectors of a {kind.sku} disk have 512 bytes; only those of '
            f'{" and ".join(disk_skus.ADJUSTABLE)} can be chosen.'
        )
    if kind.snapshots == 'full' and adjustable:
        raise exceptions.InvalidRequest(
            f'{kind.sku} disks have incremental snapshots only.'
        )


def why_offline_growth(
    kind: Kind, old_gib: int, new_gib: int, has_system: bool
) -> str | None:
    """Return why a disk does not grow under a running machine.

    :param has_system: it holds an operating system
    :returns: None when it does
    """
    if has_system:
        return 'it holds an operating system'
    if kind.max_shares > 1:
        return 'several machines may share it'
    limit = disk_skus.ONLINE_GROWTH_GIB
    if kind.sku not in disk_skus.ADJUSTABLE and old_gib <= limit < new_gib:
        return f'{kind.sku} disks cross {limit} GiB only when detached'
    return None


def why_new_disk(old: Kind, new: Kind) -> str | None:
    """Return why a disk cannot become another kind in place.

    :param new: without a zone it stays where it is
    :returns: None when it can
    """
    if new.zone not in (None, old.zone):
        return f'it is in {_place(old.zone)}, not in {_place(new.zone)}'
    if new.sector_bytes not in (None, old.sector_bytes):
        return 'its sectors have another size'
    if new.encryption_set is not None and (
        new.encryption_set.lower() != (old.encryption_set or '').lower()
    ):
        return 'it is encrypted with another key'
    if new.sku == old.sku:
        return None
    if disk_skus.is_zone_redundant(new.sku) != (
        disk_skus.is_zone_redundant(old.sku)
    ):
        return f'{old.sku} and {new.sku} keep their copies in other places'
    if 'UltraSSD_LRS' in (old.sku, new.sku) or (
        old.sku in disk_skus.ADJUSTABLE
    ):
        return f'{old.sku} does not turn into {new.sku}'
    return None


def _place(zone: str | None) -> str:
    return f'zone {zone}' if zone else 'no zone'
