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

"""Microsoft.SerialConsole: sessions on the serial ports of machines.

Source: Serial Console REST API 2024-07-01 and its examples. What it answers
where boot diagnostics are off or the subscription has it disabled is not
documented: 409 and 403 here, unverified. A machine that does not run gets a
session, and its websocket is closed (as azure-cli's extension expects).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import profiles
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

NAMESPACE = 'Microsoft.SerialConsole'
PREFIX = '/n/connector/'
_VERSIONS = ('2018-05-01', '2023-01-01', '2024-07-01')
_SERVICE = ('/subscriptions/{sub}/providers/' + NAMESPACE
            + '/consoleServices/{service}')
_PORT = (vm_model.NAME + '/providers/' + NAMESPACE + '/serialPorts/{port}')
_SESSIONS = 'serial.sessions'
_DISABLED = 'serial.disabled'


@route('POST', _PORT + '/connect', documented=False)
def connect(request: ArmRequest) -> ArmResponse:
    """Make a session and tell where its websocket is."""
    _check(request)
    emulator, where = request.emulator, request.id
    vm = emulator.store.get(where.top if where else None)
    if vm is None or request.params['port'] != '0':
        raise errors.ArmError(
            404, 'NotFound',
            f"There is no serial port {request.params['port']}.")
    if emulator.state.get(_DISABLED):
        raise errors.ArmError(
            403, 'SerialConsoleDisabled',
            'Serial Console is disabled for this subscription.')
    if not has_diagnostics(vm):
        raise errors.ArmError(
            409, 'BootDiagnosticsDisabled',
            f"Boot diagnostics is not enabled for VM '{vm.name}'.")
    session = str(uuid.uuid4())
    sessions(emulator)[session] = vm
    base = emulator.endpoint.replace('https://', 'wss://')
    return ArmResponse(body={
        'connectionString':
            f'{base}{PREFIX}emulated/sessions/{session}/client'})


@route('GET', _SERVICE, documented=False)
def status(request: ArmRequest) -> ArmResponse:
    """Tell whether the subscription has it disabled."""
    _check(request)
    return _told(bool(request.emulator.state.get(_DISABLED)))


@route('POST', _SERVICE + '/disableConsole', documented=False)
def disable(request: ArmRequest) -> ArmResponse:
    """Refuse new sessions in the whole subscription."""
    _check(request)
    request.emulator.state[_DISABLED] = True
    return _told(True)


@route('POST', _SERVICE + '/enableConsole', documented=False)
def enable(request: ArmRequest) -> ArmResponse:
    """Allow sessions again."""
    _check(request)
    reset(request.emulator)
    return _told(False)


def reset(emulator: server.Emulator) -> None:
    """Have it enabled, as it is by default."""
    emulator.state.pop(_DISABLED, None)


def sessions(emulator: server.Emulator) -> dict[str, store.Resource]:
    """Sessions by id, each with its machine."""
    found: dict[str, store.Resource] = emulator.state.setdefault(
        _SESSIONS, {})
    return found


def has_diagnostics(vm: store.Resource) -> bool:
    """Tell whether a machine has boot diagnostics."""
    profile = vm.properties.get('diagnosticsProfile') or {}
    return bool((profile.get('bootDiagnostics') or {}).get('enabled'))


def _told(disabled: bool) -> ArmResponse:
    return ArmResponse(body={'properties': {'disabled': disabled}})


def _check(request: ArmRequest) -> None:
    """Refuse what the API documents do not know.

    :raises ArmError: 404 InvalidResourceType, 400 for a body, 404 for
        another service than ``default``
    """
    if profiles.is_stack_hub(request.emulator) or (
            request.api_version not in _VERSIONS):
        kind = request.record.type.partition('/')[0]
        raise errors.ArmError(
            404, 'InvalidResourceType',
            f"The resource type '{kind}' could not be found in the "
            f"namespace '{NAMESPACE}' for api version "
            f"'{request.api_version}'. The supported api-versions are "
            f"'{','.join(_VERSIONS)}'.", gateway=True)
    unknown: list[Any] = [name for name in request.query
                          if name != 'api-version']
    if request.raw_body is not None or unknown:
        request.record.problems.append(
            'this operation takes no body and no query option')
        raise errors.ArmError(
            400, 'BadRequest', 'This operation takes no body and no option.')
    if request.params.get('service', 'default') != 'default':
        raise errors.ArmError(
            404, 'NotFound', 'The only service is named default.')
