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

"""Page blobs that cannot be a disk of a virtual machine.

Codes and texts: learn.microsoft.com, the list of common VM errors; the
statuses are unverified.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import vm_image


def check_os_disk(place: disk_checks.Place, entry: dict[str, Any],
                  image: vm_image.Facts | None) -> None:
    """Refuse an OS disk that cannot be.

    :param image: None for a blob that is attached as it is
    :raises ArmError: 400, 404 or 409
    """
    disk_blobs.refuse_retired(place.emulator, place.vm_name, entry)
    if entry.get('managedDisk'):
        raise errors.invalid_parameter(
            'osDisk', "Parameter 'osDisk.managedDisk' is not allowed "
            "together with 'osDisk.vhd'.")
    if not entry.get('name'):
        raise errors.missing_parameter('osDisk.name')
    address = _address(place, entry)
    if image is None:
        if not entry.get('osType'):
            raise errors.missing_parameter('osDisk.osType')
        _check_attached(place, address, entry['name'])
        return
    if image.image is not None:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            'VM created from Image cannot have blob based disks. All disks '
            'have to be managed disks.')
    _check_target(address, entry, image)
    if (entry.get('diskSizeGB') or image.size_gib) < image.size_gib:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'Disk with size {entry["diskSizeGB"]}GB, which is smaller than '
            f'the size {image.size_gib}GB of corresponding disk in Image, is '
            f'not allowed.')


def check_swapped(place: disk_checks.Place, entry: dict[str, Any]) -> None:
    """Refuse a blob that a machine cannot boot from instead of its own.

    :raises ArmError: 400, 404 or 409
    """
    _check_attached(place, _address(place, entry), entry['name'])


def check_data_disk(place: disk_checks.Place, entry: dict[str, Any]) -> None:
    """Refuse a data disk that cannot be.

    :raises ArmError: 400, 404 or 409
    """
    if not entry.get('name'):
        raise errors.missing_parameter('dataDisk.name')
    address = _address(place, entry)
    option = entry['createOption']
    if option == 'Attach':
        _check_attached(place, address, entry['name'])
    elif option == 'Empty':
        if not entry.get('diskSizeGB'):
            raise errors.missing_parameter('dataDisk.diskSizeGB')
        _check_target(address, entry, None)
    else:
        uri = (entry.get('image') or {}).get('uri')
        if not uri:
            raise errors.missing_parameter('dataDisk.image.uri')
        source = storage_blobs.find(place.emulator, uri, place.location)
        size = storage_blobs.existing(source, 'Image')
        _check_target(address, entry, vm_image.Facts(
            uri, '', 'V1', size, blob=source))


def _address(place: disk_checks.Place,
             entry: dict[str, Any]) -> storage_blobs.Address:
    uri = entry['vhd']['uri']
    address = disk_blobs.address_of(place.emulator, entry, place.location)
    name = address.path.partition('/')[2]
    if '/' in name:
        raise errors.invalid_parameter(
            'vhd.uri', f'The blob name in URL {uri} contains a slash. This '
            f'is presently not supported for disks.')
    if not name.endswith('.vhd'):
        raise errors.invalid_parameter(
            'vhd.uri', f"Blob name in URL {uri} must end with '.vhd' "
            f"extension.")
    return address


def _check_attached(place: disk_checks.Place,
                    address: storage_blobs.Address, name: str) -> None:
    storage_blobs.existing(address)
    owner = disk_blobs.owner(address)
    if owner is not None and address.url in place.freed and (
            owner.lower() == place.vm_id.lower()):
        return
    if owner is not None:
        raise errors.ArmError(
            409, 'DiskBlobAlreadyInUseByAnotherDisk',
            f"Blob {address.url} is already in use by another disk belonging "
            f"to VM '{owner.rpartition('/')[2]}'. You can examine the blob "
            f"metadata for the disk reference information.")
    found = address.look()
    if found is not None and found.leased:
        raise errors.ArmError(
            409, 'AcquireDiskLeaseFailed',
            f"Failed to acquire lease while creating disk '{name}' using "
            f"blob with URI {address.url}. Blob is already in use.")


def _check_target(address: storage_blobs.Address, entry: dict[str, Any],
                  image: vm_image.Facts | None) -> None:
    if address.look() is not None:
        raise errors.ArmError(
            409, 'TargetDiskBlobAlreadyExists',
            f"Blob {address.url} already exists. Please provide a different "
            f"blob URI to create a new blank data disk '{entry['name']}'."
            if image is None else
            f"Blob {address.url} already exists. Please provide a different "
            f"blob URI as target for disk '{entry['name']}'.")
    if image is not None and image.blob is not None and (
            image.blob.account is not address.account):
        raise errors.ArmError(
            409, 'ConflictingUserInput',
            f'Source and destination storage accounts for disk '
            f'{entry["name"]} are different.')
