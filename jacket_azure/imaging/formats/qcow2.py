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

"""qcow2, versions 2 and 3; all numbers are big-endian.

Source: docs/interop/qcow2.txt of QEMU.
"""

from __future__ import annotations

import dataclasses
import struct

from jacket_azure.imaging.formats.parts import MAX_TABLES
from jacket_azure.imaging.formats.parts import SECTOR_BYTES
from jacket_azure.imaging.formats.parts import Image
from jacket_azure.imaging.formats.parts import checked_size
from jacket_azure.imaging.formats.parts import damaged
from jacket_azure.imaging.formats.parts import refused

MAGIC = b'QFI\xfb'

_HEADER = struct.Struct('>4sIQIIQIIQQIIQ')
_FEATURES = struct.Struct('>QQQII')
_EXTENSION = struct.Struct('>II')
_CLUSTER_BITS = range(9, 22)

_DIRTY, _CORRUPT, _DATA_FILE, _COMPRESSION = (1 << bit for bit in range(4))
_EXTERNAL_DATA = 0x4441_5441
_ENCRYPTION_HEADER = 0x0537_BE77
_BACKING_FORMAT = 0xE279_2ACA
_REFUSED_EXTENSIONS = {
    _EXTERNAL_DATA: 'its data is in another file (data_file)',
    _ENCRYPTION_HEADER: 'it is encrypted',
    _BACKING_FORMAT: 'it is an overlay of another file (backing file)',
}
_ZLIB, _ZSTD = 0, 1
# of entries of both levels of tables
_OFFSET = 0x00FF_FFFF_FFFF_FE00
_COMPRESSED = 1 << 62
_ZERO = 1
# as QEMU: larger than any disk of Azure's needs
_MAX_L1_BYTES = 32 * 1024**2


@dataclasses.dataclass(frozen=True)
class _Header:
    """What all versions tell; places and sizes in bytes.

    :ivar size_bytes: of the disk
    """

    version: int
    cluster_bits: int
    size_bytes: int
    l1_entries: int
    l1_at: int
    refcounts_at: int
    refcount_clusters: int

    @property
    def cluster_bytes(self) -> int:
        """Bytes of a cluster."""
        return 1 << self.cluster_bits


def disk_bytes(image: Image) -> int:
    """Return the size of the disk in a qcow2.

    :raises InvalidRequest: says what is wrong, or not taken
    """
    header = _header(image)
    header_bytes = _HEADER.size
    if header.version == 3:
        header_bytes = _check_features(image)
    _check_extensions(image, header_bytes, header.cluster_bytes)
    needed = _check_tables(image, header)
    l1 = _table(image, header.l1_at, needed)
    _check_clusters(
        image,
        l1,
        header.cluster_bits,
        header.version,
        checked_size(header.size_bytes),
    )
    return header.size_bytes


def _header(image: Image) -> _Header:
    """Read what all versions have, and refuse what is not taken."""
    magic, version, backing_at, backing_length, *rest = _HEADER.unpack(
        image.part(0, _HEADER.size)
    )
    if magic != MAGIC:
        raise refused('it is no qcow2')
    if version not in (2, 3):
        raise refused(f'it is a qcow of version {version}, not 2 or 3')
    if backing_at or backing_length:
        raise refused(
            'it is an overlay of another file (backing file); convert it '
            'with qemu-img convert first'
        )
    cluster_bits, size_bytes, crypt_method, *tables = rest
    if crypt_method:
        raise refused('it is encrypted')
    if cluster_bits not in _CLUSTER_BITS:
        raise damaged(f'its clusters have 2 to the power of {cluster_bits}')
    l1_entries, l1_at, refcounts_at, refcount_clusters = tables[:4]
    return _Header(
        version,
        cluster_bits,
        size_bytes,
        l1_entries,
        l1_at,
        refcounts_at,
        refcount_clusters,
    )


