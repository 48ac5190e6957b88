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
"""What availability sets and proximity placement groups have in common."""

from __future__ import annotations

from collections.abc import Callable
import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse

if TYPE_CHECKING:
    from jacket_azure.emulator import server

MACHINES = 'Microsoft.Compute/virtualMachines'


def members(emulator: server.Emulator, placement: store.Resource,
            key: str) -> list[dict[str, str]]:
    """References to the machines in it, the group's name in capitals.

    :param key: property by which a machine says that it is in
    """
    found = []
    for vm in emulator.store.children(MACHINES):
        reference = vm.properties.get(key) or {}
        if ids.same(reference.get('id'), placement.id):
            found.append({'id': shouted(vm.id)})
    return found


def shouted(where: str) -> str:
    """Write an id with the names of group and resource in capitals."""
    parts = ids.upper_group(where).split('/')
    return '/'.join([*parts[:-1], parts[-1].upper()])


def put(request: ArmRequest, type_name: str, properties: dict[str, Any],
        view: Callable[[server.Emulator, store.Resource], dict[str, Any]],
        created: int, **top: Any) -> ArmResponse:
    """Create or change a placement, at once.

    :param created: status when it is new, else it is 200
    :param top: further parts of the body
    """
    known = request.existing()
    where = request.id
    assert where is not None  # noqa: S101
    body: dict[str, Any] = {
        'name': where.name, 'id': str(where), 'type': type_name,
        'location': request.body['location'].lower().replace(' ', '')}
    if request.body.get('tags') is not None:
        body['tags'] = copy.deepcopy(request.body['tags'])
    body.update(top)
    body['properties'] = properties
    if known is None:
        known = store.Resource(
            id=str(where), type=type_name, name=where.name, body=body,
            created=request.emulator.clock.now())
        request.emulator.store.put(known)
        return ArmResponse(created, view(request.emulator, known))
    known.body = {**body, 'id': known.id, 'name': known.name}
    return ArmResponse(200, view(request.emulator, known))


def delete(request: ArmRequest, key: str, words: str) -> ArmResponse:
    """Delete a placement nobody is in.

    :raises ArmError: 409 OperationNotAllowed
    """
    known = request.existing()
    if known is None:
        return ArmResponse(204)
    if members(request.emulator, known, key):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"{words} '{known.name}' cannot be deleted. Before deleting it "
            f"please ensure that it does not contain any VM.")
    request.emulator.store.delete(known.id)
    return ArmResponse(200)


def check(emulator: server.Emulator, body: dict[str, Any], key: str,
          type_name: str) -> None:
    """Check a machine's reference; write it with the group in capitals.

    :raises ArmError: 404 NotFound, 400 for one of another region
    """
    reference = body['properties'].get(key)
    if not reference:
        return
    found = emulator.store.get(reference.get('id'))
    if found is None or found.type != type_name:
        raise errors.ArmError(
            404, 'NotFound', f"Resource {reference.get('id')} not found.",
            target=key)
    if found.location != body['location']:
        raise errors.invalid_parameter(
            f'{key}.id', f"Resource {found.id} is not in location "
            f"'{body['location']}'.")
    reference['id'] = shouted(found.id)
