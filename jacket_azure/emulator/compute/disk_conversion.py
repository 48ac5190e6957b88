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

"""convertToManagedDisks: a VM's page blobs become managed disks.

The blobs stay where they are, without a lease. Source: Compute REST API,
virtual-machines/convert-to-managed-disks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator.operation import Operation

_KIND = 'virtualMachines.convertToManagedDisks'


@route('POST', vm_model.NAME + '/convertToManagedDisks')
def convert(request: ArmRequest) -> ArmResponse:
    """Convert all disks of a deallocated machine."""
    emulator = request.emulator
    vm = request.resource()
    vm_checks.refuse_deleting(vm, 'VirtualMachines.ConvertToManagedDisks.POST')
    vm_checks.refuse_concurrent(emulator, vm)
    _check(vm)
    place = disk_checks.place_of(
        emulator, vm.id, vm.body, vm_model.find_size(vm.body))
    for entry in _entries(vm):
        disk_checks.refuse_existing(place, entry['name'])
    before = vm.properties['provisioningState']
    vm.properties['provisioningState'] = 'Updating'
    vm.etag += 1

    def done(operation: Operation) -> None:
        for entry in _entries(vm):
            _convert(place, vm, entry)
        vm.properties['provisioningState'] = 'Succeeded'
        vm.private['provisioned'] = emulator.clock.stamp(operation.ended)
        vm.etag += 1

    def failed(operation: Operation) -> None:
        if not vm.private.get('deleting'):
            vm.properties['provisioningState'] = before

    operation = emulator.operations.start(
        request, _KIND, on_done=done, on_fail=failed,
        seconds=latency.of(emulator, _KIND))
    vm.private['operation'] = operation
    return operation.accepted(202)


def _check(vm: store.Resource) -> None:
    if not disk_blobs.is_one(vm.properties['storageProfile']['osDisk']):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"VM '{vm.name}' is already using managed disks.")
    if vm.private.get('power') != 'deallocated':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'convertToManagedDisks' is not allowed on VM "
            f"'{vm.name}' since the VM is not deallocated.")


def _entries(vm: store.Resource) -> list[dict[str, Any]]:
    profile = vm.properties['storageProfile']
    return [profile['osDisk'], *profile['dataDisks']]


def _convert(place: disk_checks.Place, vm: store.Resource,
             entry: dict[str, Any]) -> None:
    emulator = place.emulator
    address = storage_blobs.find(
        emulator, entry['vhd']['uri'], place.location)
    properties: dict[str, Any] = {'creationData': {
        'createOption': 'Import', 'sourceUri': entry['vhd']['uri'],
        'storageAccountId': address.account.id}}
    if entry.get('osType'):
        properties.update(osType=entry['osType'],
                          hyperVGeneration=vm.private.get('generation', 'V1'))
    premium = address.account.body['sku']['name'].startswith('Premium')
    disk = disk_life.create(emulator, place.disk_id(entry['name']), {
        'location': place.location, 'properties': properties,
        'sku': {'name': 'Premium_LRS' if premium else 'Standard_LRS'}})
    disk_blobs.let_go(emulator, entry)
    disk_model.take(emulator, disk, vm.id)
    for name in ('vhd', 'image'):
        entry.pop(name, None)
    entry['diskSizeGB'] = disk.properties['diskSizeGB']
    entry['managedDisk'] = {
        'id': disk.id, 'storageAccountType': disk.body['sku']['name']}
