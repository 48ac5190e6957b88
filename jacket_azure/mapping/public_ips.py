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

"""``public_ip`` of a network: what its interfaces get besides."""

from __future__ import annotations

from dataclasses import dataclass
import re

import yaml

from jacket_azure.mapping import reader

SKUS = ('Standard', 'Basic')
_FLAGS = ('true', 'false')
_KEYS = ('sku', 'idle_timeout_minutes', 'dns_name')
_MINUTES = re.compile('[4-9]|[12][0-9]|30')


@dataclass(frozen=True)
class PublicIp:
    """A public IP address for each interface on a network.

    :param sku: None for what the cloud makes
    :param idle_timeout_minutes: of TCP flows, None for Azure's default
    :param dns_name: whether it gets a name in Azure's DNS
    """

    sku: str | None = None
    idle_timeout_minutes: int | None = None
    dns_name: bool = False


def parse(
    source: reader.Reader, node: yaml.Node | None, where: str
) -> PublicIp | None:
    """Read the value: true, false, or a map with any of the keys."""
    if node is None:
        return None
    if not isinstance(node, yaml.MappingNode):
        if not isinstance(node, yaml.ScalarNode) or reader.is_null(node):
            source.problem(
                reader.line_of(node),
                where,
                f'is {reader.kind_of(node)}, must be true, false, or a map: '
                f'{", ".join(_KEYS)}',
            )
            return None
        wanted = source.choice(node, where, _FLAGS) == 'true'
        return PublicIp() if wanted else None
    entry = source.fields(node, where, _KEYS)
    sku = source.choice(entry.get('sku'), f'{where}.sku', SKUS)
    minutes = source.text(
        entry.get('idle_timeout_minutes'),
        f'{where}.idle_timeout_minutes',
        _MINUTES,
        'a whole number of minutes from 4 to 30',
    )
    dns_name = source.choice(
        entry.get('dns_name'), f'{where}.dns_name', _FLAGS
    )
    return PublicIp(
        sku, int(minutes) if minutes else None, dns_name == 'true'
    )
