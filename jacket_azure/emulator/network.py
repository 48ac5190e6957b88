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

"""What all resources of Microsoft.Network have in common.

Rules are those of arm-behaviour section 6. Durations were not observed;
the numbers here are of the usual order.
"""

from __future__ import annotations

from collections.abc import Callable
import re
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import etags
from jacket_azure.emulator import ids
from jacket_azure.emulator import network_busy
from jacket_azure.emulator import network_quotas
from jacket_azure.emulator import operations
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

BASE = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
        '/Microsoft.Network')
SUBSCRIPTION = '/subscriptions/{sub}/providers/Microsoft.Network'
WRITE_SECONDS = 2.0
DELETE_SECONDS = 5.0
_NAME = re.compile(r'\w(?:[\w.-]{0,78}\w)?')
View = Callable[['server.Emulator', store.Resource], dict[str, Any]]


def check_write(request: router.ArmRequest) -> store.Resource | None:
    """Check name, etag and quiet of what a PUT is about; return it.

    :raises ArmError: 400 InvalidResourceName, 409, 412
    """
    where = request.id
    assert where is not None  # noqa: S101
    if not _NAME.fullmatch(where.name):
        raise errors.ArmError(
            400, 'InvalidResourceName',
            f'Resource name {where.name} is invalid. The name can be up to '
            f'80 characters long. It must begin with a word character, and '
            f'it must end with a word character or with \'_\'. The name may '
            f'contain word characters or \'.\', \'-\', \'_\'.')
    found = request.existing()
    check_etag(request, found)
    if found is None:
        network_quotas.check(request)
    network_busy.require_idle(request.emulator, found)
    return found


def check_etag(request: router.ArmRequest,
               found: store.Resource | None) -> None:
    """Check If-Match and If-None-Match against the etag in the body."""
    etags.check(request, found, found.body.get('etag') if found else None)


def require(emulator: server.Emulator, reference: str | None, type: str,
            used_by: str) -> store.Resource:
    """Return a resource that another one refers to.

    :param reference: its id as the client wrote it
    :param used_by: id of the resource that refers to it
    :raises ArmError: 400 for none of that type, 429 RetryableError while
        it is changing
    """
    found = emulator.store.get(reference)
    if found is None or found.type.lower() != type.lower():
        raise errors.ArmError(
            400, 'InvalidResourceReference',
            f'Resource {reference} referenced by resource {used_by} was not '
            f'found. Please make sure that the referenced resource exists, '
            f'and that both resources are in the same region.', details=[])
    require_settled(emulator, found, used_by)
    return found


def require_settled(emulator: server.Emulator, found: store.Resource,
                    used_by: str) -> None:
    """Refuse to depend on a resource that is changing or failed."""
    state = found.properties.get('provisioningState', 'Succeeded')
    if state == 'Failed':
        raise errors.ArmError(
            400, 'ParentResourceIsInFailedState',
            f'Cannot proceed with operation because resource {found.id} '
            f'used by resource {used_by} is in Failed state.', details=[])
    if state != 'Succeeded':
        raise errors.ArmError(
            429, 'RetryableError', 'A retryable error occurred.', details=[{
                'code': 'ReferencedResourceNotProvisioned',
                'message':
                    f'Cannot proceed with operation because resource '
                    f'{found.id} used by resource {used_by} is not in '
                    f'Succeeded state. Resource is in {state} state and the '
                    f'last operation that updated/is updating the resource '
                    f'is PutOperation.'}],
            headers=emulator.operations.retry_after())


def base_body(request_id: str, type: str, name: str, location: str,
              tags: dict[str, str] | None) -> dict[str, Any]:
    """Return the outer part of a top-level resource."""
    body: dict[str, Any] = {
        'name': name, 'id': request_id, 'etag': etags.weak(), 'type': type,
        'location': location}
    if tags is not None:
        body['tags'] = tags
    return body


def guid(found: store.Resource | None) -> str:
    """Return the resourceGuid: the old one, or a new one."""
    return (found.properties.get('resourceGuid') if found
            else None) or str(uuid.uuid4())


