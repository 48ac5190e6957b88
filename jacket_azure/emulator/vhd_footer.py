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

"""The 512 bytes at the end of every exported managed disk: a fixed VHD.

Only what the emulator needs, written apart from ``payload/vhd.py`` so that a
mistake there is not repeated here. Source: Virtual Hard Disk Image Format
Specification 1.0.
"""

from __future__ import annotations

import struct
import uuid

SIZE_BYTES = 512
_SECTOR_BYTES = 512
_FIXED = 2
# Seconds since 2000-01-01; a constant keeps contents reproducible
_TIME_STAMP = 0x31C8_0000


def geometry(size_bytes: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors per track, as the specification's text.

    :param size_bytes: size of the disk without the footer
    """
    total = min(size_bytes // _SECTOR_BYTES, 65535 * 16 * 255)
    if total >= 65535 * 16 * 63:
        sectors, heads = 255, 16
        tracks = total // sectors
    else:
        sectors = 17
        tracks = total // sectors
        heads = max((tracks + 1023) // 1024, 4)
        if tracks >= heads * 1024 or heads > 16:
            sectors, heads = 31, 16
            tracks = total // sectors
        if tracks >= heads * 1024:
            sectors, heads = 63, 16
            tracks = total // sectors
    return tracks // heads, heads, sectors


def build(size_bytes: int, unique_id: uuid.UUID) -> bytes:
    """Build the footer of a fixed VHD.

    :param size_bytes: size of the disk without the footer
    :param unique_id: the disk's identity
    """
    cylinders, heads, sectors = geometry(size_bytes)
    footer = bytearray(struct.pack(
        '>8sIIQI4sI4sQQHBBII16s', b'conectix', 2, 0x0001_0000,
        0xFFFF_FFFF_FFFF_FFFF, _TIME_STAMP, b'win ', 0x000A_0000, b'Wi2k',
        size_bytes, size_bytes, cylinders, heads, sectors, _FIXED, 0,
        unique_id.bytes))
    footer.extend(bytes(SIZE_BYTES - len(footer)))
    struct.pack_into('>I', footer, 64, ~sum(footer) & 0xFFFF_FFFF)
    return bytes(footer)


def problem(footer: bytes, size_bytes: int) -> str:
    """Say what is wrong with the footer of a disk of that size, if any.

    What Azure asks of a VHD: fixed, whole MiB, the right size and checksum.
    """
    if len(footer) < SIZE_BYTES or footer[:8] != b'conectix':
        return ("The specified cookie value in VHD footer indicates that it "
                "is not a supported VHD. Disk is expected to have cookie "
                "value 'conectix'.")
    if struct.unpack_from('>I', footer, 60)[0] != _FIXED:
        return 'Only fixed VHDs are supported.'
    if struct.unpack_from('>Q', footer, 48)[0] != size_bytes:
        return 'The size in the footer is not that of the blob.'
    if size_bytes % 1024 ** 2:
        return 'The virtual size is not a whole number of MiB.'
    told = struct.unpack_from('>I', footer, 64)[0]
    if told != ~(sum(footer) - sum(footer[64:68])) & 0xFFFF_FFFF:
        return 'The checksum of the footer is wrong.'
    return ''
