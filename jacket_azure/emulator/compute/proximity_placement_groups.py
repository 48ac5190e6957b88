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
"""Proximity placement groups: enough of them to put machines in.

No API document of theirs is at hand, so their bodies are checked here.
Source: Compute REST API, proximity-placement-groups.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import availability_sets
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.compute import placements
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Compute/proximityPlacementGroups'
KEY = 'proximityPlacementGroup'
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/proximityPlacementGroups')
_NAME = _LIST + '/{name}'
_MEMBERS = ('virtualMachines', 'virtualMachineScaleSets', 'availabilitySets')
_KNOWN = ('proximityPlacementGroupType', 'intent')


def _view(emulator: server.Emulator,
          found: store.Resource) -> dict[str, Any]:
    body = found.view()
    body['properties']['virtualMachines'] = placements.members(
        emulator, found, KEY)
    body['properties']['virtualMachineScaleSets'] = []
    body['properties']['availabilitySets'] = [
        {'id': placements.shouted(one.id)} for one in emulator.store.children(
            availability_sets.TYPE)
        if ((one.properties.get(KEY) or {}).get('id') or '').lower()
        == found.id.lower()]
    return body


@route('PUT', _NAME, documented=False)
def put(request: ArmRequest) -> ArmResponse:
    """Create or change a group."""
    if not isinstance(request.body, dict):
        raise errors.missing_parameter('body')
    sent = request.body.get('properties') or {}
    unknown = sorted(set(sent) - set(_KNOWN))
    if unknown:
        raise errors.ArmError(
            400, 'BadRequest', f"Could not find member '{unknown[0]}' on "
            f"object of type 'ProximityPlacementGroupProperties'.",
            target=unknown[0])
    answer = placements.put(request, TYPE, {
        'proximityPlacementGroupType': 'Standard', **copy.deepcopy(sent)},
        _view, created=201)
    if answer.status == 201:
        # a new one tells nothing of who is in it (2 seen at 2024-07-01)
        for key in _MEMBERS:
            del answer.body['properties'][key]
    return answer


@route('PATCH', _NAME, documented=False)
def patch(request: ArmRequest) -> ArmResponse:
    """Change the tags."""
    found = request.resource()
    if (request.body or {}).get('tags') is not None:
        found.body['tags'] = copy.deepcopy(request.body['tags'])
    return ArmResponse(body=_view(request.emulator, found))


@route('GET', _NAME, documented=False)
def get(request: ArmRequest) -> ArmResponse:
    """One group with its machines."""
    return ArmResponse(body=_view(request.emulator, request.resource()))


@route('GET', _LIST, documented=False)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute'
              '/proximityPlacementGroups', documented=False)
def list_groups(request: ArmRequest) -> ArmResponse:
    """Groups of a resource group or a subscription."""
    return listing.page(request, TYPE, _view)


@route('DELETE', _NAME, documented=False)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete an empty group."""
    return placements.delete(request, KEY, 'Proximity Placement Group')
