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

"""``security_groups``: Neutron security group to network security group."""

from __future__ import annotations

from collections import abc

import yaml

from jacket_azure import exceptions
from jacket_azure.mapping import lookup
from jacket_azure.mapping import networks
from jacket_azure.mapping import reader

NETWORK_SECURITY_GROUP = 'Microsoft.Network/networkSecurityGroups'
_NSG = (
    'the name or the full id of a network security group, or null for none '
    'on purpose'
)


def parse(source: reader.Reader, node: yaml.Node) -> dict[str, str | None]:
    """Read the section; entries with mistakes are left out."""
    table: dict[str, str | None] = {}
    content = 'Neutron security group name or id: network security group'
    for name, value in source.items(node, 'security_groups', content):
        if reader.is_null(value):
            table[name] = None
            continue
        text = networks.parse_name_or_id(
            source,
            f'security_groups.{name}',
            value,
            NETWORK_SECURITY_GROUP,
            _NSG,
        )
        if text is not None:
            table[name] = text
    return table


def find(
    table: abc.Mapping[str, str | None],
    file: str,
    name: str | None,
    uuid: str | None,
) -> str | None:
    """Return the network security group, None for none on purpose.

    :raises MappingLookupError: the group has no entry
    """
    found = lookup.find(table, uuid, name)
    if found is None:
        what = f'Security group {name or uuid}'
        raise lookup.missing(file, 'security_groups', what, table)
    return found[1]


def find_one(
    table: abc.Mapping[str, str | None],
    file: str,
    groups: abc.Sequence[tuple[str | None, str | None]],
) -> str | None:
    """Return the one network security group of all *groups* of a port.

    A network interface has one network security group at most, so groups
    that mean different ones are refused rather than dropped.

    :param groups: (name, id) of each; none of them gives None
    :raises MappingLookupError: a group has no entry
    :raises InvalidRequest: they mean different network security groups
    """
    targets = [find(table, file, name, uuid) for name, uuid in groups]
    different = {t.lower() if t is not None else None for t in targets}
    if len(different) > 1:
        names = ', '.join(str(name or uuid) for name, uuid in groups)
        raise exceptions.InvalidRequest(
            f'The security groups {names} mean different network security '
            f'groups on Azure, and a network interface can have only one. '
            f'Use one security group per port.'
        )
    return targets[0] if targets else None
