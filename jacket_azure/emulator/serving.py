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

"""The HTTPS server: werkzeug's threaded one, made to keep connections.

Werkzeug answers every request with ``Connection: close``. Azure keeps
connections, a driver's pool depends on it, and a TLS handshake per request
would hide what a request costs; so the handler here reads the whole body
before it calls the application and leaves the connection open.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import io
import socket
import ssl
import sys
import threading
from typing import Any

from werkzeug import serving

# set in environ by an application that wants the connection cut, no answer
CUT = 'jacket_azure.cut'
# connections not yet accepted; pools open many at once
_BACKLOG = 256
# how long a stop waits at most where shutdown() does not wake accept()
_ACCEPT_SECONDS = 0.5


class Handler(serving.WSGIRequestHandler):
    """One connection, any number of requests."""

    protocol_version = 'HTTP/1.1'
    # one write per answer, sent at once
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request and keep the connection."""
        environ = self.make_environ()
        if 'chunked' in self.headers.get('Transfer-Encoding', '').lower():
            body = environ['wsgi.input'].read()
        else:
            size = int(self.headers.get('Content-Length') or 0)
            body = self.rfile.read(size)
        environ['wsgi.input'] = io.BytesIO(body)
        answer: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]],
                           exc_info: Any = None) -> Callable[[bytes], None]:
            answer[:] = [status, headers]
            return lambda data: None

        content = b''.join(self.server.app(environ, start_response))
        if environ.get(CUT):
            self.close_connection = True
            # both directions at once, so that the client sees it now
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, headers = answer
        code, _, reason = status.partition(' ')
        self.send_response_only(int(code), reason)
        for name, value in headers:
            if name.lower() != 'content-length':
                self.send_header(name, value)
        if int(code) != 204:
            self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(content)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep still; ``Emulator.requests`` tells what was asked."""


class Server(serving.ThreadedWSGIServer):
    """Serves an application on a loopback port until closed.

    :raises OSError: the port is taken
    """

    def __init__(self, port: int, app: Any, context: ssl.SSLContext,
                 refuse: Callable[[], bool]) -> None:
        # given a port instead, werkzeug ends the process when it is taken
        with socket.create_server(('127.0.0.1', port),
                                  backlog=_BACKLOG) as listener:
            super().__init__('127.0.0.1', port, app, handler=Handler,
                             fd=listener.fileno())
        # the base class would do the handshake while accepting, where one
        # slow client holds up all others; it is done in the thread instead
        self.ssl_context = context
        self._refuse = refuse
        self._live: dict[threading.Thread, socket.socket] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._accept, name='jacket-azure-emulator', daemon=True)

    @property
    def url(self) -> str:
        """The address to reach it."""
        return f'https://127.0.0.1:{self.port}'

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
            except OSError:
                continue
            if self.verify_request(connection, address):
                self.process_request(connection, address)
            else:
                self.shutdown_request(connection)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands and serve one connection in its own thread."""
        thread = threading.current_thread()
        with self.ssl_context.wrap_socket(  # type: ignore[union-attr]
                request, server_side=True,
                do_handshake_on_connect=False) as connection:
            self._live[thread] = connection
            try:
                connection.do_handshake()
                Handler(connection, client_address, self)
            finally:
                self._live.pop(thread, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that go away; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError | ValueError):
            super().handle_error(request, client_address)

    def start(self) -> None:
        """Begin to serve; the port is open already."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, close every connection and wait for the threads."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)      # wakes accept()
        self._thread.join(10)
        self.server_close()
        for connection in list(self._live.values()):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._live):
            thread.join(10)
