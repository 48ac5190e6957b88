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

"""Disks as managed disks."""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import names

# UltraSSD_LRS and PremiumV2_LRS are data disks only
OS_DISK_SKUS = (
    'Standard_LRS',
    'StandardSSD_LRS',
    'StandardSSD_ZRS',
    'Premium_LRS',
    'Premium_ZRS',
)
CACHING = ('None', 'ReadOnly', 'ReadWrite')
MAX_OS_DISK_GIB = 4095


class ManagedDisks:
    """The model for clouds with managed disks."""

    def describe_os_disk(self, spec: models.OsDiskSpec) -> dict[str, Any]:
        """Build ``storageProfile.osDisk`` of a managed disk.

        Source: Compute REST API 2026-04-01, OSDisk, ManagedDiskParameters.
        """
        if spec.sku not in OS_DISK_SKUS:
            raise exceptions.InvalidRequest(
                f'{spec.sku} cannot be the kind of an OS disk, only '
                f'{", ".join(OS_DISK_SKUS)}.'
            )
        size_gib = spec.size_gib
        if size_gib is not None and not 1 <= size_gib <= MAX_OS_DISK_GIB:
            raise exceptions.InvalidRequest(
                f'An OS disk has 1 to {MAX_OS_DISK_GIB} GiB, not {size_gib}.'
            )
        disk: dict[str, Any] = {
            'name': names.os_disk_name(spec.uuid),
            'createOption': 'FromImage',
            'caching': choose_caching(spec.caching),
            'managedDisk': {'storageAccountType': spec.sku},
        }
        if size_gib is not None:
            disk['diskSizeGB'] = size_gib
        if spec.cascade_delete:
            disk['deleteOption'] = 'Delete'
        return disk


def choose_caching(wanted: str | None) -> str:
    """Return the host caching of an OS disk.

    ReadWrite is Azure's own default for OS disks; it holds up to 4,095 GiB,
    which is also the limit of an OS disk.

    :raises InvalidRequest: an unknown word
    """
    if wanted is None:
        return 'ReadWrite'
    if wanted not in CACHING:
        raise exceptions.InvalidRequest(
            f'Host caching is {wanted!r}, must be one of '
            f'{", ".join(CACHING)}.'
        )
    return wanted
