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

"""Dynamic VHD; all numbers are big-endian.

A fixed VHD has nothing but a footer, see :mod:`jacket_azure.payload.vhd`.

Source: "Virtual Hard Disk Image Format Specification" 1.0.
"""

from __future__ import annotations

import struct

from jacket_azure.imaging.formats.parts import Image
from jacket_azure.imaging.formats.parts import checked_size
from jacket_azure.imaging.formats.parts import damaged
from jacket_azure.imaging.formats.parts import refused
from jacket_azure.payload import vhd

MAGIC = b'conectix'

_FOOTER_BYTES = vhd.FOOTER_BYTES
_FIXED, _DYNAMIC, _DIFFERENCING = 2, 3, 4
_DATA_AT, _SIZE_AT, _KIND_AT, _CHECKSUM_AT = 16, 48, 60, 64

_HEADER = struct.Struct('>8sQQIIII16sII')
_HEADER_BYTES = 1024
_HEADER_MAGIC = b'cxsparse'
_HEADER_CHECKSUM_AT = 36
_BLOCK_BYTES = [512 << bit for bit in range(1, 20)]


def disk_bytes(image: Image) -> int:
    """Return the size of the disk in a dynamic VHD.

    :raises InvalidRequest: says what is wrong, or not taken
    """
    head = image.part(0, _FOOTER_BYTES)
    if not head.startswith(MAGIC):
        raise refused('it is no VHD that begins with a header')
    size_bytes, kind = _footer(head, 'header')
    tail = image.part(image.size_bytes - _FOOTER_BYTES, _FOOTER_BYTES)
    if not tail.startswith(MAGIC):
        raise damaged('it has a header, but no footer in its last 512 bytes')
    if _footer(tail, 'footer') != (size_bytes, kind):
        raise damaged('its header and its footer contradict each other')
    if kind == _DIFFERENCING:
        raise refused(
            'it is a differencing VHD, whose data is in another file; '
            'merge it first'
        )
    if kind == _FIXED:
        raise damaged(
            'it begins with the footer of a fixed VHD, which belongs at its '
            'end'
        )
    if kind != _DYNAMIC:
        raise refused(f'it is a VHD of the unknown type {kind}')
    (header_at,) = struct.unpack_from('>Q', head, _DATA_AT)
    header = image.part(header_at, _HEADER_BYTES)
    magic, _next, table_at, _version, entries, block_bytes, _sum, parent = (
        _HEADER.unpack_from(header)[:8]
    )
    if magic != _HEADER_MAGIC or _wrong(header, _HEADER_CHECKSUM_AT):
        raise damaged('the second part of its header is broken')
    if any(parent):
        raise refused('it names another VHD as its parent; merge it first')
    if block_bytes not in _BLOCK_BYTES or entries * block_bytes < size_bytes:
        raise damaged(
            f'{entries} blocks of {block_bytes} bytes do not hold its disk '
            f'of {size_bytes} bytes'
        )
    if table_at + entries * 4 > image.size_bytes:
        raise damaged(f'it has no table at {table_at}')
    return checked_size(size_bytes)


def _footer(data: bytes, name: str) -> tuple[int, int]:
    """Return size and type that a footer, or its copy at the head, tells."""
    if _wrong(data, _CHECKSUM_AT):
        raise damaged(f'the checksum of its {name} is wrong')
    (size_bytes,) = struct.unpack_from('>Q', data, _SIZE_AT)
    (kind,) = struct.unpack_from('>I', data, _KIND_AT)
    return size_bytes, kind


def _wrong(data: bytes, checksum_at: int) -> bool:
    """Whether the one's complement of the sum of all bytes is another."""
    told = data[checksum_at : checksum_at + 4]
    found = ~(sum(data) - sum(told)) & 0xFFFF_FFFF
    return found != int.from_bytes(told, 'big')
