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
"""Managed run commands: scripts that are resources of a machine.

Source: Compute REST API, virtual-machine-run-commands.
"""

from __future__ import annotations

import copy
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import run_command
from jacket_azure.emulator.compute import run_scripts
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_operations
from jacket_azure.emulator.operation import Operation
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

TYPE = 'Microsoft.Compute/virtualMachines/runCommands'
_LIST = vm_model.NAME + '/runCommands'
_NAME = _LIST + '/{command}'
_SECRET = ('protectedParameters', 'runAsPassword')
# elsewhere: the emulator reads and writes no one's blobs for a script
_REMOTE = ('outputBlobUri', 'errorBlobUri')


def _view(request: ArmRequest, command: store.Resource) -> dict[str, Any]:
    body = command.view()
    if request.query.get('$expand', '').lower() == 'instanceview':
        body['properties']['instanceView'] = copy.deepcopy(
            command.private['view'])
    return body


@route('GET', _LIST)
def list_commands(request: ArmRequest) -> ArmResponse:
    """Run commands of a machine."""
    vm = vm_operations.machine(request)
    return ArmResponse(body={'value': [
        _view(request, one) for one in (
            request.emulator.store.children(TYPE, vm.id))]})


@route('GET', _NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One run command; ``$expand=instanceView`` adds its output."""
    return ArmResponse(body=_view(request, request.resource()))


@route('PUT', _NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Write a run command and run it."""
    vm = vm_operations.checked(
        request, 'VirtualMachineRunCommands.CreateOrUpdate.PUT')
    return _write(request, vm, request.existing(),
                  copy.deepcopy(request.body.get('properties') or {}))


@route('PATCH', _NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change a run command and run it again."""
    known = request.resource()
    vm = vm_operations.checked(
        request, 'VirtualMachineRunCommands.Update.PATCH')
    kept = known.view()['properties']
    kept.pop('provisioningState')
    return _write(request, vm, known, {
        **kept, **copy.deepcopy(request.body.get('properties') or {})})


def _write(request: ArmRequest, vm: store.Resource,
           known: store.Resource | None,
           wanted: dict[str, Any]) -> ArmResponse:
    source = wanted.get('source') or {}
    for name in _REMOTE:
        if wanted.get(name):
            raise errors.not_implemented(f'run commands with {name}')
    if source.get('scriptUri') or source.get('commandId'):
        raise errors.not_implemented('run commands from elsewhere')
    if not source.get('script'):
        raise errors.missing_parameter('source.script')
    run_command.check_machine(vm)
    command = known or _make(request, vm)
    command.body['properties'] = {
        'asyncExecution': False, 'timeoutInSeconds': 0,
        **{key: value for key, value in wanted.items()
           if key not in _SECRET},
        'provisioningState': 'Updating' if known else 'Creating'}
    if 'tags' in request.body:
        command.body['tags'] = copy.deepcopy(request.body['tags'])
    command.private['view'] = {'executionState': 'Running'}
    request.emulator.store.put(command)
    operation = _start(request, vm, command, wanted)
    return operation.accepted(200 if known else 201, _view(request, command),
                              location=False)


def _make(request: ArmRequest, vm: store.Resource) -> store.Resource:
    where = request.id
    assert where is not None  # noqa: S101
    resource_id = f'{vm.id}/runCommands/{where.name}'
    return store.Resource(
        id=resource_id, type=TYPE, name=where.name, body={
            'name': where.name, 'id': resource_id, 'type': TYPE,
            'location': vm.location},
        created=request.emulator.clock.now())


def _start(request: ArmRequest, vm: store.Resource, command: store.Resource,
           wanted: dict[str, Any]) -> Operation:
    emulator = request.emulator
    began = emulator.clock.stamp()
    parameters = tuple((one['name'], one['value']) for key in (
        'parameters', 'protectedParameters') for one in wanted.get(key) or ())

    def finish(vm: store.Resource) -> None:
        output = run_scripts.run(emulator, vm, guest.Script(
            command.name, wanted['source']['script'], parameters))
        bad = output.exit_code != 0
        command.private['view'] = {
            'executionState': 'Failed' if bad else 'Succeeded',
            'executionMessage': '', 'exitCode': output.exit_code,
            'output': output.out, 'error': output.err, 'startTime': began,
            'endTime': emulator.clock.stamp(), 'statuses': []}
        if bad and wanted.get('treatFailureAsDeploymentFailure'):
            raise errors.ArmError(
                409, 'VMExtensionProvisioningError',
                f"Command execution failed, as treatFailureAsDeployment"
                f"Failure is set, for run command '{command.name}': "
                f"{output.err}")
        command.properties['provisioningState'] = 'Succeeded'

    def failed(operation: Operation) -> None:
        command.properties['provisioningState'] = 'Failed'
        command.private['view'].update(
            executionState='Failed',
            executionMessage=(operation.error or {}).get('message', ''))

    return vm_operations.begin(request, vm, 'virtualMachines.runCommand',
                               finish, failed=failed)


@route('DELETE', _NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Forget a run command."""
    command = request.existing()
    if command is None:
        return ArmResponse(204)
    vm = vm_operations.checked(
        request, 'VirtualMachineRunCommands.Delete.DELETE')

    def finish(vm: store.Resource) -> None:
        request.emulator.store.delete(command.id)

    return vm_operations.run(
        request, vm, 'virtualMachines.extensions.delete', finish)
