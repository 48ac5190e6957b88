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

"""Tags of any scope through ``Microsoft.Resources/tags/default``.

Source: REST API Resources 2024-11-01, Tags - create, update, get, delete at
scope.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import definitions
from jacket_azure.emulator import errors
from jacket_azure.emulator import router
from jacket_azure.emulator import store

_TAIL = '/providers/Microsoft.Resources/tags/default'
_GROUP = '/subscriptions/{sub}/resourceGroups/{rg}'
_RESOURCE = _GROUP + '/providers/{ns}/{type}/{name}'
_CHILD = _RESOURCE + '/{child_type}/{child_name}'
_OPERATIONS = ('merge', 'replace', 'delete')


@router.route('GET', _GROUP + _TAIL, documented=False)
@router.route('GET', _RESOURCE + _TAIL, documented=False)
@router.route('GET', _CHILD + _TAIL, documented=False)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the tags of a scope."""
    return _answer(request, _target(request))


@router.route('PUT', _GROUP + _TAIL, documented=False)
@router.route('PUT', _RESOURCE + _TAIL, documented=False)
@router.route('PUT', _CHILD + _TAIL, documented=False)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Replace all tags of a scope."""
    target = _target(request)
    _set(target, _sent(request))
    return _answer(request, target)


@router.route('PATCH', _GROUP + _TAIL, documented=False)
@router.route('PATCH', _RESOURCE + _TAIL, documented=False)
@router.route('PATCH', _CHILD + _TAIL, documented=False)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Merge tags in, replace all, or take some away."""
    target = _target(request)
    sent = _sent(request)
    operation = str((request.body or {}).get('operation', '')).lower()
    if operation not in _OPERATIONS:
        raise errors.ArmError(
            400, 'InvalidTagPatchOperation',
            f"The tag patch operation '{operation}' is not valid. The valid "
            f"operations are 'Merge,Replace,Delete'.", gateway=True)
    held = {} if operation == 'replace' else dict(target.tags)
    named = {name.lower(): name for name in held}
    for name, value in sent.items():
        known = named.get(name.lower(), name)
        if operation != 'delete':
            held[known] = value
        elif held.get(known) == value:
            del held[known]
    _set(target, held)
    return _answer(request, target)


@router.route('DELETE', _GROUP + _TAIL, documented=False)
@router.route('DELETE', _RESOURCE + _TAIL, documented=False)
@router.route('DELETE', _CHILD + _TAIL, documented=False)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Take every tag of a scope away."""
    _set(_target(request), {})
    return router.ArmResponse(200)


def _target(request: router.ArmRequest) -> store.Resource:
    where = request.path.lower().partition(_TAIL.lower())[0]
    found = request.emulator.store.get(where)
    if found is None:
        raise errors.ArmError(
            404, 'ResourceNotFound', f"The Resource '{where}' was not "
            f"found.", gateway=True)
    return found


def _sent(request: router.ArmRequest) -> dict[str, str]:
    properties = (request.body or {}).get('properties')
    tags = (properties or {}).get('tags')
    if not isinstance(tags, dict):
        raise errors.ArmError(
            400, 'InvalidRequestContent', "The request content was invalid "
            "and could not be deserialized: 'properties.tags is required'.",
            gateway=True)
    return tags


def _set(target: store.Resource, tags: dict[str, Any]) -> None:
    definitions.check_tags(tags)
    target.body['tags'] = tags


def _answer(request: router.ArmRequest,
            target: store.Resource) -> router.ArmResponse:
    return router.ArmResponse(body={
        'id': target.id + _TAIL, 'type': 'Microsoft.Resources/tags',
        'name': 'default', 'properties': {'tags': dict(target.tags)}})