def set_state(state: str, *bodies: dict[str, Any]) -> None:
    """Set the state of resources and children, with one new etag for all."""
    etag = etags.weak()
    for body in bodies:
        body['etag'] = etag
        body.setdefault('properties', {})['provisioningState'] = state


def written(request: router.ArmRequest, kind: str, status: int,
            found: store.Resource, view: View,
            bodies: Callable[[], list[dict[str, Any]]], *,
            on_done: Callable[[], None] | None = None,
            ) -> router.ArmResponse:
    """Answer a PUT: Updating now, Succeeded when its operation ends.

    :param bodies: returns the bodies whose state and etag go with it
    :param on_done: further changes at the end
    """
    set_state('Updating', *bodies())

    def done(operation: operations.Operation) -> None:
        set_state('Succeeded', *bodies())
        if on_done is not None:
            on_done()

    def failed(operation: operations.Operation) -> None:
        set_state('Failed', *bodies())

    operation = request.emulator.operations.start(
        request, f'{kind}.write', seconds=WRITE_SECONDS, on_done=done,
        on_fail=failed)
    return operation.accepted(status, view(request.emulator, found))


def same(found: store.Resource, made: store.Resource) -> bool:
    """Tell whether a write would leave a resource as it is."""
    def settled(resource: store.Resource) -> dict[str, Any]:
        return {**resource.properties, 'provisioningState': ''}

    return settled(found) == settled(made) and found.tags == made.tags


def unchanged(request: router.ArmRequest, kind: str, found: store.Resource,
              view: View, status: int = 200) -> router.ArmResponse:
    """Answer a PUT with nothing left to do: Succeeded, an operation."""
    operation = request.emulator.operations.start(request, f'{kind}.write')
    return operation.accepted(status, view(request.emulator, found))


def deleted(request: router.ArmRequest, kind: str, found: store.Resource,
            on_done: Callable[[], Any]) -> router.ArmResponse:
    """Answer a DELETE: 202 with both headers, gone when it ends."""
    network_busy.require_idle(request.emulator, found)
    found.properties['provisioningState'] = 'Deleting'

    def failed(operation: operations.Operation) -> None:
        set_state('Failed', found.body)

    operation = request.emulator.operations.start(
        request, f'{kind}.delete', seconds=DELETE_SECONDS,
        on_done=lambda operation: on_done() and None, on_fail=failed)
    return operation.accepted(202)


def shown(request: router.ArmRequest, view: View) -> router.ArmResponse:
    """Answer a GET, the only answer with an ETag header."""
    found = request.resource()
    return router.ArmResponse(
        body=view(request.emulator, found),
        headers={'ETag': found.body['etag']})


def listed(request: router.ArmRequest, type: str,
           view: View) -> router.ArmResponse:
    """Answer a list of a subscription, a group or a parent."""
    scope = str(request.id) if request.id else request.scope
    return paging.render(
        request, request.emulator.store.listed(type, scope),
        lambda found: view(request.emulator, found))


def tagged(request: router.ArmRequest, view: View) -> router.ArmResponse:
    """Answer a PATCH, which sets tags and nothing else."""
    found = request.resource()
    check_etag(request, found)
    found.body['tags'] = request.body.get('tags') or {}
    found.body['etag'] = etags.weak()
    return router.ArmResponse(body=view(request.emulator, found))


def plain(emulator: server.Emulator,
          found: store.Resource) -> dict[str, Any]:
    """Show a resource as it is kept."""
    return found.view()


def references(emulator: server.Emulator, type: str, target: str,
               *path: str) -> list[str]:
    """List ids of resources of a type that refer to *target*.

    :param path: property names down to the ``{'id': ...}``
    """
    found = []
    for resource in emulator.store.children(type):
        value: Any = resource.properties
        for word in path:
            value = (value or {}).get(word)
        if value and ids.same(value.get('id'), target):
            found.append(resource.id)
    return found
