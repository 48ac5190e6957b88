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
"""Capture: the image of a machine with page blobs as disks.

Source: Compute REST API, virtual-machines/capture.
"""

from __future__ import annotations

from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_blobs
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_operations
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route


@route('POST', vm_model.NAME + '/capture')
def capture(request: ArmRequest) -> ArmResponse:
    """Copy the disks of a generalized machine; the output is a template."""
    vm = vm_operations.checked(request, 'VirtualMachines.Capture.POST')
    profile = vm.properties['storageProfile']
    if not disk_blobs.is_one(profile['osDisk']):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Capture operation is not supported on VM '{vm.name}' because "
            f"it uses managed disks. Please use the Image resource instead.")
    if vm.private.get('os_state') != 'generalized':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'capture' is not allowed on VM '{vm.name}' since the "
            f"VM is not generalized.")
    body = request.body
    entries = [profile['osDisk'], *profile['dataDisks']]
    targets = [_target(request, vm, entry) for entry in entries]

    def finish(vm: store.Resource) -> dict[str, Any]:
        for entry, target in zip(entries, targets, strict=True):
            _copy(request, vm, entry, target)
        return _template(vm, body['vhdPrefix'], targets)

    return vm_operations.run(
        request, vm, 'virtualMachines.capture', finish)


def _target(request: ArmRequest, vm: store.Resource,
            entry: dict[str, Any]) -> storage_blobs.Address:
    source = disk_blobs.address_of(request.emulator, entry, vm.location)
    base = source.url.partition('?')[0].removesuffix(source.path)
    kind = 'osDisk' if entry.get('osType') else f'dataDisk-{entry["lun"]}'
    return storage_blobs.find(request.emulator, base + '/'.join([
        'system', 'Microsoft.Compute', 'Images',
        request.body['destinationContainerName'],
        f'{request.body["vhdPrefix"]}-{kind}.{uuid.uuid4()}.vhd']),
        vm.location)


def _copy(request: ArmRequest, vm: store.Resource, entry: dict[str, Any],
          target: storage_blobs.Address) -> None:
    source = disk_blobs.address_of(request.emulator, entry, vm.location)
    if request.emulator.contents:
        blob = target.blob()
        blob.client.create_container('system', exist_ok=True)
        vhd_blobs.copy(source.blob(), blob)
    else:
        storage_blobs.declare(target, storage_blobs.existing(source))


def _template(vm: store.Resource, prefix: str,
              targets: list[storage_blobs.Address]) -> dict[str, Any]:
    disk = vm.properties['storageProfile']['osDisk']
    return {
        '$schema': 'http://schema.management.azure.com/schemas/2014-04-01-'
                   'preview/VM_IP.json',
        'contentVersion': '1.0.0.0',
        'parameters': {'vmName': {'type': 'string'}},
        'resources': [{
            'apiVersion': '2020-06-01',
            'type': 'Microsoft.Compute/virtualMachines',
            'location': vm.location, 'name': "[parameters('vmName')]",
            'properties': {'storageProfile': {'osDisk': {
                'osType': disk['osType'], 'name': f'{prefix}-osDisk.vhd',
                'createOption': 'FromImage',
                'image': {'uri': targets[0].url},
                'caching': disk.get('caching', 'ReadWrite')}}}}]}
