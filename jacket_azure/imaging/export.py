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


"""A disk in Azure as a file of an image format, without a file anywhere.

What lies where in the file is known from where data is, before any of it has
been read; so the file can be sent as one stream, of a known size.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import datetime
from types import TracebackType
import uuid

from jacket_azure import exceptions
from jacket_azure.blob import grid
from jacket_azure.disks import models
from jacket_azure.imaging import pieces
from jacket_azure.imaging import transfer
from jacket_azure.imaging import workers
from jacket_azure.payload import qcow2
from jacket_azure.payload import vhd
from jacket_azure.payload import vhd_dynamic

RAW = 'raw'
QCOW2 = 'qcow2'
# dynamic, which is what Glance means by it
VHD = 'vhd'
# fixed, which is what Azure means by it
VHD_FIXED = 'vhd-fixed'
FORMATS = (RAW, QCOW2, VHD, VHD_FIXED)

_Piece = bytes | tuple[int, int]


def open_export(
    reader: models.RangedReader,
    disk_format: str,
    *,
    threads: int = transfer.THREADS,
    progress: transfer.Progress | None = None,
) -> Export:
    """Begin a file; the listing of where data is, is read now.

    :param reader: closed by the export
    :param disk_format: one of :data:`FORMATS`
    :raises InvalidRequest: another format, or one too small for the disk
    """
    with contextlib.ExitStack() as undo:
        undo.callback(reader.close)
        if disk_format not in FORMATS:
            raise exceptions.InvalidRequest(
                f'A disk cannot be written as {disk_format}; possible are '
                f'{", ".join(FORMATS)}.'
            )
        size_bytes = reader.size_bytes
        ranges = pieces.Ranges(reader.ranges(), size_bytes)
        file_bytes, parts = _plan(disk_format, ranges, size_bytes)
        data = pieces.Pieces(ranges, size_bytes)
        made = Export(reader, data, file_bytes, parts, threads, progress)
        undo.pop_all()
        return made


class Export:
    """The bytes of the file, once: by :meth:`read`, or by iterating.

    For one thread at a time.

    :ivar size_bytes: of the file
    """

    def __init__(
        self,
        reader: models.RangedReader,
        data: pieces.Pieces,
        size_bytes: int,
        parts: Iterable[_Piece],
        threads: int,
        progress: transfer.Progress | None,
    ) -> None:
        self.size_bytes = size_bytes
        self._reader = reader
        self._data = data
        self._meter = transfer.Meter(size_bytes, progress)
        self._position = 0
        self._block = b''
        self._at = 0
        self._blocks = workers.between_calls(
            self._fetch, _jobs(parts), threads, self._known
        )
        self._failure: BaseException | None = None

    def read(self, length: int = -1) -> bytes:
        """Return at most as many bytes; none only at the end.

        :param length: below 0 for as many as there are at once
        :raises AzureError: of the disk, and again by each further call:
            nobody takes a file that broke off for a whole one
        """
        if self._at == len(self._block):
            self._block, self._at = self._next(), 0
        end = len(self._block) if length < 0 else self._at + length
        # of a whole block this is the block itself
        found = self._block[self._at : end]
        self._at += len(found)
        self._position += len(found)
        self._meter.note(self._position)
        return found

    def __iter__(self) -> Iterator[bytes]:
        """Yield what is left, some MiB at a time."""
        while data := self.read():
            yield data

    def close(self) -> None:
        """Stop, and close the disk; safe to repeat."""
        self._failure = self._failure or exceptions.InvalidRequest(
            'The export is closed.'
        )
        self._block, self._at = b'', 0
        try:
            self._blocks.close()
        finally:
            self._reader.close()

    def __enter__(self) -> Export:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _next(self) -> bytes:
        if self._failure is not None:
            raise self._failure
        try:
            block = next(self._blocks, b'')
        except BaseException as exc:
            self._failure = exc
            raise
        return block

    def _known(self, job: list[_Piece]) -> bytes | None:
        """Return the zeros of a piece that holds nothing."""
        if len(job) != 1 or isinstance(job[0], bytes):
            return None
        offset, length = job[0]
        if length != pieces.PIECE_BYTES or (
            self._data.within(offset, offset + length)[1]
        ):
            return None
        return pieces.ZEROS

    def _fetch(self, job: list[_Piece]) -> bytes:
        """Put together what lies in one piece of the disk, by one request."""
        ranges = [part for part in job if not isinstance(part, bytes)]
        found: bytes = b''
        start = 0
        if ranges:
            start, length = self._data.within(
                ranges[0][0], ranges[-1][0] + ranges[-1][1]
            )
            found = self._reader.read(start, length) if length else b''
            if len(found) != length:
                raise exceptions.OperationFailed(
                    f'The disk gave {len(found)} of {length} bytes at '
                    f'{start}.'
                )
        parts = [
            part
            if isinstance(part, bytes)
            else _part(found, start, *part)
            for part in job
        ]
        return parts[0] if len(parts) == 1 else b''.join(parts)


def _part(found: bytes, start: int, offset: int, length: int) -> bytes:
    """Return a range of the disk, of which all but *found* is zeros."""
    if (start, len(found)) == (offset, length):
        return found
    inside = found[
        max(0, offset - start) : max(0, offset + length - start)
    ]
    before = bytes(min(length, max(0, start - offset)))
    return (before + inside).ljust(length, b'\0')


def _jobs(parts: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Gather what needs the same piece of the disk."""
    job: list[_Piece] = []
    place = None
    literal_bytes = 0
    for part in parts:
        if isinstance(part, bytes):
            job.append(part)
            literal_bytes += len(part)
            if literal_bytes >= pieces.PIECE_BYTES:
                yield job
                job, place, literal_bytes = [], None, 0
            continue
        for offset, length in grid.parts(*part):
            here = offset // pieces.PIECE_BYTES
            if place not in (None, here):
                yield job
                job, literal_bytes = [], 0
            place = here
            job.append((offset, length))
    if job:
        yield job


def _plan(
    disk_format: str, ranges: Iterable[tuple[int, int]], size_bytes: int
) -> tuple[int, Iterable[_Piece]]:
    """Return the file's size, and what is in it from first to last byte."""
    made: qcow2.Layout | vhd_dynamic.Layout
    if disk_format == RAW:
        return size_bytes, [(0, size_bytes)]
    if disk_format == QCOW2:
        made = qcow2.layout(size_bytes, ranges)
        return made.size_bytes, made.pieces()
    now = datetime.datetime.now(datetime.UTC)
    if disk_format == VHD:
        made = vhd_dynamic.layout(size_bytes, ranges, uuid.uuid4(), now)
        return made.size_bytes, made.pieces()
    footer = vhd.build(size_bytes, uuid.uuid4(), now)
    return size_bytes + len(footer), [(0, size_bytes), footer]
