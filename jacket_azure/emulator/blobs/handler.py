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

"""Reads the requests of one connection to the blob front, and answers.

Bodies go through: only those short enough to be a page of work are read
before the front acts, which a cut-off body must not let it do.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import socket
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator.blobs import answer as answers
from jacket_azure.emulator.blobs.request import BlobRequest
from jacket_azure.emulator.blobs.request import Body
from jacket_azure.emulator.blobs.request import CutOff

if TYPE_CHECKING:
    from jacket_azure.emulator.blobs.answer import Answer
    from jacket_azure.emulator.blobs.answer import Zeros
    from jacket_azure.emulator.blobs.front import Front

# read as a whole before anything is done
_SHORT_BYTES = 16 * 1024 * 1024
_CHUNK = 512 * 1024


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection, any number of requests."""

    protocol_version = 'HTTP/1.1'
    rbufsize = 64 * 1024
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    server: Any

    @property
    def _front(self) -> Front:
        found: Front = self.server.app
        return found

    def finish(self) -> None:
        self._front.bytes.close()
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def _serve(self) -> None:
        """Answer one request and keep the connection."""
        try:
            request = self._read()
        except ValueError:
            self.close_connection = True
            self._write(answers.refusal(
                411, 'MissingContentLengthHeader',
                'Content-Length HTTP header was not specified.'), 1)
            return
        answer, share = self._front.answer(request)
        if share is None:
            self._hang_up()
            return
        if isinstance(request.body, Body):
            # a client that is still sending does not see the answer
            while request.body.read(_CHUNK):
                pass
        self._write(answer, share)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = _serve

    def _read(self) -> BlobRequest:
        """Read a request, its body only when that is short.

        :raises ValueError: the length of the body is not told
        :raises CutOff: the client went away, so nothing may be done
        """
        told = self.headers.get('Content-Length')
        if told is None and (self.command == 'PUT' or
                             'Transfer-Encoding' in self.headers):
            raise ValueError('Content-Length is missing')
        length = int(told or 0)
        if length < 0:
            raise ValueError('Content-Length is no length')
        headers = tuple(self.headers.items())
        if length > _SHORT_BYTES:
            return BlobRequest(self.command, self.path, headers,
                               Body(self.rfile, length), length)
        body = self.rfile.read(length) if length else b''
        if len(body) < length:
            raise CutOff
        return BlobRequest(self.command, self.path, headers, body, length)

    def _write(self, answer: Answer, share: float) -> None:
        lines = [f'HTTP/1.1 {answer.status} '
                 f'{http.client.responses.get(answer.status, "")}']
        lines += [f'{name}: {value}' for name, value in answer.headers]
        if answer.status not in (204, 304):
            lines.append(f'Content-Length: {answer.length}')
        if self.close_connection:
            lines.append('Connection: close')
        self.wfile.write('\r\n'.join((*lines, '', '')).encode('latin-1'))
        if self.command != 'HEAD':
            left = int(answer.length * share)
            if isinstance(answer.body, bytes):
                self.wfile.write(answer.body[:left])
            else:
                self._stream(answer.body, left)
        self.wfile.flush()
        if share < 1:
            self._hang_up()

    def _stream(self, source: http.client.HTTPResponse | Zeros,
                left: int) -> None:
        while left:
            data = source.read(min(left, _CHUNK))
            if not data:
                # Azurite went away: the client must not take it for the end
                self._hang_up()
                return
            self.wfile.write(data)
            left -= len(data)

    def _hang_up(self) -> None:
        """Cut the connection, so that the client sees it now."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def handle_expect_100(self) -> bool:
        """Ask for the body at once; the answer to come is buffered."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, format: str, *args: Any) -> None:
        """Keep still; ``Emulator.requests`` tells what was asked."""
