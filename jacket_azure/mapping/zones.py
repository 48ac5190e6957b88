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

"""``zones``: Nova availability zone to Azure availability zone."""

from __future__ import annotations

from collections import abc

import yaml

from jacket_azure.mapping import lookup
from jacket_azure.mapping import reader

_ZONE = 'a zone number such as "1", or null for no zone on purpose'


def parse(source: reader.Reader, node: yaml.Node) -> dict[str, str | None]:
    """Read the section; entries with mistakes are left out."""
    table: dict[str, str | None] = {}
    content = 'Nova availability zone: Azure zone'
    for name, value in source.items(node, 'zones', content):
        if reader.is_null(value):
            table[name] = None
            continue
        text = source.text(value, f'zones.{name}', lookup.ZONE, _ZONE)
        if text is not None:
            table[name] = text
    return table


def find(
    table: abc.Mapping[str, str | None], file: str, name: str | None
) -> str | None:
    """Return the Azure zone, None for none.

    A file without zones means a cloud or a region without them: then every
    availability zone is fine, and nothing is zonal.

    :raises MappingLookupError: there are zones, but not this one
    """
    if name is None or not table:
        return None
    if name not in table:
        what = f'Availability zone {name}'
        raise lookup.missing(file, 'zones', what, table)
    return table[name]
