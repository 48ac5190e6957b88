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

"""Network security groups: Microsoft.Network/networkSecurityGroups."""

from __future__ import annotations

from typing import cast

from jacket_azure.arm import resources


class NetworkSecurityGroups(resources.GroupResources):
    """Security groups the operator made; this driver only refers to them.

    Source: Network REST API, network-security-groups, api-version 2026-03-01.
    """

    NAME = 'network_security_groups'
    TYPE = 'Microsoft.Network/networkSecurityGroups'

    def get(self, name: str) -> resources.Body:
        """Read one security group.

        :param name: in our group, or the full id of one in any group
        :raises NotFound: says what is missing
        """
        return cast(
            resources.Body, self._read(self._sdk.get, *self._place(name))
        )
