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

"""What Nova's network information leaves out of a port.

``network_info`` knows addresses and CIDRs, but neither security groups nor
subnet ids (nova 34 network/neutron.py, ``_build_network_info_model``).
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from nova import context as nova_context
from nova.network import neutron

from jacket_azure.nova import cache

# Names of security groups and subnets only choose entries of the mapping
# file; a renamed group is noticed after this time.
_NAME_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Port:
    """One Neutron port of an instance.

    :ivar security_groups: (name, id) of each
    :ivar subnet_ids: Neutron subnet of each fixed IP address
    """

    id: str
    security_groups: tuple[tuple[str | None, str], ...]
    subnet_ids: Mapping[str, str]


class Ports:
    """Reads ports as the service: a build may outlive the user's token."""

    def __init__(self) -> None:
        self._groups = cache.Cache(_load_group_name, _NAME_SECONDS)
        self._subnets = cache.Cache(_load_subnet_name, _NAME_SECONDS)

    def of_instance(self, context: Any, uuid: str) -> dict[str, Port]:
        """Return the instance's ports by id, in one query.

        Group names cost one more query each, the first time in a minute.
        """
        client = neutron.get_client(context, admin=True)
        found = client.list_ports(
            device_id=uuid, fields=['id', 'fixed_ips', 'security_groups']
        )
        return {port['id']: self._port(port) for port in found['ports']}

    def subnet_name(self, subnet_id: str) -> str | None:
        """Return a Neutron subnet's name, None when it is gone."""
        return self._subnets.get(subnet_id)

    def _port(self, port: Mapping[str, Any]) -> Port:
        return Port(
            id=port['id'],
            security_groups=tuple(
                (self._groups.get(group), group)
                for group in port.get('security_groups') or ()
            ),
            subnet_ids={
                fixed_ip['ip_address']: fixed_ip['subnet_id']
                for fixed_ip in port.get('fixed_ips') or ()
            },
        )


def _load_group_name(group_id: str) -> str | None:
    client = neutron.get_client(_admin_context(), admin=True)
    found = client.list_security_groups(id=group_id, fields=['id', 'name'])
    names = {g['id']: g['name'] for g in found['security_groups']}
    return names.get(group_id)


def _load_subnet_name(subnet_id: str) -> str | None:
    client = neutron.get_client(_admin_context(), admin=True)
    found = client.list_subnets(id=subnet_id, fields=['id', 'name'])
    names = {s['id']: s['name'] for s in found['subnets']}
    return names.get(subnet_id)


def _admin_context() -> Any:
    return nova_context.get_admin_context()
