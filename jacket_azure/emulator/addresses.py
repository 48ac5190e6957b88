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

"""Private addresses of a subnet: who has which, and which is next.

A subnet keeps ``private['addresses']``: address to id of the IP
configuration that has it.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store

# the network's own address and the next three are Azure's
_FIRST = 4
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def prefixes(properties: dict[str, Any]) -> list[str]:
    """Return the prefixes of a subnet, written either way."""
    single = properties.get('addressPrefix')
    return properties.get('addressPrefixes') or ([single] if single else [])


def parse_prefix(text: str, resource_id: str) -> _Network:
    """Read a CIDR.

    :raises ArmError: 400 InvalidAddressPrefixFormat
    """
    try:
        if '/' not in text:
            raise ValueError(text)
        return ipaddress.ip_network(text, strict=True)
    except ValueError as exc:
        raise errors.ArmError(
            400, 'InvalidAddressPrefixFormat',
            f'Address prefix {text} of resource {resource_id} is not '
            f'formatted correctly. It should follow CIDR notation, for '
            f'example 10.0.0.0/24.', details=[]) from exc


def networks(subnet: store.Resource) -> list[_Network]:
    """Return the networks of a subnet."""
    return [ipaddress.ip_network(text)
            for text in prefixes(subnet.properties)]


def taken(subnet: store.Resource) -> dict[str, str]:
    """Return address to IP configuration id; changing it allocates."""
    found: dict[str, str] = subnet.private.setdefault('addresses', {})
    return found


def is_reserved(network: _Network, address: _Address) -> bool:
    """Tell whether Azure keeps an address of a network for itself."""
    offset = int(address) - int(network.network_address)
    return offset < _FIRST or offset >= network.num_addresses - 1


def next_free(subnet: store.Resource, version: int,
              avoid: set[str]) -> str:
    """Return the first address nobody has, .4 first.

    :param avoid: addresses given away by the same request
    :raises ArmError: 400 SubnetIsFull
    """
    used = taken(subnet).keys() | avoid
    for network in networks(subnet):
        if network.version != version:
            continue
        for offset in range(_FIRST, network.num_addresses - 1):
            address = str(network.network_address + offset)
            if address not in used:
                return address
    shown = ', '.join(prefixes(subnet.properties))
    raise errors.ArmError(
        400, 'SubnetIsFull',
        f'Subnet {subnet.name} with address prefix {shown} does not have '
        f'enough capacity for 1 IP addresses.', details=[])


def check_static(subnet: store.Resource, text: str,
                 configuration_id: str) -> str:
    """Check an address somebody asks for; return it in canonical form.

    :raises ArmError: 400, one code for each reason
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError as exc:
        raise errors.ArmError(
            400, 'InvalidIPAddressFormat',
            f'IP configuration {configuration_id} has an invalid private IP '
            f'address {text}.', details=[]) from exc
    network = next((network for network in networks(subnet)
                    if address in network), None)
    if network is None:
        raise errors.ArmError(
            400, 'PrivateIPAddressNotInSubnet',
            f'Private static IP address {address} does not belong to the '
            f'range of subnet prefix '
            f'{", ".join(prefixes(subnet.properties))}.', details=[])
    if is_reserved(network, address):
        raise errors.ArmError(
            400, 'PrivateIPAddressInReservedRange',
            f'Private static IP address {address} falls within reserved IP '
            f'range of subnet prefix {network}.', details=[])
    holder = taken(subnet).get(str(address))
    if holder and holder.lower() != configuration_id.lower():
        raise errors.ArmError(
            400, 'PrivateIPAddressIsAllocated',
            f'IP configuration {configuration_id} is using the private IP '
            f'address {address} which is already allocated to resource '
            f'{holder.split("/ipConfigurations/")[0]}.', details=[])
    return str(address)
