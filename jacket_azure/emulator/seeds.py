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

"""A world to begin with: a group, networks, security groups, an account."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import network
from jacket_azure.emulator import network_security_groups
from jacket_azure.emulator import resource_groups
from jacket_azure.emulator import security_rules
from jacket_azure.emulator import storage_accounts
from jacket_azure.emulator import store
from jacket_azure.emulator import subnets
from jacket_azure.emulator import virtual_networks

if TYPE_CHECKING:
    from jacket_azure.emulator import server

NETWORKS = {'vnet1': {'default': '10.0.0.0/24', 'second': '10.0.1.0/24'}}


def plant(emulator: server.Emulator, group: str, location: str,
          networks: dict[str, dict[str, str]] | None,
          nsgs: tuple[str, ...], account: str | None) -> None:
    """Make what ``Emulator.seed`` says; what is there already stays."""
    with emulator.store.lock:
        found = resource_groups.create(emulator, group, location)
        for name in nsgs:
            _security_group(emulator, found, name, location)
        for name, listed in (NETWORKS if networks is None
                             else networks).items():
            _network(emulator, found, name, location, listed)
        if account is not None:
            storage_accounts.plant(
                emulator, _id(found, storage_accounts.TYPE, account), account,
                location)


def _security_group(emulator: server.Emulator, group: store.Resource,
                    name: str, location: str) -> None:
    where = _id(group, network_security_groups.TYPE, name)
    if emulator.store.get(where) is None:
        made = network_security_groups.build(
            emulator, where, name, location, None, [])
        network.set_state('Succeeded', *security_rules.bodies(made))
        emulator.store.put(made)


def _network(emulator: server.Emulator, group: store.Resource, name: str,
             location: str, listed: dict[str, str]) -> None:
    where = _id(group, virtual_networks.TYPE, name)
    if emulator.store.get(where) is not None:
        return
    body: dict[str, Any] = network.base_body(
        where, virtual_networks.TYPE, name, location, None)
    body['properties'] = {
        'resourceGuid': network.guid(None),
        'addressSpace': {'addressPrefixes': _space(listed)},
        'privateEndpointVNetPolicies': 'Disabled',
        'virtualNetworkPeerings': [], 'enableDdosProtection': False}
    made = emulator.store.put(store.Resource(
        where, virtual_networks.TYPE, name, body, emulator.clock.now()))
    children = [emulator.store.put(subnets.build(
        emulator, made, subnet, {'addressPrefix': prefix}))
        for subnet, prefix in listed.items()]
    network.set_state('Succeeded', made.body,
                      *(child.body for child in children))


def _space(listed: dict[str, str]) -> list[str]:
    """Return /16 networks that hold the subnets, wider where one is."""
    wide = set()
    for prefix in listed.values():
        found = ipaddress.ip_network(prefix)
        length = min(found.prefixlen, 16 if found.version == 4 else 48)
        wide.add(str(found.supernet(new_prefix=length)))
    return sorted(wide) or ['10.0.0.0/16']


def _id(group: store.Resource, type: str, name: str) -> str:
    return f'{group.id}/providers/{type}/{name}'
