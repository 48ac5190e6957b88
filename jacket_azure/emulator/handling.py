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

"""Reads HTTP requests of one connection and writes the answers.

Werkzeug answers every request with ``Connection: close``. Azure keeps
connections, a driver's pool depends on it, and a TLS handshake per request
would hide what a request costs; so the handler here reads the whole body
before it calls the application and leaves the connection open.
"""

from __future__ import annotations

from collections.abc import Callable
import io
import socket
from typing import Any

from werkzeug import serving

# set in environ by an application that wants the connection cut: the share of
# the body to send before it, None to send nothing at all
CUT = 'jacket_azure.cut'


class Handler(serving.WSGIRequestHandler):
    """One connection, any number of requests."""

    protocol_version = 'HTTP/1.1'
    # one write per answer, sent at once
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request and keep the connection."""
        environ = self.make_environ()
        try:
            environ['wsgi.input'] = io.BytesIO(self._read_body(environ))
        except ValueError as exc:
            self.send_error(400, explain=str(exc))
            return
        answer: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]],
                           exc_info: Any = None) -> Callable[[bytes], None]:
            answer[:] = [status, headers]
            return lambda data: None

        content = b''.join(self.server.app(environ, start_response))
        cut = environ.get(CUT, 1.0)
        if cut is None:
            self._hang_up()
            return
        status, headers = answer
        code, _, reason = status.partition(' ')
        self.send_response_only(int(code), reason)
        self.send_header('Date', self.date_time_string())
        for name, value in headers:
            if name.lower() != 'content-length':
                self.send_header(name, value)
        if int(code) != 204:
            self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(content[:int(len(content) * cut)])
        if cut < 1:
            self.wfile.flush()
            self._hang_up()

    def _hang_up(self) -> None:
        """Cut the connection, so that the client sees it now."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        """Read the whole body.

        :raises ValueError: the length is no length
        :raises ConnectionError: the client went away in the middle, so
            nothing may be done
        """
        if 'chunked' in self.headers.get('Transfer-Encoding', '').lower():
            found: bytes = environ['wsgi.input'].read()
            return found
        size = int(self.headers.get('Content-Length') or 0)
        if size < 0:
            raise ValueError(f'a length of {size}')
        body = self.rfile.read(size)
        if len(body) < size:
            raise ConnectionAbortedError('the body is cut off')
        return body

    def handle_expect_100(self) -> bool:
        """Ask for the body at once; the answer to come is buffered."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep still; ``Emulator.requests`` tells what was asked."""
