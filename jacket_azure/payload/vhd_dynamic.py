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

"""A dynamic VHD as one stream: where what goes, known before it is read.

Glance takes no other for the disk format ``vhd`` (oslo.utils looks for a
footer's copy in the first bytes), while Azure itself takes fixed ones only.

Source: "Virtual Hard Disk Image Format Specification" 1.0, dynamic disk
header format, block allocation table. All numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import dataclasses
import datetime
import struct
import uuid

from jacket_azure import exceptions
from jacket_azure.payload import vhd

BLOCK_BYTES = 2 * 1024**2
# sectors are counted in 32 bits
MAX_BYTES = 2040 * 1024**3

_HEADER_BYTES = 1024
_SECTOR_BYTES = 512
_TABLE_AT = vhd.FOOTER_BYTES + _HEADER_BYTES
# a bit for each sector of a block; set ones are in the file
_BITMAP = b'\xff' * (BLOCK_BYTES // _SECTOR_BYTES // 8)
_ABSENT = 0xFFFF_FFFF
_HEADER = struct.Struct('>8sQQIIII')
_CHECKSUM = struct.Struct('>I')
_CHECKSUM_AT = 36
_NO_OFFSET = 0xFFFF_FFFF_FFFF_FFFF

#: literal bytes, or offset and length of a range of the disk
Piece = bytes | tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Layout:
    """A file in the making.

    :ivar size_bytes: of the file
    :ivar blocks: numbers of the blocks of 2 MiB that hold anything
    """

    disk_bytes: int
    size_bytes: int
    blocks: tuple[int, ...]
    _footer: bytes
    _table: bytes

    def pieces(self) -> Iterator[Piece]:
        """Yield the file from its first to its last byte."""
        yield self._footer
        yield _header(len(self._table) // 4)
        yield self._table + bytes(-len(self._table) % _SECTOR_BYTES)
        for block in self.blocks:
            yield _BITMAP
            offset = block * BLOCK_BYTES
            length = min(BLOCK_BYTES, self.disk_bytes - offset)
            yield offset, length
            if length < BLOCK_BYTES:
                yield bytes(BLOCK_BYTES - length)
        yield self._footer


def layout(
    disk_bytes: int,
    ranges: Iterable[tuple[int, int]],
    unique_id: uuid.UUID,
    created: datetime.datetime,
) -> Layout:
    """Plan the file of a disk.

    :param ranges: offset and length of what is not all zeros
    :param created: aware time
    :raises InvalidRequest: the disk is too large for the format
    """
    if disk_bytes > MAX_BYTES:
        raise exceptions.InvalidRequest(
            f'A disk of {disk_bytes} bytes does not fit into the format vhd, '
            f'which holds {MAX_BYTES} at most; use raw or qcow2.'
        )
    present = sorted(
        {
            block
            for offset, length in ranges
            if length
            for block in range(
                offset // BLOCK_BYTES,
                (offset + length - 1) // BLOCK_BYTES + 1,
            )
        }
    )
    count = -(-disk_bytes // BLOCK_BYTES)
    table_bytes = -(-count * 4 // _SECTOR_BYTES) * _SECTOR_BYTES
    first = (_TABLE_AT + table_bytes) // _SECTOR_BYTES
    step = (len(_BITMAP) + BLOCK_BYTES) // _SECTOR_BYTES
    table = [_ABSENT] * count
    for number, block in enumerate(present):
        table[block] = first + number * step
    size = (
        (first + len(present) * step) * _SECTOR_BYTES + vhd.FOOTER_BYTES
    )
    return Layout(
        disk_bytes=disk_bytes,
        size_bytes=size,
        blocks=tuple(present),
        _footer=vhd.build(
            disk_bytes, unique_id, created, header_at=vhd.FOOTER_BYTES
        ),
        _table=struct.pack(f'>{count}I', *table),
    )


def _header(entries: int) -> bytes:
    data = bytearray(_HEADER_BYTES)
    _HEADER.pack_into(
        data, 0, b'cxsparse', _NO_OFFSET, _TABLE_AT, 0x0001_0000, entries,
        BLOCK_BYTES, 0,
    )
    _CHECKSUM.pack_into(data, _CHECKSUM_AT, ~sum(data) & 0xFFFF_FFFF)
    return bytes(data)
