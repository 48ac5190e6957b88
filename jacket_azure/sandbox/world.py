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

"""What must exist in the emulator's Azure before a server can be made.

On real Azure an administrator makes these once and the mapping file names
them; the sandbox makes none of them there.
"""

from __future__ import annotations

from jacket_azure.sandbox import arm_client

VIRTUAL_NETWORK = 'vnet1'
# Azure wants all interfaces of a virtual machine in one virtual network
SUBNETS = {'default': '10.0.0.0/24', 'second': '10.0.1.0/24'}
SECURITY_GROUP = 'nsg-default'


def ensure(arm: arm_client.ArmClient) -> None:
    """Make the group, the virtual network and the security group."""
    place = {'location': arm.location}
    _ensure(arm, arm.group, arm_client.RESOURCES, place)
    network = f'{arm.group}/providers/Microsoft.Network'
    _ensure(arm, f'{network}/networkSecurityGroups/{SECURITY_GROUP}',
            arm_client.NETWORK, place)
    _ensure(arm, f'{network}/virtualNetworks/{VIRTUAL_NETWORK}',
            arm_client.NETWORK, {**place, 'properties': {
                'addressSpace': {'addressPrefixes': ['10.0.0.0/16']},
                'subnets': [
                    {'name': name, 'properties': {'addressPrefix': cidr}}
                    for name, cidr in SUBNETS.items()]}})


def _ensure(arm, path, version, body):
    if arm.get(path, version) is None:
        arm.put(path, version, body)
