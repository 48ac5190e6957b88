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

"""VHDX; all numbers are little-endian.

Source: [MS-VHDX] "Virtual Hard Disk v2 (VHDX) File Format".
"""

from __future__ import annotations

from collections.abc import Iterator
import struct
import uuid

from jacket_azure.imaging.formats.parts import SECTOR_BYTES
from jacket_azure.imaging.formats.parts import Image
from jacket_azure.imaging.formats.parts import checked_size
from jacket_azure.imaging.formats.parts import damaged
from jacket_azure.imaging.formats.parts import refused

MAGIC = b'vhdxfile'

_HEADERS_AT = (64 * 1024, 128 * 1024)
_HEADER_BYTES = 4096
_HEADER = struct.Struct('<4sIQ16s16s16sHHIQ')
_CHECKSUM_AT = 4
_VERSION = 1

_REGIONS_AT = 192 * 1024
_REGIONS = struct.Struct('<4sIII')
_REGION = struct.Struct('<16sQII')
_METADATA = struct.Struct('<8sHH20x')
_ITEM = struct.Struct('<16sIII4x')
_MAX_ENTRIES = 2047
_REQUIRED = 4
_HAS_PARENT = 2
_BLOCK_BYTES = [1024**2 << bit for bit in range(9)]
_MAX_DISK_BYTES = 64 * 1024**4

_SECTORS_PER_BITMAP = 2**23
_STATE = 7
# fully and partially; all others read as zeros
_PRESENT = (6, 7)
# of data; what comes after so many is one, with its holes
_MAX_RANGES = 16384


def _guid(text: str) -> bytes:
    return uuid.UUID(text).bytes_le


_BLOCKS_REGION = _guid('2DC27766-F623-4200-9D64-115E9BFD4A08')
_METADATA_REGION = _guid('8B7CA206-4790-4B9A-B8FE-575F050F886E')
_PARAMETERS = _guid('CAA16737-FA36-4D43-B3B6-33F0AA44E76B')
_DISK_SIZE = _guid('2FA54224-CD1B-4876-B211-5DBED83BF4B8')
_SECTOR_SIZE = _guid('8141BF1D-A96F-4709-BA47-F233A8FAAB5F')
_PARENT = _guid('A8D35F2D-B30B-454D-ABF7-D3D84834AB0C')
_KNOWN = {
    _PARAMETERS,
    _DISK_SIZE,
    _SECTOR_SIZE,
    _guid('BECA12AB-B2E6-4523-93EF-C309E000C746'),  # page 83 data
    _guid('CDA348C7-445D-4471-9CC9-E9885251C556'),  # physical sector size
}


def disk_bytes(image: Image) -> int:
    """Return the size of the disk in a VHDX.

    :raises InvalidRequest: says what is wrong, or not taken
    """
    return _disk(image)[0]


