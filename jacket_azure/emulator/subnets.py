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

"""Subnets of virtual networks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import addresses
from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import locations
from jacket_azure.emulator import network
from jacket_azure.emulator import network_busy
from jacket_azure.emulator import network_versions
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/virtualNetworks/subnets'
_LIST = network.BASE + '/virtualNetworks/{network}/subnets'
_SUBNET = _LIST + '/{name}'
_USED = {'networkSecurityGroup': 'Microsoft.Network/networkSecurityGroups',
         'routeTable': 'Microsoft.Network/routeTables'}
_ECHOED = ('addressPrefix', 'addressPrefixes', 'networkSecurityGroup',
           'routeTable', 'natGateway',
           'defaultOutboundAccess', 'sharingScope')


def view(emulator: server.Emulator,
         found: store.Resource) -> dict[str, Any]:
    """Show a subnet with the IP configurations that are in it.

    Azure writes the group's name of those ids in capitals.
    """
    body = found.view()
    for delegation in body['properties']['delegations']:
        delegation['etag'] = body['etag']
    inside = addresses.taken(found).values()
    if inside:
        body['properties']['ipConfigurations'] = [
            {'id': ids.upper_group(where)} for where in inside]
    return body


def _written(emulator: server.Emulator,
             found: store.Resource) -> dict[str, Any]:
    """Show a subnet in the answer of a PUT: no capitals (102 seen)."""
    body = view(emulator, found)
    if 'ipConfigurations' in body['properties']:
        body['properties']['ipConfigurations'] = [
            {'id': where} for where in addresses.taken(found).values()]
    return body


@router.route('PUT', _SUBNET)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or change a subnet."""
    emulator = request.emulator
    found = network.check_write(request)
    where = request.id
    parent = emulator.store.get(where.parent if where else None)
    assert parent is not None  # noqa: S101
    network_busy.require_quiet(request, parent)
    network.require_settled(emulator, parent, str(where))
    spaces = [addresses.parse_prefix(text, parent.id) for text
              in parent.properties['addressSpace']['addressPrefixes']]
    others = [subnet for subnet in emulator.store.children(TYPE, parent.id)
              if subnet is not found]
    made = build(emulator, parent, request.params['name'],
                 network_versions.endpoint_policies(
                     request.body.get('properties') or {},
                     request.api_version), found)
    check_ranges(made, parent, spaces, others)
    if found is not None and network.same(found, made):
        return network.unchanged(request, 'subnets', found, _written)
    emulator.store.put(made)
    return network.written(
        request, 'subnets', 200 if found else 201, made, _written,
        lambda: [made.body, parent.body])


@router.route('GET', _SUBNET)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one subnet."""
    return network.shown(request, view)


@router.route('GET', _LIST)
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the subnets of a network."""
    return network.listed(request, TYPE, view)


@router.route('DELETE', _SUBNET)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete a subnet with no IP configuration in it."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    require_unused(found)
    return network.deleted(
        request, 'subnets', found,
        lambda: request.emulator.store.delete(found.id))


def require_unused(subnet: store.Resource) -> None:
    """Refuse to delete a subnet somebody has an address of.

    :raises ArmError: 400 InUseSubnetCannotBeDeleted
    """
    for user in addresses.taken(subnet).values():
        raise errors.ArmError(
            400, 'InUseSubnetCannotBeDeleted',
            f'Subnet {subnet.name} is in use by {user} and cannot be '
            f'deleted. In order to delete the subnet, delete all the '
            f'resources within the subnet. See aka.ms/deletesubnet.',
            details=[])


