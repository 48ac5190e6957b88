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

"""When a disk may grow.

Source: learn.microsoft.com, virtual-machines/expand-disks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_blobs
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disk_rules
from jacket_azure.emulator.compute import disk_skus

if TYPE_CHECKING:
    from jacket_azure.emulator import server

# an online expansion of Standard and Premium disks stops here
_ONLINE_GIB = 4096


def check(emulator: server.Emulator, disk: store.Resource, size_gib: int,
          sku: str) -> None:
    """Refuse a new size of a disk.

    :raises ArmError: 400 for a size that cannot be, 409 while a machine or
        a shared access signature has the disk
    """
    old = disk.properties['diskSizeBytes']
    if size_gib in (disk.properties.get('diskSizeGB'),
                    -(-old // disk_model.GIB)):
        return
    disk_rules.check_size(size_gib, sku)
    if size_gib * disk_model.GIB < old:
        raise errors.ArmError(
            400, 'BadRequest',
            f'Provided disk size {size_gib} GB must be greater than or equal '
            f'to the existing disk size {old // disk_model.GIB} GB.',
            target='diskSizeGB')
    disk_model.refuse_open_access(emulator, disk, 'disk')
    vm = disk_model.running_owner(emulator, disk)
    if vm is not None and not _grows_online(disk, size_gib, sku):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'Cannot resize disk {disk.name} while it is attached to '
            f'running VM {vm.id}. Resizing a disk of an Azure Virtual '
            f'Machine requires the virtual machine to be deallocated. '
            f'Please stop your VM and retry the operation.')


def _grows_online(disk: store.Resource, size_gib: int, sku: str) -> bool:
    """Data disks may grow under a running VM since 2022, OS disks not."""
    if disk.properties.get('osType') or (
            disk.properties.get('maxShares') or 1) > 1:
        return False
    crosses = (disk.properties['diskSizeBytes']
               <= _ONLINE_GIB * disk_model.GIB < size_gib * disk_model.GIB)
    return sku in disk_skus.ADJUSTABLE or not crosses


def apply(emulator: server.Emulator, disk: store.Resource,
          size_gib: int) -> None:
    """Give a disk its new size, and move its footer."""
    old = disk.properties['diskSizeBytes']
    if size_gib in (disk.properties.get('diskSizeGB'),
                    -(-old // disk_model.GIB)):
        return
    new = size_gib * disk_model.GIB
    container = disk.private.get('container')
    if container is not None:
        vhd_blobs.resize(contents.of(emulator).blob(container), old, new)
    disk.properties.update(diskSizeGB=size_gib, diskSizeBytes=new)
