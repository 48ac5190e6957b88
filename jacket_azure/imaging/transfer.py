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


"""Carrying a disk's bytes into another: what is zeros stays behind.

The target is new and all zeros. Memory is bounded by the number of threads,
whatever the size; :class:`Result` says what went over.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import hashlib

from jacket_azure import exceptions
from jacket_azure.blob import writer as writers
from jacket_azure.disks import models
from jacket_azure.imaging import pieces
from jacket_azure.imaging import workers

THREADS = 4

#: called with a percentage that never gets smaller, by the caller's thread
Progress = Callable[[int], None]
#: raises what ends a transfer that nobody wants any more
Check = Callable[[], None]


@dataclasses.dataclass(frozen=True)
class Result:
    """What a transfer did.

    :ivar size_bytes: of the disk
    :ivar pieces: how many were sent, each in one request
    :ivar data_bytes: sum of their lengths
    """

    size_bytes: int
    pieces: int
    data_bytes: int


class Meter:
    """Tells a percentage when it has grown."""

    def __init__(self, whole: int, progress: Progress | None) -> None:
        self._whole = max(1, whole)
        self._progress = progress
        self._told = -1

    def note(self, done: int) -> None:
        """Say how much of the whole has been done."""
        percent = min(100, done * 100 // self._whole)
        if self._progress is not None and percent > self._told:
            self._told = percent
            self._progress(percent)


class Sent:
    """Remembers by hash what each piece of a new disk holds.

    A stream that breaks off is read again from its beginning. What the disk
    has already is then not sent again, and what had been read wrong is.
    """

    def __init__(self) -> None:
        self._hashes: dict[int, bytes] = {}

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def has(self, offset: int, data: bytes) -> bool:
        """Say whether that is what the disk has."""
        known = self._hashes.get(offset)
        if known is None:
            return pieces.is_zero(data)
        return known == _hash(data)

    def note(self, offset: int, data: bytes) -> None:
        """Remember a piece that was written."""
        self._hashes[offset] = _hash(data)


def copy(
    reader: models.RangedReader,
    writer: models.RangedWriter,
    *,
    threads: int = THREADS,
    progress: Progress | None = None,
    check: Check | None = None,
) -> Result:
    """Carry a disk that can be read anywhere; neither end is closed.

    :param writer: of a new disk, as large or larger
    :param threads: pieces under way at a time
    :param check: called before each piece
    :raises InvalidRequest: the target is too small
    """
    _check_room(reader.size_bytes, writer)
    wanted = pieces.Pieces(reader.ranges(), reader.size_bytes)

    def carry(piece: tuple[int, int]) -> tuple[int, int]:
        offset, length = piece
        data = reader.read(offset, length)
        if len(data) != length:
            raise exceptions.OperationFailed(
                f'The source gave {len(data)} of {length} bytes at {offset}.'
            )
        if pieces.is_zero(data):
            return length, 0
        writer.write(offset, data)
        return length, length

    meter = Meter(wanted.data_bytes, progress)
    read = count = sent = 0
    for length, written in workers.in_order(
        carry, _checked(wanted, check), _besides_writer(threads, threads // 2)
    ):
        read += length
        sent += written
        count += bool(written)
        meter.note(read)
    meter.note(max(1, wanted.data_bytes))
    return Result(reader.size_bytes, count, sent)


def pour(
    chunks: Iterable[bytes],
    size_bytes: int,
    writer: models.RangedWriter,
    *,
    threads: int = THREADS,
    progress: Progress | None = None,
    check: Check | None = None,
    sent: Sent | None = None,
) -> Result:
    """Carry a disk that comes as one stream, to its end; close nothing.

    :param chunks: of any lengths
    :param size_bytes: of all of them, a multiple of 512
    :param check: called before each piece
    :param sent: what the target holds already, kept up to date
    :raises InvalidRequest: there are fewer or more bytes, or the target is
        too small
    """
    _check_room(size_bytes, writer)

    def carry(piece: tuple[int, bytes]) -> tuple[int, int]:
        offset, data = piece
        end = offset + len(data)
        if sent is None:
            if pieces.is_zero(data):
                return end, 0
            writer.write(offset, data)
            return end, len(data)
        if sent.has(offset, data):
            return end, 0
        writer.write(offset, data)
        sent.note(offset, data)
        return end, len(data)

    meter = Meter(size_bytes, progress)
    count = total = 0
    for end, written in workers.in_order(
        carry,
        _checked(_cut(chunks, size_bytes), check),
        _besides_writer(threads, 1),
    ):
        total += written
        count += bool(written)
        meter.note(end)
    return Result(size_bytes, count, total)


def _cut(
    chunks: Iterable[bytes], size_bytes: int
) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of each piece, and read to the very end."""
    offset = 0
    whole = pieces.PIECE_BYTES
    waiting: list[bytes | memoryview] = []
    length = 0
    for chunk in chunks:
        if len(chunk) == whole and not length and (
            isinstance(chunk, bytes) and offset + whole <= size_bytes
        ):
            # a piece as it is, and no copy
            yield offset, chunk
            offset += whole
            continue
        view = memoryview(chunk)
        while len(view):
            part = view[: whole - length]
            waiting.append(part)
            length += len(part)
            view = view[len(part) :]
            if offset + length > size_bytes:
                raise exceptions.InvalidRequest(
                    f'The image has more than the {size_bytes} bytes it '
                    f'claims.'
                )
            if length == whole:
                yield offset, b''.join(waiting)
                offset += length
                waiting, length = [], 0
    if offset + length != size_bytes:
        raise exceptions.InvalidRequest(
            f'The image ends after {offset + length} of {size_bytes} bytes.'
        )
    if length:
        yield offset, b''.join(waiting)


def _besides_writer(threads: int, own: int) -> int:
    """Return how many threads to use.

    :param own: how many are enough where writers have threads as well:
        each keeps some pieces in memory
    """
    return max(1, own) if writers.usual_threads() else threads


def _checked(
    items: Iterable[workers.Item], check: Check | None
) -> Iterator[workers.Item]:
    for item in items:
        if check is not None:
            check()
        yield item


def _check_room(size_bytes: int, writer: models.RangedWriter) -> None:
    if size_bytes > writer.size_bytes:
        raise exceptions.InvalidRequest(
            f'{size_bytes} bytes do not fit into a disk of '
            f'{writer.size_bytes}.'
        )


def _hash(data: bytes) -> bytes:
    # processors have instructions for it, which make it the fastest one
    return hashlib.sha256(data).digest()
