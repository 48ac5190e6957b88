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

"""The disk behind an NBD server, as the disk models' ranged reader."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import queue

from jacket_azure import exceptions
from jacket_azure.imaging import nbd

# extents are asked for this much at a time; the protocol has 32 bits for it
_WINDOW_BYTES = 1024**3
# An image may be cut into millions of tiny extents, to keep us busy. What
# comes in so many pieces is read as a whole: zeros cost nothing but time.
_MAX_EXTENTS = 16384


class NbdReader:
    """Reads through several connections; safe to share between threads.

    As many requests are under way as there are connections; who comes when
    all are busy waits.

    :param connections: to the same export
    :param data: offset and length of what is not all zeros, ascending, where
        that is known without the server
    :ivar size_bytes: of the disk
    :raises InvalidRequest: from all methods, the image is damaged or made
        the server give up
    """

    def __init__(
        self,
        connections: Sequence[nbd.Connection],
        data: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        self._connections = tuple(connections)
        self._told = data
        self._idle: queue.LifoQueue[nbd.Connection] = queue.LifoQueue()
        for connection in connections:
            self._idle.put(connection)
        self._closed = False
        self.size_bytes = connections[0].size_bytes

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield offset and length of what may be other than zeros."""
        if self._told is not None:
            yield from self._told
            return
        start = end = 0
        for offset, length in self._data():
            if offset > end:
                if end > start:
                    yield start, end - start
                start = offset
            end = offset + length
        if end > start:
            yield start, end - start

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer only at the end."""
        end = min(offset + length, self.size_bytes)
        pieces = []
        while offset < end:
            count = min(end - offset, nbd.MAX_READ_BYTES)
            with self._connection() as connection:
                pieces.append(connection.read(offset, count))
            offset += count
        return pieces[0] if len(pieces) == 1 else b''.join(pieces)

    def close(self) -> None:
        """End all connections; what is under way fails."""
        self._closed = True
        for connection in self._connections:
            connection.close()

    def _data(self) -> Iterator[tuple[int, int]]:
        offset = 0
        while offset < self.size_bytes:
            window = min(self.size_bytes - offset, _WINDOW_BYTES)
            with self._connection() as connection:
                extents = connection.extents(offset, window)
            if len(extents) > _MAX_EXTENTS:
                extents = [(sum(size for size, _ in extents), False)]
            for size, zero in extents:
                size = min(size, self.size_bytes - offset)
                if size and not zero:
                    yield offset, size
                offset += size

    @contextlib.contextmanager
    def _connection(self) -> Iterator[nbd.Connection]:
        connection = self._idle.get()
        try:
            if self._closed:
                raise exceptions.InvalidRequest('The image was closed.')
            yield connection
        finally:
            # also one that failed: whoever gets it fails at once as well
            self._idle.put(connection)
