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

"""Quotas and their use: Microsoft.Compute/locations/usages."""

from __future__ import annotations

from jacket_azure.arm import resources


class Usages(resources.Resources):
    """Compute quotas of the subscription, by region.

    Source: Compute REST API, usage/list, api-version 2026-04-01.
    """

    NAME = 'usages'
    TYPE = 'Microsoft.Compute/locations/usages'

    def list(self, location: str) -> list[resources.Body]:
        """Read limit and current value of each quota, all pages."""
        return self._read_pages(self._sdk.list, location)


class NetworkUsages(Usages):
    """Network quotas of the subscription, by region.

    Source: Network REST API, usages/list, api-version 2026-03-01.
    """

    NAME = 'network_usages'
    TYPE = 'Microsoft.Network/locations/usages'
