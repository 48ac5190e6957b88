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

"""How a machine that was accepted comes to run, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import boot_log
from jacket_azure.emulator.compute import capacity
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.compute import vm_plans
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation


def start(request: ArmRequest, vm: store.Resource) -> ArmResponse:
    """Start the operation of a new machine; answer its first view."""
    emulator = request.emulator
    silent = guest.is_silent(emulator, vm)

    def done(operation: Operation) -> None:
        allocate(emulator, vm)
        if silent:
            vm.private.pop('agent_up')
            raise guest.timed_out(vm)
        boot_log.boot(emulator, vm)
        finish(emulator, vm, operation)

    def failed(operation: Operation) -> None:
        if vm.private.get('deleting'):
            return
        fail(emulator, vm, operation)
        error = operation.error or {}
        # a guest that is late has a machine nevertheless
        if not error.get('code', '').startswith('OSProvisioning'):
            vm.private['power'] = None
            drop_unallocated(emulator, vm)

    operation = emulator.operations.start(
        request, 'virtualMachines.create', on_done=done, on_fail=failed,
        seconds=latency.of(emulator, 'virtualMachines.create' + (
            '.timeout' if silent else '')))
    vm.private['operation'] = operation
    return operation.accepted(201, vm_model.view(request, vm),
                              headers=vm_model.etag_header(request, vm))


def allocate(emulator: server.Emulator, vm: store.Resource) -> None:
    """The VM has got a host and its guest is up.

    :raises ArmError: its image needs a plan, which shows only now, or
        there is no room
    """
    failure = vm_plans.missing(
        vm.private.get('image'), vm.body.get('plan'), vm.id)
    if failure is not None:
        raise failure
    if vm.private.get('creating') or vm.private.get('power') in (
            None, 'deallocated'):
        capacity.allocate(emulator, vm)
    vm.private.update(power='running', agent_up=True)


def drop_unallocated(emulator: server.Emulator, vm: store.Resource) -> None:
    """A VM that got no host keeps its NICs from others, but has none."""
    if vm.private.get('power') is None:
        vm_nics.release(emulator, vm.id, vm.properties['networkProfile'],
                        reserve=True)


def finish(emulator: server.Emulator, vm: store.Resource,
           operation: Operation) -> None:
    """A create or an update ended well."""
    vm.private.pop('creating', None)
    vm.private.pop('hidden_disks', None)
    vm.private.pop('failure', None)
    # when it was due, which may be before anybody looked
    vm.private['provisioned'] = emulator.clock.stamp(operation.ended)
    vm.properties['provisioningState'] = 'Succeeded'
    vm.etag += 1


def fail(emulator: server.Emulator, vm: store.Resource,
         operation: Operation) -> None:
    """A create or an update failed."""
    finish(emulator, vm, operation)
    vm.private['failure'] = operation.error or {}
    vm.properties['provisioningState'] = 'Failed'
