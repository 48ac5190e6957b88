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

"""IP configurations of network interfaces: addresses taken and given back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import addresses
from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import network
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/networkInterfaces/ipConfigurations'
SUBNET = 'Microsoft.Network/virtualNetworks/subnets'
PUBLIC = 'Microsoft.Network/publicIPAddresses'
_REFERENCES = ('applicationSecurityGroups',
               'loadBalancerBackendAddressPools',
               'loadBalancerInboundNatRules',
               'applicationGatewayBackendAddressPools')


@dataclasses.dataclass
class Plan:
    """What is to be written, after everything was checked."""

    bodies: list[dict[str, Any]]
    subnets: list[store.Resource]
    publics: list[store.Resource | None]


def plan(request: router.ArmRequest, found: store.Resource | None,
         nic_id: str) -> Plan:
    """Check the IP configurations of a request and choose addresses.

    :raises ArmError: 400 in the Network provider's words; nothing changed
    """
    sent = request.body['properties'].get('ipConfigurations') or []
    if not sent:
        raise errors.missing_parameter('properties.ipConfigurations')
    old = {configuration['id'].lower(): configuration for configuration
           in (found.properties['ipConfigurations'] if found else ())}
    result = Plan([], [], [])
    chosen: set[str] = set()
    for index, configuration in enumerate(sent):
        wanted = configuration.get('properties') or {}
        name = configuration.get('name')
        if not name:
            raise errors.missing_parameter(
                f'properties.ipConfigurations[{index}].name')
        where = f'{nic_id}/ipConfigurations/{name}'
        subnet = network.require(
            request.emulator, (wanted.get('subnet') or {}).get('id'), SUBNET,
            nic_id)
        _check_region(request, subnet, nic_id)
        address = _choose(subnet, wanted, where, old.get(where.lower()),
                          chosen)
        chosen.add(address)
        result.bodies.append(_body(
            where, name, wanted, subnet, address,
            wanted.get('primary', len(sent) == 1 or index == 0)))
        result.subnets.append(subnet)
        result.publics.append(_public(request, wanted, nic_id, where))
    return result


def apply(emulator: server.Emulator, nic: store.Resource,
          chosen: Plan) -> None:
    """Take the chosen addresses after giving back the old ones."""
    old = emulator.store.get(nic.id)
    if old is not None:
        release(emulator, old)
    nic.properties['ipConfigurations'] = chosen.bodies
    for body, subnet, public in zip(chosen.bodies, chosen.subnets,
                                    chosen.publics, strict=True):
        address = body['properties']['privateIPAddress']
        addresses.taken(subnet)[address] = body['id']
        if public is not None:
            public.properties['ipConfiguration'] = {'id': body['id']}


def release(emulator: server.Emulator, nic: store.Resource) -> None:
    """Give back every address of an interface."""
    for configuration in nic.properties['ipConfigurations']:
        properties = configuration['properties']
        subnet = emulator.store.get(properties['subnet']['id'])
        if subnet is not None:
            addresses.taken(subnet).pop(properties['privateIPAddress'], None)
        public = emulator.store.get(
            properties.get('publicIPAddress', {}).get('id'))
        if public is not None:
            public.properties.pop('ipConfiguration', None)


def public_addresses_to_delete(nic: store.Resource) -> list[str]:
    """List the public addresses that go with the interface."""
    found = [configuration['properties'].get('publicIPAddress') or {}
             for configuration in nic.properties['ipConfigurations']]
    return [public['id'] for public in found if public.get(
        'properties', {}).get('deleteOption') == 'Delete']


def set_dynamic_public_address(emulator: server.Emulator,
                               nic: store.Resource, running: bool) -> None:
    """Give dynamic public addresses a value while a machine has them."""
    for configuration in nic.properties['ipConfigurations']:
        public = emulator.store.get(configuration['properties'].get(
            'publicIPAddress', {}).get('id'))
        if public is not None and public.properties.get(
                'publicIPAllocationMethod') == 'Dynamic':
            if running:
                public.properties['ipAddress'] = public.private['address']
            else:
                public.properties.pop('ipAddress', None)


def _check_region(request: router.ArmRequest, subnet: store.Resource,
                  nic_id: str) -> None:
    where = ids.parse(subnet.id)
    parent = request.emulator.store.get(where.parent if where else None)
    if parent is None or parent.location != request.body['location']:
        raise errors.ArmError(
            400, 'InvalidResourceReference',
            f'Resource {subnet.id} referenced by resource {nic_id} was not '
            f'found. Please make sure that the referenced resource exists, '
            f'and that both resources are in the same region.', details=[])


def _choose(subnet: store.Resource, wanted: dict[str, Any], where: str,
            old: dict[str, Any] | None, chosen: set[str]) -> str:
    static = wanted.get('privateIPAllocationMethod', '').lower() == 'static'
    if static:
        if not wanted.get('privateIPAddress'):
            raise errors.ArmError(
                400, 'PrivateIPAddressRequiredForStaticAllocation',
                f'Private static IP address is not specified for IP '
                f'configuration {where}.', details=[])
        address = addresses.check_static(
            subnet, wanted['privateIPAddress'], where)
        if address in chosen:
            raise errors.ArmError(
                400, 'PrivateIPAddressIsAllocated',
                f'IP configuration {where} is using the private IP address '
                f'{address} which is already allocated to resource {where}.',
                details=[])
        return address
    held = (old or {}).get('properties', {})
    if old and ids.same(held['subnet']['id'], subnet.id):
        return str(held['privateIPAddress'])
    version = 6 if wanted.get('privateIPAddressVersion') == 'IPv6' else 4
    return addresses.next_free(subnet, version, chosen)


def _public(request: router.ArmRequest, wanted: dict[str, Any],
            nic_id: str, where: str) -> store.Resource | None:
    sent = wanted.get('publicIPAddress')
    if not sent:
        return None
    public = network.require(request.emulator, sent.get('id'), PUBLIC,
                             nic_id)
    holder = public.properties.get('ipConfiguration', {}).get('id')
    if holder and not ids.same(holder, where):
        raise errors.ArmError(
            400, 'PublicIPAddressInUse',
            f'Resource {where} is referencing public IP address {public.id} '
            f'that is already allocated to resource {holder}.', details=[])
    return public


def _body(where: str, name: str, wanted: dict[str, Any],
          subnet: store.Resource, address: str,
          primary: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        'provisioningState': 'Updating', 'privateIPAddress': address,
        'privateIPAllocationMethod': wanted.get(
            'privateIPAllocationMethod', 'Dynamic').capitalize(),
        'subnet': {'id': subnet.id}, 'primary': primary,
        'privateIPAddressVersion': wanted.get(
            'privateIPAddressVersion', 'IPv4')}
    public = wanted.get('publicIPAddress')
    if public:
        properties['publicIPAddress'] = {
            key: public[key] for key in ('id', 'properties') if key in public}
    properties |= {
        key: [{'id': entry['id']} for entry in wanted[key] if 'id' in entry]
        for key in _REFERENCES if wanted.get(key)}
    return {'name': name, 'id': where, 'etag': '', 'type': TYPE,
            'properties': properties}
