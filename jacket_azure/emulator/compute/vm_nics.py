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

"""What a virtual machine does to its network interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import network_interfaces
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def references(profile: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The NIC references of a ``networkProfile``."""
    return (profile or {}).get('networkInterfaces') or []


def is_primary(reference: dict[str, Any], count: int) -> bool:
    """Whether that NIC is the primary; a single one always is."""
    return count == 1 or bool(
        (reference.get('properties') or {}).get('primary'))


def check(emulator: server.Emulator, vm_id: str, location: str,
          zones: list[str], profile: dict[str, Any] | None,
          size: sizes.Size) -> None:
    """Refuse NICs that this VM cannot have.

    :raises ArmError: missing, in use, reserved, too many, no primary, ...
    """
    wanted = references(profile)
    name = vm_id.rpartition('/')[2]
    if not wanted:
        raise errors.missing_parameter('networkProfile.networkInterfaces')
    if not all(one.get('id') for one in wanted):
        raise errors.missing_parameter('networkInterface.id')
    if len(wanted) > size.nics:
        raise errors.ArmError(
            400, 'NetworkInterfaceCountExceeded',
            f'The number of network interfaces for virtual machine {name} '
            f'exceeds the maximum allowed for the virtual machine size '
            f'{size.name}. The number of network interfaces is '
            f'{len(wanted)} and the maximum allowed is {size.nics}.')
    if sum(is_primary(one, len(wanted)) for one in wanted) != 1:
        raise errors.ArmError(
            400, 'VirtualMachineMustHaveOneNetworkInterfaceAsPrimary',
            f'Virtual machine {name} must have one network interface set as '
            f'the primary.')
    nics = [_usable(emulator, vm_id, location, one['id']) for one in wanted]
    if len({nic.id.lower() for nic in nics}) < len(nics):
        raise errors.invalid_parameter(
            'networkProfile.networkInterfaces',
            'A network interface is named more than once.')
    _check_networks(nics)
    for nic in nics:
        _check_zone(emulator, vm_id, zones, nic)


def _usable(emulator: server.Emulator, vm_id: str, location: str,
            nic_id: str) -> store.Resource:
    nic = network_interfaces.check_attach(emulator, nic_id, vm_id)
    if nic.location != location:
        raise errors.ArmError(
            400, 'InvalidResourceReference',
            f'Resource {nic_id} referenced by resource {vm_id} was not '
            f'found. Please make sure that the referenced resource exists, '
            f'and that both resources are in the same region.')
    return nic


def _subnets(nic: store.Resource) -> list[str]:
    return [config['properties']['subnet']['id']
            for config in nic.properties.get('ipConfigurations') or ()
            if config.get('properties', {}).get('subnet')]


def _check_networks(nics: list[store.Resource]) -> None:
    """All NICs of a VM are in one virtual network."""
    first: str | None = None
    for nic in nics:
        for subnet in _subnets(nic):
            network = subnet.lower().rpartition('/subnets/')[0]
            if first is None:
                first = network
            elif network != first:
                raise errors.ArmError(
                    400, 'SubnetsNotInSameVnet',
                    f'Subnet {subnet} is not in the same Virtual Network as '
                    f'the subnets of other network interfaces of the VM.')


def _check_zone(emulator: server.Emulator, vm_id: str, zones: list[str],
                nic: store.Resource) -> None:
    """A zonal public address serves VMs of its own zone only."""
    for config in nic.properties.get('ipConfigurations') or ():
        reference = config.get('properties', {}).get('publicIPAddress')
        address = emulator.store.get(reference['id']) if reference else None
        if address is None:
            continue
        there = address.body.get('zones') or []
        if len(there) == 1 and zones and there != zones:
            raise errors.ArmError(
                400, 'ZonesMismatch',
                f'Compute resource {vm_id} has a zone constraint {zones[0]} '
                f'but the PublicIPAddress {address.id} used by the compute '
                f'resource via NetworkInterface or LoadBalancer has a '
                f'different zone constraint {there[0]}.')


def take(emulator: server.Emulator, vm_id: str,
         profile: dict[str, Any] | None) -> None:
    """Give the NICs to the VM."""
    wanted = references(profile)
    for one in wanted:
        network_interfaces.attach(
            emulator, one['id'], vm_id, is_primary(one, len(wanted)))


def release(emulator: server.Emulator, vm_id: str,
            profile: dict[str, Any] | None, *,
            reserve: bool = False) -> None:
    """Take all NICs from the VM; their addresses stay.

    :param reserve: keep them from anybody else for 180 seconds, as happens
        when a VM could not be created
    """
    for one in references(profile):
        if _has(emulator, vm_id, one['id']):
            network_interfaces.detach(
                emulator, one['id'], vm_id if reserve else None)


def delete_or_release(emulator: server.Emulator, vm_id: str,
                      profile: dict[str, Any] | None) -> None:
    """Do with each NIC of a deleted VM as its ``deleteOption`` says.

    A NIC that another VM has got meanwhile is left alone.
    """
    for one in references(profile):
        nic = emulator.store.get(one['id'])
        user = nic.properties.get('virtualMachine') if nic else None
        if nic is None or user and not ids.same(user['id'], vm_id):
            continue
        option = (one.get('properties') or {}).get('deleteOption', 'Detach')
        if option == 'Delete':
            network_interfaces.delete_for_cascade(emulator, nic.id)
        elif user:
            reserved = emulator.state.get('compute.nics_stay_reserved')
            network_interfaces.detach(
                emulator, nic.id, vm_id if reserved else None)


def stay_reserved(emulator: server.Emulator) -> None:
    """Let the NICs of deleted machines be reserved for 180 seconds.

    The service does so at times (bosh-azure-cpi, karpenter #92).
    """
    emulator.state['compute.nics_stay_reserved'] = True


def reset(emulator: server.Emulator) -> None:
    """Take :func:`stay_reserved` back."""
    emulator.state.pop('compute.nics_stay_reserved', None)


def _has(emulator: server.Emulator, vm_id: str, nic_id: str) -> bool:
    nic = emulator.store.get(nic_id)
    user = nic.properties.get('virtualMachine') if nic else None
    return user is not None and ids.same(user['id'], vm_id)


def exchange(emulator: server.Emulator, vm_id: str,
             leaving: dict[str, Any] | None,
             coming: dict[str, Any] | None) -> None:
    """Give a VM other NICs than it has."""
    kept = {one['id'].lower() for one in references(coming)}
    for one in references(leaving):
        if one['id'].lower() not in kept and _has(
                emulator, vm_id, one['id']):
            network_interfaces.detach(emulator, one['id'])
    take(emulator, vm_id, coming)


def tidy(profile: dict[str, Any]) -> None:
    """Leave out properties of interfaces that are null (349 seen)."""
    for entry in profile.get('networkInterfaces') or ():
        if 'properties' in entry:
            entry['properties'] = {
                key: value for key, value
                in (entry['properties'] or {}).items() if value is not None}
            if not entry['properties']:
                del entry['properties']
