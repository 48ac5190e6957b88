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

"""``images``: Glance image to marketplace reference or own Azure image."""

from __future__ import annotations

from collections import abc

import yaml

from jacket_azure.mapping import image_properties
from jacket_azure.mapping import lookup
from jacket_azure.mapping import reader
from jacket_azure.mapping.image_target import ANY_TEXT
from jacket_azure.mapping.image_target import ID_TEXT
from jacket_azure.mapping.image_target import MARKETPLACE
from jacket_azure.mapping.image_target import PLAN
from jacket_azure.mapping.image_target import WORD_TEXT
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.mapping.image_target import is_image_id

_CHOICES = {
    'os_type': lookup.OS_TYPES,
    'generation': lookup.GENERATIONS,
    'security_type': lookup.SECURITY_TYPES,
    'state': lookup.IMAGE_STATES,
}
_KEYS = (*MARKETPLACE, 'id', 'plan', *_CHOICES)


def parse(source: reader.Reader, node: yaml.Node) -> dict[str, ImageTarget]:
    """Read the section; entries with mistakes are left out."""
    table = {}
    content = 'Glance image name or id: {publisher, offer, sku} or {id}'
    for name, value in source.items(node, 'images', content):
        before = len(source.problems)
        target = _parse_entry(source, f'images.{name}', value)
        if len(source.problems) == before:
            table[name] = target
    return table


def _parse_entry(
    source: reader.Reader, where: str, node: yaml.Node
) -> ImageTarget:
    own = _has_key(node, 'id')
    required = ('id', 'os_type') if own else MARKETPLACE[:3]
    entry = source.fields(node, where, _KEYS, required)
    values = {
        key: source.choice(entry.get(key), f'{where}.{key}', choices)
        for key, choices in _CHOICES.items()
    }
    for key in MARKETPLACE:
        if own and key in entry:
            source.problem(
                reader.line_of(entry[key]),
                f'{where}.{key}',
                'is not allowed beside "id": an image is either an own one '
                '(id, os_type) or from the marketplace (publisher, offer, '
                'sku, version)',
            )
        values[key] = source.text(
            entry.get(key), f'{where}.{key}', lookup.WORD, WORD_TEXT
        )
    if not own:
        values['version'] = values['version'] or 'latest'
        if 'state' in entry:
            source.problem(
                reader.line_of(entry['state']),
                f'{where}.state',
                'is not allowed without "id": the marketplace has '
                'generalized images only',
            )
    plan = None
    if 'plan' in entry:
        plan = _parse_plan(source, f'{where}.plan', entry['plan'])
    own_id = _parse_id(source, f'{where}.id', entry.get('id'))
    return ImageTarget(**values, id=own_id, plan=plan)


def _parse_plan(
    source: reader.Reader, where: str, node: yaml.Node
) -> Plan | None:
    entry = source.fields(node, where, PLAN, required=PLAN)
    values = [
        source.text(entry.get(key), f'{where}.{key}', lookup.WORD, WORD_TEXT)
        for key in PLAN
    ]
    if None in values:
        return None
    return Plan(*(str(value) for value in values))


def _parse_id(
    source: reader.Reader, where: str, node: yaml.Node | None
) -> str | None:
    text = source.text(node, where, ANY_TEXT, ID_TEXT)
    if text is not None and not is_image_id(text) and node is not None:
        source.problem(
            reader.line_of(node),
            where,
            # what follows a question mark may be a signature
            f'is {text.partition("?")[0][:120]!r}, must be {ID_TEXT}, like '
            f'/subscriptions/<id>/resourceGroups/<group>/providers/'
            f'Microsoft.Compute/images/<name>',
        )
    return text


def _has_key(node: yaml.Node, name: str) -> bool:
    if not isinstance(node, yaml.MappingNode):
        return False
    return any(key.value == name for key, _ in node.value)


def find(
    table: abc.Mapping[str, ImageTarget],
    file: str,
    name: str | None,
    uuid: str | None,
    properties: abc.Mapping[str, str],
) -> ImageTarget:
    """Return what the image means, Glance properties over the file.

    :raises MappingLookupError: no entry, and no properties that say it
    :raises InvalidRequest: an ``azure_`` property has a bad value
    """
    found = lookup.find(table, uuid, name)
    base = found[1] if found else None
    target = image_properties.apply(base, properties)
    if target is None:
        what = f'Image {name or uuid}'
        raise lookup.missing(file, 'images', what, table)
    return target
