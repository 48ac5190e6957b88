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


"""A qcow2 file as one stream: where what goes, known before it is read.

QEMU writes such a file as data comes, and goes back to its tables. Who knows
where data is can say first what is in the tables, and write from the first
byte to the last: header, reference counts, tables, data.

Source: QEMU docs/interop/qcow2.rst, version 3. All numbers are big-endian.
"""

from __future__ import annotations

import array
from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import itertools
import struct

CLUSTER_BITS = 16
CLUSTER_BYTES = 1 << CLUSTER_BITS

_MAGIC = b'QFI\xfb'
_VERSION = 3
_HEADER_BYTES = 104
# lengths of 16 bits
_REFCOUNT_ORDER = 4
_REFCOUNTS_PER_BLOCK = CLUSTER_BYTES // 2
_ENTRY_BYTES = 8
_ENTRIES_PER_TABLE = CLUSTER_BYTES // _ENTRY_BYTES
#: of the disk, that one second-level table maps
_TABLE_SPAN = CLUSTER_BYTES * _ENTRIES_PER_TABLE
# "exactly one reference", so that it may be written in place
_COPIED = 1 << 63
_HEADER = struct.Struct('>4sIQIIQIIQQIIQQQQII')

#: literal bytes, or offset and length of a range of the disk
Piece = bytes | tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Layout:
    """A file in the making.

    :ivar disk_bytes: what a guest sees
    :ivar size_bytes: of the file
    """

    disk_bytes: int
    size_bytes: int
    _runs: _Runs
    _header: bytes
    _refcount_blocks: int
    _refcount_table_clusters: int

    def pieces(self) -> Iterator[Piece]:
        """Yield the file from its first to its last byte."""
        clusters = self.size_bytes // CLUSTER_BYTES
        yield self._header
        first_block = 1 + self._refcount_table_clusters
        blocks = range(first_block, first_block + self._refcount_blocks)
        yield from _table(
            (number * CLUSTER_BYTES for number in blocks),
            self._refcount_table_clusters,
        )
        for block in range(self._refcount_blocks):
            used = min(
                clusters - block * _REFCOUNTS_PER_BLOCK, _REFCOUNTS_PER_BLOCK
            )
            yield (b'\0\1' * used).ljust(CLUSTER_BYTES, b'\0')
        yield from self._tables(blocks.stop)
        for first, count in self._runs:
            yield from self._data(first, count)

    def _tables(self, first_cluster: int) -> Iterator[bytes]:
        """Yield the first-level table, and those it leads to."""
        spans = -(-self.disk_bytes // _TABLE_SPAN)
        present = self._runs.spans()
        l1_clusters = _clusters(max(1, spans) * _ENTRY_BYTES)
        entries = array.array('Q', bytes(_ENTRY_BYTES * spans))
        at = first_cluster + l1_clusters
        for number, span in enumerate(present):
            entries[span] = (at + number) * CLUSTER_BYTES | _COPIED
        yield from _table(entries, l1_clusters)
        cluster = at + len(present)
        for _, places in self._runs.by_span():
            entries = array.array('Q', bytes(CLUSTER_BYTES))
            for place in places:
                entries[place] = cluster * CLUSTER_BYTES | _COPIED
                cluster += 1
            yield from _table(entries, 1)

    def _data(self, first: int, count: int) -> Iterator[Piece]:
        offset = first * CLUSTER_BYTES
        length = min(count * CLUSTER_BYTES, self.disk_bytes - offset)
        yield offset, length
        if length < count * CLUSTER_BYTES:
            # the disk ends within its last cluster, the file does not
            yield bytes(count * CLUSTER_BYTES - length)


class _Runs:
    """Which clusters of a disk hold anything, as runs, in order."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._firsts = array.array('Q')
        self._lasts = array.array('Q')
        for offset, length in ranges:
            if length <= 0:
                continue
            first = offset // CLUSTER_BYTES
            last = (offset + length - 1) // CLUSTER_BYTES
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(last, self._lasts[-1])
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    @property
    def count(self) -> int:
        """Number of clusters."""
        return sum(self._lasts) - sum(self._firsts) + len(self._firsts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for first, last in zip(self._firsts, self._lasts, strict=True):
            yield first, last - first + 1

    def spans(self) -> list[int]:
        """Return the numbers of the second-level tables that are needed."""
        found: list[int] = []
        for first, last in zip(self._firsts, self._lasts, strict=True):
            start = first // _ENTRIES_PER_TABLE
            found.extend(
                range(
                    start + (found[-1:] == [start]),
                    last // _ENTRIES_PER_TABLE + 1,
                )
            )
        return found

    def by_span(self) -> Iterator[tuple[int, list[int]]]:
        """Yield each such number, and the places in that table."""
        span, places = -1, list[int]()
        for first, count in self:
            for cluster in range(first, first + count):
                here, place = divmod(cluster, _ENTRIES_PER_TABLE)
                if here != span:
                    if places:
                        yield span, places
                    span, places = here, []
                places.append(place)
        if places:
            yield span, places


def layout(
    disk_bytes: int, ranges: Iterable[tuple[int, int]]
) -> Layout:
    """Plan the file of a disk.

    :param disk_bytes: a multiple of 512
    :param ranges: offset and length of what is not all zeros, in order
    """
    runs = _Runs(ranges)
    spans = max(1, -(-disk_bytes // _TABLE_SPAN))
    l1_clusters = _clusters(spans * _ENTRY_BYTES)
    others = 1 + l1_clusters + len(runs.spans()) + runs.count
    blocks = table_clusters = 0
    # what counts references is counted as well
    while True:
        clusters = others + blocks + table_clusters
        needed = -(-clusters // _REFCOUNTS_PER_BLOCK)
        table_needed = _clusters(needed * _ENTRY_BYTES)
        if (needed, table_needed) == (blocks, table_clusters):
            break
        blocks, table_clusters = needed, table_needed
    header = _HEADER.pack(
        _MAGIC,
        _VERSION,
        0, 0,                                   # no backing file
        CLUSTER_BITS,
        disk_bytes,
        0,                                      # not encrypted
        spans,
        (1 + table_clusters + blocks) * CLUSTER_BYTES,
        CLUSTER_BYTES,                          # the reference counts' table
        table_clusters,
        0, 0,                                   # no snapshots
        0, 0, 0,                                # no features
        _REFCOUNT_ORDER,
        _HEADER_BYTES,
    )
    return Layout(
        disk_bytes=disk_bytes,
        size_bytes=clusters * CLUSTER_BYTES,
        _runs=runs,
        _header=header.ljust(CLUSTER_BYTES, b'\0'),
        _refcount_blocks=blocks,
        _refcount_table_clusters=table_clusters,
    )


def _table(entries: Iterable[int], clusters: int) -> Iterator[bytes]:
    """Yield a table of 64-bit numbers, cluster by cluster."""
    todo = iter(entries)
    for _ in range(clusters):
        part = tuple(itertools.islice(todo, _ENTRIES_PER_TABLE))
        data = struct.pack(f'>{len(part)}Q', *part)
        yield data.ljust(CLUSTER_BYTES, b'\0')


def _clusters(length: int) -> int:
    return -(-length // CLUSTER_BYTES)
