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

"""What a machine's size, disks and interfaces cannot be changed to."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import capacity
from jacket_azure.emulator.compute import change_checks
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import usages
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_disk_growth
from jacket_azure.emulator.compute import vm_disk_swap
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.router import ArmRequest


def check_size(request: ArmRequest, vm: store.Resource,
               place: disk_checks.Place, properties: dict[str, Any]) -> None:
    """A resize has the same limits as a create, and one of its own."""
    old, new = vm_model.find_size(vm.body), place.size
    if old.name == new.name:
        return
    image = vm.private.get('image')
    vm_checks.check_generation(
        new, vm.private.get('generation', 'V1'),
        image.architecture if image else new.architecture)
    if bool(old.temp_mb) != bool(new.temp_mb):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Unable to resize the VM '{vm.name}' since changing from "
            f"resource disk to non-resource disk VM size and vice-versa is "
            f"not allowed. Please refer to https://aka.ms/AAah4sj for more "
            f"details.", target='vmSize')
    capacity.check_cluster(request.emulator, vm, new)
    _check_disks(vm, place)
    vm_checks.check_available(request.emulator, vm.id, new, vm.location,
                             place.zones)
    usages.check(request.emulator, request.subscription, vm.location, new,
                 replaces=old, spot=properties.get('priority') == 'Spot')


def _check_disks(vm: store.Resource, place: disk_checks.Place) -> None:
    """Premium disks and the number of disks bound the choice of a size."""
    storage = vm.properties['storageProfile']
    entries = [storage['osDisk'], *storage['dataDisks']]
    for entry in entries:
        disk = disk_blobs.disk_of(place.emulator, entry)
        sku = disk.body['sku']['name'] if disk is not None else ''
        if sku.startswith('Premium') and not place.size.premium:
            raise errors.ArmError(
                409, 'OperationNotAllowed',
                f"The VM '{vm.name}' cannot be resized to {place.size.name} "
                f"because the storage account type '{sku}' of disk "
                f"'{entry['name']}' is not supported for that size.",
                target='vmSize')
    if (len(storage['dataDisks'])) > place.size.disks:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The maximum number of data disks allowed to be attached to a '
            f'VM of this size is {place.size.disks}.', target='dataDisks')


def check_storage(vm: store.Resource, place: disk_checks.Place,
                  storage: dict[str, Any], size: int | None) -> None:
    """Refuse another image, or an OS disk it cannot have.

    :param size: ``osDisk.diskSizeGB`` as the request says it
    """
    known = vm.properties['storageProfile']
    reference = storage.get('imageReference')
    old = known.get('imageReference')
    if reference is not None and old is not None:
        for key in ('publisher', 'offer', 'sku', 'version', 'id'):
            if (reference.get(key) or '').lower() != (
                    old.get(key) or '').lower():
                raise change_checks.not_allowed('imageReference')
    if old is not None:
        storage['imageReference'] = old
    disk = storage.setdefault('osDisk', known['osDisk'])
    wanted = (disk.get('managedDisk') or {}).get('id')
    if wanted and place.blob_based:
        raise change_checks.not_allowed('osDisk.managedDisk')
    vm_disk_swap.check_alone({'dataDisks': known['dataDisks'], **storage})
    if vm_disk_swap.is_asked(known['osDisk'], disk):
        vm_disk_swap.check(vm, place, storage, size)
        return
    if disk_blobs.is_one(disk) and disk.get('vhd') != known['osDisk'].get(
            'vhd'):
        raise change_checks.not_allowed('osDisk.vhd.uri')
    vm_disk_growth.check(place, disk, known['osDisk'])
    if disk.get('name') not in (None, known['osDisk']['name']):
        raise change_checks.not_allowed('osDisk.name')
    if disk.get('createOption') not in (
            None, known['osDisk']['createOption']):
        raise change_checks.not_allowed('osDisk.createOption')


def check_nics(vm: store.Resource, place: disk_checks.Place,
               properties: dict[str, Any]) -> None:
    """NICs come and go on a deallocated machine only."""
    old = vm_nics.references(vm.properties.get('networkProfile'))
    new = vm_nics.references(properties.get('networkProfile'))
    vm_nics.check(place.emulator, vm.id, vm.location, place.zones,
                  properties.get('networkProfile'), place.size)
    known = {one['id'].lower() for one in old}
    if known != {one['id'].lower() for one in new} and (
            vm.private.get('power') != 'deallocated'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Network interfaces can be added to or removed from VM "
            f"'{vm.name}' only while it is deallocated.",
            target='networkProfile')
