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

"""Changes that an existing virtual machine does not accept."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import os_profile
from jacket_azure.emulator.compute import usages
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_disk_growth
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.router import ArmRequest


def not_allowed(name: str) -> errors.ArmError:
    """The error about a property that stays as it was made."""
    return errors.ArmError(
        409, 'PropertyChangeNotAllowed',
        f"Changing property '{name}' is not allowed.", target=name)


def check_profile(vm: store.Resource, properties: dict[str, Any],
                  sent: dict[str, Any]) -> None:
    """Names and keys cannot be changed from here."""
    known = vm.properties.get('osProfile')
    profile = sent.get('osProfile')
    if profile is None:
        return
    if known is None:
        raise errors.invalid_parameter(
            'osProfile', "Parameter 'osProfile' is not allowed.")
    for key in ('computerName', 'adminUsername'):
        if profile.get(key, known.get(key)) != known.get(key):
            raise not_allowed(f'osProfile.{key}')
    for key in ('adminPassword', 'customData'):
        if profile.get(key) is not None:
            raise not_allowed(f'osProfile.{key}')
    os_type = vm.properties['storageProfile']['osDisk']['osType']
    shown = os_profile.shown({**known, **profile}, os_type)
    if shown.get('linuxConfiguration', {}).get('ssh') != known.get(
            'linuxConfiguration', {}).get('ssh'):
        raise not_allowed('linuxConfiguration.ssh.publicKeys')
    properties['osProfile'] = shown


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
    vm_checks.check_available(request.emulator, vm.id, new, vm.location,
                             place.zones)
    usages.check(request.emulator, request.subscription, vm.location, new,
                 replaces=old, spot=properties.get('priority') == 'Spot')


def check_storage(vm: store.Resource, place: disk_checks.Place,
                  storage: dict[str, Any]) -> None:
    known = vm.properties['storageProfile']
    reference = storage.get('imageReference')
    old = known.get('imageReference')
    if reference is not None and old is not None:
        for key in ('publisher', 'offer', 'sku', 'version', 'id'):
            if (reference.get(key) or '').lower() != (
                    old.get(key) or '').lower():
                raise not_allowed('imageReference')
    if old is not None:
        storage['imageReference'] = old
    disk = storage.setdefault('osDisk', known['osDisk'])
    wanted = (disk.get('managedDisk') or {}).get('id')
    if wanted and place.blob_based:
        raise not_allowed('osDisk.managedDisk')
    if wanted and not ids.same(
            wanted, known['osDisk']['managedDisk']['id']):
        if vm.private.get('power') != 'deallocated':
            raise errors.ArmError(
                409, 'OperationNotAllowed',
                f"OS disk of VM '{vm.name}' cannot be swapped while the VM "
                f"is not deallocated.", target='osDisk')
        disk_checks.attachable(place, wanted)
        return
    if disk_blobs.is_one(disk) and disk.get('vhd') != known['osDisk'].get(
            'vhd'):
        raise not_allowed('osDisk.vhd.uri')
    vm_disk_growth.check(place, disk, known['osDisk'])
    if disk.get('name') not in (None, known['osDisk']['name']):
        raise not_allowed('osDisk.name')
    if disk.get('createOption') not in (
            None, known['osDisk']['createOption']):
        raise not_allowed('osDisk.createOption')


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
