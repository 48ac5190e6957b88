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
"""What is asked of an extension before anything is done."""

from __future__ import annotations

import re
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import extension_catalogue
from jacket_azure.emulator.router import ArmRequest

TYPE = 'Microsoft.Compute/virtualMachines/extensions'
_REQUIRED = ('publisher', 'type', 'typeHandlerVersion')


def check_machine(vm: store.Resource) -> None:
    """Refuse a machine whose agent can do nothing now.

    :raises ArmError: 409 OperationNotAllowed
    """
    if vm.private.get('power') != 'running':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            'Cannot modify extensions in the VM when the VM is not running.')
    check_allowed(vm)


def check_allowed(vm: store.Resource) -> None:
    """Refuse a machine without an agent.

    :raises ArmError: 409 OperationNotAllowed
    """
    profile = vm.properties.get('osProfile') or {}
    settings = (profile.get('linuxConfiguration')
                or profile.get('windowsConfiguration') or {})
    if (profile.get('allowExtensionOperations') is False
            or settings.get('provisionVMAgent') is False):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            'This operation cannot be performed when extension operations '
            'are disallowed. To allow, please ensure VM Agent is installed '
            'on the VM and the osProfile.allowExtensionOperations property '
            'is true.')


def check(request: ArmRequest, vm: store.Resource,
          wanted: dict[str, Any],
          known: store.Resource | None) -> extension_catalogue.Type:
    """Refuse an extension the service would refuse; return its type.

    :param wanted: its properties
    :param known: what has the name now
    :raises ArmError: 400 or 404
    """
    for key in _REQUIRED:
        if not wanted.get(key):
            raise errors.missing_parameter(key)
    if not re.fullmatch(r'\d+\.\d+', wanted['typeHandlerVersion']):
        raise errors.invalid_parameter(
            'typeHandlerVersion',
            'The value of parameter typeHandlerVersion is invalid.')
    _check_same(wanted, known)
    found = extension_catalogue.find(wanted['publisher'], wanted['type'])
    if found is None:
        raise errors.ArmError(
            404, 'ArtifactNotFound',
            f"The VM extension with publisher '{wanted['publisher']}' and "
            f"type '{wanted['type']}' could not be found.")
    found.newest(wanted['typeHandlerVersion'])
    os_type = vm.properties['storageProfile']['osDisk'].get('osType')
    if found.os != os_type:
        raise errors.ArmError(
            400, 'BadRequest',
            f"The publisher '{found.publisher}' and type '{found.name}' of "
            f"the extension are not supported on OS type '{os_type}'.")
    _check_single(request, vm, found, str(os_type), known)
    return found


def _check_same(wanted: dict[str, Any],
                known: store.Resource | None) -> None:
    for key in ('publisher', 'type'):
        if known is not None and (
                known.properties[key].lower() != wanted[key].lower()):
            raise errors.ArmError(
                409, 'PropertyChangeNotAllowed',
                f"Changing property '{key}' is not allowed.", target=key)


def _check_single(request: ArmRequest, vm: store.Resource,
                  found: extension_catalogue.Type, os_type: str,
                  known: store.Resource | None) -> None:
    where = request.id
    for other in request.emulator.store.children(TYPE, vm.id):
        handler = (f'{other.properties["publisher"]}.'
                   f'{other.properties["type"]}')
        if other is not known and (
                handler.lower() == found.handler.lower()):
            raise errors.ArmError(
                400, 'BadRequest',
                f"Multiple VMExtensions per handler not supported for OS "
                f"type '{os_type}'. VMExtension "
                f"'{where.name if where else ''}' with handler "
                f"'{found.handler}' already added or specified in input.")
