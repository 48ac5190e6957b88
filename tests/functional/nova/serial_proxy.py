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

import socket
import threading
import time

import fixtures
from nova.console import websocketproxy
import websocket

PATIENCE_SECONDS = 60


class SerialProxyFixture(fixtures.Fixture):
    """Nova's own proxy code on a port of loopback.

    nova-serialproxy forks for each client; the database and the message bus
    of a test are in this process, so here each gets a thread.

    :ivar url: for ``[serial_console] base_url``
    """

    def _setUp(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        port = self._listener.getsockname()[1]
        self.url = f'ws://127.0.0.1:{port}/'
        self._proxy = websocketproxy.NovaWebSocketProxy(
            listen_host='127.0.0.1', listen_port=port, file_only=True,
            RequestHandlerClass=websocketproxy.NovaProxyRequestHandler)
        self._threads = []
        self.addCleanup(self._stop)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                client, address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve, args=(client, address), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client, address):
        # the end of the fork would close it
        with client:
            self._proxy.top_new_client(client, address)

    def _stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in (self._thread, *self._threads):
            thread.join(PATIENCE_SECONDS)


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
