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

"""Resource groups: Microsoft.Resources/resourceGroups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import cast

from jacket_azure import exceptions
from jacket_azure.arm import calls
from jacket_azure.arm import errors
from jacket_azure.arm import resources
from jacket_azure.arm import writes


class ResourceGroups(resources.Resources):
    """Resource groups of the subscription.

    Source: Resources REST API, resource-groups, api-version 2025-04-01.
    """

    NAME = 'resource_groups'
    TYPE = 'Microsoft.Resources/resourceGroups'

    def get(self, name: str) -> resources.Body:
        """Read one group.

        :raises NotFound: there is no such group
        """
        return cast(resources.Body, self._read(self._sdk.get, name))

    def list(self) -> list[resources.Body]:
        """Read all groups of the subscription, all pages."""
        return self._read_pages(self._sdk.list)

    def create_or_update(
        self, name: str, body: Mapping[str, Any]
    ) -> resources.Body:
        """Make a group, or change its tags."""
        call = self._client.write_call(self._operation('create_or_update'))
        with errors.translated(call):
            return cast(
                resources.Body,
                self._sdk.create_or_update(
                    name,
                    writes.encode(body),
                    cls=resources.raw_json,
                    **{calls.KEYWORD: call},
                    **self._version,
                ),
            )

    def delete(self, name: str) -> bool:
        """Delete a group with all that is in it, and wait until it is gone.

        :returns: False when it was not there
        """
        call = self._client.write_call(self._operation('delete'))
        try:
            self._run(self._sdk.begin_delete, name, call=call)
        except exceptions.NotFound:
            return False
        return True
