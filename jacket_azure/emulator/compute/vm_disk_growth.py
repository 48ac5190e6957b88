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

"""A disk grown through its machine: another size in the VM's model."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_growth
from jacket_azure.emulator.compute import disk_life


def _wanted(place: disk_checks.Place, entry: dict[str, Any],
            before: dict[str, Any]) -> int | None:
    """The size a disk is to get; None when it keeps the one it has."""
    disk = disk_blobs.disk_of(place.emulator, before)
    has = disk.properties.get('diskSizeGB') if disk else None
    size: int | None = entry.get('diskSizeGB')
    return None if size in (None, has, before.get('diskSizeGB')) else size


def check(place: disk_checks.Place, entry: dict[str, Any],
          before: dict[str, Any]) -> None:
    """Refuse a size a disk cannot have, or not now.

    :param before: the disk's entry in the machine as it is
    :raises ArmError: 400 for a smaller disk, 409 on a running machine
    """
    size = _wanted(place, entry, before)
    if size is None:
        return
    vm = place.emulator.store.get(place.vm_id)
    if vm is None or vm.private.get('power') != 'deallocated':
        raise errors.ArmError(
            409, 'Conflict', 'Disk resizing is allowed only when creating a '
            'VM or when the VM is deallocated.',
            target=f'disk.{before["name"]}')
    disk = disk_blobs.disk_of(place.emulator, before)
    if disk is not None:
        disk_growth.check(place.emulator, disk, size,
                          disk.body['sku']['name'])
    elif size < before['diskSizeGB']:
        raise errors.ArmError(
            409, 'ResizeDiskError', f'New disk size should be higher than '
            f'current disk size, {before["diskSizeGB"]} GB.',
            target='diskSizeGB')


def apply(place: disk_checks.Place, entry: dict[str, Any],
          before: dict[str, Any]) -> dict[str, Any]:
    """Grow the disk; return what changes in its entry."""
    size = _wanted(place, entry, before)
    if size is None:
        return {}
    disk = disk_blobs.disk_of(place.emulator, before)
    if disk is not None:
        disk_life.change(place.emulator, disk,
                         {'properties': {'diskSizeGB': size}})
    else:
        disk_blobs.grow(disk_blobs.address_of(
            place.emulator, before, place.location), size)
    return {'diskSizeGB': size}
