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
from collections.abc import Iterable
from collections.abc import Iterator

from jacket_azure.blob import grid

PIECE_BYTES = grid.PIECE_BYTES
SECTOR_BYTES = 512

ZEROS = bytes(PIECE_BYTES)


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
            end = min(_up(offset + length), size_bytes)
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


def is_zero(data: bytes) -> bool:
    """Say whether a piece holds nothing; a hundred times faster than any()."""
    return data == (ZEROS if len(data) == PIECE_BYTES else bytes(len(data)))


def _up(number: int) -> int:
    return -(-number // SECTOR_BYTES) * SECTOR_BYTES
