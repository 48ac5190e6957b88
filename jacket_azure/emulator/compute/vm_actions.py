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

"""POST actions of virtual machines: power, redeploy, generalize, disks.

Source: Compute REST API, virtual-machines; arm-behaviour.md section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import data_disk_checks
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_create
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.compute import vm_update
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator.operation import Operation

_ACTION = vm_model.NAME + '/'


def _checked(request: ArmRequest, verb: str) -> store.Resource:
    """Return the VM unless it is deleted or changed just now."""
    vm = request.resource()
    vm_checks.refuse_deleting(vm, f'VirtualMachines.{verb}.POST')
    data_disk_checks.refuse_leaving(vm, request.body or {})
    vm_checks.refuse_concurrent(request.emulator, vm)
    return vm


def _run(request: ArmRequest, vm: store.Resource, kind: str,
         transition: str | None,
         finish: Callable[[store.Resource], None]) -> ArmResponse:
    """Start an action; the VM is Updating while it runs."""
    emulator = request.emulator
    before = vm.properties['provisioningState']
    vm.properties['provisioningState'] = 'Updating'
    vm.private['transition'] = transition

    def done(operation: Operation) -> None:
        vm.private['transition'] = None
        vm.properties['provisioningState'] = 'Succeeded'
        finish(vm)
        vm.private['provisioned'] = emulator.clock.stamp(operation.ended)
        vm.private.pop('failure', None)
        vm.etag += 1

    def failed(operation: Operation) -> None:
        vm.private['transition'] = None
        if vm.private.get('deleting'):
            return
        error = operation.error or {}
        if operation.status == 'Canceled':
            vm.properties['provisioningState'] = before
        else:
            vm.properties['provisioningState'] = 'Failed'
            vm.private['failure'] = error
            vm_create.drop_unallocated(emulator, vm)
        vm.etag += 1

    operation = emulator.operations.start(
        request, kind, on_done=done, on_fail=failed,
        seconds=latency.of(emulator, kind))
    vm.private['operation'] = operation
    vm.etag += 1
    return operation.accepted(202)


def _refuse_never_started(vm: store.Resource, verb: str) -> None:
    """A VM whose create failed has no machine to act upon.

    :raises ArmError: 409 OperationNotAllowed
    """
    if vm.private.get('power') is None:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Cannot {verb} VM '{vm.name}' because the VM was never "
            f"allocated.")


def _running(vm: store.Resource) -> None:
    vm_create.allocate(vm)
    vm.private.pop('hibernated', None)


@route('POST', _ACTION + 'start')
def start(request: ArmRequest) -> ArmResponse:
    """Start a stopped or deallocated VM; a running one does not mind."""
    vm = _checked(request, 'Start')
    disk_blobs.refuse_retired(
        request.emulator, vm.name, vm.properties['storageProfile']['osDisk'])
    if vm.private.get('os_state') == 'generalized':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'start' is not allowed on VM '{vm.name}' since the "
            f"VM is generalized.")
    if vm.private.get('power') is None:
        vm_nics.take(request.emulator, vm.id,
                     vm.properties['networkProfile'])
    moving = vm.private.get('power') != 'running'
    return _run(request, vm, 'virtualMachines.start',
                'starting' if moving else None, _running)


@route('POST', _ACTION + 'restart')
def restart(request: ArmRequest) -> ArmResponse:
    """Restart; a deallocated VM cannot."""
    vm = _checked(request, 'Restart')
    _refuse_never_started(vm, 'restart')
    if vm.private['power'] == 'deallocated':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'restart' is not allowed on VM '{vm.name}' since "
            f"the VM is deallocated.")
    return _run(request, vm, 'virtualMachines.restart', None, _running)


@route('POST', _ACTION + 'powerOff')
def power_off(request: ArmRequest) -> ArmResponse:
    """Stop but keep the host, and the bill."""
    vm = _checked(request, 'PowerOff')
    _refuse_never_started(vm, 'power off')
    hard = request.query.get('skipshutdown', '').lower() == 'true'
    kind = 'virtualMachines.powerOff' + ('.skipShutdown' if hard else '')
    stays = vm.private['power'] == 'deallocated'

    def finish(vm: store.Resource) -> None:
        vm.private['power'] = 'deallocated' if stays else 'stopped'

    return _run(request, vm, kind, None if stays else 'stopping', finish)


@route('POST', _ACTION + 'deallocate')
def deallocate(request: ArmRequest) -> ArmResponse:
    """Stop and give the host back; with ``hibernate`` keep the memory."""
    vm = _checked(request, 'Deallocate')
    hibernate = request.query.get('hibernate', '').lower() == 'true'
    capabilities = vm.properties.get('additionalCapabilities') or {}
    if hibernate and not capabilities.get('hibernationEnabled'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The Hibernate-Deallocate Operation cannot be performed on a "
            f"VM that does not have the hibernation capability enabled. VM "
            f"'{vm.name}'.")

    def finish(vm: store.Resource) -> None:
        vm.private['power'] = 'deallocated'
        if hibernate:
            vm.private['hibernated'] = True

    return _run(request, vm, 'virtualMachines.deallocate',
                'deallocating', finish)


@route('POST', _ACTION + 'redeploy')
def redeploy(request: ArmRequest) -> ArmResponse:
    """Move a VM to another host."""
    vm = _checked(request, 'Redeploy')
    _refuse_never_started(vm, 'redeploy')
    runs = vm.private['power'] == 'running'
    return _run(request, vm, 'virtualMachines.redeploy',
                'starting' if runs else None,
                _running if runs else lambda vm: None)


@route('POST', _ACTION + 'reapply')
def reapply(request: ArmRequest) -> ArmResponse:
    """Apply the model again, which mends a Failed state."""
    vm = _checked(request, 'Reapply')
    return _run(request, vm, 'virtualMachines.reapply', None,
                lambda vm: None)


@route('POST', _ACTION + 'generalize')
def generalize(request: ArmRequest) -> ArmResponse:
    """Mark as generalized, at once; needs a VM that does not run."""
    vm = _checked(request, 'Generalize')
    if vm.private.get('power') not in ('stopped', 'deallocated'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'generalize' is not allowed on VM '{vm.name}' since "
            f"the VM is not stopped or deallocated.")
    vm.private['os_state'] = 'generalized'
    return ArmResponse(200)


@route('POST', _ACTION + 'simulateEviction')
def simulate_eviction(request: ArmRequest) -> ArmResponse:
    """Evict a spot VM."""
    vm = _checked(request, 'SimulateEviction')
    if vm.properties.get('priority') != 'Spot':
        raise errors.ArmError(
            409, 'OperationNotAllowed', "Operation 'simulateEviction' is "
            "allowed only for Spot Virtual Machines")
    # the service evicts within half an hour; here it has happened at once
    vm.private['power'] = 'deallocated'
    return ArmResponse(204)


@route('POST', _ACTION + 'attachDetachDataDisks')
def attach_detach(request: ArmRequest) -> ArmResponse:
    """Attach and detach several data disks in one request."""
    return vm_update.attach_detach(
        request, _checked(request, 'AttachDetachDataDisks'))
