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

"""Disks that cannot be, and in which words their maker is told.

The texts about IOPS and MB/s are the service's; others say what the
documentation says in the service's form and are unverified.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import disk_skus

_BURST_GIB = 512
_PLUS_GIB = 513
# disks of that size and larger have no host cache
_CACHED_GIB = 4096
_PERFORMANCE = ('diskIOPSReadWrite', 'diskMBpsReadWrite')


def check_size(value: int, sku: str) -> None:
    """Refuse a size no disk can have.

    :raises ArmError: 400 InvalidParameter with target diskSizeGB
    """
    largest = disk_skus.max_size_gib(sku)
    if not 1 <= value <= largest:
        raise errors.invalid_parameter(
            'diskSizeGB', f"The value '{value}' of parameter 'diskSizeGB' is "
            f"out of range. The value must be between '1' and '{largest}', "
            f"inclusive.")


def check(sku: str, size_gib: int, wanted: dict[str, Any],
          known: dict[str, Any] | None = None) -> None:
    """Refuse properties a disk of that SKU and size cannot have.

    :param wanted: properties of the request
    :param known: properties of a disk that exists; what a client read from
        it and sends back unchanged is no wish
    :raises ArmError: 400
    """
    asked = {key: value for key, value in wanted.items()
             if known is None or value != known.get(key)}
    if sku in disk_skus.ADJUSTABLE:
        _check_performance(sku, size_gib, {**(known or {}), **wanted})
    else:
        _refuse_performance(sku, size_gib, asked)
    _check_tier(sku, size_gib, asked)
    _check_shares(sku, size_gib, asked)
    if asked.get('burstingEnabled') and (
            not disk_skus.has_tiers(sku) or size_gib <= _BURST_GIB):
        raise errors.invalid_parameter(
            'disk.burstingEnabled', f'On-demand bursting can be enabled only '
            f'on Premium SSD disks larger than {_BURST_GIB} GB.')


def check_creation(sku: str, size_gib: int, data: dict[str, Any],
                   zones: list[str]) -> None:
    """Refuse ``creationData`` that does not go with the SKU.

    :raises ArmError: 400
    """
    sector = data.get('logicalSectorSize')
    if sector is not None and sku not in disk_skus.ADJUSTABLE:
        raise errors.invalid_parameter(
            'disk.creationData.logicalSectorSize',
            f"Parameter 'disk.creationData.logicalSectorSize' is not allowed "
            f"for disks of Sku {sku}.")
    if sector not in (None, *disk_skus.SECTOR_SIZES):
        raise errors.invalid_parameter(
            'disk.creationData.logicalSectorSize',
            f"The value '{sector}' of parameter 'disk.creationData."
            f"logicalSectorSize' is not valid. Supported values are 512 and "
            f"4096.")
    if data.get('performancePlus') and size_gib < _PLUS_GIB:
        raise errors.invalid_parameter(
            'disk.creationData.performancePlus',
            f'Performance plus can be enabled only on disks of at least '
            f'{_PLUS_GIB} GB.')
    if zones and sku.endswith('_ZRS'):
        raise errors.invalid_parameter(
            'zones', f'Zones cannot be specified for a disk of Sku {sku}, '
            f'which is in all zones.')
    if sku in disk_skus.ADJUSTABLE and data['createOption'] not in (
            'Empty', 'Copy', 'Upload', 'Restore'):
        raise errors.ArmError(
            400, 'BadRequest', f"Disks of Sku {sku} cannot be created with "
            f"createOption '{data['createOption']}'.")


def check_security(wanted: dict[str, Any], inherited: dict[str, Any]) -> None:
    """Refuse a security type that the source, or generation 1, has not.

    Nobody can give it to a disk that was made without, not by a copy either
    (MicrosoftDocs/azure-docs #112364); the texts are unverified.

    :raises ArmError: 400
    """
    asked = (wanted.get('securityProfile') or {}).get('securityType')
    if asked is None:
        return
    generation = inherited.get('hyperVGeneration') or (
        wanted.get('hyperVGeneration'))
    if generation != 'V2':
        raise errors.invalid_parameter(
            'disk.securityProfile.securityType',
            f"The security type '{asked}' is supported only for disks of "
            f"Hypervisor Generation 'V2'.")
    known = (inherited.get('securityProfile') or {}).get('securityType')
    if wanted['creationData']['createOption'] in ('Copy', 'Restore') and (
            asked != known):
        raise errors.ArmError(
            400, 'BadRequest',
            'Security type of the disk is not compatible with the security '
            'type of its source.')


def check_caching(entry: dict[str, Any], sku: str, size_gib: int,
                  shares: int = 1) -> None:
    """Refuse host caching where there is none.

    :raises ArmError: 400 InvalidParameter, unverified texts
    """
    if entry.get('caching') in (None, 'None'):
        return
    reason = ''
    if sku in disk_skus.ADJUSTABLE:
        reason = f'of Sku {sku}'
    elif size_gib >= _CACHED_GIB:
        reason = f'of {_CACHED_GIB} GB and larger'
    elif shares > 1:
        reason = 'with maxShares above 1'
    if reason:
        raise errors.invalid_parameter(
            'dataDisk.caching', f"The value '{entry['caching']}' of "
            f"parameter 'dataDisk.caching' is not supported for disks "
            f"{reason}.")


def _check_performance(sku: str, size_gib: int,
                       wanted: dict[str, Any]) -> None:
    defaults = disk_skus.performance(sku, size_gib)
    iops = wanted.get(_PERFORMANCE[0]) or defaults[_PERFORMANCE[0]]
    mbps = wanted.get(_PERFORMANCE[1])
    for name, value, (least, most) in (
            (_PERFORMANCE[0], iops, disk_skus.iops_range(sku, size_gib)),
            (_PERFORMANCE[1], mbps, disk_skus.mbps_range(sku, iops))):
        if value is not None and not least <= value <= most:
            raise errors.ArmError(
                400, 'BadRequest',
                f'The value {value} of parameter disk.{name} is not valid. '
                f'The supported range for a {sku} disk of size {size_gib} GB '
                f'is between {least} and {most}.')


def _refuse_performance(sku: str, size_gib: int,
                        asked: dict[str, Any]) -> None:
    given = disk_skus.performance(sku, size_gib)
    for name in _PERFORMANCE:
        if asked.get(name) not in (None, given[name]):
            raise errors.ArmError(
                400, 'BadRequest',
                f"Parameter 'disk.{name}' cannot be set for disks of Sku "
                f"{sku}; it can be set for "
                f"{' and '.join(disk_skus.ADJUSTABLE)}.")


def _check_tier(sku: str, size_gib: int, asked: dict[str, Any]) -> None:
    tier = asked.get('tier')
    # some Standard disks answer S4, which may be sent back
    if tier is None or not disk_skus.has_tiers(sku):
        return
    known = disk_skus.tiers(size_gib)
    if tier not in known:
        raise errors.invalid_parameter(
            'disk.tier', f"The value '{tier}' of parameter 'disk.tier' is "
            f"not valid for a disk of size {size_gib} GB. Supported values "
            f"are: {', '.join(known)}.")


def _check_shares(sku: str, size_gib: int, asked: dict[str, Any]) -> None:
    shares = asked.get('maxShares')
    most = disk_skus.max_shares(sku, size_gib)
    if shares is not None and not 1 <= shares <= most:
        raise errors.invalid_parameter(
            'disk.maxShares', f"The value '{shares}' of parameter "
            f"'disk.maxShares' is out of range. The value must be between "
            f"'1' and '{most}', inclusive.")
