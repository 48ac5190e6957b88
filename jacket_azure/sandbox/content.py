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


"""The content of a disk as a hash: of a disk in Azure, and of a QCOW2 file.

Of each cluster of 64 KiB that is not all zeros the place and the bytes, so
that two disks of a hundred GiB are compared by what they hold.

Source: QEMU, docs/interop/qcow2.txt.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import hashlib
import struct
from typing import BinaryIO

from jacket_azure.sandbox import disk_reader
from jacket_azure.sandbox import errors

CLUSTER_BYTES = 65536
PIECE_BYTES = 4 * 1024 * 1024
_HEADER = struct.Struct('>4sIQIIQIIQ')
_OFFSET = 0x00FF_FFFF_FFFF_FE00
_COMPRESSED = 1 << 62


def of_disk(disk: disk_reader.DiskReader, size_bytes: int) -> str:
    """Hash the first *size_bytes* of a disk; a VHD's footer is behind."""
    return _hash(_disk_clusters(disk, size_bytes))


def of_qcow2(file: BinaryIO) -> tuple[int, str]:
    """Return the size of the disk in a file, and its hash.

    :raises SandboxError: it is no file of the kind that the driver writes
    """
    magic, version, backing, _, bits, size, crypt, entries, table = (
        _HEADER.unpack(file.read(_HEADER.size)))
    if magic != b'QFI\xfb' or backing or crypt or 1 << bits != CLUSTER_BYTES:
        raise errors.SandboxError(f'this is no plain QCOW2 ({version})')
    return size, _hash(_file_clusters(file, entries, table))


def _hash(clusters: Iterable[tuple[int, bytes]]) -> str:
    found = hashlib.sha256()
    for offset, data in clusters:
        if any(data):
            found.update(struct.pack('>Q', offset))
            found.update(data)
    return found.hexdigest()


def _disk_clusters(
    disk: disk_reader.DiskReader, size_bytes: int
) -> Iterator[tuple[int, bytes]]:
    pieces = sorted({
        piece for start, end in disk.ranges()
        for piece in range(start // PIECE_BYTES,
                           (min(end, size_bytes) - 1) // PIECE_BYTES + 1)})
    for piece in pieces:
        start = piece * PIECE_BYTES
        data = disk.read(start, min(PIECE_BYTES, size_bytes - start))
        for at in range(0, len(data), CLUSTER_BYTES):
            yield start + at, data[at:at + CLUSTER_BYTES]


def _file_clusters(
    file: BinaryIO, entries: int, table: int
) -> Iterator[tuple[int, bytes]]:
    per_table = CLUSTER_BYTES // 8
    for first, second_table in enumerate(_table(file, table, entries)):
        if not second_table & _OFFSET:
            continue
        for second, entry in enumerate(
                _table(file, second_table & _OFFSET, per_table)):
            if entry & _COMPRESSED:
                raise errors.SandboxError('the QCOW2 file is compressed')
            # the lowest bit says that it reads as zeros
            if entry & _OFFSET and not entry & 1:
                file.seek(entry & _OFFSET)
                yield ((first * per_table + second) * CLUSTER_BYTES,
                       file.read(CLUSTER_BYTES))


def _table(file: BinaryIO, offset: int, entries: int) -> tuple[int, ...]:
    file.seek(offset)
    return struct.unpack(f'>{entries}Q', file.read(entries * 8))
