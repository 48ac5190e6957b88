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

"""Managed disks as a virtual machine names them; no request is made."""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import disk_skus
from jacket_azure.payload import names


def os_disk(spec: models.OsDiskSpec) -> dict[str, Any]:
    """Build ``storageProfile.osDisk`` of a new disk from an image.

    Source: Compute REST API 2026-04-01, OSDisk, ManagedDiskParameters.
    """
    if spec.sku not in disk_skus.OS_DISK_SKUS:
        raise exceptions.InvalidRequest(
            f'{spec.sku} cannot be the kind of an OS disk, only '
            f'{", ".join(disk_skus.OS_DISK_SKUS)}.'
        )
    size_gib, largest = spec.size_gib, disk_skus.MAX_OS_DISK_GIB
    if size_gib is not None and not 1 <= size_gib <= largest:
        raise exceptions.InvalidRequest(
            f'An OS disk has 1 to {largest} GiB, not {size_gib}.'
        )
    disk: dict[str, Any] = {
        'name': spec.disk_name,
        'createOption': 'FromImage',
        'caching': os_caching(spec.caching),
        'managedDisk': {'storageAccountType': spec.sku},
    }
    if size_gib is not None:
        disk['diskSizeGB'] = size_gib
    if spec.cascade_delete:
        disk['deleteOption'] = 'Delete'
    return disk


def boot_volume(
    disk_id: str, os_type: str, caching: str | None, outlives: bool
) -> dict[str, Any]:
    """Build ``storageProfile.osDisk`` of a volume to boot from.

    :param outlives: say so; it is what Azure does anyway, and where it is
        not an option Azure does not know the word
    """
    return {
        **_attached(disk_id, outlives),
        'osType': os_type,
        'caching': os_caching(caching),
    }


def data_disk(
    disk_id: str, lun: int, caching: str | None, outlives: bool
) -> dict[str, Any]:
    """Build one of ``storageProfile.dataDisks``; *outlives* as above."""
    return {
        'lun': lun,
        **_attached(disk_id, outlives),
        'caching': _known_caching(caching or 'None'),
    }


def os_caching(wanted: str | None) -> str:
    """Return the host caching of an OS disk.

    ReadWrite is Azure's own default for OS disks; it holds up to 4,095 GiB,
    which is also the limit of an OS disk.

    :raises InvalidRequest: an unknown word
    """
    return _known_caching(wanted or 'ReadWrite')


def _known_caching(wanted: str) -> str:
    if wanted not in disk_skus.CACHING:
        raise exceptions.InvalidRequest(
            f'Host caching is {wanted!r}, must be one of '
            f'{", ".join(disk_skus.CACHING)}.'
        )
    return wanted


def _attached(disk_id: str, outlives: bool) -> dict[str, Any]:
    disk: dict[str, Any] = {
        'name': names.parse_resource_id(disk_id).name,
        'createOption': 'Attach',
        'managedDisk': {'id': disk_id},
    }
    if outlives:
        disk['deleteOption'] = 'Detach'
    return disk
