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

"""Page blobs in the description of a virtual machine: unmanaged disks.

Source: Compute REST API 2026-04-01, OSDisk and DataDisk, ``vhd``.
"""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import names

CACHING = ('None', 'ReadOnly', 'ReadWrite')


def os_disk(
    spec: models.OsDiskSpec, url: str, max_size_gib: int
) -> dict[str, Any]:
    """Build ``storageProfile.osDisk`` of a disk made with its machine.

    The kind of storage is the account's. Azure deletes no blob together with
    a machine, so there is no ``deleteOption``.

    :param url: where Azure shall make the blob
    """
    if spec.size_gib is not None and not 1 <= spec.size_gib <= max_size_gib:
        raise exceptions.InvalidRequest(
            f'An OS disk has 1 to {max_size_gib} GiB, not {spec.size_gib}.'
        )
    disk: dict[str, Any] = {
        'name': spec.disk_name,
        'createOption': 'FromImage',
        'caching': _caching(spec.caching, 'ReadWrite'),
        'vhd': {'uri': url},
    }
    if spec.size_gib is not None:
        disk['diskSizeGB'] = spec.size_gib
    return disk


def boot_volume(
    url: str, os_type: str, caching: str | None
) -> dict[str, Any]:
    """Build ``storageProfile.osDisk`` that boots from a volume."""
    return {
        'name': names.short(url),
        'createOption': 'Attach',
        'osType': os_type,
        'caching': _caching(caching, 'ReadWrite'),
        'vhd': {'uri': url},
    }


def data_disk(url: str, lun: int, caching: str | None) -> dict[str, Any]:
    """Build one of ``storageProfile.dataDisks`` for a volume."""
    return {
        'lun': lun,
        'name': names.short(url),
        'createOption': 'Attach',
        'caching': _caching(caching, 'None'),
        'vhd': {'uri': url},
    }


def _caching(wanted: str | None, default: str) -> str:
    if wanted is None:
        return default
    if wanted not in CACHING:
        raise exceptions.InvalidRequest(
            f'Host caching is {wanted!r}, must be one of '
            f'{", ".join(CACHING)}.'
        )
    return wanted
