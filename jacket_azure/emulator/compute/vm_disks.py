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

from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import vm_image

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def make_os_disk(place: disk_checks.Place, entry: dict[str, Any],
                 image: vm_image.Facts | None) -> dict[str, Any]:
    """Make or take the OS disk; return its entry as a GET shows it."""
    shown = dict(entry)
    if image is None:
        disk = disk_checks.attachable(place, entry['managedDisk']['id'])
        shown.setdefault('name', disk.name)
    else:
        shown['osType'] = image.os_type
        shown.setdefault(
            'name', f'{place.vm_name}_OsDisk_1_{uuid.uuid4().hex}')
        disk = _make(place, shown['name'], disk_checks.sku_of(place, entry), {
            'creationData': {'createOption': 'FromImage',
                             'imageReference': {'id': image.id}},
            'diskSizeGB': entry.get('diskSizeGB') or image.size_gib,
        }, image)
    shown.setdefault('caching', 'ReadWrite')
    shown.setdefault('deleteOption', 'Detach')
    shown['diskSizeGB'] = disk.properties['diskSizeGB']
    return _taken(place, disk, shown)


def _make(place: disk_checks.Place, name: str, sku: str,
          properties: dict[str, Any],
          image: vm_image.Facts | None = None) -> store.Resource:
    body: dict[str, Any] = {
        'location': place.location, 'sku': {'name': sku},
        'properties': properties}
    if place.zones:
        body['zones'] = list(place.zones)
    if place.tags:
        body['tags'] = dict(place.tags)
    if image is None:
        return disk_life.create(place.emulator, place.disk_id(name), body)
    return vm_image.make_disk(
        place.emulator, place.disk_id(name), body, image)


def _taken(place: disk_checks.Place, disk: store.Resource,
           shown: dict[str, Any]) -> dict[str, Any]:
    disk_model.take(place.emulator, disk, place.vm_id)
    shown['managedDisk'] = {
        **(shown.get('managedDisk') or {}),
        'storageAccountType': disk.body['sku']['name'], 'id': disk.id}
    return shown


def add_data_disk(place: disk_checks.Place, entry: dict[str, Any],
                  number: int) -> dict[str, Any]:
    """Make or take a data disk; return its entry as a GET shows it.

    :param number: counts the VM's disks, for the default name
    """
    shown = {key: value for key, value in entry.items()
             if key != 'detachOption'}
    if entry['createOption'] == 'Attach':
        disk = disk_checks.attachable(place, entry['managedDisk']['id'])
        shown.setdefault('name', disk.name)
    else:
        shown.setdefault(
            'name', f'{place.vm_name}_disk{number}_{uuid.uuid4().hex}')
        disk = _make(place, shown['name'], disk_checks.sku_of(place, entry), {
            'creationData': {'createOption': 'Empty'},
            'diskSizeGB': entry['diskSizeGB']})
    shown.setdefault('caching', 'None')
    shown.setdefault('deleteOption', 'Detach')
    shown['toBeDetached'] = False
    shown['diskSizeGB'] = disk.properties['diskSizeGB']
    return _taken(place, disk, shown)


def let_go(emulator: server.Emulator, vm_id: str,
           entry: dict[str, Any]) -> store.Resource | None:
    """Take a disk from the VM; return it if it exists."""
    disk = emulator.store.get((entry.get('managedDisk') or {}).get('id'))
    if disk is not None:
        disk_model.release(emulator, disk, vm_id)
    return disk


def swap(place: disk_checks.Place, known: dict[str, Any], new_id: str, *,
         back: bool = False) -> None:
    """Exchange the OS disk *known* for another one, or *back* again."""
    old = place.emulator.store.get(known['managedDisk']['id'])
    new = place.emulator.store.get(new_id)
    leaving, coming = (new, old) if back else (old, new)
    if leaving is not None:
        disk_model.release(place.emulator, leaving, place.vm_id)
    if coming is not None:
        disk_model.take(place.emulator, coming, place.vm_id)
