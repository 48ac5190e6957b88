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

"""VMDK in one file: monolithicSparse and streamOptimized; little-endian.

A VMDK is described by a text, which may name other files as its extents, and
which may be all there is. It is inside of the file for the two kinds taken
here; a file whose header tells of no disk would have its text believed.

Source: "Virtual Disk Format 5.0" of VMware; block/vmdk.c of QEMU.
"""

from __future__ import annotations

import re
import struct

from jacket_azure.imaging.formats.parts import MAX_TABLES
from jacket_azure.imaging.formats.parts import SECTOR_BYTES
from jacket_azure.imaging.formats.parts import Image
from jacket_azure.imaging.formats.parts import checked_size
from jacket_azure.imaging.formats.parts import damaged
from jacket_azure.imaging.formats.parts import refused

MAGIC = b'KDMV'

_HEADER = struct.Struct('<IIIQQQQIQQQ')
_LINE_ENDS_AT = 73
_VERSIONS = (1, 2, 3)
_LINE_ENDS = b'\n \r\n'
_FLAGS = 0x3_0007
_COMPRESSED = 0x1_0000
_GRAIN_SECTORS = [1 << bit for bit in range(3, 16)]
_TABLE_ENTRIES = 512
_AT_END = 0xFFFF_FFFF_FFFF_FFFF
_FOOTER_SECTORS = 3
_DESCRIPTOR_SECTOR = 1
_MAX_DESCRIPTOR_BYTES = 64 * 1024
_KINDS = ('monolithicsparse', 'streamoptimized')
_NO_PARENT = 'ffffffff'

_FIELD = re.compile(r'([a-z0-9_.]+)\s*=\s*(.*)', re.IGNORECASE)
_EXTENT = re.compile(
    r'(rw|rdonly)\s+(\d{1,18})\s+sparse\s+"([^"/\\]+)"', re.IGNORECASE
)


def disk_bytes(image: Image) -> int:
    """Return the size of the disk in a VMDK.

    :raises InvalidRequest: says what is wrong, or not taken
    """
    header = _header(image, 0)
    sectors, grain, text_at, text_sectors, entries = header[3:8]
    directory_at = header[9]
    if header[1] not in _VERSIONS or header[2] & ~_FLAGS:
        raise refused(f'it is a VMDK of the unknown version {header[1]}')
    if image.part(_LINE_ENDS_AT, len(_LINE_ENDS)) != _LINE_ENDS:
        raise damaged('it was changed by a transfer as text')
    if not sectors:
        raise refused('it is a VMDK that only refers to other files')
    if grain not in _GRAIN_SECTORS or entries != _TABLE_ENTRIES:
        raise damaged(
            f'its grains have {grain} sectors, its tables {entries} entries'
        )
    if text_at != _DESCRIPTOR_SECTOR or not text_sectors:
        raise refused('it is a VMDK without a description of itself')
    _check_text(
        image.part(
            text_at * SECTOR_BYTES,
            min(text_sectors * SECTOR_BYTES, _MAX_DESCRIPTOR_BYTES),
        ),
        sectors,
        grain,
    )
    if directory_at == _AT_END:
        footer = _header(
            image,
            image.size_bytes - (_FOOTER_SECTORS - 1) * SECTOR_BYTES,
        )
        directory_at = footer[9]
        # all but the place of the directory
        if footer[:8] != header[:8] or directory_at == _AT_END:
            raise damaged('its header and its footer contradict each other')
    tables = -(-sectors // (grain * entries))
    if tables > MAX_TABLES:
        raise refused(
            f'its grains of {grain} sectors are too small for its disk of '
            f'{sectors} sectors'
        )
    if directory_at * SECTOR_BYTES + tables * 4 > image.size_bytes:
        raise damaged(f'it has no directory at sector {directory_at}')
    # grains are shorter when compressed, and at the end of the disk
    least = 1 if header[2] & _COMPRESSED else sectors % grain or grain
    _check_grains(image, directory_at, tables, least)
    return checked_size(sectors * SECTOR_BYTES)


def _header(image: Image, offset: int) -> tuple[int, ...]:
    magic = image.part(offset, len(MAGIC))
    if magic != MAGIC:
        if offset:
            raise damaged('it has no footer')
        raise refused(
            'it is no VMDK in one file (monolithicSparse or '
            'streamOptimized); a text that names other files is none'
        )
    return _HEADER.unpack(image.part(offset, _HEADER.size))


def _check_text(data: bytes, sectors: int, grain: int) -> None:
    """Check the description: one extent, which is this file; no parent."""
    try:
        text = data.split(b'\0', 1)[0].decode('utf-8')
    except UnicodeDecodeError as exc:
        raise damaged('its description is no text') from exc
    fields: dict[str, str] = {}
    extents = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        field = _FIELD.fullmatch(line)
        if field is None:
            extents.append(line)
            continue
        name = field[1].lower()
        if name in fields:
            raise damaged(f'its description tells {name[:40]} twice')
        fields[name] = field[2].strip().strip('"').lower()
    kind = fields.get('createtype', '')
    if kind not in _KINDS:
        raise refused(
            f'it is a VMDK of the kind {kind[:40]!r}; monolithicSparse and '
            f'streamOptimized are taken'
        )
    if fields.get('parentcid', _NO_PARENT) != _NO_PARENT or (
        'parentfilenamehint' in fields
    ):
        raise refused('its data is in another file, its parent')
    extent = _EXTENT.fullmatch(extents[0]) if len(extents) == 1 else None
    if extent is None:
        raise refused('its description names other files than itself')
    # the header may tell of whole grains
    if not sectors - grain < int(extent[2]) <= sectors:
        raise damaged(
            f'its description tells of {extent[2]} sectors, its header of '
            f'{sectors}'
        )


def _check_grains(
    image: Image, directory_at: int, count: int, least: int
) -> None:
    """Refuse an image that was cut off; QEMU would read the rest as zeros.

    :param least: sectors that a grain has in the file
    """
    for table_at in set(_table(image, directory_at, count)) - {0}:
        last = max(_table(image, table_at, _TABLE_ENTRIES))
        if last > 1 and (last + least) * SECTOR_BYTES > image.size_bytes:
            raise damaged(
                f'it refers to data at sector {last}, but ends at '
                f'{image.size_bytes // SECTOR_BYTES}'
            )


def _table(image: Image, sector: int, entries: int) -> tuple[int, ...]:
    data = image.part(sector * SECTOR_BYTES, entries * 4)
    return struct.unpack(f'<{entries}I', data)
