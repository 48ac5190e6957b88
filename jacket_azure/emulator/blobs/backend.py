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

"""The way from the front to Azurite: connections that are kept."""

from __future__ import annotations

import contextlib
import http.client
import time

from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.request import BlobRequest
from jacket_azure.emulator.blobs.request import CutOff

# Azurite closes a connection that was idle for 5 s
_IDLE_SECONDS = 2.0
_TIMEOUT_SECONDS = 120
_CHUNK = 1024 * 1024
# what belongs to a connection is not passed on
_OF_CONNECTION = frozenset((
    'connection', 'keep-alive', 'transfer-encoding', 'content-length',
    'expect', 'proxy-connection', 'te', 'trailer', 'upgrade'))


class Backend:
    """One connection to Azurite; belongs to one thread.

    :param port: where Azurite listens
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection: http.client.HTTPConnection | None = None
        self._pending: http.client.HTTPResponse | None = None
        self._used = 0.0

    def send(self, request: BlobRequest) -> Answer:
        """Pass a request on and return the answer, its body unread.

        The body of the answer before must not be needed any more.

        :raises CutOff: the client went away
        :raises OSError: Azurite does not answer
        """
        connection = self._ready()
        try:
            connection.putrequest(request.method, request.target,
                                  skip_host=True, skip_accept_encoding=True)
            if not request.header('host'):
                connection.putheader('Host', f'127.0.0.1:{self.port}')
            for name, value in request.headers:
                if name.lower() not in _OF_CONNECTION:
                    connection.putheader(name, value)
            if request.length or request.method in ('PUT', 'POST'):
                connection.putheader('Content-Length', str(request.length))
            self._send_body(connection, request)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return self._answer(response, request.method)

    def _send_body(self, connection: http.client.HTTPConnection,
                   request: BlobRequest) -> None:
        if isinstance(request.body, bytes):
            connection.endheaders(request.body)
            return
        connection.endheaders()
        left = request.length
        while left:
            data = request.body.read(min(left, _CHUNK))
            if not data:
                raise CutOff
            connection.send(data)
            left -= len(data)

    def _answer(self, response: http.client.HTTPResponse,
                method: str) -> Answer:
        told = response.getheader('Content-Length')
        headers = [(name, value) for name, value in response.getheaders()
                   if name.lower() not in _OF_CONNECTION]
        if method == 'HEAD' or response.length == 0:
            response.read()
            return Answer(response.status, headers, b'', int(told or 0))
        if response.length is None:
            body = response.read()
            return Answer(response.status, headers, body, len(body))
        self._pending = response
        return Answer(response.status, headers, response, response.length)

    def _ready(self) -> http.client.HTTPConnection:
        """A connection that Azurite has not closed."""
        if self._pending is not None and not self._pending.isclosed():
            self._pending.read()
        self._pending = None
        if time.monotonic() - self._used > _IDLE_SECONDS:
            self.close()
        self._used = time.monotonic()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                '127.0.0.1', self.port, timeout=_TIMEOUT_SECONDS)
            self._connection.connect()
        return self._connection

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
        self._connection = self._pending = None
