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

"""Managed images: Microsoft.Compute/images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from typing import cast

from jacket_azure.arm import resources


class Images(resources.ListedResources):
    """Managed images.

    Source: Compute REST API, images, api-version 2026-04-01.
    """

    NAME = 'images'
    TYPE = 'Microsoft.Compute/images'

    def get(self, name: str) -> resources.Body:
        """Read one image.

        :param name: in our group, or the full id of one in any group
        :raises NotFound: says what is missing
        """
        return cast(
            resources.Body, self._read(self._sdk.get, *self._place(name))
        )

    def _sdk_list(self) -> Callable[..., Any]:
        return cast('Callable[..., Any]', self._sdk.list_by_resource_group)
