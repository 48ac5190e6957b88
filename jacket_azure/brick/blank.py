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


"""A disk that is made anew, of pieces of any length at any place.

Azure writes whole sectors, so what a piece leaves of one is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
import io

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.brick import holes
from jacket_azure.disks import models

LOG = logging.getLogger(__name__)
SECTOR_BYTES = 512


class Blank:
    """Zeros, but where something was written; for one thread at a time.

    :param open_writer: called with the first piece that changes anything
    :param fresh: whether there is nothing but zeros in Azure as well, so
        that writing zeros changes nothing there
    """

    def __init__(
        self, open_writer: Callable[[], models.RangedWriter], fresh: bool
    ) -> None:
        self._open_writer = open_writer
        self._fresh = fresh
        self._failure: BaseException | None = None
        self._writer: models.RangedWriter | None = None
        self._holes = holes.Holes()
        self._sectors: dict[int, bytearray] = {}

    def read(self, offset: int, length: int) -> bytes:
        """Return zeros.

        :raises UnsupportedOperation: something was written there
        """
        if self._holes.is_hole(offset, length):
            return bytes(length)
        raise io.UnsupportedOperation(
            'what was written to a volume can be read once it is closed'
        )

    def write(self, offset: int, content: bytes) -> None:
        """Write; once that has failed the disk cannot be finished."""
        try:
            self._write(offset, content)
        except BaseException as exc:
            self._failure = exc
            raise

    def finish(self) -> None:
        """Let the disk be one.

        :raises OSError: not all was written; nothing of the disk stays
        """
        writer, self._writer = self._writer, None
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
        """Give up; of what was written nothing stays."""
        writer, self._writer = self._writer, None
        if writer is not None:
            _abort(writer)

    def forget(self) -> None:
        """Leave it as it is, marked as unfinished."""
        self._writer = None

    def _write(self, offset: int, content: bytes) -> None:
        if self._writer is None:
            if self._fresh and not any(content):
                return    # it reads as zeros already
            self._writer = self._open_writer()
        writer = self._writer
        head = min(len(content), -offset % SECTOR_BYTES)
        if head:
            self._write_part(writer, offset, content[:head])
        whole = (len(content) - head) // SECTOR_BYTES * SECTOR_BYTES
        if whole:
            self._put(writer, offset + head, content[head : head + whole])
            self._forget(offset + head, whole)
        if head + whole < len(content):
            self._write_part(
                writer, offset + head + whole, content[head + whole :]
            )

    def _write_part(
        self, writer: models.RangedWriter, offset: int, content: bytes
    ) -> None:
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
        self._put(writer, sector, bytes(known))

    def _forget(self, offset: int, length: int) -> None:
        for sector in list(self._sectors):
            if offset <= sector < offset + length:
                del self._sectors[sector]

    def _put(
        self, writer: models.RangedWriter, offset: int, content: bytes
    ) -> None:
        if any(content) or not self._holes.is_hole(offset, len(content)):
            writer.write(offset, content)
            self._holes.fill(offset, len(content))


def _abort(writer: models.RangedWriter) -> None:
    try:
        writer.abort()
    except exceptions.JacketAzureError as exc:
        # it is marked as unfinished, and whoever writes it next removes it
        LOG.warning('An unfinished disk stays behind: %s', exc)
