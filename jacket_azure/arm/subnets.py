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

"""Subnets: Microsoft.Network/virtualNetworks/subnets."""

from __future__ import annotations

from typing import cast

from jacket_azure.arm import resources


class Subnets(resources.GroupResources):
    """Subnets the operator made; this driver only refers to them.

    Source: Network REST API, subnets, api-version 2026-03-01.
    """

    NAME = 'subnets'
    TYPE = 'Microsoft.Network/virtualNetworks/subnets'

    def get(  # type: ignore[override]
        self, virtual_network: str, name: str
    ) -> resources.Body:
        """Read one subnet.

        :param virtual_network: name in our group, or a full id
        :raises NotFound: names the virtual network when that is missing
        """
        return cast(
            resources.Body,
            self._read(self._sdk.get, *self._place(virtual_network), name),
        )
