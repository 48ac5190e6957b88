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

"""What a page blob can be, refused before anything is made."""

from __future__ import annotations

from jacket_azure import exceptions
from jacket_azure.disks import models

# of a page blob, without its footer; a machine takes less
MAX_BLOB_GIB = 8 * 1024 - 1
# Source: Azure "Scalability targets for standard storage accounts"
MAX_ACCOUNT_GIB = 5 * 1024**2


def check(
    size_gib: int, kind: models.Kind, sku: str, max_size_gib: int
) -> None:
    """Refuse a volume that cannot be made.

    :param sku: the account's
    :param max_size_gib: of a disk on this cloud
    :raises InvalidRequest: says what is allowed
    """
    if not 1 <= size_gib <= max_size_gib:
        raise exceptions.InvalidRequest(
            f'A volume in a page blob has 1 to {max_size_gib} GiB, not '
            f'{size_gib}.'
        )
    if kind.sku != sku:
        raise exceptions.InvalidRequest(
            f'The storage account keeps all volumes as {sku}; azure:sku = '
            f'{kind.sku} is not possible with page blobs.'
        )
    for key, given in (
        ('an availability zone', kind.zone),
        ('provisioned IOPS', kind.iops),
        ('provisioned MB/s', kind.mbps),
        ('azure:tier', kind.tier),
        ('azure:sector_bytes', kind.sector_bytes),
        ('azure:encryption_set', kind.encryption_set),
    ):
        if given:
            raise exceptions.InvalidRequest(
                f'A volume in a page blob has no choice of {key}; {given} '
                f'was asked for.'
            )
    if kind.max_shares > 1:
        raise exceptions.InvalidRequest(
            'A page blob can be attached to one machine only; multiattach '
            'is not possible.'
        )
    if kind.snapshots != 'incremental':
        raise exceptions.InvalidRequest(
            'Snapshots of page blobs are always incremental; azure:snapshots '
            f'= {kind.snapshots} is not possible.'
        )


def check_growth(
    disk: models.Disk, size_gib: int, max_size_gib: int
) -> None:
    """Refuse a growth that cannot be."""
    if disk.attached_to:
        raise exceptions.InvalidRequest(
            'A page blob cannot grow while a machine has it attached.'
        )
    if size_gib <= disk.size_gib:
        raise exceptions.InvalidRequest(
            f'A volume of {disk.size_gib} GiB cannot be made {size_gib} GiB '
            f'large.'
        )
    if size_gib > max_size_gib:
        raise exceptions.InvalidRequest(
            f'A volume in a page blob has {max_size_gib} GiB at most, not '
            f'{size_gib}.'
        )


def check_source(what: str, source_bytes: int, size_gib: int) -> None:
    """Refuse to make a volume smaller than what it is made from."""
    if source_bytes > size_gib * models.GIB:
        raise exceptions.InvalidRequest(
            f'The {what} has {source_bytes / models.GIB:g} GiB; a volume '
            f'made from it cannot have {size_gib} GiB.'
        )
