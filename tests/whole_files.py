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


"""Files of disk formats, and what qemu-img makes of them."""

import pathlib
import random
import subprocess

import fixtures

from tests import timeout


class WholeFileTestCase(timeout.TestCase):
    """:ivar folder: where the files are"""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path)

    def qemu_img(self, *arguments):
        """Run qemu-img in the folder; return what it says."""
        return subprocess.run(
            ['qemu-img', *arguments], cwd=self.folder, check=True,
            capture_output=True, text=True).stdout

    def disk(self, disk_bytes, ranges):
        """Write a raw disk with noise in its ranges."""
        noise = random.Random(7)    # noqa: S311
        with open(self.folder / 'disk.raw', 'wb') as disk:
            disk.truncate(disk_bytes)
            for offset, length in ranges:
                disk.seek(offset)
                disk.write(noise.randbytes(length))

    def write_planned(self, name, planned):
        """Write the file that is planned, of the bytes of the disk."""
        path = self.folder / name
        with open(path, 'wb') as made, (
                open(self.folder / 'disk.raw', 'rb')) as disk:
            for piece in planned.pieces():
                if not isinstance(piece, bytes):
                    disk.seek(piece[0])
                    piece = disk.read(piece[1])
                made.write(piece)
        self.assertEqual(planned.size_bytes, path.stat().st_size)
        return path

    def assert_same(self, name, kind):
        """Raise unless QEMU reads the disk from a file of its format."""
        self.assertIn('identical', self.qemu_img(
            'compare', '-f', 'raw', '-F', kind, 'disk.raw', name))
