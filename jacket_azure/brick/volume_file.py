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

"""A volume as a file object: reads skip holes, writes are made whole sectors.

What Cinder wants of it is what it wants of os-brick's RBD files
(os_brick/initiator/linuxrbd.py, RBDVolumeIOWrapper): read, write, seek, tell,
flush, close; no file number.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import io
import os
import threading
from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models

SECTOR_BYTES = 512


class VolumeFile(io.RawIOBase):
    """One volume or snapshot, opened in Azure when it is first needed.

    Either it is read, or it is blank and written; a blank one reads as
    zeros where nothing was written, and cannot be read back elsewhere.

    :param open_reader: None for a blank one
    :param open_writer: None for one that is only read
    """

    def __init__(
        self,
        size_bytes: int,
        open_reader: Callable[[], models.RangedReader] | None,
        open_writer: Callable[[], models.RangedWriter] | None = None,
    ) -> None:
        super().__init__()
        self._size = size_bytes
        self._open_reader = open_reader
        self._open_writer = open_writer
        self._reader: models.RangedReader | None = None
        self._writer: models.RangedWriter | None = None
        self._holes = _Holes()
        self._sectors: dict[int, bytearray] = {}
        self._position = 0
        self._lock = threading.RLock()

    # -- as a file

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return self._open_writer is not None

    def seekable(self) -> bool:
        return True

    def fileno(self) -> int:
        raise io.UnsupportedOperation('a volume in Azure is no local file')

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {
            os.SEEK_SET: 0,
            os.SEEK_CUR: self._position,
            os.SEEK_END: self._size,
        }[whence]
        if base + offset < 0:
            raise OSError('a negative position in a volume')
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast('B')
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        with self._lock, _as_os_errors():
            left = max(0, self._size - self._position)
            length = left if size is None or size < 0 else min(size, left)
            data = self._read(self._position, length) if length else b''
            self._position += len(data)
            return data

    def readall(self) -> bytes:
        return self.read()

    def write(self, data: Any) -> int:
        if self._open_writer is None:
            raise io.UnsupportedOperation(
                'the bytes of a volume that exists cannot be changed from '
                'outside of a virtual machine; only a new one can be written'
            )
        content = bytes(data)
        with self._lock, _as_os_errors():
            if self._position + len(content) > self._size:
                raise OSError('a write past the end of the volume')
            self._write(self._position, content)
            self._position += len(content)
        return len(content)

    def flush(self) -> None:
        """Do nothing: each write is one already."""

    def close(self) -> None:
        """Finish; what was written becomes a volume only now."""
        with self._lock:
            if self.closed:
                return
            reader, writer = self._reader, self._writer
            self._reader = self._writer = None
            super().close()
            with _as_os_errors():
                if reader is not None:
                    reader.close()
                if writer is not None:
                    writer.close()

    # -- ranges

    def _read(self, offset: int, length: int) -> bytes:
        if self._open_reader is None:
            return self._read_back(offset, length)
        if self._reader is None:
            self._reader = self._open_reader()
            self._holes = _Holes(self._reader)
        if self._holes.is_hole(offset, length):
            return bytes(length)
        return self._reader.read(offset, length)

    def _read_back(self, offset: int, length: int) -> bytes:
        if self._holes.is_hole(offset, length):
            return bytes(length)
        raise io.UnsupportedOperation(
            'what was written to a volume can be read once it is closed'
        )

    def _write(self, offset: int, content: bytes) -> None:
        if self._writer is None and self._open_writer is not None:
            if not any(content):
                return    # it reads as zeros already
            self._writer = self._open_writer()
        head = min(len(content), -offset % SECTOR_BYTES)
        if head:
            self._write_part(offset, content[:head])
        whole = (len(content) - head) // SECTOR_BYTES * SECTOR_BYTES
        if whole:
            self._put(offset + head, content[head : head + whole])
            self._forget(offset + head, whole)
        if head + whole < len(content):
            self._write_part(offset + head + whole, content[head + whole :])

    def _write_part(self, offset: int, content: bytes) -> None:
        """Write some bytes of one sector, and remember the whole of it."""
        at = offset % SECTOR_BYTES
        sector = offset - at
        known = self._sectors.get(sector)
        if known is None:
            if not self._holes.is_hole(sector, SECTOR_BYTES):
                raise io.UnsupportedOperation(
                    'a part of a sector that was written before'
                )
            known = self._sectors[sector] = bytearray(SECTOR_BYTES)
        known[at : at + len(content)] = content
        self._put(sector, bytes(known))

    def _forget(self, offset: int, length: int) -> None:
        for sector in list(self._sectors):
            if offset <= sector < offset + length:
                del self._sectors[sector]

    def _put(self, offset: int, content: bytes) -> None:
        if self._writer is None:
            raise OSError('the volume is closed')
        if any(content) or not self._holes.is_hole(offset, len(content)):
            self._writer.write(offset, content)
            self._holes.fill(offset, len(content))


class _Holes:
    """Where there is nothing but zeros, from the ranges that are not."""

    def __init__(self, reader: models.RangedReader | None = None) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        if reader is not None:
            for offset, length in sorted(reader.ranges()):
                self.fill(offset, length)

    def fill(self, offset: int, length: int) -> None:
        """Note that a range holds something."""
        start, end = offset, offset + length
        first = bisect.bisect_left(self._ends, start)
        last = bisect.bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def is_hole(self, offset: int, length: int) -> bool:
        """Say whether a range holds nothing."""
        first = bisect.bisect_right(self._ends, offset)
        return (
            first == len(self._starts)
            or self._starts[first] >= offset + length
        )


@contextlib.contextmanager
def _as_os_errors() -> Iterator[None]:
    """Translate: whoever reads a file expects OSError."""
    try:
        yield
    except exceptions.JacketAzureError as exc:
        raise OSError(str(exc)) from exc
