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

"""Virtual networks and the question whether an address is free."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import addresses
from jacket_azure.emulator import errors
from jacket_azure.emulator import network
from jacket_azure.emulator import network_versions
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store
from jacket_azure.emulator import subnets
from jacket_azure.emulator import virtual_network_peerings

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/virtualNetworks'
_LIST = network.BASE + '/virtualNetworks'
_NETWORK = _LIST + '/{name}'
_SUGGESTIONS = 5
_ECHOED = ('bgpCommunities', 'encryption', 'flowTimeoutInMinutes')


def view(emulator: server.Emulator,
         found: store.Resource) -> dict[str, Any]:
    """Show a virtual network with its subnets."""
    body = found.view()
    body['properties']['subnets'] = [
        subnets.view(emulator, subnet)
        for subnet in emulator.store.children(subnets.TYPE, found.id)]
    body['properties']['virtualNetworkPeerings'] = (
        virtual_network_peerings.views(emulator, found.id))
    return body


@router.route('PUT', _NETWORK)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or change a network; listed subnets replace all others.

    Without ``subnets`` in the body those that are there stay.
    """
    emulator = request.emulator
    found = network.check_write(request)
    where = found.id if found else str(request.id)
    sent = request.body.get('properties') or {}
    prefixes = sent.get('addressSpace', {}).get('addressPrefixes') or []
    if not prefixes:
        raise errors.missing_parameter(
            'properties.addressSpace.addressPrefixes')
    spaces = [addresses.parse_prefix(text, where) for text in prefixes]
    made = _build(request, found, where)
    listed = sent.get('subnets')
    children = emulator.store.children(subnets.TYPE, where)
    same = True
    if listed is not None:
        listed = [{**subnet, 'properties': network_versions.endpoint_policies(
            subnet.get('properties') or {}, request.api_version)}
            for subnet in listed]
        before = {child.id.lower(): child for child in children}
        children = subnets.replace(emulator, made, spaces, listed)
        same = len(before) == len(children) and all(
            child.id.lower() in before
            and network.same(before[child.id.lower()], child)
            for child in children)
    emulator.store.put(made)
    if found is not None and same and network.same(found, made):
        # 8 seen, 2020-11-01 to 2024-03-01
        network.set_state('Succeeded', made.body, *(
            child.body for child in children))
        return network.unchanged(request, 'virtualNetworks', made, view)
    return network.written(
        request, 'virtualNetworks', 200 if found else 201, made, view,
        lambda: [made.body, *(child.body for child in children)])


@router.route('GET', _NETWORK)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one network."""
    return network.shown(request, view)


@router.route('GET', _LIST)
@router.route('GET', network.SUBSCRIPTION + '/virtualNetworks')
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the networks of a group or of the subscription."""
    return network.listed(request, TYPE, view)


@router.route('PATCH', _NETWORK)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Set the tags."""
    return network.tagged(request, view)


@router.route('DELETE', _NETWORK)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete a network of which no subnet is in use."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    network.check_etag(request, found)
    for subnet in request.emulator.store.children(subnets.TYPE, found.id):
        subnets.require_unused(subnet)
    return network.deleted(
        request, 'virtualNetworks', found,
        lambda: request.emulator.store.delete(found.id))


@router.route('GET', _NETWORK + '/CheckIPAddressAvailability')
def check_address(request: router.ArmRequest) -> router.ArmResponse:
    """Say whether an address is free, and if not, which are."""
    text = request.query['ipaddress']
    try:
        address = ipaddress.ip_address(text)
    except ValueError as exc:
        raise errors.ArmError(
            400, 'InvalidIPAddressFormat',
            f'The IP address {text} is not formatted correctly.',
            details=[]) from exc
    for subnet in request.emulator.store.children(subnets.TYPE,
                                                  request.resource().id):
        for prefix in addresses.networks(subnet):
            if address in prefix:
                return _availability(subnet, address,
                                     addresses.is_reserved(prefix, address))
    raise errors.ArmError(
        400, 'PrivateIPAddressNotInAnySubnet',
        f'Private static IP address {text} does not belong to the range of '
        f'any subnet in the virtual network {request.resource().id}.',
        details=[])


@router.route('GET', _NETWORK + '/usages')
def list_usages(request: router.ArmRequest) -> router.ArmResponse:
    """Tell how many addresses of each subnet are taken."""
    found = request.emulator.store.children(
        subnets.TYPE, request.resource().id)
    return paging.page(request, [{
        'currentValue': float(len(addresses.taken(subnet))),
        'id': subnet.id,
        'limit': float(sum(prefix.num_addresses - 5 for prefix
                           in addresses.networks(subnet))),
        'name': {'localizedValue': 'Subnet size and usage',
                 'value': 'SubnetSpace'}, 'unit': 'Count'}
        for subnet in found])


def _availability(subnet: store.Resource, address: Any,
                  reserved: bool) -> router.ArmResponse:
    free = str(address) not in addresses.taken(subnet) and not reserved
    body: dict[str, Any] = {'available': free}
    if not free:
        suggested: list[str] = []
        while len(suggested) < _SUGGESTIONS:
            suggested.append(addresses.next_free(
                subnet, address.version, set(suggested)))
        body['availableIPAddresses'] = suggested
    body['isPlatformReserved'] = reserved
    return router.ArmResponse(body=body)


def _build(request: router.ArmRequest, found: store.Resource | None,
           where: str) -> store.Resource:
    sent = request.body['properties']
    name = found.name if found else request.params['name']
    body = network.base_body(where, TYPE, name, request.body['location'],
                             request.body.get('tags'))
    body['properties'] = {
        'provisioningState': 'Updating', 'resourceGuid': network.guid(found),
        'addressSpace': sent['addressSpace'],
        **{key: sent[key] for key in _ECHOED if key in sent},
        **({'dhcpOptions': {'dnsServers': [], **sent['dhcpOptions']}}
           if sent.get('dhcpOptions') is not None else {}),
        'privateEndpointVNetPolicies': sent.get(
            'privateEndpointVNetPolicies', 'Disabled'),
        'virtualNetworkPeerings': [],
        'enableDdosProtection': sent.get('enableDdosProtection', False)}
    return store.Resource(where, TYPE, name, body, found.created if found
                          else request.emulator.clock.now())
