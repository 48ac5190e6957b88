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

"""Changes that an existing virtual machine does not accept."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import hibernation
from jacket_azure.emulator.compute import os_profile
from jacket_azure.emulator.compute import vm_options


def not_allowed(name: str) -> errors.ArmError:
    """The error about a property that stays as it was made."""
    return errors.ArmError(
        409, 'PropertyChangeNotAllowed',
        f"Changing property '{name}' is not allowed.", target=name)


def check_profile(vm: store.Resource, properties: dict[str, Any],
                  sent: dict[str, Any]) -> None:
    """Names and keys cannot be changed from here.

    What was sent at first may be sent again (3 seen).
    """
    known = vm.properties.get('osProfile')
    profile = sent.get('osProfile')
    if profile is None:
        return
    if known is None:
        raise errors.invalid_parameter(
            'osProfile', "Parameter 'osProfile' is not allowed.")
    for key in ('computerName', 'adminUsername'):
        if profile.get(key, known.get(key)) != known.get(key):
            raise not_allowed(f'osProfile.{key}')
    for key in ('adminPassword', 'customData'):
        if profile.get(key) not in (
                None, vm.private.get('secrets', {}).get(key)):
            raise not_allowed(f'osProfile.{key}')
    os_type = vm.properties['storageProfile']['osDisk']['osType']
    shown = os_profile.shown({**known, **profile}, os_type)
    if shown.get('linuxConfiguration', {}).get('ssh') != known.get(
            'linuxConfiguration', {}).get('ssh'):
        raise not_allowed('linuxConfiguration.ssh.publicKeys')
    properties['osProfile'] = shown


# set when a machine is made; None and missing are the same
_FIXED = ('availabilitySet', 'virtualMachineScaleSet', 'host', 'hostGroup',
          'capacityReservation', 'priority')


def check_options(vm: store.Resource, wanted: dict[str, Any],
                  place: disk_checks.Place) -> None:
    """Refuse what stays as the machine was made, or cannot be now."""
    properties = wanted['properties']
    for key in _FIXED:
        if key in properties and _plain(properties[key]) != _plain(
                vm.properties.get(key)):
            raise not_allowed(key)
        if key in vm.properties:
            properties[key] = vm.properties[key]
    if wanted.get('plan') != vm.body.get('plan'):
        raise not_allowed('plan')
    _check_security(vm, properties)
    _check_price(vm, properties)
    vm_options.check_priority(properties, place.size)
    vm_options.check_user_data(properties.get('userData'))
    old = vm.properties.get('additionalCapabilities') or {}
    new = properties.get('additionalCapabilities') or {}
    if bool(old.get('ultraSSDEnabled')) != bool(new.get('ultraSSDEnabled')):
        _check_deallocated(vm, 'additionalCapabilities.ultraSSDEnabled')
        vm_options.check_ultra(wanted, place.size)
    vm_options.check_controller(properties, place.size)
    hibernation.check_change(vm, properties)
    hibernation.check(place.emulator, properties, place.size)


def _plain(value: Any) -> Any:
    """A value or the id of a reference, without regard to case."""
    if isinstance(value, dict):
        value = value.get('id')
    text: str = (value or '').lower()
    # the older name of spot machines
    return 'spot' if text == 'low' else text


def _check_price(vm: store.Resource, properties: dict[str, Any]) -> None:
    """Refuse another price for a machine that has a host.

    :raises ArmError: 409 OperationNotAllowed (seen at 2019-03-01)
    """
    old = (vm.properties.get('billingProfile') or {}).get('maxPrice', -1)
    new = (properties.get('billingProfile') or {}).get('maxPrice', -1)
    if old == new or vm.private.get('power') == 'deallocated':
        return
    more = 'For more information, see https://aka.ms/low-priority/'
    raise errors.ArmError(
        409, 'OperationNotAllowed',
        f'Billing Profile change is not allowed. {more}errormessages.',
        details=[{
            'code': 'OperationNotAllowed',
            'message': f"Billing Profile change is not allowed when the VM "
                       f"'{vm.name}' is currently allocated. Please "
                       f"deallocate and try again. {more}errormessages.",
            'target': vm.name}])


def _check_security(vm: store.Resource, properties: dict[str, Any]) -> None:
    old = (vm.properties.get('securityProfile') or {})
    new = (properties.get('securityProfile') or {})
    if old and not new:
        properties['securityProfile'] = old
    elif old.get('securityType') != new.get('securityType'):
        if not new.get('securityType'):
            raise not_allowed('securityProfile.securityType')
        _check_deallocated(vm, 'securityProfile.securityType')


def _check_deallocated(vm: store.Resource, name: str) -> None:
    if vm.private.get('power') != 'deallocated':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The property '{name}' of VM '{vm.name}' can be changed only "
            f"while the VM is deallocated.", target=name)
