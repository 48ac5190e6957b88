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

"""Which machines can hibernate, decided before Azure is asked."""

from __future__ import annotations

from collections import abc
from typing import Any

from jacket_azure.payload.images import ImageFacts
from jacket_azure.payload.vm_sizes import VmSize

# Source: learn.microsoft.com, virtual-machines/hibernate-resume.
MAX_MEMORY_MB = 64 * 1024


def hindrance(
    vm: abc.Mapping[str, Any], size: VmSize, image: ImageFacts | None
) -> str | None:
    """Return why a machine cannot hibernate, None when it can.

    :param vm: body that is to make it
    :param image: of the marketplace; None for any other
    """
    properties = vm['properties']
    disk = properties['storageProfile']['osDisk']
    if not size.hibernation or size.memory_mb > MAX_MEMORY_MB:
        return f'the VM size {size.name} cannot'
    if properties.get('priority') == 'Spot':
        return 'Spot machines cannot'
    if not disk.get('managedDisk') or disk.get('diffDiskSettings'):
        return 'its OS disk is no managed disk'
    if image is None or not image.hibernation:
        return 'its image is not known to'
    size_gib = disk.get('diskSizeGB') or image.size_gib or 0
    if size_gib * 1024 <= size.memory_mb:
        return (
            f'its OS disk of {size_gib} GiB has no room for '
            f'{size.memory_mb} MiB of memory'
        )
    return None


def enable(vm: abc.Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a machine that can hibernate.

    Source: Compute REST API 2026-04-01, AdditionalCapabilities.
    """
    properties = vm['properties']
    capabilities = properties.get('additionalCapabilities') or {}
    return {
        **vm,
        'properties': {
            **properties,
            'additionalCapabilities': {
                **capabilities,
                'hibernationEnabled': True,
            },
        },
    }


def is_enabled(vm: abc.Mapping[str, Any]) -> bool:
    """Tell whether a machine was made able to hibernate."""
    properties = vm.get('properties') or {}
    capabilities = properties.get('additionalCapabilities') or {}
    return bool(capabilities.get('hibernationEnabled'))
