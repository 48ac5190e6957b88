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

"""Peerings between virtual networks; no packet ever crosses one.

The API documents that are shipped do not have them, so what they take is
stated here; the facts are from recordings of 2019-09-01, 2020-11-01 (which
do not show the sync level) and 2023-11-01.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import network
from jacket_azure.emulator import network_busy
from jacket_azure.emulator import router
from jacket_azure.emulator import store

TYPE = 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings'
_NETWORK_TYPE = 'Microsoft.Network/virtualNetworks'
_LIST = network.BASE + '/virtualNetworks/{network}/virtualNetworkPeerings'
_PEERING = _LIST + '/{name}'
_SWITCHES = {'allowVirtualNetworkAccess': True,
             'allowForwardedTraffic': False, 'allowGatewayTransit': False,
             'useRemoteGateways': False, 'doNotVerifyRemoteGateways': False,
             'peerCompleteVnets': True}


@router.route('PUT', _PEERING, documented=False)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or change one side; it is Connected once both are there."""
    emulator = request.emulator
    found = network.check_write(request)
    where = found.id if found else str(request.id)
    sent = (request.body or {}).get('properties') or {}
    remote_id = (sent.get('remoteVirtualNetwork') or {}).get('id')
    if not remote_id:
        raise errors.missing_parameter('properties.remoteVirtualNetwork')
    here = emulator.store.get(request.id.parent if request.id else None)
    if here is not None:
        network_busy.require_quiet(request, here)
    remote = network.require(emulator, remote_id, _NETWORK_TYPE, where)
    name = found.name if found else request.params['name']
    back = _back(request, where, remote.id)
    made = store.Resource(where, TYPE, name, {
        'name': name, 'id': where, 'etag': '', 'properties': {
            'provisioningState': 'Updating',
            'resourceGuid': network.guid(found),
            **_state('Connected' if back else 'Initiated'),
            'remoteVirtualNetwork': {'id': remote.id},
            **{key: sent.get(key, default)
               for key, default in _SWITCHES.items()},
            'remoteAddressSpace': remote.properties['addressSpace'],
            'remoteVirtualNetworkAddressSpace':
                remote.properties['addressSpace'],
            'routeServiceVips': {}},
        'type': TYPE}, found.created if found else emulator.clock.now())
    emulator.store.put(made)
    if back:
        back.properties.update(_state('Connected'))
    return network.written(
        request, 'virtualNetworkPeerings', 200 if found else 201, made,
        network.plain, lambda: [made.body])


@router.route('GET', _PEERING, documented=False)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one peering."""
    return network.shown(request, network.plain)


@router.route('GET', _LIST, documented=False)
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the peerings of a network."""
    return network.listed(request, TYPE, network.plain)


@router.route('DELETE', _PEERING, documented=False)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete one side; the other is Disconnected then."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)

    def done() -> None:
        back = _back(request, found.id, found.properties[
            'remoteVirtualNetwork']['id'])
        if back:
            back.properties.update(_state('Disconnected'))
        request.emulator.store.delete(found.id)

    return network.deleted(request, 'virtualNetworkPeerings', found, done)


def views(emulator: Any, network_id: str) -> list[dict[str, Any]]:
    """Return the peerings as their network shows them."""
    return [found.view()
            for found in emulator.store.children(TYPE, network_id)]


def _state(state: str) -> dict[str, str]:
    return {'peeringState': state, 'peeringSyncLevel': (
        'FullyInSync' if state == 'Connected' else 'RemoteNotInSync')}


def _back(request: router.ArmRequest, where: str,
          remote_id: str) -> store.Resource | None:
    """Return the peering that leads from the other network to this one."""
    here = ids.parse(where)
    for found in request.emulator.store.children(TYPE, remote_id):
        if here and here.parent and ids.same(
                found.properties['remoteVirtualNetwork']['id'],
                str(here.parent)):
            return found
    return None
