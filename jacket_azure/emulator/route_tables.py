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

"""Route tables and their routes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import addresses
from jacket_azure.emulator import errors
from jacket_azure.emulator import network
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/routeTables'
_ROUTE_TYPE = TYPE + '/routes'
_LIST = network.BASE + '/routeTables'
_TABLE = _LIST + '/{name}'
_SUBNET = 'Microsoft.Network/virtualNetworks/subnets'


def view(emulator: server.Emulator,
         found: store.Resource) -> dict[str, Any]:
    """Show a table with the subnets that use it."""
    body = found.view()
    users = network.references(emulator, _SUBNET, found.id, 'routeTable')
    if users:
        body['properties']['subnets'] = [{'id': user} for user in users]
    return body


def bodies(table: store.Resource) -> list[dict[str, Any]]:
    """Return the bodies whose state and etag go with a write."""
    return [table.body, *table.properties['routes']]


def set_route(table: store.Resource, name: str,
              sent: dict[str, Any]) -> bool:
    """Add or replace a route; tell whether it is new.

    :raises ArmError: 400 for a missing name, hop or prefix, or a bad one
    """
    where = f'{table.id}/routes/{name}'
    if not name:
        raise errors.missing_parameter('properties.routes.name')
    for key in ('addressPrefix', 'nextHopType'):
        if not sent.get(key):
            raise errors.missing_parameter(f'properties.{key}')
    if sent['addressPrefix'][:1].isdigit():
        # else it is the name of a service
        addresses.parse_prefix(sent['addressPrefix'], where)
    if sent['nextHopType'] == 'VirtualAppliance' and not sent.get(
            'nextHopIpAddress'):
        raise errors.missing_parameter('properties.nextHopIpAddress')
    body = {'name': name, 'id': where, 'etag': '', 'properties': {
        'provisioningState': 'Updating', **sent, 'hasBgpOverride': False},
        'type': _ROUTE_TYPE}
    routes = table.properties['routes']
    for index, old in enumerate(routes):
        if old['name'].lower() == name.lower():
            routes[index] = body
            return False
    routes.append(body)
    return True


@router.route('PUT', _TABLE)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create a table or replace it; routes that are not sent go."""
    found = network.check_write(request)
    where = found.id if found else str(request.id)
    name = found.name if found else request.params['name']
    sent = request.body.get('properties') or {}
    body = network.base_body(where, TYPE, name, request.body['location'],
                             request.body.get('tags'))
    body['properties'] = {
        'provisioningState': 'Updating', 'resourceGuid': network.guid(found),
        'disableBgpRoutePropagation': sent.get(
            'disableBgpRoutePropagation', False), 'routes': []}
    made = store.Resource(where, TYPE, name, body, found.created if found
                          else request.emulator.clock.now())
    for route in sent.get('routes') or []:
        set_route(made, route.get('name') or '',
                  route.get('properties') or {})
    request.emulator.store.put(made)
    return network.written(
        request, 'routeTables', 200 if found else 201, made, view,
        lambda: bodies(made))


@router.route('GET', _TABLE)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one table."""
    return network.shown(request, view)


@router.route('GET', _LIST)
@router.route('GET', network.SUBSCRIPTION + '/routeTables')
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the tables of a group or of the subscription."""
    return network.listed(request, TYPE, view)


@router.route('PATCH', _TABLE)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Set the tags."""
    return network.tagged(request, view)


@router.route('DELETE', _TABLE)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete a table no subnet uses."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    network.check_etag(request, found)
    users = network.references(request.emulator, _SUBNET, found.id,
                               'routeTable')
    if users:
        raise errors.ArmError(
            400, 'InUseRouteTableCannotBeDeleted',
            f'Route table {found.name} is in use and cannot be deleted. It '
            f'is used by {", ".join(users)}.', details=[])
    return network.deleted(
        request, 'routeTables', found,
        lambda: request.emulator.store.delete(found.id))
