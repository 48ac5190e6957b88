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

"""What disks, snapshots, images and VMs have in common when answered."""

from __future__ import annotations

from collections.abc import Callable
import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import ids
from jacket_azure.emulator import paging
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_skus
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server

# not echoed where nobody may choose it (10 seen, and 4 ultra disks)
_SET_BY_SIZE = ('diskIOPSReadWrite', 'diskMBpsReadWrite')
# the versions between are not checked
_FIRST_NAMING = '2020-05-01'
View = Callable[['server.Emulator', store.Resource], dict[str, Any]]


def target(request: ArmRequest) -> ids.ResourceId:
    """Id of the resource a request speaks to."""
    assert request.id is not None  # noqa: S101
    return request.id


def page(request: ArmRequest, type_name: str, view: View,
         wanted: Callable[[store.Resource], bool] | None = None,
         ) -> ArmResponse:
    """Answer a page of all resources of a type under the request's scope.

    :param wanted: tells which resources are in the list; all by default
    """
    found = request.emulator.store.listed(type_name, request.scope)
    answer = paging.render(
        request, [resource for resource in found
                  if wanted is None or wanted(resource)],
        lambda resource: view(request.emulator, resource))
    if 'rg' not in request.params and request.emulator.state.get(
            'compute.upper_case_groups'):
        # arm-behaviour.md section 1: subscription-wide lists may do this
        for body in answer.body['value']:
            body['id'] = ids.upper_group(body['id'])
    return answer


def echo(resource: store.Resource, sent: dict[str, Any],
         version: str = '') -> dict[str, Any]:
    """A 202 answer of disks and snapshots: what was sent, nothing computed.

    :param version: the api-version; 2019-07-01 did not say what it is
        (39 seen), 2020-09-30 does
    """
    body: dict[str, Any] = {
        'name': resource.name, 'id': resource.id, 'type': resource.type,
        'location': resource.location}
    for key in ('tags', 'sku', 'zones'):
        if key in sent:
            body[key] = copy.deepcopy(sent[key])
    sku = (resource.body.get('sku') or {}).get('name')
    body['properties'] = {
        **{key: copy.deepcopy(value) for key, value
           in (sent.get('properties') or {}).items()
           if sku in disk_skus.ADJUSTABLE or key not in _SET_BY_SIZE},
        'provisioningState': resource.properties['provisioningState']}
    if version and version[:10] < _FIRST_NAMING:
        del body['id'], body['type']
        body['properties']['isArmResource'] = True
    return body
