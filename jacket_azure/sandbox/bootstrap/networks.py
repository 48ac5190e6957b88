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

"""Neutron's picture of the mapped virtual networks.

Subnets have the addresses of the Azure subnets, for a port's address becomes
the address of the network interface.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from jacket_azure.sandbox import arm_client
from jacket_azure.sandbox import errors
from jacket_azure.sandbox.bootstrap import ensure

# Azure keeps the first four addresses and the last one of a subnet; some
# more are left to what is made in Azure by hand.
# Source: Azure Virtual Network FAQ, "Are there any restrictions on using IP
# addresses within these subnets?"
FIRST_HOST = 10


def ensure_networks(
    cloud: Any, mapping: dict[str, Any], arm: arm_client.ArmClient,
) -> None:
    """Make the networks, subnets and security groups of the mapping."""
    network = cloud.network
    for name, entry in (mapping.get('networks') or {}).items():
        made = ensure(network.find_network, network.create_network, name,
                      is_shared=True)
        for subnet_name, azure_name in wanted_subnets(name, entry).items():
            if network.find_subnet(subnet_name, network_id=made.id) is None:
                prefix = azure_prefix(
                    arm, entry['virtual_network'], azure_name)
                network.create_subnet(
                    name=subnet_name, network_id=made.id,
                    **subnet_attributes(prefix))
    for name in mapping.get('security_groups') or {}:
        # every project has its own group "default" already
        if name != 'default':
            ensure(network.find_security_group,
                   network.create_security_group, name)


def wanted_subnets(name: str, entry: dict[str, Any]) -> dict[str, str]:
    """Return the Neutron subnets of one mapped network -> Azure subnet."""
    return entry.get('subnets') or {f'{name}-subnet': entry['subnet']}


def azure_prefix(
    arm: arm_client.ArmClient, virtual_network: str, subnet: str,
) -> str:
    """Return the IPv4 CIDR of an Azure subnet.

    :param virtual_network: its name, or its full id
    :raises SandboxError: there is no such subnet
    """
    path = virtual_network if virtual_network.startswith('/') else (
        f'{arm.group}/providers/Microsoft.Network/virtualNetworks/'
        f'{virtual_network}')
    path += f'/subnets/{subnet}'
    found = arm.get(path, arm_client.NETWORK)
    if found is None:
        raise errors.SandboxError(f'Azure has no subnet {path}')
    properties = found['properties']
    prefixes = (properties.get('addressPrefixes')
                or [properties['addressPrefix']])
    return next(prefix for prefix in prefixes if ':' not in prefix)


def subnet_attributes(prefix: str) -> dict[str, Any]:
    """Return the attributes of the Neutron subnet for an Azure subnet."""
    cidr = ipaddress.IPv4Network(prefix)
    # a /28 or /29 has no room for a margin
    first = cidr[FIRST_HOST] if cidr.num_addresses > 16 else cidr[4]
    return {
        'ip_version': 4, 'cidr': prefix, 'gateway_ip': str(cidr[1]),
        'is_dhcp_enabled': True,
        'allocation_pools': [{'start': str(first), 'end': str(cidr[-2])}]}
