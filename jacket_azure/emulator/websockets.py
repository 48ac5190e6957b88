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

"""A websocket on a connection that came as an HTTP request.

For one thread, which reads and writes in turn: a connection with TLS must
not be used by two.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import time
from typing import Any

import wsproto
from wsproto import events

_BYTES = 65536
_SEND_SECONDS = 10.0


class WebSocket:
    """The server's end.

    :param environ: of the WSGI request, as werkzeug's server makes it
    :raises ValueError: the request is for no websocket
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        self._socket = environ['werkzeug.socket']
        self._protocol = wsproto.WSConnection(wsproto.ConnectionType.SERVER)
        headers = [
            (name[5:].replace('_', '-').lower().encode(), value.encode())
            for name, value in environ.items() if name.startswith('HTTP_')]
        target = environ['REQUEST_URI'].encode('latin-1')
        try:
            self._protocol.initiate_upgrade_connection(headers, target)
            [request] = self._protocol.events()
        except wsproto.utilities.RemoteProtocolError as exc:
            raise ValueError(str(exc)) from exc
        if not isinstance(request, events.Request):
            raise ValueError('not a websocket')

    def accept(self) -> None:
        """Shake hands."""
        self._write(events.AcceptConnection())

    def send(self, text: str) -> None:
        """Send a frame of text; empty text is nothing."""
        if text:
            self._write(events.TextMessage(text))

    def receive(self, seconds: float) -> bytes | None:
        """Return what comes within some time, b'' for nothing.

        :returns: None when the client has hung up
        """
        deadline = time.monotonic() + seconds
        while True:
            found = b''
            for event in self._read(deadline - time.monotonic()):
                if isinstance(event, events.CloseConnection):
                    self._farewell(event.response())
                    return None
                if isinstance(event, events.Ping):
                    self._write(event.response())
                elif isinstance(event, events.TextMessage):
                    found += event.data.encode()
                elif isinstance(event, events.BytesMessage):
                    found += bytes(event.data)
            if found or time.monotonic() >= deadline:
                return found

    def close(self, code: int, reason: str) -> None:
        """Say farewell; the connection is cut by whoever opened it."""
        self._farewell(events.CloseConnection(code, reason))

    def _farewell(self, event: events.CloseConnection) -> None:
        with contextlib.suppress(OSError, wsproto.utilities.ProtocolError):
            self._write(event)

    def _read(self, seconds: float) -> Iterator[events.Event]:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            data = self._socket.recv(_BYTES)
        except TimeoutError:
            return
        except OSError:
            data = b''
        try:
            self._protocol.receive_data(data or None)
            yield from self._protocol.events()
        except wsproto.utilities.RemoteProtocolError as exc:
            yield events.CloseConnection(1002, str(exc))

    def _write(self, event: events.Event) -> None:
        self._socket.settimeout(_SEND_SECONDS)
        self._socket.sendall(self._protocol.send(event))
