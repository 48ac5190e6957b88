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

"""Single routes of a route table."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import network
from jacket_azure.emulator import network_busy
from jacket_azure.emulator import paging
from jacket_azure.emulator import route_tables
from jacket_azure.emulator import router
from jacket_azure.emulator import store

_LIST = network.BASE + '/routeTables/{table}/routes'
_ROUTE = _LIST + '/{name}'


@router.route('PUT', _ROUTE)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or replace one route."""
    table = _table(request)
    assert table is not None  # noqa: S101
    network_busy.require_quiet(request, table)
    new = route_tables.set_route(table, request.params['name'],
                                 request.body.get('properties') or {})
    return network.written(
        request, 'routes', 201 if new else 200, table,
        lambda emulator, found: _find(request),
        lambda: route_tables.bodies(table))


@router.route('GET', _ROUTE)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one route."""
    found = _find(request)
    return router.ArmResponse(body=found, headers={'ETag': found['etag']})


@router.route('GET', _LIST)
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the routes of a table."""
    table = _table(request)
    assert table is not None  # noqa: S101
    return paging.page(request, table.view()['properties']['routes'])


@router.route('DELETE', _ROUTE)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete one route."""
    table = _table(request)
    name = request.params['name'].lower()
    if table is None or name not in [
            route['name'].lower() for route in table.properties['routes']]:
        return router.ArmResponse(204)
    network_busy.require_quiet(request, table)

    def done(operation: Any) -> None:
        table.properties['routes'] = [
            route for route in table.properties['routes']
            if route['name'].lower() != name]
        network.set_state('Succeeded', *route_tables.bodies(table))

    return request.emulator.operations.start(
        request, 'routes.delete', seconds=network.DELETE_SECONDS,
        on_done=done).accepted(202)


def _table(request: router.ArmRequest) -> store.Resource | None:
    """Return the table, which is there but for DELETE."""
    where = request.id
    return request.emulator.store.get(where.top if where else None)


def _find(request: router.ArmRequest) -> dict[str, Any]:
    table = _table(request)
    for route in table.properties['routes'] if table else []:
        if route['name'].lower() == request.params['name'].lower():
            found: dict[str, Any] = route
            return found
    where = request.id
    assert where is not None  # noqa: S101
    raise errors.child_not_found(where)
