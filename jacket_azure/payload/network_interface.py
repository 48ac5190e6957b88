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

"""Neutron port to Azure network interface."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
import ipaddress
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import names


@dataclass(frozen=True)
class FixedIp:
    """One address of a port.

    :param address: IPv4 or IPv6, as Neutron chose it
    :param subnet_id: full ARM id of the Azure subnet
    """

    address: str
    subnet_id: str


@dataclass(frozen=True)
class NicSpec:
    """Everything a network interface is made from.

    :param fixed_ips: at least one; the first IPv4 address becomes primary
    :param network_security_group_id: full ARM id, None for none
    :param public_ip_id: full ARM id of the public address of the primary
        one, None for none
    :param cascade_delete: the public address goes with the machine
    """

    location: str
    fixed_ips: tuple[FixedIp, ...]
    network_security_group_id: str | None = None
    accelerated_networking: bool = False
    tags: abc.Mapping[str, str] = field(default_factory=dict)
    public_ip_id: str | None = None
    cascade_delete: bool = True


def build(spec: NicSpec) -> dict[str, Any]:
    """Build the body that creates a network interface.

    :raises InvalidRequest: no IPv4 address, or addresses of two subnets

    Source: Network REST API 2026-03-01, network-interfaces/create-or-update.
    """
    properties: dict[str, Any] = {
        'enableAcceleratedNetworking': spec.accelerated_networking,
        'ipConfigurations': [
            _ip_configuration(index, fixed_ip)
            for index, fixed_ip in enumerate(_in_order(spec.fixed_ips))
        ],
    }
    if spec.public_ip_id:
        primary = properties['ipConfigurations'][0]['properties']
        primary['publicIPAddress'] = _public_ip(spec)
    if spec.network_security_group_id:
        properties['networkSecurityGroup'] = {
            'id': spec.network_security_group_id
        }
    return {
        'location': spec.location,
        'tags': dict(spec.tags),
        'properties': properties,
    }


def _public_ip(spec: NicSpec) -> dict[str, Any]:
    reference: dict[str, Any] = {'id': spec.public_ip_id}
    if spec.cascade_delete:
        reference['properties'] = {'deleteOption': 'Delete'}
    return reference


def parse_public_ip_ids(nic: abc.Mapping[str, Any]) -> tuple[str, ...]:
    """Return the full ARM ids of an interface's public addresses."""
    return tuple(
        str(properties['publicIPAddress']['id'])
        for properties in _configurations(nic)
        if (properties.get('publicIPAddress') or {}).get('id')
    )


def parse_addresses(nic: abc.Mapping[str, Any]) -> set[str]:
    """Return the private addresses of a network interface."""
    return {
        str(properties['privateIPAddress'])
        for properties in _configurations(nic)
        if properties.get('privateIPAddress')
    }


def check_same_network(
    nic: abc.Mapping[str, Any], fixed_ips: abc.Iterable[FixedIp]
) -> None:
    """Refuse addresses that are in another virtual network than *nic*.

    :raises InvalidRequest: all interfaces of a machine are in one
    """
    known = {
        _network_of(str(properties['subnet']['id']))
        for properties in _configurations(nic)
        if properties.get('subnet')
    }
    for fixed_ip in fixed_ips:
        if known and _network_of(fixed_ip.subnet_id) not in known:
            raise exceptions.InvalidRequest(
                f'The address {fixed_ip.address} is in another virtual '
                f'network than the other addresses of the server; on Azure '
                f'all are in one.'
            )


def _configurations(
    nic: abc.Mapping[str, Any],
) -> list[abc.Mapping[str, Any]]:
    properties = nic.get('properties') or {}
    return [
        one.get('properties') or {}
        for one in properties.get('ipConfigurations') or ()
    ]


def _network_of(subnet_id: str) -> str:
    return subnet_id.lower().rpartition('/subnets/')[0]


def _ip_configuration(index: int, fixed_ip: FixedIp) -> dict[str, Any]:
    version = ipaddress.ip_address(fixed_ip.address).version
    return {
        'name': f'ipconfig{index}',
        'properties': {
            'primary': index == 0,
            'privateIPAddress': fixed_ip.address,
            'privateIPAddressVersion': f'IPv{version}',
            'privateIPAllocationMethod': 'Static',
            'subnet': {'id': fixed_ip.subnet_id},
        },
    }


def _in_order(fixed_ips: tuple[FixedIp, ...]) -> list[FixedIp]:
    """Put IPv4 first: Azure wants an IPv4 address as the primary one."""
    if not fixed_ips:
        raise exceptions.InvalidRequest(
            'A port without a fixed IP address cannot become a network '
            'interface on Azure; give it an IPv4 address.'
        )
    first = fixed_ips[0].subnet_id
    for fixed_ip in fixed_ips:
        if not names.same_id(fixed_ip.subnet_id, first):
            raise exceptions.InvalidRequest(
                'A port has addresses of subnets that are different subnets '
                'on Azure, where all addresses of a network interface come '
                'from one. Use one port for each.'
            )
    ordered = sorted(
        fixed_ips, key=lambda ip: ipaddress.ip_address(ip.address).version
    )
    if ipaddress.ip_address(ordered[0].address).version != 4:
        raise exceptions.InvalidRequest(
            'A port with IPv6 addresses only cannot become a network '
            'interface on Azure; give it an IPv4 address as well.'
        )
    return ordered
