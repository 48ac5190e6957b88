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

"""Public IP addresses, from a range set aside for tests (RFC 2544)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import network
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/publicIPAddresses'
_LIST = network.BASE + '/publicIPAddresses'
_ADDRESS = _LIST + '/{name}'
_RANGE = ipaddress.ip_network('198.18.0.0/15')
_STATE = 'public_ip_addresses'
_ECHOED = ('dnsSettings', 'publicIPPrefix', 'deleteOption')
_DOMAIN = 'cloudapp.azure.com'


def setup(emulator: server.Emulator) -> None:
    """Start to count addresses."""
    emulator.state[_STATE] = iter(_RANGE.hosts())


@router.route('PUT', _ADDRESS)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or change an address; it has its value once Succeeded."""
    found = network.check_write(request)
    made = _build(request, found)
    request.emulator.store.put(made)

    def done() -> None:
        if made.properties['publicIPAllocationMethod'] == 'Static':
            made.properties['ipAddress'] = made.private['address']

    return network.written(
        request, 'publicIPAddresses', 200 if found else 201, made,
        network.plain, lambda: [made.body], on_done=done)


@router.route('GET', _ADDRESS)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one address."""
    return network.shown(request, network.plain)


@router.route('GET', _LIST)
@router.route('GET', network.SUBSCRIPTION + '/publicIPAddresses')
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the addresses of a group or of the subscription."""
    return network.listed(request, TYPE, network.plain)


@router.route('PATCH', _ADDRESS)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Set the tags."""
    return network.tagged(request, network.plain)


@router.route('DELETE', _ADDRESS)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete an address no interface has."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    network.check_etag(request, found)
    holder = found.properties.get('ipConfiguration')
    if holder:
        raise errors.ArmError(
            400, 'PublicIPAddressCannotBeDeleted',
            f'Public IP address {found.id} can not be deleted since it is '
            f'still allocated to resource {holder["id"]}. In order to delete '
            f'the public IP, disassociate/detach the Public IP address from '
            f'the resource. To learn how to do this, see '
            f'aka.ms/deletepublicip.', details=[])
    return network.deleted(
        request, 'publicIPAddresses', found,
        lambda: request.emulator.store.delete(found.id))


def _ddos(sent: dict[str, Any]) -> dict[str, Any]:
    """Protection of a Standard address; a Basic one tells of none."""
    return {'ddosSettings': sent.get('ddosSettings', {
        'protectionMode': 'VirtualNetworkInherited'})}


def _build(request: router.ArmRequest,
           found: store.Resource | None) -> store.Resource:
    where = found.id if found else str(request.id)
    name = found.name if found else request.params['name']
    sent = request.body.get('properties') or {}
    sku = request.body.get('sku') or {'name': 'Basic'}
    method = sent.get('publicIPAllocationMethod', 'Dynamic')
    if sku['name'] != 'Basic' and method != 'Static':
        raise errors.ArmError(
            400, 'StandardSkuPublicIPAddressesMustBeStatic',
            f'Standard sku publicIp {where} must have '
            f'AllocationMethod set to Static.', details=[])
    body = network.base_body(where, TYPE, name, request.body['location'],
                             request.body.get('tags'))
    if request.body.get('zones'):
        body['zones'] = request.body['zones']
    old = found.properties if found else {}
    body['properties'] = {
        'provisioningState': 'Updating', 'resourceGuid': network.guid(found),
        'publicIPAddressVersion': sent.get('publicIPAddressVersion', 'IPv4'),
        'publicIPAllocationMethod': method,
        'idleTimeoutInMinutes': sent.get('idleTimeoutInMinutes', 4),
        'ipTags': sent.get('ipTags', []),
        **({} if sku['name'] == 'Basic' else _ddos(sent)),
        **{key: sent[key] for key in _ECHOED if sent.get(key)},
        **{key: old[key] for key in ('ipAddress', 'ipConfiguration')
           if key in old}}
    body['sku'] = {'tier': 'Regional', **sku}
    _name(request, body)
    if found is None:
        address = str(next(request.emulator.state[_STATE]))
        return store.Resource(where, TYPE, name, body,
                              request.emulator.clock.now(),
                              private={'address': address})
    return store.Resource(where, TYPE, name, body, found.created,
                          private=found.private)


def _name(request: router.ArmRequest, body: dict[str, Any]) -> None:
    """Complete the DNS name of an address; changes *body*.

    :raises ArmError: 400 DnsRecordInUse for the label of another address
        in the region
    """
    settings = body['properties'].get('dnsSettings')
    label = (settings or {}).get('domainNameLabel')
    if not label:
        return
    name = f'{label}.{body["location"]}.{_DOMAIN}'.lower()
    for other in request.emulator.store.children(TYPE):
        taken = other.properties.get('dnsSettings') or {}
        if taken.get('fqdn') == name and not ids.same(other.id, body['id']):
            raise errors.ArmError(
                400, 'DnsRecordInUse',
                f'DNS record {name} is already used by another public IP.',
                details=[])
    body['properties']['dnsSettings'] = {**settings, 'fqdn': name}
