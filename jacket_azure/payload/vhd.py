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

"""The footer that makes a page blob a fixed VHD: its last 512 bytes.

Source: "Virtual Hard Disk Image Format Specification" 1.0, hard disk footer
format and appendix "CHS calculation". All numbers are big-endian.
"""

from __future__ import annotations

import dataclasses
import datetime
import struct
import uuid

from jacket_azure import exceptions

FOOTER_BYTES = 512
MIB = 1024**2

_SECTOR_BYTES = 512
_COOKIE = b'conectix'
# "reserved" is always set
_FEATURES = 2
_VERSION = 0x0001_0000
_NO_OFFSET = 0xFFFF_FFFF_FFFF_FFFF
# Readers go by the creator: of what they do not know they take the size from
# the geometry, which is smaller. Azure's own "wa" is one of those.
_CREATOR = b'win '
_CREATOR_VERSION = 0x000A_0000
_CREATOR_HOST = b'Wi2k'
_FIXED = 2
_DYNAMIC = 3
_OTHER_TYPES = {_DYNAMIC: 'a dynamic', 4: 'a differencing'}

_LAYOUT = struct.Struct('>8sIIQI4sI4sQQHBBII16sB')
_CHECKSUM = struct.Struct('>I')
_CHECKSUM_AT = 64
_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_LATEST = 0xFFFF_FFFF
_MAX_SECTORS = 65535 * 16 * 255


@dataclasses.dataclass(frozen=True)
class Footer:
    """What a footer says about its disk.

    :ivar size_bytes: of the disk, without the footer
    :ivar original_bytes: its size when it was made
    :ivar created: in whole seconds
    :ivar creator: four characters
    """

    size_bytes: int
    unique_id: uuid.UUID
    created: datetime.datetime
    original_bytes: int
    creator: str


def geometry(size_bytes: int) -> tuple[int, int, int]:
    """Return cylinders, heads and sectors per track of a disk.

    Their product is never more than the size and mostly less, and says
    nothing about disks above 127 GiB: it must not be taken for the size.
    """
    sectors = min(size_bytes // _SECTOR_BYTES, _MAX_SECTORS)
    if sectors >= 65535 * 16 * 63:
        return sectors // 255 // 16, 16, 255
    tracks = sectors // 17
    heads = max(4, (tracks + 1023) // 1024)
    if tracks < heads * 1024 and heads <= 16:
        return tracks // heads, heads, 17
    tracks = sectors // 31
    if tracks < 16 * 1024:
        return tracks // 16, 16, 31
    return sectors // 63 // 16, 16, 63


def build(
    size_bytes: int,
    unique_id: uuid.UUID,
    created: datetime.datetime,
    original_bytes: int | None = None,
    header_at: int | None = None,
) -> bytes:
    """Build the footer of a fixed VHD, or of a dynamic one.

    :param size_bytes: of the disk, without the footer
    :param unique_id: the disk's own; a clone has another
    :param created: aware time
    :param original_bytes: size when it was made, None for the same
    :param header_at: where the header of a dynamic VHD is, None for a fixed
        one, which has none
    """
    seconds = int((created - _EPOCH).total_seconds())
    data = bytearray(FOOTER_BYTES)
    _LAYOUT.pack_into(
        data,
        0,
        _COOKIE,
        _FEATURES,
        _VERSION,
        _NO_OFFSET if header_at is None else header_at,
        min(max(seconds, 0), _LATEST),
        _CREATOR,
        _CREATOR_VERSION,
        _CREATOR_HOST,
        size_bytes if original_bytes is None else original_bytes,
        size_bytes,
        *geometry(size_bytes),
        _FIXED if header_at is None else _DYNAMIC,
        0,
        unique_id.bytes,
        0,
    )
    _CHECKSUM.pack_into(data, _CHECKSUM_AT, checksum(data))
    return bytes(data)


def checksum(data: bytes | bytearray) -> int:
    """Return the one's complement of the sum of all other bytes."""
    told = data[_CHECKSUM_AT : _CHECKSUM_AT + _CHECKSUM.size]
    return ~(sum(data) - sum(told)) & 0xFFFF_FFFF


def parse(data: bytes, size_bytes: int) -> Footer:
    """Read the footer of a disk and check all that Azure checks.

    :param data: the last 512 bytes
    :param size_bytes: of the disk, from the size of its blob
    :raises InvalidRequest: says what is wrong
    """
    wrong = problem(data, size_bytes)
    if wrong:
        raise exceptions.InvalidRequest(f'This is no fixed VHD: {wrong}.')
    return _read(data)


def problem(
    data: bytes, size_bytes: int, multiple_bytes: int = MIB
) -> str | None:
    """Say what is wrong with a footer, None when nothing is.

    :param multiple_bytes: what the size must be a multiple of; Azure's own
        disks are of whole MiB, those that others make are not
    """
    if len(data) != FOOTER_BYTES:
        return f'its footer has {len(data)} bytes instead of {FOOTER_BYTES}'
    if not any(data):
        return 'it has no footer, its last 512 bytes are zeros'
    if not data.startswith(_COOKIE):
        return 'its last 512 bytes are no footer'
    (told,) = _CHECKSUM.unpack_from(data, _CHECKSUM_AT)
    if told != checksum(data):
        return 'the checksum of its footer is wrong'
    fields = _LAYOUT.unpack_from(data)
    if fields[2] >> 16 != _VERSION >> 16:
        return f'its format version is {fields[2] >> 16}, only 1 is known'
    kind = fields[13]
    if kind != _FIXED:
        name = _OTHER_TYPES.get(kind, 'another')
        return f'it is {name} VHD (type {kind}), Azure takes fixed ones only'
    if fields[9] != size_bytes:
        return (
            f'its footer tells of {fields[9]} bytes, but there are '
            f'{size_bytes}'
        )
    if size_bytes % multiple_bytes:
        unit = 'MiB' if multiple_bytes == MIB else f'{multiple_bytes} bytes'
        return f'{size_bytes} bytes are not a whole number of {unit}'
    return None


def _read(data: bytes) -> Footer:
    fields = _LAYOUT.unpack_from(data)
    return Footer(
        size_bytes=fields[9],
        unique_id=uuid.UUID(bytes=fields[15]),
        created=_EPOCH + datetime.timedelta(seconds=fields[4]),
        original_bytes=fields[8],
        creator=fields[5].decode('latin-1'),
    )
