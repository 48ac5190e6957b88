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

"""DELETE of a virtual machine, and what goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import vm_disks
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation


def delete(request: ArmRequest, vm: store.Resource) -> ArmResponse:
    """Start the delete; whatever else runs on the VM is canceled.

    NICs and disks keep saying that the VM has them until it is gone, so
    they cannot be deleted meanwhile.
    """
    emulator = request.emulator
    running = emulator.operations.running(vm.id)
    if vm.private.get('deleting') and running:
        return running[0].accepted(202)
    vm.private['deleting'] = True
    for operation in running:
        operation.cancel()
    vm.properties['provisioningState'] = 'Deleting'

    def done(operation: Operation) -> None:
        remove(emulator, vm)

    def failed(operation: Operation) -> None:
        del vm.private['deleting']
        vm.private['failure'] = operation.error
        vm.properties['provisioningState'] = 'Failed'

    operation = emulator.operations.start(
        request, 'virtualMachines.delete', on_done=done, on_fail=failed,
        seconds=latency.of(emulator, 'virtualMachines.delete'))
    vm.private['operation'] = operation
    return operation.accepted(202)


def remove(emulator: server.Emulator, vm: store.Resource) -> None:
    """Take the VM away, and what its deleteOptions name with it."""
    properties = vm.properties
    emulator.store.delete(vm.id)
    vm_nics.delete_or_release(emulator, vm.id,
                              properties.get('networkProfile'))
    storage = properties['storageProfile']
    for entry in (storage['osDisk'], *storage['dataDisks']):
        disk = vm_disks.let_go(emulator, vm.id, entry)
        if (disk is not None and not disk.private['owners']
                and entry.get('deleteOption') == 'Delete'):
            disk_life.remove(emulator, disk)
