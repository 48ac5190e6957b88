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

"""The instance view: what a VM is doing, by the clock.

Codes, levels, texts and their order as in arm-behaviour.md section 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import store
from jacket_azure.emulator.compute import boot_log
from jacket_azure.emulator.compute import extension_views
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import guest_systems

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_AGENT_VERSION = '2.13.0.2'
_STABLE = ('running', 'stopped', 'deallocated')


def _status(code: str, words: str, time: str | None = None,
            level: str = 'Info', message: str | None = None) -> dict[str, Any]:
    status = {'code': code, 'level': level, 'displayStatus': words}
    if message is not None:
        status['message'] = message
    if time is not None:
        status['time'] = time
    return status


def progress(emulator: server.Emulator, vm: store.Resource) -> float:
    """How far the VM's operation is: 0 at its start, 1 at its end."""
    operation = vm.private.get('operation')
    if operation is None or not operation.running:
        return 1.0
    total = (operation.due - operation.started).total_seconds()
    if total <= 0:
        return 0.0
    passed = (emulator.clock.now() - operation.started).total_seconds()
    return min(float(passed / total), 1.0)


def power(emulator: server.Emulator, vm: store.Resource) -> str | None:
    """Return ``running``, ``starting``, ...; None before there is any."""
    if vm.private.get('creating') and progress(emulator, vm) < 1 / 3:
        return None
    return vm.private.get('transition') or vm.private.get('power')


def _provisioning(emulator: server.Emulator,
                  vm: store.Resource) -> dict[str, Any]:
    state = vm.properties['provisioningState']
    if state == 'Creating':
        if progress(emulator, vm) < 2 / 3:
            return _status('ProvisioningState/creating', 'Creating')
        return _status('ProvisioningState/creating/osProvisioningInProgress',
                       'OS provisioning in progress')
    if state == 'Failed':
        failure = vm.private.get('failure') or {}
        code = failure.get('code')
        return _status(
            'ProvisioningState/failed' + (f'/{code}' if code else ''),
            'Provisioning failed', vm.private.get('provisioned'), 'Error',
            failure.get('message'))
    if state == 'Succeeded':
        return _status('ProvisioningState/succeeded',
                       'Provisioning succeeded',
                       vm.private.get('provisioned'))
    return _status(f'ProvisioningState/{state.lower()}', state)


def statuses(emulator: server.Emulator,
             vm: store.Resource) -> list[dict[str, Any]]:
    """``statuses`` of the view, in the service's order."""
    found = []
    os_state = vm.private.get('os_state')
    if os_state:
        found.append(_status(f'OSState/{os_state}', f'VM {os_state}'))
    found.append(_provisioning(emulator, vm))
    now = power(emulator, vm)
    if now is not None:
        found.append(_status(f'PowerState/{now}', f'VM {now}'))
    if vm.private.get('hibernated'):
        found.append(_status('HibernationState/Hibernated',
                             'VM hibernated'))
    if vm.properties.get('proximityPlacementGroup'):
        found.append(_status('ColocationStatus/Aligned', 'Aligned'))
    return found


def _agent(emulator: server.Emulator,
           vm: store.Resource) -> dict[str, Any]:
    if vm.private.get('agent_up'):
        return {'vmAgentVersion': _AGENT_VERSION, 'statuses': [_status(
            'ProvisioningState/succeeded', 'Ready',
            vm.private.get('provisioned'), message='Guest Agent is running')],
            'extensionHandlers': extension_views.handlers(emulator, vm)}
    return {'vmAgentVersion': 'Unknown', 'statuses': [_status(
        'ProvisioningState/Unavailable', 'Not Ready',
        vm.private.get('provisioned'), 'Warning',
        'VM status blob is found but not yet populated.')]}


def _disks(vm: store.Resource) -> list[dict[str, Any]]:
    profile = vm.properties['storageProfile']
    return [{'name': entry['name'], 'statuses': [_status(
        'ProvisioningState/succeeded', 'Provisioning succeeded',
        vm.private.get('provisioned'))]}
        for entry in (profile['osDisk'], *profile['dataDisks'])]


def build(emulator: server.Emulator, vm: store.Resource) -> dict[str, Any]:
    """Build the whole view."""
    view: dict[str, Any] = {}
    now = power(emulator, vm)
    # the guest is asked, so a VM that does not run shows nothing of it
    if now in ('running', 'starting', 'stopping') and (
            not vm.private.get('creating')):
        view['computerName'] = guest.of(emulator, vm).host_name
        view['osName'], view['osVersion'] = guest_systems.of(vm)
        view['vmAgent'] = _agent(emulator, vm)
        if 'patches' in vm.private:
            view['patchStatus'] = vm.private['patches']
    view['hyperVGeneration'] = vm.private.get('generation', 'V1')
    view['disks'] = _disks(vm)
    boot = (vm.properties.get('diagnosticsProfile') or {}).get(
        'bootDiagnostics') or {}
    if boot.get('enabled'):
        view['bootDiagnostics'] = boot_log.blobs(vm)
    found = extension_views.of_machine(emulator, vm)
    if found:
        view['extensions'] = found
    view['statuses'] = statuses(emulator, vm)
    return view
