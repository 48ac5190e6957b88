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

Source: doc/proto.md of the Network Block Device project, sections "Fixed
newstyle negotiation", "Structured replies" and "Metadata querying".
"""

from __future__ import annotations

import array
from collections.abc import Iterator
import socket
import struct
import sys

from jacket_azure import exceptions

# a server need not answer more at once
MAX_READ_BYTES = 32 * 1024**2

_GREETING = struct.Struct('>8s8sH')
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2

_OPTION = struct.Struct('>8sII')
_OPTION_REPLY = struct.Struct('>QIII')
_OPTION_MAGIC = 0x0003_E889_0455_65A9
_GO, _STRUCTURED_REPLY, _SET_META_CONTEXT = 7, 8, 10
_ACK, _INFO, _META_CONTEXT = 1, 3, 4
_MAX_OPTION_BYTES = 65536
_CONTEXT = b'base:allocation'
_INFO_EXPORT = 0
_EXPORT_INFO = struct.Struct('>HQH')

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
        self._sock = sock
        self._context: int | None = None
        self._serial = 0
        self.size_bytes = 0
        self._negotiate()

    def read(self, offset: int, length: int) -> bytes:
        """Return *length* bytes, at most :data:`MAX_READ_BYTES`.

        :raises DamagedImage: the server cannot read that part
        """
        found = bytearray(length)
        told = 0
        error: str | None = None
        for kind, size in self._ask(_READ, offset, length):
            if kind & _ERROR_BIT:
                error = _error_text(self._receive(size))
                continue
            if kind == _NONE:
                continue
            if kind == _DATA:
                (start,) = _OFFSET.unpack(self._receive(_OFFSET.size))
                size -= _OFFSET.size
            elif kind == _HOLE:
                start, size = _HOLE_AT.unpack(self._receive(_HOLE_AT.size))
            else:
                raise _nonsense(f'a chunk of type {kind} for a read')
            start -= offset
            if start < 0 or size < 1 or start + size > length:
                raise _nonsense('data that nobody asked for')
            if kind == _DATA:
                self._receive_into(memoryview(found)[start : start + size])
            told += size
        if error is not None:
            raise exceptions.InvalidRequest(
                f'The image is damaged: what it holds for its disk at byte '
                f'{offset} cannot be read ({error}).'
            )
        if told != length:
            raise _nonsense(f'{told} bytes where {length} were asked for')
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
            payload = self._receive(size)
            if kind == _STATUS:
                found.extend(_extents(payload, self._context))
            elif kind & _ERROR_BIT:
                error = _error_text(payload)
            elif kind != _NONE:
                raise _nonsense(f'a chunk of type {kind} for a status')
        if error is not None:
            raise exceptions.InvalidRequest(
                f'The image is damaged: it cannot be told what its disk '
                f'has at byte {offset} ({error}).'
            )
        if not found or any(size < 1 for size, _ in found):
            raise _nonsense('no status')
        return found

    def close(self) -> None:
        """Say good-bye."""
        try:
            self._send(
                _REQUEST.pack(_REQUEST_MAGIC, 0, _DISCONNECT, 0, 0, 0)
            )
        except exceptions.InvalidRequest:
            pass  # it is gone already
        finally:
            self._sock.close()

    # -- requests and replies

    def _ask(
        self, command: int, offset: int, length: int
    ) -> Iterator[tuple[int, int]]:
        """Yield type and length of each chunk of the answer.

        The caller receives its payload before it asks for the next.
        """
        self._serial += 1
        self._send(
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
                self._receive(_REPLY.size)
            )
            if magic != _REPLY_MAGIC or serial != self._serial:
                raise _nonsense('another reply than asked for')
            most -= size + _REPLY.size
            if most < 0 or size < _LEAST.get(kind, 0):
                raise _nonsense(f'a chunk of {size} bytes')
            if size != _EXACT.get(kind, size):
                raise _nonsense(f'{size} bytes for a chunk of type {kind}')
            yield kind, size

    # -- negotiation

    def _negotiate(self) -> None:
        magic, again, flags = _GREETING.unpack(self._receive(_GREETING.size))
        if (magic, again) != (b'NBDMAGIC', b'IHAVEOPT') or (
            not flags & _FIXED_NEWSTYLE
        ):
            raise _nonsense('an unknown greeting')
        self._send(struct.pack('>I', flags & (_FIXED_NEWSTYLE | _NO_ZEROES)))
        if self._option(_STRUCTURED_REPLY, b'') is None:
            raise _nonsense('no structured replies')
        query = struct.pack('>III', 0, 1, len(_CONTEXT)) + _CONTEXT
        for kind, payload in self._option(_SET_META_CONTEXT, query) or ():
            if kind == _META_CONTEXT and payload[4:] == _CONTEXT:
                (self._context,) = struct.unpack_from('>I', payload)
        for kind, payload in self._option(_GO, bytes(6)) or ():
            if kind == _INFO and len(payload) == _EXPORT_INFO.size:
                info, size, _flags = _EXPORT_INFO.unpack(payload)
                if info == _INFO_EXPORT:
                    self.size_bytes = size
                    return
        raise _nonsense('no export')

    def _option(
        self, option: int, payload: bytes
    ) -> list[tuple[int, bytes]] | None:
        """Return the replies before the acknowledgement; None refuses."""
        self._send(
            _OPTION.pack(b'IHAVEOPT', option, len(payload)) + payload
        )
        replies: list[tuple[int, bytes]] = []
        while len(replies) < 64:
            magic, about, kind, size = _OPTION_REPLY.unpack(
                self._receive(_OPTION_REPLY.size)
            )
            if (
                magic != _OPTION_MAGIC
                or about != option
                or size > _MAX_OPTION_BYTES
            ):
                raise _nonsense('another reply than asked for')
            told = self._receive(size)
            if kind == _ACK:
                return replies
            if kind & 0x8000_0000:
                return None
            replies.append((kind, told))
        raise _nonsense('replies without end')

    # -- bytes

    def _send(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError as exc:
            raise _gone(exc) from exc

    def _receive(self, length: int) -> bytes:
        data = bytearray(length)
        self._receive_into(memoryview(data))
        return bytes(data)

    def _receive_into(self, view: memoryview) -> None:
        while view:
            try:
                count = self._sock.recv_into(view)
            except OSError as exc:
                raise _gone(exc) from exc
            if not count:
                raise _gone(EOFError('connection closed'))
            view = view[count:]


# chunk type -> bytes its payload has at least
_LEAST = {_DATA: 9, _STATUS: 12, 0x8001: 6, 0x8002: 14}
_EXACT = {_NONE: 0, _HOLE: _HOLE_AT.size}


def _extents(payload: bytes, context: int) -> list[tuple[int, bool]]:
    """Take a block status apart; adjacent equal ones become one."""
    words = array.array('I', payload[: len(payload) // 4 * 4])
    if sys.byteorder == 'little':
        words.byteswap()
    if len(payload) % 8 != 4 or words[0] != context:
        raise _nonsense('a status nobody asked for')
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


def _nonsense(what: str) -> exceptions.InvalidRequest:
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
