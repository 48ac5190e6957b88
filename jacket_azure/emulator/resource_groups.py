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

"""Resource groups: synchronous writes, a long deletion with all inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import locations
from jacket_azure.emulator import operations
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Resources/resourceGroups'
_GROUPS = '/subscriptions/{sub}/resourceGroups'
_GROUP = _GROUPS + '/{rg}'
_DELETE_SECONDS = 60.0
_NAME = re.compile(r'[-\w.()]{0,89}[-\w()]')


def create(emulator: server.Emulator, name: str, location: str,
           tags: dict[str, str] | None = None) -> store.Resource:
    """Make a group, or set the tags of the one that is there."""
    group_id = ids.group_id(emulator.subscription_id, name)
    found = emulator.store.get(group_id)
    if found is None:
        found = emulator.store.put(store.Resource(
            group_id, TYPE, name, {
                'id': group_id, 'name': name, 'type': TYPE,
                'location': location,
                'properties': {'provisioningState': 'Succeeded'}},
            emulator.clock.now()))
    if tags is not None:
        found.body['tags'] = dict(tags)
    return found


@router.route('PUT', _GROUP)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Make a group (201) or replace its tags (200)."""
    found = request.emulator.store.get(request.scope)
    _check_name(request.params['rg'])
    location = locations.normalize(request.body['location'])
    if location not in locations.REGIONS:
        raise errors.ArmError(
            400, 'LocationNotAvailableForResourceGroup',
            f"The provided location '{location}' is not available for "
            f"resource group. List of available regions is "
            f"'{','.join(locations.REGIONS)}'.", gateway=True)
    if found is not None:
        _check_change(found, location)
    made = create(request.emulator, request.group, location,
                  request.body.get('tags'))
    if 'tags' not in request.body:
        made.body.pop('tags', None)     # replaced by none
    return router.ArmResponse(200 if found else 201, made.view())


@router.route('PATCH', _GROUP)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Replace a group's tags."""
    found = _get(request)
    if request.body.get('tags') is not None:
        found.body['tags'] = request.body['tags']
    return router.ArmResponse(body=found.view())


@router.route('GET', _GROUP)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one group."""
    return router.ArmResponse(body=_get(request).view())


@router.route('HEAD', _GROUP)
def head(request: router.ArmRequest) -> router.ArmResponse:
    """Say whether a group is there: 204 or 404, without a body."""
    if request.emulator.store.get(request.scope) is not None:
        return router.ArmResponse(204)
    return router.ArmResponse(404, headers={
        'x-ms-failure-cause': 'gateway'})


@router.route('GET', _GROUPS)
def list_groups(request: router.ArmRequest) -> router.ArmResponse:
    """List the groups of the subscription, a page at a time."""
    if '$filter' in request.query:
        raise errors.not_implemented('$filter of resource groups')
    groups = request.emulator.store.listed(TYPE, request.scope)
    size = int(request.query.get('$top', 0)) or None
    return paging.page(request, [group.view() for group in groups],
                       size=size)


@router.route('DELETE', _GROUP)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete a group with everything in it; polled by Location only."""
    group = _get(request)
    emulator = request.emulator

    def done(operation: operations.Operation) -> None:
        for resource in emulator.store.children(scope=group.id):
            emulator.application.forget(resource)
        for resource in emulator.store.children(scope=group.id):
            emulator.store.delete(resource.id)
        emulator.store.delete(group.id)

    running = emulator.operations.running(group.id)
    group.properties['provisioningState'] = 'Deleting'
    operation = running[0] if running else emulator.operations.start(
        request, 'resourceGroups.delete', style='group',
        seconds=_DELETE_SECONDS, on_done=done)
    return operation.accepted(202)


def _get(request: router.ArmRequest) -> store.Resource:
    found = request.emulator.store.get(request.scope)
    if found is None:
        raise errors.group_not_found(request.params['rg'])
    return found


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise errors.ArmError(
            400, 'InvalidResourceGroup',
            f"The provided resource group name '{name}' has these invalid "
            f"characters or is too long. The name can only be a letter, "
            f"digit, '-', '.', '(', ')' or '_', has at most 90 of them, and "
            f"must not end with '.'.", gateway=True)


def _check_change(group: store.Resource, location: str) -> None:
    if group.properties['provisioningState'] == 'Deleting':
        raise errors.ArmError(
            409, 'ResourceGroupBeingDeleted',
            f"The resource group '{group.name}' is in deprovisioning state "
            f"and cannot perform this operation.", gateway=True)
    if group.location != location:
        raise errors.ArmError(
            409, 'InvalidResourceGroupLocation',
            f"Invalid resource group location '{location}'. The Resource "
            f"group already exists in location '{group.location}'.",
            gateway=True)
