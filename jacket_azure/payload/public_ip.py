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

"""Public IP addresses of network interfaces."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from dataclasses import field
import ipaddress
from typing import Any

from jacket_azure import exceptions
from jacket_azure.mapping import public_ips

# metadata of a server that tells its user
METADATA = 'public_ip'
_SEPARATOR = ', '
# as usages of the region name them; the newer ones count Standard addresses
_STANDARD_QUOTAS = (
    'standardskupublicipaddresses',
    'ipv4standardskupublicipaddresses',
)
_QUOTAS = ('publicipaddresses', 'staticpublicipaddresses')


@dataclass(frozen=True)
class PublicIpSpec:
    """Everything a public IP address is made from.

    :param port_id: of the Neutron port whose interface gets it
    :param standard: whether the cloud has SKU Standard
    """

    location: str
    port_id: str
    wanted: public_ips.PublicIp
    standard: bool = True
    tags: abc.Mapping[str, str] = field(default_factory=dict)


def build(spec: PublicIpSpec) -> dict[str, Any]:
    """Build the body that creates a public IP address, a static one.

    :raises InvalidRequest: the cloud has no such SKU

    Source: Network REST API 2026-03-01, public-ip-addresses/create-or-update.
    """
    wanted = spec.wanted
    properties: dict[str, Any] = {
        'publicIPAllocationMethod': 'Static',
        'publicIPAddressVersion': 'IPv4',
    }
    if wanted.idle_timeout_minutes:
        properties['idleTimeoutInMinutes'] = wanted.idle_timeout_minutes
    if wanted.dns_name:
        properties['dnsSettings'] = {'domainNameLabel': label(spec.port_id)}
    return {
        'location': spec.location,
        'tags': dict(spec.tags),
        'sku': {'name': sku_of(wanted, spec.standard)},
        'properties': properties,
    }


def sku_of(wanted: public_ips.PublicIp, standard: bool) -> str:
    """Return the SKU of an address.

    :raises InvalidRequest: the cloud has no such SKU
    """
    known = public_ips.SKUS if standard else ('Basic',)
    sku = wanted.sku or known[0]
    if sku not in known:
        raise exceptions.InvalidRequest(
            f'This cloud has no public IP addresses of SKU {sku}, which the '
            f'mapping file says for the network.'
        )
    return sku


def label(port_id: str) -> str:
    """Return the first part of the name in Azure's DNS.

    Derived from the port, so that who knows the port knows the name:
    ``port-<id>.<region>.cloudapp.azure.com``.
    """
    return f'port-{port_id.lower()}'


def parse_address(body: abc.Mapping[str, Any]) -> str | None:
    """Return the address of one as read, None while it has none."""
    found = (body.get('properties') or {}).get('ipAddress')
    return str(found) if found else None


def quotas_of(sku: str, known: abc.Container[str]) -> tuple[str, ...]:
    """Return the quotas, in lower case, that one more address counts in.

    :param known: those the region tells of
    """
    found = tuple(name for name in _STANDARD_QUOTAS if name in known)
    return found if sku == 'Standard' and found else _QUOTAS


def describe(addresses: abc.Iterable[str]) -> str:
    """Write addresses as the metadata of a server has them."""
    return _SEPARATOR.join(addresses)


def parse_described(text: str) -> list[str] | None:
    """Return the addresses of :func:`describe`; None for another text."""
    found = text.split(_SEPARATOR) if text else []
    try:
        return [str(ipaddress.ip_address(each)) for each in found]
    except ValueError:
        return None
