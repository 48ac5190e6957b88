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

"""The resources of a template: their ids, and who waits for whom."""

from __future__ import annotations

import dataclasses
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import template_language as language
from jacket_azure.emulator import templates

# what speaks to ARM and is no part of the resource's own body
_MARKS = ('apiversion', 'dependson', 'type', 'name', 'condition', 'copy',
          'comments', 'metadata', 'resources')
_NESTED = 'microsoft.resources/deployments'


@dataclasses.dataclass(eq=False)
class Planned:
    """One resource to be written.

    :ivar raw: as in the template, expressions and all
    :ivar index: number of the copy, None when it is no copy
    :ivar loop: name of its copy loop
    :ivar after: resources to be written before
    """

    id: ids.ResourceId
    version: str
    raw: dict[str, Any]
    index: int | None
    loop: str
    after: list[Planned] = dataclasses.field(default_factory=list)

    def body(self, template: templates.Template) -> dict[str, Any]:
        """Return the body to send; references are looked up now."""
        return {name: template.evaluate(value, self.index)
                for name, value in self.raw.items()
                if name.lower() not in _MARKS}


def plan(template: templates.Template) -> list[Planned]:
    """Lay out every resource of a template, in its order.

    :raises ArmError: 400 InvalidTemplate, 501 for what is not known here
    """
    found: list[Planned] = []
    for raw in template.body['resources']:
        _expand(template, raw, '', '', found)
    for one in found:
        one.after = _wait_for(template, one, found)
    seen: list[Planned] = []
    while len(seen) < len(found):
        ready = [one for one in found if one not in seen
                 and all(other in seen for other in one.after)]
        if not ready:
            raise templates.invalid('Circular dependency detected on '
                                    'resource')
        seen += ready
    return found


def _expand(template: templates.Template, raw: Any, kind: str, name: str,
            found: list[Planned]) -> None:
    """Add a resource, its copies and its children."""
    if not isinstance(raw, dict):
        raise templates.invalid('a resource is an object')
    loop = raw.get('copy') or {}
    count = template.evaluate(loop.get('count')) if loop else None
    for index in range(int(count or 0)) if loop else [None]:
        if not template.evaluate(raw.get('condition', True), index):
            continue
        for needed in ('type', 'name', 'apiVersion'):
            if needed not in raw:
                raise templates.invalid(
                    f"The template resource is missing '{needed}'")
        full_kind = f'{kind}/{raw["type"]}'.lstrip('/')
        full_name = (f'{name}/{template.evaluate(raw["name"], index)}'
                     .lstrip('/'))
        if full_kind.lower() == _NESTED or 'scope' in raw:
            raise errors.not_implemented('deployments within a template')
        where = ids.parse(template.place.resource_id(
            full_kind, *full_name.split('/')))
        if where is None:
            raise templates.invalid(f"'{full_kind}' is no resource type")
        if any(ids.same(str(where), str(one.id)) for one in found):
            raise templates.invalid(
                f"The resource '{where}' is defined multiple times in a "
                f"template")
        found.append(Planned(
            where, str(template.evaluate(raw['apiVersion'], index)), raw,
            index, str(loop.get('name', ''))))
        for child in raw.get('resources') or ():
            _expand(template, child, full_kind, full_name, found)


def _wait_for(template: templates.Template, one: Planned,
              found: list[Planned]) -> list[Planned]:
    """List what must be there before: named, or referred to."""
    after: list[Planned] = []
    for entry in one.raw.get('dependsOn') or ():
        word = template.evaluate(entry, one.index)
        meant = [other for other in found if _is_called(other, word)]
        if not meant and not _conditional(template, word):
            raise templates.invalid(
                f"The resource '{word}' is not defined in the template. "
                f"Please see https://aka.ms/arm-syntax for usage details")
        after += meant
    for tree in _expressions(one.raw):
        for call in language.calls(tree):
            if call.name == 'reference' and isinstance(
                    call.arguments[0], language.Call | language.Literal):
                word = template.compute(call.arguments[0], one.index)
                after += [other for other in found
                          if other is not one and _is_called(other, word)]
    return after


def _is_called(one: Planned, word: str) -> bool:
    """Tell whether a word of dependsOn means a resource.

    It is an id, ``type/name``, a name alone, or the name of a copy loop.
    """
    word = str(word).lower().strip('/')
    full = str(one.id).lower().strip('/')
    kind = f'{one.id.namespace}/{"/".join(one.id.types)}'
    flat = f'{kind}/{"/".join(one.id.names)}'.lower()
    return word in (full, full.partition('/providers/')[2], flat,
                    '/'.join(one.id.names).lower(), one.loop.lower() or None)


def _conditional(template: templates.Template, word: str) -> bool:
    """Tell whether *word* may mean a resource left out by its condition."""
    return any('condition' in raw or 'copy' in raw
               for raw in template.body['resources'])


def _expressions(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [tree for one in value.values() for tree in _expressions(one)]
    if isinstance(value, list):
        return [tree for one in value for tree in _expressions(one)]
    if language.is_expression(value):
        try:
            return [language.parse(value)]
        except language.SyntaxProblem:
            return []       # refused with its text when it is evaluated
    return []
