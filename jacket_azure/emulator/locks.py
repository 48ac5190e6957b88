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

"""Locks of groups and resources, and who may do what.

A lock keeps back what is below it too: ``CanNotDelete`` deletions,
``ReadOnly`` every write. Source: REST API Authorization 2020-05-01
(management locks) and 2022-04-01 (role assignments).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import router
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Authorization/locks'
_TAIL = '/providers/Microsoft.Authorization/locks'
_SUBSCRIPTION = '/subscriptions/{sub}'
_GROUP = _SUBSCRIPTION + '/resourceGroups/{rg}'
_RESOURCE = _GROUP + '/providers/{ns}/{type}/{name}'
_LEVELS = {'cannotdelete': 'CanNotDelete', 'readonly': 'ReadOnly'}
_CONTRIBUTOR = 'b24988ac-6180-42a0-ab88-20f7382dd24c'


@router.route('GET', _SUBSCRIPTION + _TAIL, documented=False)
@router.route('GET', _GROUP + _TAIL, documented=False)
@router.route('GET', _RESOURCE + _TAIL, documented=False)
def list_locks(request: router.ArmRequest) -> router.ArmResponse:
    """List the locks of a scope and of what is below it."""
    if request.query.get('$filter', 'atScope()').lower() != 'atscope()':
        raise errors.not_implemented('this $filter of locks')
    scope = _scope(request)
    return router.ArmResponse(body={'value': [
        lock.view() for lock in _locks(request.emulator)
        if f'{_of(lock)}/'.startswith(f'{scope.lower()}/')]})


@router.route('PUT', _GROUP + _TAIL + '/{lock}', documented=False)
@router.route('PUT', _RESOURCE + _TAIL + '/{lock}', documented=False)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Lock a scope."""
    sent = (request.body or {}).get('properties') or {}
    level = _LEVELS.get(str(sent.get('level', '')).lower())
    if level is None:
        raise errors.ArmError(
            400, 'LockLevelNotValid', f"The lock level "
            f"'{sent.get('level')}' is not valid. The supported levels are "
            f"'{','.join(_LEVELS.values())}'.", gateway=True)
    emulator, name = request.emulator, request.params['lock']
    where = f'{_scope(request)}{_TAIL}/{name}'
    known = emulator.store.get(where)
    properties = {'level': level, **{
        key: sent[key] for key in ('notes', 'owners') if key in sent}}
    made = emulator.store.put(store.Resource(
        where, TYPE, name, {'id': where, 'type': TYPE, 'name': name,
                            'properties': properties},
        emulator.clock.now()))
    return router.ArmResponse(200 if known else 201, made.view())


@router.route('GET', _GROUP + _TAIL + '/{lock}', documented=False)
@router.route('GET', _RESOURCE + _TAIL + '/{lock}', documented=False)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one lock."""
    found = request.emulator.store.get(
        f'{_scope(request)}{_TAIL}/{request.params["lock"]}')
    if found is None:
        raise errors.ArmError(
            404, 'LockNotFound', f"The lock '{request.params['lock']}' could "
            f"not be found.", gateway=True)
    return router.ArmResponse(body=found.view())


@router.route('DELETE', _GROUP + _TAIL + '/{lock}', documented=False)
@router.route('DELETE', _RESOURCE + _TAIL + '/{lock}', documented=False)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Unlock a scope."""
    gone = request.emulator.store.delete(
        f'{_scope(request)}{_TAIL}/{request.params["lock"]}')
    return router.ArmResponse(200 if gone else 204)


@router.route('GET', _SUBSCRIPTION
              + '/providers/Microsoft.Authorization/roleAssignments',
              documented=False)
@router.route('GET', _GROUP
              + '/providers/Microsoft.Authorization/roleAssignments',
              documented=False)
def list_roles(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the one assignment there is: Contributor of everything."""
    emulator = request.emulator
    base = f'/subscriptions/{emulator.subscription_id}'
    role = f'{base}/providers/Microsoft.Authorization/roleDefinitions'
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, emulator.identity.object_id))
    kind = 'Microsoft.Authorization/roleAssignments'
    return router.ArmResponse(body={'value': [{
        'id': f'{base}/providers/{kind}/{name}', 'type': kind, 'name': name,
        'properties': {
            'roleDefinitionId': f'{role}/{_CONTRIBUTOR}',
            'principalId': emulator.identity.object_id,
            'principalType': 'ServicePrincipal', 'scope': base}}]})


def check(request: router.ArmRequest) -> None:
    """Keep back what a lock does not allow.

    :raises ArmError: 409 ScopeLocked
    """
    if request.method in ('GET', 'HEAD') or (
            _TAIL.lower() in request.path.lower()):
        return
    path = request.path.lower().rstrip('/') + '/'
    stops = [lock for lock in _locks(request.emulator)
             if _stops(lock, request.method)]
    # a deletion takes what is below with it
    hit = [lock for lock in stops if path.startswith(f'{_of(lock)}/') or (
        request.method == 'DELETE' and f'{_of(lock)}/'.startswith(path))]
    if hit:
        verb = 'delete' if request.method == 'DELETE' else 'write'
        scopes = ','.join(lock.id.partition(_TAIL)[0] for lock in hit)
        raise errors.ArmError(
            409, 'ScopeLocked',
            f"The scope '{request.path}' cannot perform {verb} operation "
            f"because following scope(s) are locked: '{scopes}'. Please "
            f"remove the lock and try again.", gateway=True)


def _stops(lock: store.Resource, method: str) -> bool:
    return method == 'DELETE' or lock.properties['level'] == 'ReadOnly'


def _scope(request: router.ArmRequest) -> str:
    """Return the id of what the request would lock."""
    return request.path[:request.path.lower().index(
        '/providers/microsoft.authorization/')]


def _of(lock: store.Resource) -> str:
    """Return the id of what is locked, in lower case."""
    return lock.id.lower().partition(_TAIL.lower())[0]


def _locks(emulator: server.Emulator) -> list[Any]:
    return emulator.store.children(TYPE)
