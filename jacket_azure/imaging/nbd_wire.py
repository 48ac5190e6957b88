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

"""Bytes of an NBD connection, and what is said when they make no sense."""

from __future__ import annotations

import socket

from jacket_azure import exceptions


class Wire:
    """Sends and receives all that was asked for, or fails.

    :param sock: connected, with a time-out
    :raises InvalidRequest: from all methods, the server is gone or slow
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, data: bytes) -> None:
        """Send all bytes."""
        try:
            self._sock.sendall(data)
        except OSError as exc:
            raise _gone(exc) from exc

    def receive(self, length: int) -> bytes:
        """Return that many bytes."""
        data = bytearray(length)
        self.receive_into(memoryview(data))
        return bytes(data)

    def receive_into(self, view: memoryview) -> None:
        """Fill a buffer."""
        while view:
            try:
                count = self._sock.recv_into(view)
            except OSError as exc:
                raise _gone(exc) from exc
            if not count:
                raise _gone(EOFError('connection closed'))
            view = view[count:]

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


def nonsense(what: str) -> exceptions.InvalidRequest:
    """Return the error for an answer that makes no sense."""
    return exceptions.InvalidRequest(
        f'The image cannot be read: qemu-nbd answered with {what}.'
    )


def _gone(why: Exception) -> exceptions.InvalidRequest:
    if isinstance(why, TimeoutError):
        return exceptions.InvalidRequest(
            'The image cannot be read: qemu-nbd did not answer in time.'
        )
    return exceptions.InvalidRequest(
        'The image cannot be read: qemu-nbd gave up on it.'
    )
