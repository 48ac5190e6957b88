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
"""Extensions of virtual machines.

Source: Compute REST API, virtual-machine-extensions; arm-behaviour.md
section 3.
"""

from __future__ import annotations

import copy
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import extension_catalogue
from jacket_azure.emulator.compute import extension_checks
from jacket_azure.emulator.compute import extension_guest
from jacket_azure.emulator.compute import extension_views
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.compute import vm_operations
from jacket_azure.emulator.operation import Operation
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

TYPE = extension_checks.TYPE
_LIST = vm_model.NAME + '/extensions'
_NAME = _LIST + '/{extension}'
_SECRET = ('protectedSettings', 'protectedSettingsFromKeyVault')
_TIMEOUT_SECONDS = 1500.0


@route('GET', _LIST)
def list_extensions(request: ArmRequest) -> ArmResponse:
    """Extensions of a machine, never paged."""
    vm = vm_operations.machine(request)
    view = request.query.get('$expand', '').lower() == 'instanceview'
    return ArmResponse(body={'value': [
        extension_views.shown(one, view) for one in (
            request.emulator.store.children(TYPE, vm.id))]})


@route('GET', _NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One extension; ``$expand=instanceView`` adds its status."""
    view = request.query.get('$expand', '').lower() == 'instanceview'
    return ArmResponse(body=extension_views.shown(request.resource(), view))


@route('PUT', _NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Install an extension, or run it again with other settings."""
    vm = vm_operations.checked(
        request, 'VirtualMachineExtensions.CreateOrUpdate.PUT')
    known = request.existing()
    wanted = copy.deepcopy(request.body.get('properties') or {})
    if known is not None:
        # what kind it is need not be said again (2 seen at 2024-07-01)
        wanted = {**{key: known.properties[key]
                     for key in ('publisher', 'type')}, **wanted}
    return _write(request, vm, known, wanted)


@route('PATCH', _NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Run an extension again with what the body changes."""
    known = request.resource()
    vm = vm_operations.checked(
        request, 'VirtualMachineExtensions.Update.PATCH')
    kept = {key: value for key, value in known.properties.items()
            if key != 'provisioningState'}
    wanted = {**copy.deepcopy(kept),
              **copy.deepcopy(request.body.get('properties') or {})}
    return _write(request, vm, known, wanted)


def _write(request: ArmRequest, vm: store.Resource,
           known: store.Resource | None,
           wanted: dict[str, Any]) -> ArmResponse:
    extension_checks.check_machine(vm)
    kind = extension_checks.check(request, vm, wanted, known)
    protected = wanted.get('protectedSettings') or {}
    if wanted.get('protectedSettingsFromKeyVault'):
        raise errors.not_implemented('settings out of a key vault')
    shown = {key: value for key, value in wanted.items()
             if key not in _SECRET}
    shown.setdefault('autoUpgradeMinorVersion', False)
    shown.setdefault('settings', {})
    shown['provisioningState'] = 'Updating' if known else 'Creating'
    extension = _resource(request, vm, known)
    extension.body['properties'] = shown
    if 'tags' in request.body:
        extension.body['tags'] = copy.deepcopy(request.body['tags'])
    request.emulator.store.put(extension)
    operation = _start(request, vm, extension, kind, protected)
    return operation.accepted(200 if known else 201,
                              extension_views.shown(extension, False),
                              location=False)


def _resource(request: ArmRequest, vm: store.Resource,
              known: store.Resource | None) -> store.Resource:
    if known is not None:
        return known
    where = request.id
    assert where is not None  # noqa: S101
    resource_id = f'{vm.id}/extensions/{where.name}'
    return store.Resource(
        id=resource_id, type=TYPE, name=where.name, body={
            'name': where.name, 'id': resource_id, 'type': TYPE,
            'location': vm.location},
        created=request.emulator.clock.now())


def _start(request: ArmRequest, vm: store.Resource,
           extension: store.Resource, kind: extension_catalogue.Type,
           protected: dict[str, Any]) -> Operation:
    emulator = request.emulator
    name, version = extension.name, extension.properties['typeHandlerVersion']

    def finish(vm: store.Resource) -> None:
        if not vm.private.get('agent_up'):
            raise _no_agent(vm)
        try:
            message = extension_guest.run(
                emulator, vm, kind.handler,
                extension.properties.get('settings') or {}, protected)
        except extension_guest.Failed as exc:
            raise extension_guest.error(
                name, kind.publisher, kind.name, str(exc)) from exc
        _ended(extension, 'Succeeded', extension_views.status(
            emulator, kind, version, name, message))

    def failed(operation: Operation) -> None:
        message = (operation.error or {}).get('message', '')
        _ended(extension, 'Failed', extension_views.status(
            emulator, kind, version, name, message, failed=True))

    late = not vm.private.get('agent_up')
    return vm_operations.begin(
        request, vm, 'virtualMachines.extensions.write', finish,
        failed=failed, seconds=_TIMEOUT_SECONDS if late else None)


def _ended(extension: store.Resource, state: str,
           view: dict[str, Any]) -> None:
    extension.properties['provisioningState'] = state
    extension.private['view'] = view


def _no_agent(vm: store.Resource) -> errors.ArmError:
    return errors.ArmError(
        409, 'VMAgentStatusCommunicationError',
        f"VM '{vm.name}' has not reported status for VM agent or extensions. "
        f"Verify that the OS is up and healthy, the VM has a running VM "
        f"agent, and that it can establish outbound connections to Azure "
        f"storage. Please refer to https://aka.ms/vmextensionlinux"
        f"troubleshoot for additional VM agent troubleshooting information.")


@route('DELETE', _NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Uninstall an extension; what it did in the guest stays."""
    extension = request.existing()
    if extension is None:
        return ArmResponse(204)
    vm = vm_operations.checked(
        request, 'VirtualMachineExtensions.Delete.DELETE')
    extension_checks.check_machine(vm)
    extension.properties['provisioningState'] = 'Deleting'

    def failed(operation: Operation) -> None:
        extension.properties['provisioningState'] = 'Failed'

    operation = vm_operations.begin(
        request, vm, 'virtualMachines.extensions.delete',
        lambda vm: _remove(request, extension), failed=failed)
    return operation.accepted(202)


def _remove(request: ArmRequest, extension: store.Resource) -> None:
    request.emulator.store.delete(extension.id)
