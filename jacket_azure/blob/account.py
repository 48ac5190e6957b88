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

"""The storage account that holds the disks, and how to log in to it."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any
from urllib import parse

from jacket_azure import exceptions
from jacket_azure.arm import azure as arm_azure
from jacket_azure.arm import tokens
from jacket_azure.blob import address as addresses
from jacket_azure.blob import authentication
from jacket_azure.blob import channel as channels
from jacket_azure.blob import containers
from jacket_azure.blob import page_blobs

IDENTITY = 'identity'
ACCOUNT_KEY = 'account_key'
# kinds of accounts that hold page blobs; premium ones of StorageV2 hold
# nothing else
_KINDS = ('Storage', 'StorageV2')


@dataclasses.dataclass(frozen=True)
class Facts:
    """What Azure Resource Manager tells about the account.

    :ivar endpoint: of its blobs, without a slash at the end
    :ivar sku: e.g. ``Standard_LRS``
    """

    endpoint: str
    sku: str
    location: str


class Account:
    """One storage account of our resource group.

    Nothing is asked before it is needed; the facts and the keys are asked
    once. Safe to share between threads.

    :param credential: ``identity`` or ``account_key``
    """

    def __init__(
        self, azure: arm_azure.Azure, name: str, credential: str = IDENTITY
    ) -> None:
        self.name = name
        self._azure = azure
        self._credential = credential
        self._lock = threading.Lock()
        self._facts: Facts | None = None
        self._channel: channels.Channel | None = None

    @property
    def wire(self) -> Any:
        """What its pipeline is built from."""
        return self._azure.wire

    @property
    def facts(self) -> Facts:
        """What it is.

        :raises NotFound: there is no such account in the resource group
        :raises ConfigurationError: it cannot hold disks
        """
        if self._facts is None:
            found = self._read(self._azure.storage_accounts.get(self.name))
            with self._lock:
                self._facts = self._facts or found
        return self._facts

    @property
    def channel(self) -> channels.Channel:
        """How requests get there."""
        if self._channel is None:
            made = channels.Channel(self.wire, self._login())
            with self._lock:
                self._channel = self._channel or made
        return self._channel

    def blob(
        self, path: str, snapshot: str | None = None
    ) -> page_blobs.PageBlob:
        """Return a blob by ``container/name``, there or not."""
        return page_blobs.PageBlob(self.channel, self.address(path, snapshot))

    def address(
        self, path: str, snapshot: str | None = None
    ) -> addresses.Address:
        """Return where a blob is."""
        return addresses.of_path(self.facts.endpoint, path, snapshot)

    def container(self, name: str) -> containers.Container:
        """Return a container, there or not."""
        return containers.Container(self.channel, self.facts.endpoint, name)

    def _login(self) -> Any:
        wire = self._azure.wire
        if self._credential == IDENTITY:
            return tokens.TokenPolicy(
                wire.credential, wire.cloud.storage_scope
            )
        return authentication.KeyPolicy(
            self.name,
            self.facts.endpoint,
            lambda: self._azure.storage_accounts.list_keys(self.name),
        )

    def _read(self, body: dict[str, Any]) -> Facts:
        own = body.get('properties') or {}
        kind = str(body.get('kind') or '')
        endpoint = str((own.get('primaryEndpoints') or {}).get('blob') or '')
        if kind not in _KINDS or not endpoint:
            raise exceptions.ConfigurationError(
                f'[azure] storage_account = {self.name} is of kind {kind}, '
                f'which holds no page blobs; it must be one of '
                f'{" or ".join(_KINDS)}'
            )
        if parse.urlsplit(endpoint).scheme != 'https':
            # a signature is as good as the account's key
            raise exceptions.ConfigurationError(
                f'[azure] storage_account = {self.name} has no https '
                f'endpoint for blobs, only {endpoint}'
            )
        location = str(body.get('location') or '').lower().replace(' ', '')
        if location != self._azure.location.lower():
            raise exceptions.ConfigurationError(
                f'[azure] storage_account = {self.name} is in {location}, '
                f'not in {self._azure.location}; virtual machines take only '
                'disks of their own region'
            )
        return Facts(
            endpoint.rstrip('/'),
            str((body.get('sku') or {}).get('name') or 'Standard_LRS'),
            location,
        )