def _check_tables(image: Image, header: _Header) -> int:
    """Check where the tables are; returns how many entries the first needs.

    What else the first has is of snapshots, or unused.
    """
    cluster_bytes, size_bytes = header.cluster_bytes, header.size_bytes
    # each cluster of the second level maps as many bytes
    mapped = cluster_bytes * (cluster_bytes // 8)
    needed = -(-size_bytes // mapped)
    entries = header.l1_entries
    if entries * 8 > _MAX_L1_BYTES or entries < needed:
        raise damaged(
            f'its table of {entries} entries does not fit a disk of '
            f'{size_bytes} bytes'
        )
    for offset, length in (
        (header.l1_at, entries * 8),
        (header.refcounts_at, header.refcount_clusters * cluster_bytes),
    ):
        if offset % cluster_bytes or offset + length > image.size_bytes:
            raise damaged(f'it has no table at {offset}')
    if needed > MAX_TABLES:
        raise refused(
            f'its clusters of {cluster_bytes} bytes are too small for its '
            f'disk of {size_bytes} bytes; give qemu-img convert a larger '
            f'cluster_size'
        )
    return needed


def _check_features(image: Image) -> int:
    """Check what only version 3 has; returns the header's length."""
    incompatible, _compatible, _auto_clear, _order, header_bytes = (
        _FEATURES.unpack(image.part(_HEADER.size, _FEATURES.size))
    )
    if incompatible & _DATA_FILE:
        raise refused(_REFUSED_EXTENSIONS[_EXTERNAL_DATA])
    if incompatible & _CORRUPT:
        raise refused('it is marked as corrupt; qemu-img check may mend it')
    if incompatible & ~(_DIRTY | _COMPRESSION):
        raise refused(
            f'it uses features of qcow2 that are not known here '
            f'({incompatible:#x}); qemu-img convert can do without'
        )
    least = _HEADER.size + _FEATURES.size
    if header_bytes < least or header_bytes % 8:
        raise damaged(f'its header has {header_bytes} bytes')
    compression = _ZLIB
    if header_bytes > least:
        (compression,) = image.part(least, 1)
    if compression not in (_ZLIB, _ZSTD) or (
        bool(compression) != bool(incompatible & _COMPRESSION)
    ):
        raise refused(f'it is compressed in an unknown way ({compression})')
    return int(header_bytes)


def _check_extensions(
    image: Image, offset: int, cluster_bytes: int
) -> None:
    """Check the extensions between the header and the first cluster's end."""
    while offset + _EXTENSION.size <= cluster_bytes:
        kind, length = _EXTENSION.unpack(
            image.part(offset, _EXTENSION.size)
        )
        if not kind:
            return
        if kind in _REFUSED_EXTENSIONS:
            raise refused(_REFUSED_EXTENSIONS[kind])
        offset += _EXTENSION.size + -(-length // 8) * 8
    if offset > cluster_bytes:
        raise damaged('an extension of its header does not end')


def _check_clusters(
    image: Image, l1: tuple[int, ...], bits: int, version: int, size: int
) -> None:
    """Refuse an image that was cut off; QEMU would read the rest as zeros.

    :param bits: of an offset in a cluster
    :param size: of the disk; what is behind it in its last cluster may lack
    """
    cluster_bytes = 1 << bits
    tables = {entry & _OFFSET for entry in l1} - {0}
    last_table, last = divmod((size - 1) >> bits, cluster_bytes // 8)
    zero = _ZERO if version > 2 else 0
    for table_at in sorted(tables):
        table = list(_table(image, table_at, cluster_bytes // 8))
        end = 0
        if table_at == l1[last_table] & _OFFSET and table[last] & _OFFSET and (
            not table[last] & (_COMPRESSED | zero)
        ):
            end = (table[last] & _OFFSET) + (size - 1) % cluster_bytes + 1
            table[last] = 0
        for entry in set(table):
            if entry & _COMPRESSED:
                end = max(end, _compressed_end(entry, bits))
            elif entry & _OFFSET and not entry & zero:
                end = max(end, (entry & _OFFSET) + cluster_bytes)
        if end > image.size_bytes:
            raise damaged(
                f'it refers to data up to {end}, but ends at '
                f'{image.size_bytes}'
            )


def _compressed_end(entry: int, bits: int) -> int:
    """Return where the last sector of a compressed cluster ends.

    Its data may end before that, but QEMU fills the sector up; and takes
    zeros for what is missing, which may or may not be noticed.
    """
    # bits of the offset; above them how many sectors follow its own
    split = 62 - (bits - 8)
    sector = (entry & (1 << split) - 1) // SECTOR_BYTES
    more = (entry & _COMPRESSED - 1) >> split
    return (sector + more + 1) * SECTOR_BYTES


def _table(image: Image, offset: int, entries: int) -> tuple[int, ...]:
    return struct.unpack(f'>{entries}Q', image.part(offset, entries * 8))
