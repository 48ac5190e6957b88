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

"""A small HTTPS proxy in front of Azure, at which requests can go wrong.

It ends TLS, reads one request after the other, and hands each as an
:class:`Exchange` to ``handle``, which decides: pass it on, answer it, cut the
connection. It knows nothing of Azure, so it stands as well before an emulator
in another process.
"""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import socket
import ssl
import struct
import threading
import urllib.parse

# how long the end waits for the threads of connections
END_SECONDS = 5
_HOP = frozenset({'connection', 'transfer-encoding', 'content-length',
                  'keep-alive', 'host'})
# of the body that a HEAD does not get
_HEAD_HOP = _HOP - {'content-length'}


@dataclasses.dataclass
class Reply:
    """An answer; a Content-Length that fits is added when it is sent."""

    status: int
    headers: list = dataclasses.field(default_factory=list)
    body: bytes = b''

    def header(self, name):
        """Return one header's value, None when there is none."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def encoded(self):
        """Return it as it goes over the wire."""
        reason = http.client.responses.get(self.status, 'Unknown')
        lines = [f'HTTP/1.1 {self.status} {reason}']
        lines += [f'{name}: {value}' for name, value in self.headers]
        if self.status != 204 and self.header('Content-Length') is None:
            lines.append(f'Content-Length: {len(self.body)}')
        return '\r\n'.join([*lines, '', '']).encode('latin-1') + self.body


class Cut(Exception):
    """The connection has ended; there is nothing more to read from it."""


class Exchange:
    """One request, and all that can become of it.

    :ivar method: HTTP method
    :ivar target: path and query
    """

    def __init__(self, connection, upstream, method, target, headers, body):
        self._connection = connection
        self._upstream = upstream
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body

    @property
    def path(self):
        """The target without its query."""
        return self.target.partition('?')[0]

    def forward(self):
        """Let the server act, and return its :class:`Reply`."""
        kept = {name: value for name, value in self.headers.items()
                if name.lower() not in _HOP}
        self._upstream.request(
            self.method, self.target, self.body or None, kept)
        answer = self._upstream.getresponse()
        body = answer.read()
        hop = _HEAD_HOP if self.method == 'HEAD' else _HOP
        return Reply(answer.status, [
            (name, value) for name, value in answer.getheaders()
            if name.lower() not in hop], body)

    def answer(self, reply):
        """Send a whole reply; the connection stays open."""
        self._connection.sendall(reply.encoded())

    def send(self, data):
        """Send some bytes, whatever they mean."""
        self._connection.sendall(data)

    def half_close(self):
        """Say that nothing more comes, and go on listening."""
        self._connection.shutdown(socket.SHUT_WR)

    def wait_for_end(self):
        """Do nothing until the client has gone."""
        wait_for_end(self._connection)

    def cut(self, reset=False):
        """End the connection now.

        :param reset: with a TCP reset instead of an orderly end
        """
        if reset:
            reset_on_close(self._connection)
        raise Cut


def reset_on_close(connection):
    """Let the kernel answer the end of a socket with a reset."""
    connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def wait_for_end(connection):
    """Return when the other side has closed its end of a socket."""
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


class Proxy:
    """Serves on a loopback port of its own until :meth:`stop`.

    :param upstream: URL of the server behind, https
    :param ca_file: certificate that the server's is verified with
    :param certificate: PEM file of certificate and key to show to clients;
        must be good for 127.0.0.1
    :param handle: called with each :class:`Exchange`, in the thread of its
        connection; passes it on by default
    :ivar at_connection: called with each new socket before the TLS handshake;
        raises :class:`Cut` to end it
    """

    def __init__(self, upstream, ca_file, certificate, handle=None):
        parts = urllib.parse.urlsplit(upstream)
        self._host, self._port = parts.hostname, parts.port
        self._client_context = ssl.create_default_context(cafile=ca_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self.handle = handle or (lambda exchange: exchange.answer(
            exchange.forward()))
        self.at_connection = lambda connection: None
        self._live = {}
        self._stopping = False
        self._listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self):
        """The address to reach it."""
        return f'https://127.0.0.1:{self._listener.getsockname()[1]}'

    def start(self):
        """Serve; returns itself."""
        self._thread.start()
        return self

    def stop(self):
        """End all connections and wait for their threads."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(END_SECONDS)
        self._listener.close()
        for connection in list(self._live):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._live.values()):
            thread.join(END_SECONDS)

    def _accept(self):
        while not self._stopping:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve, args=(connection,), daemon=True)
            self._live[connection] = thread
            thread.start()

    def _serve(self, raw):
        upstream = http.client.HTTPSConnection(
            self._host, self._port, context=self._client_context)
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.at_connection(raw)
            with self._context.wrap_socket(
                    raw, server_side=True) as connection:
                self._live[connection] = self._live.pop(raw)
                raw = connection
                with connection.makefile('rb') as stream:
                    while self._exchange(connection, stream, upstream):
                        pass
        except (Cut, OSError, ValueError, http.client.HTTPException):
            pass        # one of the two ends has gone
        finally:
            upstream.close()
            raw.close()
            self._live.pop(raw, None)

    def _exchange(self, connection, stream, upstream):
        line = stream.readline().decode('latin-1').split()
        if len(line) != 3:
            return False
        headers = http.client.parse_headers(stream)
        body = stream.read(int(headers.get('Content-Length') or 0))
        self.handle(Exchange(
            connection, upstream, line[0], line[1], headers, body))
        return True
