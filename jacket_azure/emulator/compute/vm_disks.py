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

"""The disks of a virtual machine: made, attached, detached, deleted.

Source: Compute REST API, StorageProfile; arm-behaviour.md section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import profiles
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import vm_image

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def make_os_disk(place: disk_checks.Place, entry: dict[str, Any],
                 image: vm_image.Facts | None) -> dict[str, Any]:
    """Make or take the OS disk; return its entry as a GET shows it."""
    shown = dict(entry)
    shown.setdefault('caching', 'ReadWrite')
    _set_delete_option(place, shown)
    if image is not None:
        shown['osType'] = image.os_type
    if disk_blobs.is_one(entry):
        return _blob(place, shown, 'OSDisk', image)
    if image is None:
        disk = disk_checks.attachable(place, entry['managedDisk']['id'])
        shown.setdefault('name', disk.name)
    else:
        shown.setdefault(
            'name', f'{place.vm_name}_OsDisk_1_{uuid.uuid4().hex}')
        if entry.get('diffDiskSettings'):
            # it goes with the machine, and is nowhere else (16 seen)
            shown['deleteOption'] = 'Delete'
        disk = _make(place, shown['name'], _os_sku(place, entry), {
            'creationData': _creation_data(image),
            'diskSizeGB': entry.get('diskSizeGB') or image.size_gib,
            # for ever: no copy of it loses it
            **({'securityProfile': {'securityType': place.security_type}}
               if place.security_type else {}),
        }, image)
    return _taken(place, disk, shown)


def _os_sku(place: disk_checks.Place, entry: dict[str, Any]) -> str:
    """SKU of a new OS disk; that of an ephemeral one is a formality."""
    if entry.get('diffDiskSettings') and not (
            entry.get('managedDisk') or {}).get('storageAccountType'):
        return 'Standard_LRS'
    return disk_checks.sku_of(place, entry)


def _set_delete_option(place: disk_checks.Place,
                       shown: dict[str, Any]) -> None:
    if not profiles.is_stack_hub(place.emulator):
        shown.setdefault('deleteOption', 'Detach')


def _creation_data(image: vm_image.Facts,
                   lun: int | None = None) -> dict[str, Any]:
    """What a disk says of the image it was made from."""
    gallery = gallery_references.is_one(image.id)
    reference: dict[str, Any] = {'id': image.id}
    if lun is not None:
        reference['lun'] = lun
    return {'createOption': 'FromImage',
            'galleryImageReference' if gallery else
            'imageReference': reference}


def _make(place: disk_checks.Place, name: str, sku: str,
          properties: dict[str, Any], image: vm_image.Facts | None = None,
          lun: int | None = None) -> store.Resource:
    body: dict[str, Any] = {
        'location': place.location, 'sku': {'name': sku},
        'properties': properties}
    if place.zones and not sku.endswith('_ZRS'):
        body['zones'] = list(place.zones)
    if place.tags is not None:
        body['tags'] = dict(place.tags)
    if image is None:
        return disk_life.create(place.emulator, place.disk_id(name), body)
    return vm_image.make_disk(
        place.emulator, place.disk_id(name), body, image, lun)


def _taken(place: disk_checks.Place, disk: store.Resource,
           shown: dict[str, Any]) -> dict[str, Any]:
    disk_model.take(place.emulator, disk, place.vm_id)
    shown['diskSizeGB'] = disk.properties['diskSizeGB']
    shown['managedDisk'] = {
        **(shown.get('managedDisk') or {}),
        'storageAccountType': disk.body['sku']['name'], 'id': disk.id}
    return shown


def _blob(place: disk_checks.Place, shown: dict[str, Any], kind: str,
          image: vm_image.Facts | None) -> dict[str, Any]:
    """Make or take a page blob as a disk."""
    address = disk_blobs.address_of(place.emulator, shown, place.location)
    if shown['createOption'] != 'Attach':
        disk_blobs.write(address, shown.get('diskSizeGB') or (
            image.size_gib if image else 1), image)
    disk_blobs.take(address, place.vm_id, shown['name'], kind)
    shown['diskSizeGB'] = disk_blobs.size_gib(address)
    return shown


def add_data_disk(place: disk_checks.Place, entry: dict[str, Any],
                  number: int,
                  image: vm_image.Facts | None = None) -> dict[str, Any]:
    """Make or take a data disk; return its entry as a GET shows it.

    :param number: counts the VM's disks, for the default name
    :param image: a new VM is made from
    """
    shown = {key: value for key, value in entry.items()
             if key != 'detachOption'}
    shown.setdefault('caching', 'None')
    _set_delete_option(place, shown)
    shown['toBeDetached'] = False
    if disk_blobs.is_one(entry):
        uri = (entry.get('image') or {}).get('uri')
        return _blob(place, shown, 'DataDisk', vm_image.of_blob(
            place.emulator, place.location,
            {**entry, 'osType': '-'}) if uri else None)
    if entry['createOption'] == 'Attach':
        disk = disk_checks.attachable(place, entry['managedDisk']['id'])
        shown.setdefault('name', disk.name)
        sku = entry['managedDisk'].get('storageAccountType')
        if sku and sku != disk.body['sku']['name']:
            # to attach a disk as another SKU changes it (18 answers)
            disk_life.change(place.emulator, disk, {'sku': {'name': sku}})
    else:
        shown.setdefault(
            'name', f'{place.vm_name}_disk{number}_{uuid.uuid4().hex}')
        disk = _make_data_disk(place, entry, shown['name'], image)
    return _taken(place, disk, shown)


def _make_data_disk(place: disk_checks.Place, entry: dict[str, Any],
                    name: str,
                    image: vm_image.Facts | None) -> store.Resource:
    sku = disk_checks.sku_of(place, entry)
    option = entry['createOption']
    if option == 'FromImage' and image is not None:
        lun = entry['lun']
        return _make(place, name, sku, {
            'creationData': _creation_data(image, lun),
            'diskSizeGB': entry.get('diskSizeGB')
            or vm_image.data_size(image, lun)}, image, lun)
    data = {'createOption': option}
    if option != 'Empty':
        data['sourceResourceId'] = entry['sourceResource']['id']
    properties: dict[str, Any] = {'creationData': data}
    if entry.get('diskSizeGB'):
        properties['diskSizeGB'] = entry['diskSizeGB']
    return _make(place, name, sku, properties)


def let_go(emulator: server.Emulator, vm_id: str,
           entry: dict[str, Any]) -> store.Resource | None:
    """Take a disk from the VM; return it if it is managed and exists."""
    if disk_blobs.is_one(entry):
        disk_blobs.let_go(emulator, entry)
        return None
    disk = disk_blobs.disk_of(emulator, entry)
    if disk is not None:
        disk_model.release(emulator, disk, vm_id)
    return disk
