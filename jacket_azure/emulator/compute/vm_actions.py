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

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import boot_log
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import hibernation
from jacket_azure.emulator.compute import vm_delete
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_nics
from jacket_azure.emulator.compute import vm_operations
from jacket_azure.emulator.compute import vm_provisioning
from jacket_azure.emulator.compute import vm_update
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

_ACTION = vm_model.NAME + '/'


def _checked(request: ArmRequest, verb: str) -> store.Resource:
    return vm_operations.checked(request, f'VirtualMachines.{verb}.POST')


def _boots(request: ArmRequest) -> vm_operations.Finish:
    """The machine runs and its guest has booted, or resumed."""
    emulator = request.emulator

    def finish(vm: store.Resource) -> None:
        vm_provisioning.allocate(emulator, vm)
        if not vm.private.pop('hibernated', None):
            boot_log.boot(emulator, vm)
    return finish


def _stays(vm: store.Resource) -> None:
    """Nothing about the machine changes."""


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
    finish = _boots(request) if moving else _stays
    return vm_operations.run(request, vm, 'virtualMachines.start', finish,
                             'starting' if moving else None)


@route('POST', _ACTION + 'restart')
def restart(request: ArmRequest) -> ArmResponse:
    """Restart; a deallocated VM cannot."""
    vm = _checked(request, 'Restart')
    vm_operations.refuse_never_started(vm, 'restart')
    if vm.private['power'] == 'deallocated':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'restart' is not allowed on VM '{vm.name}' since "
            f"the VM is deallocated.")
    return vm_operations.run(request, vm, 'virtualMachines.restart',
                             _boots(request))


@route('POST', _ACTION + 'powerOff')
def power_off(request: ArmRequest) -> ArmResponse:
    """Stop but keep the host, and the bill."""
    vm = _checked(request, 'PowerOff')
    vm_operations.refuse_never_started(vm, 'power off')
    hard = request.query.get('skipshutdown', '').lower() == 'true'
    kind = 'virtualMachines.powerOff' + ('.skipShutdown' if hard else '')
    stays = vm.private['power'] == 'deallocated'

    def finish(vm: store.Resource) -> None:
        vm.private['power'] = 'deallocated' if stays else 'stopped'

    return vm_operations.run(request, vm, kind, finish,
                             None if stays else 'stopping')


@route('POST', _ACTION + 'deallocate')
def deallocate(request: ArmRequest) -> ArmResponse:
    """Stop and give the host back; with ``hibernate`` keep the memory."""
    vm = _checked(request, 'Deallocate')
    hibernate = request.query.get('hibernate', '').lower() == 'true'
    if hibernate:
        hibernation.check_hibernate(vm)

    def finish(vm: store.Resource) -> None:
        vm.private['power'] = 'deallocated'
        # without hibernate a hibernated machine loses its memory
        vm.private['hibernated'] = hibernate

    return vm_operations.run(request, vm, 'virtualMachines.deallocate',
                             finish, 'deallocating')


@route('POST', _ACTION + 'redeploy')
def redeploy(request: ArmRequest) -> ArmResponse:
    """Move a VM to another host."""
    vm = _checked(request, 'Redeploy')
    vm_operations.refuse_never_started(vm, 'redeploy')
    runs = vm.private['power'] == 'running'
    return vm_operations.run(
        request, vm, 'virtualMachines.redeploy',
        _boots(request) if runs else _stays, 'starting' if runs else None)


@route('POST', _ACTION + 'reapply')
def reapply(request: ArmRequest) -> ArmResponse:
    """Apply the model again, which mends a Failed state."""
    vm = _checked(request, 'Reapply')
    return vm_operations.run(
        request, vm, 'virtualMachines.reapply', _stays)


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
    if vm.properties.get('evictionPolicy') == 'Delete':
        vm_delete.remove(request.emulator, vm)
    else:
        vm.private['power'] = 'deallocated'
    return ArmResponse(204)


@route('POST', _ACTION + 'attachDetachDataDisks')
def attach_detach(request: ArmRequest) -> ArmResponse:
    """Attach and detach several data disks in one request."""
    return vm_update.attach_detach(
        request, _checked(request, 'AttachDetachDataDisks'))
