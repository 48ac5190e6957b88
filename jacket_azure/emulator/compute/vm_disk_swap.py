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

"""Another OS disk for a virtual machine that exists.

The machine stays what it is; the old disk becomes free, or one of its data
disks with the same request. That a disk changes its place within one machine
in one request is unverified.

Source: learn.microsoft.com, virtual-machines/windows/os-disk-swap; page
blobs as Microsoft's ``az vm repair restore`` does it, which names another
``osDisk.vhd.uri`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import change_checks
from jacket_azure.emulator.compute import disk_blob_checks
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import vm_disk_growth

_CHANGEABLE = ('caching', 'deleteOption', 'writeAcceleratorEnabled')


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two entries of a machine mean the same disk."""
    if disk_blobs.is_one(one) or disk_blobs.is_one(other):
        return bool(one.get('vhd') == other.get('vhd'))
    first, second = (
        (each.get('managedDisk') or {}).get('id') for each in (one, other))
    return bool(first) and ids.same(first, second)


def is_asked(known: dict[str, Any], disk: dict[str, Any]) -> bool:
    """Tell whether *disk* names another one than the machine boots from."""
    if disk_blobs.is_one(known):
        return disk_blobs.is_one(disk) and not same(known, disk)
    wanted = (disk.get('managedDisk') or {}).get('id')
    return bool(wanted) and not same(known, disk)


def freed(vm: store.Resource, storage: dict[str, Any]) -> frozenset[str]:
    """URLs of page blobs that leave a place of the machine.

    :param storage: the ``storageProfile`` the machine is to have
    """
    def urls(profile: dict[str, Any], place: str) -> set[str]:
        entries = profile.get(place) or ()
        if isinstance(entries, dict):
            entries = (entries,)
        return {each['vhd']['uri'] for each in entries
                if disk_blobs.is_one(each) and not each.get('toBeDetached')}

    before = vm.properties['storageProfile']
    return frozenset().union(*(
        urls(before, place) - urls(
            before if storage.get(place) is None else storage, place)
        for place in ('osDisk', 'dataDisks')))


def check(vm: store.Resource, place: disk_checks.Place,
          storage: dict[str, Any], size: int | None) -> None:
    """Refuse an OS disk this machine cannot have, or not now.

    :param storage: the ``storageProfile`` it is to have
    :param size: ``diskSizeGB`` as the request says it
    :raises ArmError: 400, 404 or 409
    """
    known, disk = vm.properties['storageProfile']['osDisk'], storage['osDisk']
    if vm.private.get('power') != 'deallocated':
        # the word of the first documents; later ones want it no more
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"OS disk of VM '{vm.name}' cannot be swapped while the VM is "
            f"not deallocated.", target='osDisk')
    # Azure/azure-powershell #7621, Azure/azure-sdk-for-python #3001
    if disk.get('createOption') not in (None, known['createOption']):
        raise change_checks.not_allowed('osDisk.createOption')
    if known.get('diffDiskSettings'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The ephemeral OS disk of VM '{vm.name}' cannot be swapped.",
            target='osDisk')
    if disk_blobs.is_one(known):
        # unverified; Microsoft's client leaves the name alone
        if disk.get('name') not in (None, known['name']):
            raise change_checks.not_allowed('osDisk.name')
        disk_blob_checks.check_swapped(place, disk)
    else:
        _check_managed(vm, place, disk)
    if size is not None:
        _check_size(place, disk, size)


def check_alone(storage: dict[str, Any]) -> None:
    """Refuse a data disk that the machine boots from.

    :raises ArmError: 409 ConflictingUserInput (unverified)
    """
    for entry in storage.get('dataDisks') or ():
        if not entry.get('toBeDetached') and same(entry, storage['osDisk']):
            raise errors.ArmError(
                409, 'ConflictingUserInput',
                f"Disk '{entry.get('name')}' is named more than once.",
                target='dataDisks')


