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

import pathlib
import random
import subprocess

import fixtures

from jacket_azure.sandbox import content
from jacket_azure.sandbox import errors
from tests import timeout

MIB = 1024 ** 2
SIZE = 96 * MIB


class Disk:
    """A disk in Azure as its reader shows it; each write is a range."""

    def __init__(self, size_bytes, *offsets):
        noise = random.Random(3)    # noqa: S311
        self.data = bytearray(size_bytes)
        self.written = []
        for offset in offsets:
            self.data[offset:offset + 4096] = noise.randbytes(4096)
            self.written.append((offset, offset + 4096))

    def ranges(self):
        return self.written

    def read(self, offset, length):
        return bytes(self.data[offset:offset + length])


class ContentTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.disk = Disk(SIZE + 512, 0, 5 * MIB - 512, SIZE - 4096)

    def qcow2(self, *options):
        raw, made = self.folder / 'raw', self.folder / 'qcow2'
        raw.write_bytes(self.disk.data[:SIZE])
        subprocess.run(
            ['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', *options,
             str(raw), str(made)], check=True)
        return open(made, 'rb')

    def test_the_same_disk(self):
        # zeros that were written, and a footer behind the end, do not count
        self.disk.written += [(40 * MIB, 41 * MIB), (SIZE, SIZE + 512)]
        self.disk.data[SIZE:] = b'f' * 512
        with self.qcow2() as file:
            size, found = content.of_qcow2(file)
        self.assertEqual(SIZE, size)
        self.assertEqual(content.of_disk(self.disk, SIZE), found)

    def test_one_bit(self):
        with self.qcow2() as file:
            _, found = content.of_qcow2(file)
        self.disk.data[SIZE - 1] ^= 1
        self.assertNotEqual(content.of_disk(self.disk, SIZE), found)

    def test_the_same_bytes_elsewhere(self):
        first, second = Disk(SIZE, 0), Disk(SIZE, 65536)
        self.assertNotEqual(
            content.of_disk(first, SIZE), content.of_disk(second, SIZE))

    def test_what_it_does_not_read(self):
        with self.qcow2('-c') as file:
            self.assertRaises(errors.SandboxError, content.of_qcow2, file)
        with self.qcow2('-o', 'cluster_size=4096') as file:
            self.assertRaises(errors.SandboxError, content.of_qcow2, file)
