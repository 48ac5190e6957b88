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

"""Lists of data disks a virtual machine cannot have."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_blob_checks
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_rules
from jacket_azure.emulator.compute import vm_disk_growth
from jacket_azure.emulator.compute import vm_image

MAX_LUN = 63


def check(place: disk_checks.Place, entries: list[dict[str, Any]],
          known: list[dict[str, Any]],
          image: vm_image.Facts | None = None) -> None:
    """Refuse a list of data disks this VM cannot have.

    :param known: the entries it has, which need no second check
    :param image: the VM is being made from
    :raises ArmError: 400, 404 or 409
    """
    if len(entries) > place.size.disks:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The maximum number of data disks allowed to be attached to a '
            f'VM of this size is {place.size.disks}.', target='dataDisks')
    luns: set[int] = set()
    names: set[str] = set()
    for entry in entries:
        lun = entry.get('lun')
        if lun is None:
            raise errors.missing_parameter('dataDisk.lun')
        if lun in luns:
            raise errors.invalid_parameter(
                'dataDisk.lun', f'A disk at LUN {lun} already exists.')
        if not 0 <= lun <= MAX_LUN:
            raise errors.invalid_parameter(
                'dataDisk.lun', f"The value '{lun}' of parameter "
                f"'dataDisk.lun' is out of range.")
        luns.add(lun)
        _refuse_twice(entry, names)
        before = find(entry, known)
        if before is None:
            _check_new(place, entry, image)
            continue
        _refuse_gone(place, before)
        vm_disk_growth.check(place, entry, before)
        _check_change(place, entry, before)
        if before['lun'] != lun:
            raise errors.ArmError(
                409, 'PropertyChangeNotAllowed',
                "Changing property 'dataDisk.lun' is not allowed.",
                target='dataDisk.lun')


def _refuse_twice(entry: dict[str, Any], names: set[str]) -> None:
    disk_id = (entry.get('managedDisk') or {}).get('id')
    name = (disk_id or entry.get('name') or '').lower()
    if name and name in names:
        raise errors.ArmError(
            409, 'ConflictingUserInput',
            f"Disk '{disk_id or entry['name']}' is named more than once.",
            target='dataDisks')
    names.add(name)


def _refuse_gone(place: disk_checks.Place, before: dict[str, Any]) -> None:
    """A list that names a deleted disk is refused, whatever else it says.

    kubernetes/kubernetes #82714 and #88444
    """
    disk_id = (before.get('managedDisk') or {}).get('id')
    if disk_id and place.emulator.store.get(disk_id) is None:
        raise errors.ArmError(
            404, 'NotFound',
            f'Disk {disk_id.rpartition("/")[2]} is not found.',
            target=disk_id)


def from_image(entries: list[dict[str, Any]] | None,
               image: vm_image.Facts | None) -> list[dict[str, Any]]:
    """Add the data disks of the image a VM is made from.

    :param entries: of the request; None where it says nothing of data
        disks, and then it gets all of them
    :raises ArmError: 400, some of the image's are left out
    """
    luns = image.luns if image else []
    if entries is None:
        return [{'lun': lun, 'createOption': 'FromImage'} for lun in luns]
    given = {entry.get('lun') for entry in entries
             if entry['createOption'] == 'FromImage'}
    if set(luns) - given:
        raise errors.ArmError(
            400, 'InvalidParameter',
            'StorageProfile.dataDisks.lun does not have required value(s) '
            'for image specified in storage profile.', target='dataDisks')
    return entries


def _check_change(place: disk_checks.Place, entry: dict[str, Any],
                  before: dict[str, Any]) -> None:
    disk = disk_blobs.disk_of(place.emulator, before)
    if disk is not None and entry.get('caching') != before.get('caching'):
        _check_caching(entry, disk)


def _check_caching(entry: dict[str, Any], disk: store.Resource) -> None:
    disk_rules.check_caching(
        entry, disk.body['sku']['name'],
        disk.properties.get('diskSizeGB') or 0,
        disk.properties.get('maxShares') or 1)


def find(entry: dict[str, Any],
         known: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the entry of the same disk, by id or else by name."""
    wanted = (entry.get('managedDisk') or {}).get('id')
    for other in known:
        there = (other.get('managedDisk') or {}).get('id')
        if wanted and ids.same(wanted, there):
            return other
        if disk_blobs.is_one(entry) and disk_blobs.is_one(other) and (
                entry['vhd']['uri'] == other['vhd']['uri']):
            return other
        if not wanted and entry.get('name') and (
                entry['name'].lower() == other['name'].lower()):
            return other
    return None


