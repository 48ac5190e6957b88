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

"""What is offered where: Microsoft.Compute/skus."""

from __future__ import annotations

from jacket_azure.arm import resources


class ResourceSkus(resources.Resources):
    """Sizes of virtual machines and kinds of disks, by region.

    Source: Compute REST API, resource-skus/list, api-version 2021-07-01.
    """

    NAME = 'resource_skus'
    TYPE = 'Microsoft.Compute/skus'

    def list(self, location: str) -> list[resources.Body]:
        """Read all SKUs of a region as Azure lists them, all pages."""
        quoted = location.replace("'", "''")
        return self._read_pages(
            self._sdk.list, filter=f"location eq '{quoted}'"
        )
