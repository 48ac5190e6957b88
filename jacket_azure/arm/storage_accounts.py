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

"""Storage accounts: Microsoft.Storage/storageAccounts, as far as we need.

Two requests do not pay for another SDK: they go through the pipeline of the
client for resource groups.
"""

from __future__ import annotations

from typing import cast

from jacket_azure import exceptions
from jacket_azure.arm import client as clients
from jacket_azure.arm import resources

VERSION = '2023-05-01'
_NAMESPACE = 'Microsoft.Storage'


class StorageAccounts:
    """Storage accounts of our resource group.

    Source: Storage resource provider REST API, storage-accounts, 2023-05-01.
    """

    NAME = 'storage_accounts'
    TYPE = f'{_NAMESPACE}/storageAccounts'

    def __init__(self, client: clients.Client) -> None:
        self._client = client
        known = client.version_of(self.TYPE)
        self._version = known.get('api_version', VERSION)

    def get(self, name: str) -> resources.Body:
        """Read one account: SKU, location, ``primaryEndpoints``.

        :raises NotFound: there is no such account in the resource group
        """
        return self._send('GET', name, '', 'get')

    def list_keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of an account, base64; never log them.

        :raises Unauthorized: the right listKeys is missing
        """
        body = self._send('POST', name, '/listKeys', 'list_keys')
        keys = tuple(
            str(key['value'])
            for key in body.get('keys') or ()
            if key.get('value')
        )
        if not keys:
            raise exceptions.Unauthorized(
                f'Azure tells no keys of storage account {name}; the role '
                f'needs the right {self.TYPE}/listKeys/action'
            )
        return keys

    def _send(
        self, method: str, name: str, action: str, verb: str
    ) -> resources.Body:
        call = self._client.read_call(f'{self.NAME}.{verb}')
        return cast(
            resources.Body,
            self._client.send(
                method,
                f'/resourceGroups/{self._client.resource_group}/providers/'
                f'{self.TYPE}/{name}{action}',
                self._version,
                call,
            ),
        )
