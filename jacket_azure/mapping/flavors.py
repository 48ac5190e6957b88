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

"""``flavors``: Nova flavor to VM size, and what else a flavor decides."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import replace
import re
from typing import Any

import yaml

from jacket_azure import exceptions
from jacket_azure.mapping import lookup
from jacket_azure.mapping import reader

_SIZE = 'a VM size such as Standard_D2s_v5'
_ZONE = 'a zone number such as "1"'
_PRICE = re.compile(r'-1|[0-9]{1,6}(\.[0-9]{1,5})?')
_PRICE_TEXT = 'US dollars per hour, or -1 for no limit'
_KEYS = (
    'size',
    'zone',
    'os_disk_sku',
    'security_type',
    'priority',
    'eviction_policy',
    'max_price',
)
# extra spec -> field; the extra spec of the same meaning overrides
_EXTRA_SPECS = {
    'azure:vm_size': 'size',
    'azure:zone': 'zone',
    'azure:os_disk_sku': 'os_disk_sku',
    'azure:security_type': 'security_type',
    'azure:priority': 'priority',
    'azure:eviction_policy': 'eviction_policy',
    'azure:max_price': 'max_price',
}
_CHOICES = {
    'os_disk_sku': lookup.OS_DISK_SKUS,
    'security_type': lookup.SECURITY_TYPES,
    'priority': lookup.PRIORITIES,
    'eviction_policy': lookup.EVICTION_POLICIES,
}
_PATTERNS = {
    'size': (lookup.VM_SIZE, _SIZE),
    'zone': (lookup.ZONE, _ZONE),
    'max_price': (_PRICE, _PRICE_TEXT),
}


@dataclass(frozen=True)
class FlavorTarget:
    """What a flavor means on Azure; None where it does not say.

    :param max_price: US dollars per hour for Spot, -1 for no limit
    """

    size: str
    zone: str | None = None
    os_disk_sku: str | None = None
    security_type: str | None = None
    priority: str | None = None
    eviction_policy: str | None = None
    max_price: float | None = None


def parse(source: reader.Reader, node: yaml.Node) -> dict[str, FlavorTarget]:
    """Read the section; entries with mistakes are left out."""
    table = {}
    content = 'Nova flavor name or id: VM size'
    for name, value in source.items(node, 'flavors', content):
        target = _parse_entry(source, f'flavors.{name}', value)
        if target is not None:
            table[name] = target
    return table


def _parse_entry(
    source: reader.Reader, where: str, node: yaml.Node
) -> FlavorTarget | None:
    if not isinstance(node, yaml.MappingNode):
        size = source.text(node, where, lookup.VM_SIZE, _SIZE)
        return FlavorTarget(size) if size else None
    entry = source.fields(node, where, _KEYS, required=('size',))
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key in _CHOICES:
            read = source.choice(value, f'{where}.{key}', _CHOICES[key])
        else:
            read = source.text(value, f'{where}.{key}', *_PATTERNS[key])
        if read is not None:
            values[key] = _typed(key, read)
    if 'size' not in values:
        return None
    target = FlavorTarget(**values)
    mistake = _spot_mistake(target)
    if mistake:
        source.problem(reader.line_of(node), where, mistake)
    return target


def find(
    table: abc.Mapping[str, FlavorTarget],
    file: str,
    name: str,
    flavorid: str | None,
    extra_specs: abc.Mapping[str, str],
) -> FlavorTarget:
    """Return what the flavor means, extra specs over the file.

    :raises MappingLookupError: no entry, and no ``azure:vm_size``
    :raises InvalidRequest: an ``azure:`` extra spec has a bad value
    """
    overrides: dict[str, Any] = {}
    for spec, field in _EXTRA_SPECS.items():
        if spec in extra_specs:
            overrides[field] = _checked(spec, field, extra_specs[spec])
    found = lookup.find(table, name, flavorid)
    if found is None and 'size' not in overrides:
        raise lookup.missing(file, 'flavors', f'Flavor {name}', table)
    if found is None:
        target = FlavorTarget(**overrides)
    else:
        target = replace(found[1], **overrides)
    mistake = _spot_mistake(target)
    if mistake:
        raise exceptions.InvalidRequest(f'Flavor {name}: {mistake}.')
    return target


def _checked(spec: str, field: str, value: str) -> Any:
    name = f'Flavor extra spec {spec}'
    if field in _CHOICES:
        return lookup.chosen(value, name, _CHOICES[field])
    return _typed(field, lookup.checked(value, name, *_PATTERNS[field]))


def _typed(field: str, value: str) -> Any:
    return float(value) if field == 'max_price' else value


def _spot_mistake(target: FlavorTarget) -> str | None:
    spot_only = target.eviction_policy or target.max_price is not None
    if spot_only and target.priority != 'Spot':
        return (
            'eviction_policy and max_price are only for virtual machines '
            'of priority Spot'
        )
    if target.max_price == 0:
        return 'max_price is 0, must be more than 0, or -1 for no limit'
    return None