def data_ranges(image: Image) -> list[tuple[int, int]]:
    """Return offset and length of the blocks that are not all zeros.

    QEMU can read a VHDX, but does not tell where it has data; most of them
    have little of it.

    :param image: one that :func:`disk_bytes` takes
    """
    size_bytes, block_bytes, blocks_at, length = _disk(image)
    # one entry about sectors, which only differencing ones need, after those
    # of as many blocks as it is about
    group = _SECTORS_PER_BITMAP * SECTOR_BYTES // block_bytes
    count = -(-size_bytes // block_bytes)
    entries = count + (count - 1) // group
    if entries * 8 > length:
        raise damaged(f'its table is too short for {count} blocks')
    found: list[tuple[int, int]] = []
    for block in _blocks(image, blocks_at, count, group):
        start = block * block_bytes
        if found and (
            sum(found[-1]) == start or len(found) == _MAX_RANGES
        ):
            start = found.pop()[0]
        end = min((block + 1) * block_bytes, size_bytes)
        found.append((start, end - start))
    return found


def _blocks(
    image: Image, table_at: int, count: int, group: int
) -> Iterator[int]:
    """Yield the numbers of the blocks that have data."""
    for first in range(0, count, group):
        blocks = min(group, count - first)
        entry = first + first // group
        table = image.part(table_at + entry * 8, blocks * 8)
        for block, (state,) in enumerate(struct.iter_unpack('<Q', table)):
            if state & _STATE in _PRESENT:
                yield first + block


def _disk(image: Image) -> tuple[int, int, int, int]:
    """Return size of disk and blocks, place and length of their table."""
    if image.part(0, len(MAGIC)) != MAGIC:
        raise refused('it is no VHDX')
    _check_log(image)
    regions = _regions(image)
    items = _items(image, *regions[_METADATA_REGION])
    if _PARENT in items:
        raise refused(_OVERLAY)
    try:
        parameters, size, sector = (
            items[name] for name in (_PARAMETERS, _DISK_SIZE, _SECTOR_SIZE)
        )
    except KeyError as exc:
        raise damaged('it does not tell all of its disk') from exc
    block_bytes, flags = struct.unpack('<II', image.part(parameters, 8))
    if flags & _HAS_PARENT:
        raise refused(_OVERLAY)
    (sector_bytes,) = struct.unpack('<I', image.part(sector, 4))
    if sector_bytes != SECTOR_BYTES:
        raise refused(
            f'its disk has sectors of {sector_bytes} bytes; disks of virtual '
            f'machines on Azure have {SECTOR_BYTES}'
        )
    if block_bytes not in _BLOCK_BYTES:
        raise damaged(f'its blocks have {block_bytes} bytes')
    (size_bytes,) = struct.unpack('<Q', image.part(size, 8))
    if size_bytes > _MAX_DISK_BYTES:
        raise damaged(f'its disk would have {size_bytes} bytes')
    blocks_at, length = regions[_BLOCKS_REGION]
    return checked_size(size_bytes), block_bytes, blocks_at, length


_OVERLAY = 'it is a differencing VHDX, whose data is in another file'


def _check_log(image: Image) -> None:
    """Refuse an image whose newest header tells of unfinished writes."""
    newest = None
    for offset in _HEADERS_AT:
        data = image.part(offset, _HEADER_BYTES)
        header = _HEADER.unpack_from(data)
        if header[0] != b'head' or header[1] != _crc32c(data):
            continue
        if newest is None or header[2] > newest[2]:
            newest = header
    if newest is None:
        raise damaged('neither of its headers is whole')
    if newest[7] != _VERSION:
        raise refused(f'it is a VHDX of the unknown version {newest[7]}')
    if any(newest[5]):
        raise refused(
            'it was not closed properly and has a log to be replayed; '
            'convert or attach it once where it comes from'
        )


def _regions(image: Image) -> dict[bytes, tuple[int, int]]:
    """Return place and length of each region."""
    magic, _sum, count, _ = _REGIONS.unpack(
        image.part(_REGIONS_AT, _REGIONS.size)
    )
    if magic != b'regi' or count > _MAX_ENTRIES:
        raise damaged('its table of regions is broken')
    found = {}
    table = image.part(_REGIONS_AT + _REGIONS.size, count * _REGION.size)
    for name, offset, length, required in _REGION.iter_unpack(table):
        if name in found:
            raise damaged('it has a region twice')
        if name not in (_BLOCKS_REGION, _METADATA_REGION) and required & 1:
            raise refused('it has a region that is not known here')
        if offset + length > image.size_bytes:
            raise damaged(f'it has no region at {offset}')
        found[name] = offset, length
    if _METADATA_REGION not in found or _BLOCKS_REGION not in found:
        raise damaged('it lacks a region')
    return found


def _items(image: Image, start: int, length: int) -> dict[bytes, int]:
    """Return the place of each item of metadata."""
    magic, _, count = _METADATA.unpack(image.part(start, _METADATA.size))
    if magic != b'metadata' or count > _MAX_ENTRIES:
        raise damaged('its metadata is broken')
    found = {}
    table = image.part(start + _METADATA.size, count * _ITEM.size)
    for name, offset, size, flags in _ITEM.iter_unpack(table):
        if name in found or offset + size > length:
            raise damaged('its metadata contradicts itself')
        if name not in _KNOWN and name != _PARENT and flags & _REQUIRED:
            raise refused('it has metadata that is not known here')
        found[name] = start + offset
    return found


def _table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F6_3B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_CRC32C = _table()


def _crc32c(data: bytes) -> int:
    """Return the CRC-32C of a header, taking its own checksum as zeros."""
    value = 0xFFFF_FFFF
    blank = data[:_CHECKSUM_AT] + bytes(4) + data[_CHECKSUM_AT + 4 :]
    for byte in blank:
        value = _CRC32C[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFF_FFFF
