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

from jacket_azure import exceptions
from jacket_azure.arm import resources
from jacket_azure.arm import writes

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0


class Images(writes.WrittenResources):
    """Managed images.

    Source: Compute REST API, images, api-version 2026-04-01.
    """

    NAME = 'images'
    TYPE = 'Microsoft.Compute/images'

    def wait_until_made(self, name: str) -> resources.Body:
        """Wait for an image that another process makes, and return it.

        :raises OperationFailed: it could not be made
        :raises OperationTimeout: it takes too long; Azure goes on with it
        """
        call = self._client.write_call(self._operation('wait_until_made'))
        waiter = self._client.waiter
        pause = _FIRST_PAUSE
        while True:
            body = self.get(name)
            state = body['properties'].get('provisioningState')
            if state in ('Succeeded', 'Updating'):
                return body
            if state in ('Failed', 'Canceled'):
                raise exceptions.OperationFailed(
                    f'The image {name} is of no use, it could not be made.',
                    code='ImageFailed',
                )
            if waiter.clock() + pause > call.deadline:
                raise exceptions.OperationTimeout(
                    f'The image {name} is still being made; try again later.'
                )
            waiter.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _sdk_list(self) -> Callable[..., Any]:
        return cast('Callable[..., Any]', self._sdk.list_by_resource_group)
