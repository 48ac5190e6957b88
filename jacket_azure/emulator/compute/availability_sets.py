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
"""Availability sets: enough of them to put machines in.

Source: Compute REST API, availability-sets; arm-behaviour.md section 1.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.compute import placements
from jacket_azure.emulator.compute import skus
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Compute/availabilitySets'
KEY = 'availabilitySet'
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/availabilitySets')
_NAME = _LIST + '/{name}'
_MOST_FAULT_DOMAINS = 3
_MOST_UPDATE_DOMAINS = 20


def _view(emulator: server.Emulator,
          found: store.Resource) -> dict[str, Any]:
    body = found.view()
    body['properties']['virtualMachines'] = placements.members(
        emulator, found, KEY)
    return body


@route('PUT', _NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create or change a set; its domains stay as they were made."""
    sent = request.body.get('properties') or {}
    properties = {'platformUpdateDomainCount': 5,
                  'platformFaultDomainCount': 3, **copy.deepcopy(sent)}
    for key, most in (('platformFaultDomainCount', _MOST_FAULT_DOMAINS),
                      ('platformUpdateDomainCount', _MOST_UPDATE_DOMAINS)):
        if not 1 <= properties[key] <= most:
            raise errors.invalid_parameter(
                key, f"The specified value {properties[key]} of '{key}' "
                f"must fall in the range 1 to {most}.")
    known = request.existing()
    for key in ('platformFaultDomainCount', 'platformUpdateDomainCount'):
        if known is None:
            continue
        if sent.get(key, known.properties[key]) != known.properties[key]:
            raise errors.ArmError(
                409, 'PropertyChangeNotAllowed',
                f"Changing property '{key}' is not allowed.", target=key)
        properties[key] = known.properties[key]
    answer = placements.put(
        request, TYPE, properties, _view, created=200,
        sku=copy.deepcopy(request.body.get('sku') or {'name': 'Classic'}))
    if not answer.body['properties']['virtualMachines']:
        # only a GET tells that there is none (22 seen, to 2025-04-01)
        del answer.body['properties']['virtualMachines']
    return answer


@route('PATCH', _NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change the tags or the SKU."""
    found = request.resource()
    for key in ('tags', 'sku'):
        if request.body.get(key) is not None:
            found.body[key] = copy.deepcopy(request.body[key])
    return ArmResponse(body=_view(request.emulator, found))


@route('GET', _NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One set with its machines."""
    return ArmResponse(body=_view(request.emulator, request.resource()))


@route('GET', _LIST)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute'
              '/availabilitySets')
def list_sets(request: ArmRequest) -> ArmResponse:
    """Sets of a group or a subscription."""
    return listing.page(request, TYPE, _view)


@route('GET', _NAME + '/vmSizes')
def list_sizes(request: ArmRequest) -> ArmResponse:
    """The sizes machines in the set could take."""
    found = request.resource()
    return ArmResponse(body={'value': skus.available(
        request.emulator, found.location)})


@route('DELETE', _NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete an empty set."""
    return placements.delete(request, KEY, 'Availability Set')