def _check_new(place: disk_checks.Place, entry: dict[str, Any],
               image: vm_image.Facts | None) -> None:
    option = entry['createOption']
    if disk_blobs.is_one(entry) != place.blob_based:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            'Addition of a managed disk to a VM with blob based disks is not '
            'supported.' if place.blob_based else
            'Addition of a blob based disk to VM with managed disks is not '
            'supported.')
    if option not in ('Attach', 'Empty', 'FromImage', 'Copy', 'Restore'):
        raise errors.invalid_parameter(
            'dataDisk.createOption', f"The value '{option}' of parameter "
            f"'dataDisk.createOption' is not allowed.")
    if place.blob_based:
        disk_blob_checks.check_data_disk(place, entry)
    elif option == 'Attach':
        disk_id = (entry.get('managedDisk') or {}).get('id')
        if not disk_id:
            raise errors.missing_parameter('dataDisk.managedDisk.id')
        _check_caching(entry, disk_checks.attachable(place, disk_id))
    else:
        _check_made(place, entry, image)


def _check_made(place: disk_checks.Place, entry: dict[str, Any],
                image: vm_image.Facts | None) -> None:
    """A data disk that comes into being with the request."""
    option = entry['createOption']
    size = entry.get('diskSizeGB')
    sku = disk_checks.sku_of(place, entry)
    if option == 'Empty' and not size:
        raise errors.missing_parameter('dataDisk.diskSizeGB')
    if option == 'FromImage':
        least = vm_image.data_size(image, entry['lun'])
        if size is not None and size < least:
            raise errors.ArmError(
                409, 'OperationNotAllowed',
                f'Disk with size {size}GB, which is smaller than the size '
                f'{least}GB of corresponding disk in Image, is not allowed.')
        size = size or least
    if option in ('Copy', 'Restore') and not (
            entry.get('sourceResource') or {}).get('id'):
        raise errors.missing_parameter('dataDisk.sourceResource.id')
    if size:
        disk_rules.check_size(size, sku)
        disk_rules.check_caching(entry, sku, size)
    if entry.get('name'):
        disk_checks.refuse_existing(place, entry['name'])


def refuse_leaving(vm: store.Resource | None, body: dict[str, Any]) -> None:
    """Refuse to attach what is just leaving the machine.

    :param body: of a PUT or PATCH of the machine, or of
        attachDetachDataDisks
    :raises ArmError: 409 AttachDiskWhileBeingDetached
    """
    storage = (body.get('properties') or {}).get('storageProfile') or {}
    wanted = {(entry.get('managedDisk') or {}).get('id', '').lower()
              for entry in storage.get('dataDisks') or ()
              if not entry.get('toBeDetached')}
    wanted |= {entry['diskId'].lower()
               for entry in body.get('dataDisksToAttach') or ()}
    for entry in vm.properties['storageProfile']['dataDisks'] if vm else ():
        if entry.get('toBeDetached') and (
                entry.get('managedDisk') or {}).get('id', '').lower() in (
                    wanted - {''}):
            raise errors.ArmError(
                409, 'AttachDiskWhileBeingDetached',
                f"Cannot attach data disk '{entry['name']}' to VM "
                f"'{vm.name if vm else ''}' because the disk is currently "
                f"being detached or the last detach operation failed. Please "
                f"wait until the disk is completely detached and then try "
                f"again or delete/detach the disk explicitly again.")
