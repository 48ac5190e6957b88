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

"""Marketplace images of a region."""

from __future__ import annotations

from typing import Any
from typing import cast

from jacket_azure import exceptions
from jacket_azure.arm import missing
from jacket_azure.arm import resources


class VirtualMachineImages(resources.Resources):
    """Images that publishers offer.

    Source: Compute REST API, virtual-machine-images, api-version 2026-04-01.
    """

    NAME = 'virtual_machine_images'
    TYPE = missing.IMAGE_TYPE

    def get(
        self, location: str, publisher: str, offer: str, sku: str, version: str
    ) -> resources.Body:
        """Read one version: its OS, generation, size, purchase plan.

        :raises NotFound: there is no such version in this region
        """
        return cast(
            resources.Body,
            self._read(
                self._sdk.get, location, publisher, offer, sku, version
            ),
        )

    def latest_version(
        self, location: str, publisher: str, offer: str, sku: str
    ) -> str:
        """Return what ``latest`` means now.

        :raises NotFound: the region has no such publisher, offer or SKU
        """
        found: list[Any] = self._read(
            self._sdk.list,
            location,
            publisher,
            offer,
            sku,
            verb='list',
        )
        if not found:
            raise exceptions.NotFound(
                f'Azure offers no image {publisher}:{offer}:{sku} in '
                f'{location}',
                resource_type=self.TYPE,
            )
        return str(max((image['name'] for image in found), key=_as_numbers))


def _as_numbers(version: str) -> tuple[int, ...]:
    """Order 9.0.10 behind 9.0.9, which text does not."""
    return tuple(
        int(part) if part.isdigit() else -1 for part in version.split('.')
    )
