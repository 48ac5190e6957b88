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


"""A disk cut at every 4 MiB, as Azure takes it: what lies in which piece.

The grid is that of :mod:`jacket_azure.blob.grid`, so that one piece is one
request, and what lies scattered in a piece is one request as well.
"""

from __future__ import annotations

import array
import bisect
from collections.abc import Iterable
from collections.abc import Iterator

from jacket_azure.blob import grid

PIECE_BYTES = grid.PIECE_BYTES
SECTOR_BYTES = 512
CLUSTER_BYTES = 64 * 1024

ZEROS = bytes(PIECE_BYTES)


class Ranges:
    """Ranges of a disk in little memory, however scattered they are.

    They are widened to whole clusters of 64 KiB, and joined where they then
    touch: 128 KiB of memory for each GiB at most.

    :param ranges: offset and length, in order
    :param size_bytes: of the disk
    """

    def __init__(
        self, ranges: Iterable[tuple[int, int]], size_bytes: int
    ) -> None:
        self._starts = array.array('Q')
        self._ends = array.array('Q')
        for offset, length in ranges:
            end = min(_up(offset + length, CLUSTER_BYTES), size_bytes)
            start = offset - offset % CLUSTER_BYTES
            if end <= start:
                continue
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield offset and length of each, in order."""
        for start, end in zip(self._starts, self._ends, strict=True):
            yield start, end - start


class Pieces:
    """Of each piece that holds anything, from where to where it does.

    Takes 16 bytes for each: 64 MiB for the largest disk there is.

    :param ranges: offset and length of what is not all zeros, in order
    :param size_bytes: of the disk, a multiple of 512
    :ivar data_bytes: sum of all lengths
    """

    def __init__(
        self, ranges: Iterable[tuple[int, int]], size_bytes: int
    ) -> None:
        self.size_bytes = size_bytes
        self._starts = array.array('Q')
        self._ends = array.array('Q')
        for offset, length in ranges:
            start = offset - offset % SECTOR_BYTES
            end = min(_up(offset + length, SECTOR_BYTES), size_bytes)
            while start < end:
                cut = min(start - start % PIECE_BYTES + PIECE_BYTES, end)
                self._add(start, cut)
                start = cut
        self.data_bytes = sum(self._ends) - sum(self._starts)

    def _add(self, start: int, end: int) -> None:
        last = self._starts[-1] if self._starts else None
        if last is None or last // PIECE_BYTES != start // PIECE_BYTES:
            self._starts.append(start)
            self._ends.append(end)
        else:
            self._ends[-1] = max(end, self._ends[-1])

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield offset and length of each, within one piece of the grid."""
        for start, end in zip(self._starts, self._ends, strict=True):
            yield start, end - start

    def within(self, start: int, end: int) -> tuple[int, int]:
        """Return offset and length of what a part of one piece holds."""
        grid_start = start - start % PIECE_BYTES
        found = bisect.bisect_left(self._starts, grid_start)
        if found == len(self._starts):
            return start, 0
        first = max(start, self._starts[found])
        return first, max(0, min(end, self._ends[found]) - first)


def is_zero(data: bytes) -> bool:
    """Say whether a piece holds nothing; a hundred times faster than any()."""
    return data == (ZEROS if len(data) == PIECE_BYTES else bytes(len(data)))


def _up(number: int, step: int) -> int:
    return -(-number // step) * step
