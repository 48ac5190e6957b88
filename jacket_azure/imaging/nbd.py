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

"""The client's half of one NBD connection, for reading.

One request is under way on a connection at a time; who wants several has
several connections, which a server of a read-only export allows. The server
has read an untrusted image and is not trusted either: every length and offset
it tells is checked.

Source: doc/proto.md of the Network Block Device project, sections "Structured
replies" and "Metadata querying".
"""

from __future__ import annotations

import array
from collections.abc import Iterator
import socket
import struct
import sys

from jacket_azure import exceptions
from jacket_azure.imaging import nbd_handshake
from jacket_azure.imaging.nbd_wire import Wire
from jacket_azure.imaging.nbd_wire import nonsense

# a server need not answer more at once
MAX_READ_BYTES = 32 * 1024**2

_REQUEST = struct.Struct('>IHHQQI')
_REQUEST_MAGIC = 0x2560_9513
_READ, _DISCONNECT, _BLOCK_STATUS = 0, 2, 7
_REPLY = struct.Struct('>IHHQI')
_REPLY_MAGIC = 0x668E_33EF
_DONE = 1
_NONE, _DATA, _HOLE, _STATUS = 0, 1, 2, 5
_OFFSET = struct.Struct('>Q')
_HOLE_AT = struct.Struct('>QI')
_ERROR_BIT = 0x8000
_ZERO = 2
_MAX_STATUS_BYTES = 2 * 1024**2


class Connection:
    """One connection to the export without a name; for one thread.

    :param sock: connected, with a time-out
    :ivar size_bytes: of the export
    :raises InvalidRequest: the server is gone, too slow or talks nonsense;
        the connection is then of no use any more
    """

    def __init__(self, sock: socket.socket) -> None:
        self._wire = Wire(sock)
        self._serial = 0
        self.size_bytes, self._context = nbd_handshake.negotiate(self._wire)

    def read(self, offset: int, length: int) -> bytes:
        """Return *length* bytes, at most :data:`MAX_READ_BYTES`.

        :raises DamagedImage: the server cannot read that part
        """
        wire = self._wire
        found = memoryview(bytearray(length))
        told = 0
        error: str | None = None
        for kind, size in self._ask(_READ, offset, length):
            if kind & _ERROR_BIT:
                error = _error_text(wire.receive(size))
                continue
            if kind == _NONE:
                continue
            if kind == _DATA:
                (start,) = _OFFSET.unpack(wire.receive(_OFFSET.size))
                size -= _OFFSET.size
            elif kind == _HOLE:
                start, size = _HOLE_AT.unpack(wire.receive(_HOLE_AT.size))
            else:
                raise nonsense(f'a chunk of type {kind} for a read')
            start -= offset
            if start < 0 or size < 1 or start + size > length:
                raise nonsense('data that nobody asked for')
            if kind == _DATA:
                wire.receive_into(found[start : start + size])
            told += size
        if error is not None:
            raise exceptions.InvalidRequest(
                f'The image is damaged: what it holds for its disk at byte '
                f'{offset} cannot be read ({error}).'
            )
        if told != length:
            raise nonsense(f'{told} bytes where {length} were asked for')
        return bytes(found)

    def extents(self, offset: int, length: int) -> list[tuple[int, bool]]:
        """Return lengths from *offset* on, and whether each is all zeros.

        They may end before *offset* plus *length*, but hold at least one.
        """
        found: list[tuple[int, bool]] = []
        if self._context is None:
            return [(length, False)]
        error: str | None = None
        for kind, size in self._ask(_BLOCK_STATUS, offset, length):
            payload = self._wire.receive(size)
            if kind == _STATUS:
                found.extend(_extents(payload, self._context))
            elif kind & _ERROR_BIT:
                error = _error_text(payload)
            elif kind != _NONE:
                raise nonsense(f'a chunk of type {kind} for a status')
        if error is not None:
            raise exceptions.InvalidRequest(
                f'The image is damaged: it cannot be told what its disk '
                f'has at byte {offset} ({error}).'
            )
        if not found or any(size < 1 for size, _ in found):
            raise nonsense('no status')
        return found

    def close(self) -> None:
        """Say good-bye."""
        try:
            self._wire.send(
                _REQUEST.pack(_REQUEST_MAGIC, 0, _DISCONNECT, 0, 0, 0)
            )
        except exceptions.InvalidRequest:
            pass  # it is gone already
        finally:
            self._wire.close()

    # -- requests and replies

    def _ask(
        self, command: int, offset: int, length: int
    ) -> Iterator[tuple[int, int]]:
        """Yield type and length of each chunk of the answer.

        The caller receives its payload before it asks for the next.
        """
        self._serial += 1
        self._wire.send(
            _REQUEST.pack(
                _REQUEST_MAGIC, 0, command, self._serial, offset, length
            )
        )
        # each chunk has a few bytes beside its data
        most = 2 * length if command == _READ else 0
        most += _MAX_STATUS_BYTES
        flags = 0
        while not flags & _DONE:
            magic, flags, kind, serial, size = _REPLY.unpack(
                self._wire.receive(_REPLY.size)
            )
            if magic != _REPLY_MAGIC or serial != self._serial:
                raise nonsense('another reply than asked for')
            most -= size + _REPLY.size
            if most < 0 or size < _LEAST.get(kind, 0):
                raise nonsense(f'a chunk of {size} bytes')
            if size != _EXACT.get(kind, size):
                raise nonsense(f'{size} bytes for a chunk of type {kind}')
            yield kind, size


# chunk type -> bytes its payload has at least
_LEAST = {_DATA: 9, _STATUS: 12, 0x8001: 6, 0x8002: 14}
_EXACT = {_NONE: 0, _HOLE: _HOLE_AT.size}


def _extents(payload: bytes, context: int) -> list[tuple[int, bool]]:
    """Take a block status apart; adjacent equal ones become one."""
    words = array.array('I', payload[: len(payload) // 4 * 4])
    if sys.byteorder == 'little':
        words.byteswap()
    if len(payload) % 8 != 4 or words[0] != context:
        raise nonsense('a status nobody asked for')
    found: list[tuple[int, bool]] = []
    for size, flags in zip(words[1::2], words[2::2], strict=True):
        zero = bool(flags & _ZERO)
        if found and found[-1][1] == zero and size:
            found[-1] = (found[-1][0] + size, zero)
        else:
            found.append((size, zero))
    return found


def _error_text(payload: bytes) -> str:
    """Return an error's number; the server's words are for nobody."""
    (number,) = struct.unpack_from('>I', payload)
    return f'error {number}'