def build(emulator: server.Emulator, parent: store.Resource, name: str,
          sent: dict[str, Any],
          found: store.Resource | None = None) -> store.Resource:
    """Make a subnet as it will be kept.

    :raises ArmError: 400 for a bad prefix or an unknown security group
    """
    where = found.id if found else f'{parent.id}/subnets/{name}'
    if not addresses.prefixes(sent):
        raise errors.missing_parameter('properties.addressPrefix')
    for text in addresses.prefixes(sent):
        addresses.parse_prefix(text, where)
    for key, type in _USED.items():
        if sent.get(key):
            network.require(emulator, sent[key].get('id'), type, where)
    body = {'name': found.name if found else name, 'id': where, 'etag': '',
            'type': TYPE, 'properties': {
                'provisioningState': 'Updating',
                **{key: sent[key] for key in _ECHOED
                   if sent.get(key) not in (None, [], {})},
                **_endpoints(sent, parent.location),
                'delegations': [
                    _delegation(where, one)
                    for one in sent.get('delegations') or []],
                'privateEndpointNetworkPolicies': sent.get(
                    'privateEndpointNetworkPolicies', 'Disabled'),
                'privateLinkServiceNetworkPolicies': sent.get(
                    'privateLinkServiceNetworkPolicies', 'Enabled')}}
    return store.Resource(
        where, TYPE, str(body['name']), body,
        found.created if found else emulator.clock.now(),
        private=found.private if found else {})


def _delegation(where: str, sent: dict[str, Any]) -> dict[str, Any]:
    """Complete a delegation to a service (seen at 2024-01-01)."""
    name = str(sent.get('name', ''))
    return {'name': name, 'id': f'{where}/delegations/{name}', 'etag': '',
            'properties': {
                'provisioningState': 'Succeeded',
                'serviceName': (sent.get('properties') or {}).get(
                    'serviceName'),
                'actions': [TYPE + '/action']},
            'type': TYPE + '/delegations'}


def _endpoints(sent: dict[str, Any], location: str) -> dict[str, Any]:
    """Complete the service endpoints: where they lead, and their state.

    Storage is reached in the pair of regions, other services everywhere.
    """
    wanted = sent.get('serviceEndpoints') or []
    paired = locations.REGIONS.get(location, ('', '', location, False))[2]
    return {'serviceEndpoints': [{
        'provisioningState': 'Succeeded', 'service': endpoint.get('service'),
        'locations': ([location, paired] if endpoint.get('service')
                      == 'Microsoft.Storage' else ['*'])}
        for endpoint in wanted]} if wanted else {}


def replace(emulator: server.Emulator, parent: store.Resource,
            spaces: list[Any],
            listed: list[dict[str, Any]]) -> list[store.Resource]:
    """Make the subnets of a network those that are listed.

    :raises ArmError: 400, nothing changed
    """
    made: list[store.Resource] = []
    for index, sent in enumerate(listed):
        name = sent.get('name')
        if not name:
            raise errors.missing_parameter(f'properties.subnets[{index}].name')
        old = emulator.store.get(f'{parent.id}/subnets/{name}')
        subnet = build(emulator, parent, name, sent.get('properties') or {},
                       old)
        check_ranges(subnet, parent, spaces, made)
        made.append(subnet)
    kept = {subnet.id.lower() for subnet in made}
    gone = [subnet for subnet in emulator.store.children(TYPE, parent.id)
            if subnet.id.lower() not in kept]
    for subnet in gone:
        require_unused(subnet)
    for subnet in gone:
        emulator.store.delete(subnet.id)
    for subnet in made:
        emulator.store.put(subnet)
    return made


def check_ranges(subnet: store.Resource, parent: store.Resource,
                 spaces: list[Any], others: list[store.Resource]) -> None:
    """Check that a subnet lies inside its network and beside the others.

    :raises ArmError: 400
    """
    for prefix in addresses.networks(subnet):
        if not any(prefix.version == space.version
                   and prefix.subnet_of(space) for space in spaces):
            raise errors.ArmError(
                400, 'NetcfgSubnetRangeOutsideVnet',
                f"Subnet '{subnet.name}' is not valid because its IP address "
                f"range is outside the IP address range of virtual network "
                f"'{parent.name}'.", details=[])
        for other in others:
            if any(prefix.overlaps(taken)
                   for taken in addresses.networks(other)
                   if taken.version == prefix.version):
                raise errors.ArmError(
                    400, 'NetcfgSubnetRangesOverlap',
                    f"Subnet '{subnet.name}' is not valid because its IP "
                    f"address range overlaps with that of an existing subnet "
                    f"in virtual network '{parent.name}'.", details=[])
