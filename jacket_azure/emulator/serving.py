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

"""The HTTPS server: a thread per connection, and a stop that ends them.

Werkzeug's threaded server shakes hands while it accepts; here a thread of
the connection's own does, so that a slow client holds up nobody.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import dataclasses
import http.server
import logging
import socket
import ssl
import sys
import threading
import time
from typing import Any

from werkzeug import serving

from jacket_azure.emulator import handling

# connections not yet accepted; pools open many at once
_BACKLOG = 256
# how long a stop waits at most where shutdown() does not wake accept()
_ACCEPT_SECONDS = 0.5
# how long a stop waits for all threads together
_STOP_SECONDS = 10
LOG = logging.getLogger(__name__)


@dataclasses.dataclass(eq=False)
class _Live:
    """A connection and the thread that serves it."""

    socket: socket.socket
    thread: threading.Thread = dataclasses.field(init=False)


class Server(serving.ThreadedWSGIServer):
    """Serves an application on a loopback port until closed.

    :param context: for TLS; None serves plain HTTP
    :param handler: serves one connection; it finds *app* at ``server.app``
    :raises OSError: the port is taken
    """

    def __init__(self, port: int, app: Any, context: ssl.SSLContext | None,
                 refuse: Callable[[], bool] = lambda: False,
                 handler: type[http.server.BaseHTTPRequestHandler] = (
                     handling.Handler)) -> None:
        # given a port instead, werkzeug ends the process when it is taken
        with socket.create_server(('127.0.0.1', port),
                                  backlog=_BACKLOG) as listener:
            super().__init__('127.0.0.1', port, app, fd=listener.fileno())
        self._handler = handler
        # the base class would do the handshake while accepting, where one
        # slow client holds up all others; it is done in the thread instead
        self.ssl_context = context
        self._refuse = refuse
        self._live: set[_Live] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._accept, name='jacket-azure-emulator', daemon=True)

    @property
    def url(self) -> str:
        """The address to reach it."""
        scheme = 'https' if self.ssl_context else 'http'
        return f'{scheme}://127.0.0.1:{self.port}'

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Close the connection at once when told to refuse it."""
        return not self._refuse()

    def _accept(self) -> None:
        """Take connections, each to a thread of its own.

        Stands for ``serve_forever``, whose selector is chosen when
        ``socketserver`` is imported: under an eventlet that patches later
        it would hold up the whole process.
        """
        self.socket.settimeout(_ACCEPT_SECONDS)
        while not self._stopping.is_set():
            try:
                connection, address = self.socket.accept()
            except TimeoutError:
                continue
            except OSError:
                # no descriptor is left, say: that may pass
                self._stopping.wait(_ACCEPT_SECONDS)
                continue
            try:
                self._take(connection, address)
            except Exception:
                # without this thread every later client would wait in vain
                LOG.exception('A connection is lost')
                self.shutdown_request(connection)

    def _take(self, connection: socket.socket, address: Any) -> None:
        """Give a connection to a thread, or close it when told to."""
        if not self.verify_request(connection, address):
            self.shutdown_request(connection)
            return
        live = _Live(connection)
        live.thread = threading.Thread(
            target=self._serve, args=(live, address), daemon=True,
            name=f'{self._thread.name} {address[1]}')
        # known before it runs, so that stop() never misses one
        self._live.add(live)
        try:
            live.thread.start()
        except RuntimeError:
            self._live.discard(live)
            raise

    def _serve(self, live: _Live, address: Any) -> None:
        """Shake hands and serve one connection in its own thread."""
        try:
            with self._wrapped(live.socket) as connection:
                live.socket = connection
                # a stop before this line could not close the connection
                if not self._stopping.is_set():
                    if isinstance(connection, ssl.SSLSocket):
                        connection.do_handshake()
                    self._handler(connection, address, self)
        except Exception:
            self.handle_error(live.socket, address)
        finally:
            live.socket.close()
            self._live.discard(live)

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        """Put TLS around a connection, if this server speaks it."""
        if self.ssl_context is None:
            return connection
        return self.ssl_context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that go away; anything else is shown."""
        if self._stopping.is_set():
            return              # the connection was closed under its thread
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)

    def start(self) -> None:
        """Begin to serve; the port is open already."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, close every connection and wait for the threads.

        A thread that is held up elsewhere is left behind after a while.
        """
        deadline = time.monotonic() + _STOP_SECONDS
        self._stopping.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)      # wakes accept()
        self._thread.join(_STOP_SECONDS)
        self.server_close()
        found = list(self._live)
        for live in found:
            with contextlib.suppress(OSError):
                live.socket.shutdown(socket.SHUT_RDWR)
        for live in found:
            live.thread.join(max(deadline - time.monotonic(), 0))
