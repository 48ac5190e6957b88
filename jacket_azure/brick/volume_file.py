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

from collections.abc import Callable
import io
import os
import sys
import threading
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.brick import errors
from jacket_azure.brick import holes
from jacket_azure.disks import models

LOG = logging.getLogger(__name__)
SECTOR_BYTES = 512


class VolumeFile(io.RawIOBase):
    """One volume or snapshot, opened in Azure when it is first needed.

    Either it is read, or it is blank and written; a blank one reads as
    zeros where nothing was written, and cannot be read back elsewhere.

    :param open_reader: None for a blank one
    :param open_writer: None for one that is only read
    :param fresh: whether a blank one has nothing but zeros in Azure as well,
        so that writing zeros changes nothing there
    :ivar opened_within: the exception that was handled when it was opened
    """

    def __init__(
        self,
        size_bytes: int,
        open_reader: Callable[[], models.RangedReader] | None,
        open_writer: Callable[[], models.RangedWriter] | None = None,
        fresh: bool = True,
    ) -> None:
        super().__init__()
        self.opened_within = sys.exception()
        self._size = size_bytes
        self._open_reader = open_reader
        self._open_writer = open_writer
        self._fresh = fresh
        self._failure: BaseException | None = None
        self._reader: models.RangedReader | None = None
        self._writer: models.RangedWriter | None = None
        self._holes = holes.Holes()
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
        # SEEK_SET, SEEK_CUR, SEEK_END
        position = (0, self._position, self._size)[whence] + offset
        if position < 0:
            raise OSError('a negative position in a volume')
        self._position = position
        return position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast('B')
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        with self._lock, errors.as_os_errors():
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
        with self._lock, errors.as_os_errors():
            if self._position + len(content) > self._size:
                raise OSError('a write past the end of the volume')
            try:
                self._write(self._position, content)
            except BaseException as exc:
                self._failure = exc
                raise
            self._position += len(content)
        return len(content)

    def flush(self) -> None:
        """Do nothing: each write is one already."""

    def close(self) -> None:
        """Finish; what was written becomes a volume only now.

        :raises OSError: not all was written; nothing of the disk stays
        """
        with self._lock, errors.as_os_errors():
            if self.closed:
                return
            writer = self._end()
            if writer is None:
                return
            try:
                if self._failure is not None:
                    raise OSError(
                        f'a volume of which a part could not be written: '
                        f'{self._failure}'
                    )
                writer.close()
            except BaseException:
                _abort(writer)
                raise

    def abort(self) -> None:
        """Close; of what was written nothing stays."""
        with self._lock, errors.as_os_errors():
            if not self.closed:
                writer = self._end()
                if writer is not None:
                    _abort(writer)

    def __exit__(self, kind: Any, exc: Any, traceback: Any) -> None:
        if exc is None:
            self.close()
        else:
            self.abort()

    def __del__(self) -> None:
        # what nobody has closed is not whole: it stays marked so
        self._writer = None
        self.close()

    def _end(self) -> models.RangedWriter | None:
        """Close what was read; return what is to be finished."""
        reader, writer = self._reader, self._writer
        self._reader = self._writer = None
        super().close()
        if reader is not None:
            reader.close()
        return writer

    # -- ranges

    def _read(self, offset: int, length: int) -> bytes:
        if self._open_reader is None:
            return self._read_back(offset, length)
        if self._reader is None:
            self._reader = self._open_reader()
            self._holes = holes.Holes(self._reader)
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
            if self._fresh and not any(content):
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


def _abort(writer: models.RangedWriter) -> None:
    try:
        writer.abort()
    except exceptions.JacketAzureError as exc:
        # it is marked as unfinished, and whoever writes it next removes it
        LOG.warning('An unfinished disk stays behind: %s', exc)
