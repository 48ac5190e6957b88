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

"""``networks``: Neutron network and subnet to Azure subnet."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
import re

import yaml

from jacket_azure.mapping import lookup
from jacket_azure.mapping import public_ips
from jacket_azure.mapping import reader
from jacket_azure.mapping import resource_id

VIRTUAL_NETWORK = 'Microsoft.Network/virtualNetworks'
_NAME = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?')
_ANY = re.compile(r'\S.*')
_VNET = 'the name or the full id of a virtual network'
_SUBNET = 'the name of a subnet of that virtual network'
_KEYS = ('virtual_network', 'subnet', 'subnets', 'public_ip')


@dataclass(frozen=True)
class NetworkEntry:
    """One entry of the file.

    :param subnet: Azure subnet of every Neutron subnet that *subnets* does
        not name; None when they must all be named
    :param subnets: Neutron subnet name, id or CIDR to Azure subnet
    :param public_ip: public IP address of each interface, None for none
    """

    virtual_network: str
    subnet: str | None = None
    subnets: abc.Mapping[str, str] = field(default_factory=dict)
    public_ip: public_ips.PublicIp | None = None


@dataclass(frozen=True)
class SubnetTarget:
    """Where an address lives on Azure.

    :param virtual_network: name (in our resource group) or full ARM id
    :param subnet: name of the Azure subnet
    """

    virtual_network: str
    subnet: str


def parse(source: reader.Reader, node: yaml.Node) -> dict[str, NetworkEntry]:
    """Read the section; entries with mistakes are left out."""
    table = {}
    content = (
        'Neutron network name or id: {virtual_network, subnet or subnets}'
    )
    for name, value in source.items(node, 'networks', content):
        entry = _parse_entry(source, f'networks.{name}', value)
        if entry is not None:
            table[name] = entry
    return table


def _parse_entry(
    source: reader.Reader, where: str, node: yaml.Node
) -> NetworkEntry | None:
    entry = source.fields(node, where, _KEYS, required=('virtual_network',))
    if isinstance(node, yaml.MappingNode) and not (
        'subnet' in entry or 'subnets' in entry
    ):
        source.problem(
            reader.line_of(node),
            where,
            'needs "subnet" (one for all) or "subnets" (one for each)',
        )
    vnet = parse_name_or_id(
        source,
        f'{where}.virtual_network',
        entry.get('virtual_network'),
        VIRTUAL_NETWORK,
        _VNET,
    )
    subnet = source.text(
        entry.get('subnet'), f'{where}.subnet', _NAME, _SUBNET
    )
    subnets = {}
    if 'subnets' in entry:
        content = 'Neutron subnet name, id or CIDR: Azure subnet'
        inside = f'{where}.subnets'
        for key, value in source.items(entry['subnets'], inside, content):
            text = source.text(value, f'{inside}.{key}', _NAME, _SUBNET)
            if text is not None:
                subnets[key] = text
    public_ip = public_ips.parse(
        source, entry.get('public_ip'), f'{where}.public_ip'
    )
    return NetworkEntry(vnet, subnet, subnets, public_ip) if vnet else None


def parse_name_or_id(
    source: reader.Reader,
    where: str,
    node: yaml.Node | None,
    type_: str,
    allowed: str,
) -> str | None:
    """Return a resource's name, or its full id when that is of *type_*."""
    text = source.text(node, where, _ANY, allowed)
    if text is None or node is None or _NAME.fullmatch(text):
        return text
    try:
        parsed = resource_id.parse(text)
    except ValueError:
        parsed = None
    if parsed is not None and parsed.group and parsed.is_type(type_):
        return text
    source.problem(
        reader.line_of(node),
        where,
        f'is {text[:120]!r}, must be {allowed}, like /subscriptions/<id>/'
        f'resourceGroups/<group>/providers/{type_}/<name>',
    )
    return None


def find(
    table: abc.Mapping[str, NetworkEntry],
    file: str,
    name: str | None,
    uuid: str | None,
    subnet_keys: abc.Sequence[str],
) -> SubnetTarget:
    """Return the Azure subnet of one Neutron subnet of a network.

    :param subnet_keys: what is known of the subnet: id, name, CIDR; the
        first that the file names decides
    :raises MappingLookupError: network or subnet has no entry
    """
    found = lookup.find(table, uuid, name)
    if found is None:
        what = f'Network {name or uuid}'
        raise lookup.missing(file, 'networks', what, table)
    key, entry = found
    subnet = lookup.find(entry.subnets, *subnet_keys)
    if subnet is not None:
        return SubnetTarget(entry.virtual_network, subnet[1])
    if entry.subnet is not None:
        return SubnetTarget(entry.virtual_network, entry.subnet)
    what = f'Subnet {" or ".join(subnet_keys)} of network {name or uuid}'
    section = f'networks.{key}.subnets'
    raise lookup.missing(file, section, what, entry.subnets)
