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

"""Serial ports of virtual machines: Microsoft.SerialConsole.

The provider has no SDK in Python worth another dependency: its two requests
go through the pipeline of the client for resource groups.
"""

from __future__ import annotations

import os

from azure.core import exceptions as sdk
import certifi

from jacket_azure import exceptions
from jacket_azure.arm import client as clients
from jacket_azure.arm import terminal
from jacket_azure.arm import wire as wires

VERSION = '2018-05-01'
_NAMESPACE = 'Microsoft.SerialConsole'
_PORT = 0


class SerialConsole:
    """The first serial port of machines of our resource group.

    Source: Serial Console REST API, serial-ports/connect, get-console-status,
    2018-05-01; what is said over the websocket: Azure's command line,
    extension serial-console 0.1.8.
    """

    NAME = 'serial_console'
    TYPE = f'{_NAMESPACE}/serialPorts'

    def __init__(self, client: clients.Client, wire: wires.Wire) -> None:
        self._client = client
        self._wire = wire
        known = client.version_of(self.TYPE)
        self._version = known.get('api_version', VERSION)

    def connect(self, virtual_machine: str) -> str:
        """Let Azure make a session; return its URL, which is a secret.

        :param virtual_machine: its name
        :raises AzureError: typed by Azure's code
        """
        call = self._client.read_call(f'{self.NAME}.connect', virtual_machine)
        body = self._client.send(
            'POST',
            f'/resourceGroups/{self._client.resource_group}/providers/'
            f'Microsoft.Compute/virtualMachines/{virtual_machine}/providers/'
            f'{self.TYPE}/{_PORT}/connect',
            self._version,
            call,
        )
        url = body.get('connectionString') if isinstance(body, dict) else None
        if not url:
            raise exceptions.Unavailable(
                'Azure made a session of its serial console and does not '
                'tell where it is'
            )
        return str(url)

    def is_disabled(self) -> bool:
        """Tell whether it is switched off for the whole subscription.

        :raises AzureError: typed by Azure's code
        """
        call = self._client.read_call(f'{self.NAME}.is_disabled')
        body = self._client.send(
            'GET',
            f'/providers/{_NAMESPACE}/consoleServices/default',
            self._version,
            call,
        )
        properties = (
            body.get('properties') if isinstance(body, dict) else None
        )
        return bool((properties or {}).get('disabled'))

    def open(self, url: str) -> terminal.Terminal:
        """Connect to the session that :meth:`connect` has told of.

        :raises Unauthorized: Azure does not accept our token
        :raises Unavailable: there is no connection, and why
        """
        try:
            token = self._wire.credential.get_token(
                self._wire.cloud.token_scope
            )
        except sdk.AzureError as exc:
            raise exceptions.Unauthorized(
                'Logging in to Azure for the serial console failed'
            ) from exc
        settings = self._wire.transport.connection_config
        return terminal.connect(
            url, token.token, _ca_file(settings.verify), settings.timeout
        )


def _ca_file(verify: bool | str) -> str:
    """Return whom to trust: those whom ``requests`` would."""
    if isinstance(verify, str):
        return verify
    return (
        os.environ.get('REQUESTS_CA_BUNDLE')
        or os.environ.get('CURL_CA_BUNDLE')
        or certifi.where()
    )
