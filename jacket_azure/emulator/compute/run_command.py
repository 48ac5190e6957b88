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
"""The runCommand action, and the list of documents it can run.

Source: Compute REST API, virtual-machine-run-commands; arm-behaviour.md
section 2.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import extension_checks
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import run_scripts
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_operations
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

_DOCUMENTS = ('/subscriptions/{sub}/providers/Microsoft.Compute/locations'
              '/{location}/runCommands')


def check_machine(vm: store.Resource) -> None:
    """Refuse a machine that can run nothing.

    :raises ArmError: 409 OperationNotAllowed
    """
    if vm.private.get('power') != 'running':
        raise errors.ArmError(
            409, 'OperationNotAllowed', 'The operation requires the VM to be '
            'running (or set to run).')
    extension_checks.check_allowed(vm)


@route('POST', vm_model.NAME + '/runCommand')
def run(request: ArmRequest) -> ArmResponse:
    """Run a script; both poll URLs give what it wrote."""
    vm = vm_operations.checked(request, 'VirtualMachines.RunCommand.POST')
    document = _find(request.body['commandId'])
    check_machine(vm)
    os_type = vm.properties['storageProfile']['osDisk'].get('osType')
    if document['osType'] != os_type:
        raise errors.ArmError(
            400, 'BadRequest', f"The command '{document['id']}' is for "
            f"{document['osType']} and the VM '{vm.name}' has {os_type}.",
            target='commandId')
    lines = request.body.get('script') or document['script']
    text = '\n'.join(lines)
    parameters = [(one['name'], one['value'])
                  for one in request.body.get('parameters') or ()]

    def finish(vm: store.Resource) -> dict[str, Any]:
        output = run_scripts.run(request.emulator, vm, guest.Script(
            document['id'], text, tuple(parameters)))
        return {'value': _statuses(output, os_type == 'Windows')}

    return vm_operations.run(
        request, vm, 'virtualMachines.runCommand', finish)


def _statuses(output: run_scripts.Output,
              windows: bool) -> list[dict[str, Any]]:
    if windows:
        return [{'code': f'ComponentStatus/{name}/succeeded',
                 'level': 'Info',
                 'displayStatus': 'Provisioning succeeded', 'message': text}
                for name, text in (('StdOut', output.out),
                                   ('StdErr', output.err))]
    return [{'code': 'ProvisioningState/succeeded', 'level': 'Info',
             'displayStatus': 'Provisioning succeeded',
             'message': f'Enable succeeded: \n[stdout]\n{output.out}\n'
                        f'[stderr]\n{output.err}'}]


@route('GET', _DOCUMENTS)
def list_documents(request: ArmRequest) -> ArmResponse:
    """What can be run, without the scripts."""
    brief = ('$schema', 'id', 'osType', 'label', 'description')
    return ArmResponse(body={'value': [
        {key: document[key] for key in brief}
        for document in run_scripts.documents()]})


@route('GET', _DOCUMENTS + '/{command}')
def get_document(request: ArmRequest) -> ArmResponse:
    """One document with its script."""
    return ArmResponse(body=_find(request.params['command'], 404))


def _find(name: str, status: int = 400) -> dict[str, Any]:
    for document in run_scripts.documents():
        if document['id'].lower() == name.lower():
            return document
    if status == 404:
        raise errors.ArmError(
            404, 'NotFound', f"The entity '{name}' was not found in this "
            f"Azure location.")
    raise errors.invalid_parameter(
        'commandId', f"The value '{name}' of parameter 'commandId' is not "
        f"allowed. Allowed values are "
        f"{', '.join(one['id'] for one in run_scripts.documents())}.")