def _check_managed(vm: store.Resource, place: disk_checks.Place,
                   entry: dict[str, Any]) -> None:
    """Refuse a disk of another kind; the texts are unverified."""
    known = vm.properties['storageProfile']['osDisk']
    # generation and architecture against the size, security, SKU, owner
    disk_checks.check_os_disk(
        place, {**entry, 'osType': known['osType']}, None)
    disk = disk_checks.attachable(place, entry['managedDisk']['id'])
    os_type = disk.properties.get('osType')
    if os_type and os_type != known['osType']:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The OS type of disk '{disk.name}', {os_type}, does not match "
            f"that of VM '{vm.name}', {known['osType']}.", target='osDisk')
    generation = disk.properties.get('hyperVGeneration')
    if generation and generation != vm.private.get('generation', generation):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The Hypervisor Generation of disk '{disk.name}', {generation}, "
            f"does not match that of VM '{vm.name}', "
            f"{vm.private['generation']}.", target='osDisk')
    sku = disk.body['sku']['name']
    if sku.startswith('Premium') and not place.size.premium:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Requested operation cannot be performed because storage "
            f"account type '{sku}' is not supported for VM size "
            f"'{place.size.name}'.", target='osDisk')


def _check_size(place: disk_checks.Place, entry: dict[str, Any],
                size: int) -> None:
    """The size that is sent is that of the new disk.

    Also one that was read with the old disk and sent back
    (MicrosoftDocs/azure-docs #47704).
    """
    there = _entry(place, entry)
    if size < there['diskSizeGB']:
        raise errors.ArmError(
            400, 'BadRequest',
            f'The disk {there["name"]} cannot be resized down. Reducing '
            f'disk/snapshot size is not supported in Azure to prevent data '
            f'loss. If you do need to reduce the size of the disk, please '
            f'create new snapshot/disks with the appropriate size. More '
            f'information is available at https://aka.ms/AzureDisksFAQ.',
            target='osDisk')
    vm_disk_growth.check(place, {'diskSizeGB': size}, there)


def _entry(place: disk_checks.Place, disk: dict[str, Any]) -> dict[str, Any]:
    """How the machine shows the disk that *disk* names."""
    if disk_blobs.is_one(disk):
        return {'name': disk.get('name'), 'vhd': {'uri': disk['vhd']['uri']},
                'diskSizeGB': disk_blobs.size_gib(disk_blobs.address_of(
                    place.emulator, disk, place.location))}
    found = disk_checks.attachable(place, disk['managedDisk']['id'])
    return {'name': found.name,
            'diskSizeGB': found.properties['diskSizeGB'],
            'managedDisk': {
                'storageAccountType': found.body['sku']['name'],
                'id': found.id}}


def apply(place: disk_checks.Place, vm: store.Resource,
          storage: dict[str, Any], data: list[dict[str, Any]],
          size: int | None,
          undo: list[Callable[[], None]]) -> dict[str, Any]:
    """Exchange the OS disk; return the entry as a GET shows it.

    :param data: the data disks the machine is to have
    :param undo: gets the step that takes it back
    """
    before = vm.properties['storageProfile']
    known, disk = before['osDisk'], storage['osDisk']
    # the machine keeps saying how its first OS disk came into being
    shown = {**known, **{
        key: disk[key] for key in _CHANGEABLE if key in disk},
        **{key: value for key, value in _entry(place, disk).items() if value}}
    undo.append(lambda: _exchange(place, shown, known, before['dataDisks']))
    _exchange(place, known, shown, data)
    if size is not None:
        shown.update(vm_disk_growth.apply(
            place, {'diskSizeGB': size}, shown))
    return shown


def _exchange(place: disk_checks.Place, leaving: dict[str, Any],
              coming: dict[str, Any], data: list[dict[str, Any]]) -> None:
    """Let go of one disk, unless it is among *data*, and take another."""
    emulator = place.emulator
    stays = any(same(leaving, each) for each in data)
    if disk_blobs.is_one(coming):
        if not stays:
            disk_blobs.let_go(emulator, leaving)
        disk_blobs.take(
            disk_blobs.address_of(emulator, coming, place.location),
            place.vm_id, coming['name'], 'OSDisk')
        return
    for entry, change in ((leaving, disk_model.release),
                          (coming, disk_model.take)):
        disk = disk_blobs.disk_of(emulator, entry)
        if disk is not None and not (stays and entry is leaving):
            change(emulator, disk, place.vm_id)
