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

from jacket_azure.brick import blank
from jacket_azure.brick import errors
from jacket_azure.brick import holes
from jacket_azure.disks import models


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
        self._reader: models.RangedReader | None = None
        self._holes = holes.Holes()
        self._blank = blank.Blank(open_writer, fresh) if open_writer else None
        self._position = 0
        self._lock = threading.RLock()

    # -- as a file

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return self._blank is not None

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
        if self._blank is None:
            raise io.UnsupportedOperation(
                'the bytes of a volume that exists cannot be changed from '
                'outside of a virtual machine; only a new one can be written'
            )
        content = bytes(data)
        with self._lock, errors.as_os_errors():
            if self._position + len(content) > self._size:
                raise OSError('a write past the end of the volume')
            self._blank.write(self._position, content)
            self._position += len(content)
        return len(content)

    def flush(self) -> None:
        """Do nothing: each write is one already."""

    def close(self) -> None:
        """Finish; what was written becomes a volume only now.

        :raises OSError: not all was written; nothing of the disk stays
        """
        with self._lock, errors.as_os_errors():
            if not self.closed:
                self._end()
                if self._blank is not None:
                    self._blank.finish()

    def abort(self) -> None:
        """Close; of what was written nothing stays."""
        with self._lock, errors.as_os_errors():
            if not self.closed:
                self._end()
                if self._blank is not None:
                    self._blank.abort()

    def __exit__(self, kind: Any, exc: Any, traceback: Any) -> None:
        if exc is None:
            self.close()
        else:
            self.abort()

    def __del__(self) -> None:
        # what nobody has closed is not whole: it stays marked so
        if self._blank is not None:
            self._blank.forget()
        self.close()

    def _end(self) -> None:
        """Close what was read."""
        reader, self._reader = self._reader, None
        super().close()
        if reader is not None:
            reader.close()

    def _read(self, offset: int, length: int) -> bytes:
        if self._blank is not None:
            return self._blank.read(offset, length)
        if self._reader is None:
            self._reader = self._open()
            self._holes = holes.Holes(self._reader)
        if self._holes.is_hole(offset, length):
            return bytes(length)
        return self._reader.read(offset, length)

    def _open(self) -> models.RangedReader:
        if self._open_reader is None:
            raise OSError('neither for reading nor for writing')
        return self._open_reader()
