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

"""Glance properties that say what ``images`` in the mapping file says."""

from __future__ import annotations

from collections import abc
from dataclasses import replace
from typing import Any

from jacket_azure import exceptions
from jacket_azure.mapping import lookup
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
}
_STATE = 'azure_os_state'
_OWN = ('azure_uri', 'azure_image_id')


def apply(
    base: ImageTarget | None, properties: abc.Mapping[str, str]
) -> ImageTarget | None:
    """Return *base* changed by ``azure_...`` image properties.

    :param base: the mapping file's entry, None when it has none
    :param properties: the Glance image's properties; others are ignored
    :returns: None when neither says which Azure image it is
    :raises InvalidRequest: a property has a bad value, or some are missing
    """
    target = _reference(base, properties)
    if target is None:
        return None
    for field, choices in _CHOICES.items():
        name = f'azure_{field}'
        if properties.get(name):
            value = lookup.chosen(
                properties[name], f'Image property {name}', choices
            )
            change: dict[str, Any] = {field: value}
            target = replace(target, **change)
    if properties.get(_STATE) and not target.is_marketplace:
        value = lookup.chosen(
            properties[_STATE], f'Image property {_STATE}', lookup.IMAGE_STATES
        )
        target = replace(target, state=value)
    if target.os_type is None and properties.get('os_type'):
        # Glance's own property of this meaning, for images without ours
        value = lookup.chosen(
            properties['os_type'], 'Image property os_type', lookup.OS_TYPES
        )
        target = replace(target, os_type=value)
    plan = _plan(properties)
    if plan is not None:
        target = replace(target, plan=plan)
    if target.os_type is None and not target.is_marketplace:
        raise exceptions.InvalidRequest(
            'The image needs the property azure_os_type, linux or windows, '
            'beside azure_uri or azure_image_id.'
        )
    return target


def _reference(
    base: ImageTarget | None, properties: abc.Mapping[str, str]
) -> ImageTarget | None:
    own = {name: properties[name] for name in _OWN if properties.get(name)}
    words = _marketplace(properties)
    if len(set(own.values())) + bool(words) > 1:
        raise exceptions.InvalidRequest(
            'The image has more than one of the properties azure_uri, '
            'azure_image_id and a marketplace reference (azure_urn or '
            'azure_publisher, ...); only one of them can hold.'
        )
    for name, own_id in own.items():
        if not is_image_id(own_id):
            # what follows a question mark may be a signature
            raise exceptions.InvalidRequest(
                f'Image property {name} is '
                f'{own_id.partition("?")[0][:120]!r}..., must be {ID_TEXT}.'
            )
        return ImageTarget(id=own_id)
    if not words:
        return base
    if base is not None and base.is_marketplace and len(words) < 3:
        # e.g. only azure_version: pins what the file leaves at latest
        return replace(base, **words)
    missing = [f'azure_{key}' for key in MARKETPLACE[:3] if key not in words]
    if missing:
        raise exceptions.InvalidRequest(
            f'The image lacks the properties {", ".join(missing)}, which a '
            f'marketplace reference needs.'
        )
    return ImageTarget(**{'version': 'latest', **words})


def _marketplace(properties: abc.Mapping[str, str]) -> dict[str, Any]:
    """Return the given parts of a marketplace reference."""
    words: dict[str, Any] = {}
    urn = properties.get('azure_urn')
    if urn:
        parts = urn.split(':')
        if len(parts) != len(MARKETPLACE):
            raise exceptions.InvalidRequest(
                f'Image property azure_urn is {urn[:120]!r}, must be '
                f'publisher:offer:sku:version.'
            )
        words = dict(zip(MARKETPLACE, parts, strict=True))
    for key in MARKETPLACE:
        value = properties.get(f'azure_{key}')
        if value:
            words[key] = value
    for key, value in words.items():
        lookup.checked(
            value, f'Image property azure_{key}', lookup.WORD, WORD_TEXT
        )
    return words


def _plan(properties: abc.Mapping[str, str]) -> Plan | None:
    values = {
        key: properties[f'azure_plan_{key}']
        for key in PLAN
        if properties.get(f'azure_plan_{key}')
    }
    if not values:
        return None
    for key in PLAN:
        lookup.checked(
            values.get(key, ''),
            f'Image property azure_plan_{key}',
            lookup.WORD,
            WORD_TEXT,
        )
    return Plan(**values)
