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

"""Images in all formats for tests, made by QEMU or byte by byte."""

import functools
import hashlib
import pathlib
import random
import struct
import subprocess
import tempfile
import zlib

import fixtures

from jacket_azure import exceptions
from jacket_azure.imaging import models
from jacket_azure.imaging import sources
from jacket_azure.imaging import staging
from tests import timeout

MIB = 1024**2
GIB = 1024**3

#: name -> QEMU's format, its options, Glance's format, further arguments
KINDS = {
    'qcow2 version 2': ('qcow2', 'compat=0.10', 'qcow2'),
    'qcow2 version 3': ('qcow2', 'compat=1.1', 'qcow2'),
    'qcow2 with small clusters': ('qcow2', 'cluster_size=512', 'qcow2'),
    'qcow2 compressed': ('qcow2', 'compat=1.1', 'qcow2', '-c'),
    'qcow2 zstd': ('qcow2', 'compression_type=zstd', 'qcow2', '-c'),
    'vhd dynamic': ('vpc', 'subformat=dynamic', 'vhd'),
    'vhd fixed': ('vpc', 'subformat=fixed', 'vhd'),
    'vhd fixed, sized': ('vpc', 'subformat=fixed,force_size=on', 'vhd'),
    'vhdx dynamic': ('vhdx', 'subformat=dynamic,block_size=1M', 'vhdx'),
    'vhdx fixed': ('vhdx', 'subformat=fixed,block_size=1M', 'vhdx'),
    'vmdk monolithicSparse': ('vmdk', 'subformat=monolithicSparse', 'vmdk'),
    'vmdk streamOptimized': ('vmdk', 'subformat=streamOptimized', 'vmdk'),
}


@functools.cache
def disk(size_bytes=3 * MIB):
    """Return a disk with data, text and holes."""
    noise = random.Random(11)    # noqa: S311
    data = bytearray(size_bytes)
    data[:5000] = noise.randbytes(5000)
    data[510:512] = b'\x55\xaa'
    data[MIB + 512:MIB + 70000] = b'text'.ljust(64, b'.') * 1085 + bytes(48)
    data[-4096:] = noise.randbytes(4096)
    return bytes(data)


@functools.cache
def made(kind, size_bytes=3 * MIB):
    """Return an image of :func:`disk` in one of :data:`KINDS`."""
    target, options, _, *more = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder, 'disk')
        raw.write_bytes(disk(size_bytes))
        qemu_img('convert', *more, '-f', 'raw', '-O', target, '-o', options,
                 raw, raw.with_name('image'))
        return raw.with_name('image').read_bytes()


def qemu_img(*arguments):
    """Run qemu-img."""
    subprocess.run(['qemu-img', *map(str, arguments)], check=True,
                   capture_output=True)


def converted(path, *arguments):
    """Return what qemu-img makes of an image."""
    target = f'{path}.raw'
    qemu_img('convert', *arguments, '-O', 'raw', path, target)
    return pathlib.Path(target).read_bytes()


def stream_optimized(data):
    """Return a VMDK as VMware exports it: its directory is told at the end.

    QEMU makes them with the directory in front.
    """
    grain = 128 * 512
    sectors = len(data) // 512
    text = (f'# Disk DescriptorFile\nversion=1\nCID=7e5b80a7\n'
            f'parentCID=ffffffff\ncreateType="streamOptimized"\n\n'
            f'RDONLY {sectors} SPARSE "generated-stream.vmdk"\n\n'
            f'ddb.adapterType = "lsilogic"\n'
            f'ddb.virtualHWVersion = "21"\n').encode()

    def header(directory):
        return struct.pack(
            '<4sIIQQQQIQQQB4sH', b'KDMV', 3, 0x30001, sectors, 128, 1, 20,
            512, 0, directory, 128, 0, b'\n \r\n', 1).ljust(512, b'\0')

    def marker(count, kind):
        return struct.pack('<QII', count, 0, kind).ljust(512, b'\0')

    image = bytearray(header(2**64 - 1) + text)
    image += bytes(grain - len(image))
    table = [0] * 512
    for index in range(0, len(data), grain):
        piece = data[index:index + grain].ljust(grain, b'\0')
        if any(piece):
            packed = zlib.compress(piece)
            table[index // grain] = len(image) // 512
            image += struct.pack('<QI', index // 512, len(packed)) + packed
            image += bytes(-len(image) % 512)
    image += marker(4, 1)
    tables = len(image) // 512
    image += struct.pack('<512I', *table) + marker(1, 2)
    directory = len(image) // 512
    image += struct.pack('<I', tables).ljust(512, b'\0')
    image += marker(1, 3) + header(directory) + marker(0, 0)
    return bytes(image)


def source_image(data, disk_format, **facts):
    """Return an image that Glance would send in pieces."""
    return models.SourceImage(**{
        'id': '5f9f7b9c-3f0c-4f6a-9a2f-2f0f6c3f6d57', 'name': 'an image',
        'size_bytes': len(data), 'disk_format': disk_format,
        'container_format': 'bare', 'min_disk_gib': 0, 'os_type': 'Linux',
        'checksum': f'sha512:{hashlib.sha512(data).hexdigest()}',
        'generation': 'V1', 'state': 'generalized',
        'chunks': lambda: (data[at:at + 65536]
                           for at in range(0, len(data), 65536)), **facts})


class ImageTest(timeout.TestCase):
    """Has a staging area, which each test must leave empty."""

    limits = models.Limits(virtual_bytes=64 * MIB, request_timeout=30)

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.staging = staging.Staging(
            str(self.folder / 'staging'), 256 * MIB, wait_timeout=0)
        self.addCleanup(self.check_staging_is_empty)

    def check_staging_is_empty(self):
        left = [path.name for path in self.folder.glob('staging/*')]
        self.assertIn(left, ([], ['lock']))

    def open(self, data, disk_format, **facts):
        return sources.open_source(source_image(data, disk_format, **facts),
                                   self.staging, self.limits)

    def content(self, data, disk_format, **facts):
        """Return the whole disk in an image."""
        with self.open(data, disk_format, **facts) as source:
            found = whole(source)
            self.assertEqual(source.size_bytes, len(found))
            return found

    def refused(self, data, disk_format, **facts):
        """Return the sentence with which an image is refused."""
        try:
            found = self.content(data, disk_format, **facts)
        except exceptions.InvalidRequest as exc:
            return str(exc)
        self.fail(f'a disk of {len(found)} bytes was read')


def whole(source):
    """Read a source as a transfer does: what is no data is zeros."""
    if source.reader is None:
        return b''.join(source.chunks)
    found = bytearray(source.size_bytes)
    for offset, length in source.reader.ranges():
        found[offset:offset + length] = source.reader.read(offset, length)
    return bytes(found)
