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
"""How extensions look: in an answer, in a machine, in its view."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import store
from jacket_azure.emulator.compute import extension_catalogue
from jacket_azure.emulator.compute import extension_checks

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def shown(extension: store.Resource, with_view: bool) -> dict[str, Any]:
    """What a GET answers; protected settings are nowhere kept."""
    body = extension.view()
    if with_view and 'view' in extension.private:
        body['properties']['instanceView'] = dict(extension.private['view'])
    return body


def status(emulator: server.Emulator, kind: extension_catalogue.Type,
           asked: str, name: str, message: str, *,
           failed: bool = False) -> dict[str, Any]:
    """Build the instance view of an extension that has just ended."""
    return {
        'name': name, 'type': kind.handler,
        'typeHandlerVersion': kind.newest(asked),
        'statuses': [{
            'code': 'ProvisioningState/' + (
                'failed/1' if failed else 'succeeded'),
            'level': 'Error' if failed else 'Info',
            'displayStatus': ('Provisioning failed' if failed
                              else 'Provisioning succeeded'),
            'message': message, 'time': emulator.clock.stamp()}]}


def of_machine(emulator: server.Emulator,
               vm: store.Resource) -> list[dict[str, Any]]:
    """``extensions`` of a machine's instance view."""
    return [dict(one.private['view']) for one in _all(emulator, vm)
            if 'view' in one.private]


def handlers(emulator: server.Emulator,
             vm: store.Resource) -> list[dict[str, Any]]:
    """``vmAgent.extensionHandlers`` of a machine's instance view."""
    return [{'type': view['type'],
             'typeHandlerVersion': view['typeHandlerVersion'],
             'status': {'code': 'ProvisioningState/succeeded',
                        'level': 'Info', 'displayStatus': 'Ready',
                        'message': 'Plugin enabled'}}
            for view in of_machine(emulator, vm)]


def resources(emulator: server.Emulator,
              vm: store.Resource) -> list[dict[str, Any]]:
    """``resources`` of a machine's GET."""
    return [shown(one, False) for one in _all(emulator, vm)]


def _all(emulator: server.Emulator,
         vm: store.Resource) -> list[store.Resource]:
    return emulator.store.children(extension_checks.TYPE, vm.id)
