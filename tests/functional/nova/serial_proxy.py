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

"""nova-serialproxy in this process, and a client of it."""

import time
import types

import fixtures

# loaded here: it loads numpy, which asks for what Nova's fixtures forbid
from nova.console import websocketproxy  # noqa: F401
import websocket

from jacket_azure.sandbox.services import serial_proxy

PATIENCE_SECONDS = 60


class SerialProxyFixture(fixtures.Fixture):
    """The sandbox's proxy, which is Nova's own.

    :ivar url: for ``[serial_console] base_url``
    """

    def _setUp(self):
        # with eventlet it makes a new hub in each fork; here none forks
        self.useFixture(fixtures.MonkeyPatch(
            'nova.console.websocketproxy.utils', types.SimpleNamespace(
                concurrency_mode_threading=lambda: True)))
        proxy = serial_proxy.SerialProxy(0)
        self.addCleanup(proxy.stop)
        self.url = f'ws://127.0.0.1:{proxy.port}/'


class Client:
    """Types at the URL of a remote console, and reads what appears."""

    def __init__(self, url):
        self._channel = websocket.create_connection(
            url, timeout=PATIENCE_SECONDS, subprotocols=['binary'])

    def type(self, text):
        self._channel.send_binary(text.encode())

    def read(self, until):
        """Return what appears, up to *until* or the end."""
        found = b''
        deadline = time.monotonic() + PATIENCE_SECONDS
        while until.encode() not in found and time.monotonic() < deadline:
            try:
                opcode, data = self._channel.recv_data()
            except websocket.WebSocketConnectionClosedException:
                break
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                break
            found += data
        return found.decode()

    def read_to_the_end(self):
        return self.read('\0')

    def close(self):
        self._channel.close()
