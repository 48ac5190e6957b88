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

"""``/resources``: what is in a subscription or group, whatever its type."""

from __future__ import annotations

import re
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store

_SHOWN = ('id', 'name', 'type', 'location', 'tags', 'sku', 'kind', 'plan',
          'identity', 'managedBy', 'zones', 'extendedLocation')
# what ARM keeps about others is not among them
_NOT_SHOWN = ('Microsoft.Resources/deployments',
              'Microsoft.Authorization/locks')
# what a list filtered by tag leaves out
_NOT_BY_TAG = ('tags', 'createdTime', 'changedTime', 'provisioningState')
_TERM = re.compile(r"\s*(\w+)\s+(eq|ne)\s+'((?:[^']|'')*)'\s*")
_TAG_FIELDS = {'tagname', 'tagvalue'}
# az writes them in small letters
_FIELDS = {'resourcetype', 'name', 'location', 'resourcegroup'} | _TAG_FIELDS


@router.route('GET', '/subscriptions/{sub}/resources')
@router.route('GET', '/subscriptions/{sub}/resourceGroups/{rg}/resources')
def list_resources(request: router.ArmRequest) -> router.ArmResponse:
    """List resources that are no children, filtered and paged.

    A list filtered by tag shows neither tags nor what ``$expand`` asks for.

    Source: Resources - List, 2021-04-01; azure-cli issue 19138.
    """
    terms = _parse(request.query.get('$filter', ''))
    wanted = {word for word in request.query.get('$expand', '').split(',')
              if word}
    if wanted - {'createdTime', 'changedTime', 'provisioningState'}:
        raise errors.not_implemented(f'$expand={",".join(sorted(wanted))}')
    found = []
    for resource in request.emulator.store.listed(scope=request.scope):
        where = ids.parse(resource.id)
        if (where and where.parent is None
                and resource.type not in _NOT_SHOWN
                and _fits(resource, where, terms)):
            found.append(_view(request, resource, wanted))
    if _by_tag(terms):
        found = [{name: value for name, value in shown.items()
                  if name not in _NOT_BY_TAG} for shown in found]
    size = int(request.query.get('$top', 0)) or None
    return paging.page(request, found, size=size)


def _view(request: router.ArmRequest, resource: store.Resource,
          wanted: set[str]) -> dict[str, Any]:
    body = resource.view()
    shown = {name: body[name] for name in _SHOWN if name in body}
    if 'createdTime' in wanted:
        shown['createdTime'] = request.emulator.clock.stamp(resource.created)
    if 'changedTime' in wanted:
        shown['changedTime'] = request.emulator.clock.stamp(resource.created)
    if 'provisioningState' in wanted:
        shown['provisioningState'] = resource.properties.get(
            'provisioningState')
    return shown


def _parse(text: str) -> list[tuple[str, str, str]]:
    """Read ``a eq 'b' and c eq 'd'``; nothing else is known here."""
    terms = []
    for part in re.split(r'\s+and\s+', text) if text else ():
        match = _TERM.fullmatch(part)
        if match is None or match[1].lower() not in _FIELDS:
            raise errors.not_implemented(f'the filter {text!r}')
        terms.append((match[1].lower(), match[2],
                      match[3].replace("''", "'")))
    if _by_tag(terms) and {name for name, _, _ in terms} - _TAG_FIELDS:
        raise errors.ArmError(
            400, 'InvalidFilterInQueryString',
            f"Invalid $filter '{text}' specified in the query string.",
            gateway=True)
    return terms


def _by_tag(terms: list[tuple[str, str, str]]) -> bool:
    return any(name in _TAG_FIELDS for name, _, _ in terms)


def _fits(resource: store.Resource, where: ids.ResourceId,
          terms: list[tuple[str, str, str]]) -> bool:
    plain = {'resourcetype': resource.type, 'name': resource.name,
             'location': resource.location, 'resourcegroup': where.group}
    tags = {name.lower(): value for name, value in resource.tags.items()}
    tag_name = next((value.lower() for name, _, value in terms
                     if name == 'tagname'), '')
    for name, operator, value in terms:
        if name == 'tagname':
            holds = value.lower() in tags
        elif name == 'tagvalue':
            holds = tags.get(tag_name) == value
        else:
            holds = plain[name].lower() == value.lower()
        if holds != (operator == 'eq'):
            return False
    return True
