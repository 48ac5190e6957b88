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


import json
import random
import threading

import fixtures
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslo_utils.imageutils import format_inspector

from jacket_azure import exceptions
from jacket_azure.imaging import export
from jacket_azure.imaging import pieces
from jacket_azure.payload import vhd
from tests import timeout
from tests import whole_files
from tests.unit.imaging import memory
from tests.unit.imaging.memory import GIB
from tests.unit.imaging.memory import MIB

#: of QEMU, by ours
DRIVERS = {'raw': 'raw', 'qcow2': 'qcow2', 'vhd': 'vpc', 'vhd-fixed': 'raw'}


def disk(size_bytes, *ranges):
    noise = random.Random(7)    # noqa: S311
    return memory.Disk(size_bytes, {
        offset: noise.randbytes(length) for offset, length in ranges})


class WholeFileTest(whole_files.WholeFileTestCase):

    def write(self, name, source, disk_format, **options):
        """Write a sparse file of what is exported."""
        told = []
        with export.open_export(
                source, disk_format, progress=told.append,
                **options) as made, open(self.folder / name, 'wb') as file:
            for chunk in made:
                if pieces.is_zero(chunk):
                    file.seek(len(chunk), 1)
                else:
                    file.write(chunk)
            self.assertEqual(made.size_bytes, file.tell())
            file.truncate(made.size_bytes)
        self.assertEqual(sorted(set(told)), told)
        self.assertEqual(100, told[-1])
        self.assertEqual(1, source.closed)

    def test_every_format_holds_the_same_disk(self):
        ranges = [(0, 70000), (4 * MIB - 512, 1024), (21 * MIB, 9 * MIB),
                  (GIB - 4096, 4096)]
        self.write('disk.raw', disk(GIB, *ranges), 'raw')
        for disk_format, driver in DRIVERS.items():
            name = f'made.{disk_format}'
            self.write(name, disk(GIB, *ranges), disk_format)
            if disk_format == 'vhd-fixed':
                file = self.folder / name
                with open(file, 'r+b') as opened:
                    opened.seek(GIB)
                    self.assertIsNone(vhd.problem(opened.read(), GIB))
                    opened.truncate(GIB)
            if disk_format == 'qcow2':
                self.qemu_img('check', '-f', driver, name)
            told = json.loads(self.qemu_img(
                'info', '--output=json', '-f', driver, name))
            self.assertEqual(GIB, told['virtual-size'])
            self.assertIn('identical', self.qemu_img(
                'compare', '-f', 'raw', '-F', driver, 'disk.raw', name))

    def test_the_formats_of_glance_are_what_it_takes_them_for(self):
        for disk_format in ('qcow2', 'vhd'):
            self.write('made', disk(GIB, (0, 512)), disk_format)
            found = format_inspector.detect_file_format(
                str(self.folder / 'made'))
            self.assertEqual(disk_format, found.NAME)
            found.safety_check()

    def test_an_empty_disk(self):
        for disk_format in export.FORMATS:
            source = disk(64 * MIB)
            self.write('made', source, disk_format)
            self.assertEqual([], source.did('read'))


class ExportTest(timeout.TestCase):

    def test_a_piece_is_read_once_whatever_the_format(self):
        ranges = [(at * 64 * MIB + 512, 4 * MIB - 512) for at in range(8)] + [
            (GIB + at * 128 * 1024, 512) for at in range(32)]
        for disk_format in export.FORMATS:
            source = disk(2 * GIB, *ranges)
            with export.open_export(source, disk_format) as made:
                for _ in made:
                    pass
            self.assertEqual(9, len(source.did('read')), disk_format)
            self.assertEqual(1, len(source.did('ranges')))

    @settings(max_examples=40)
    @given(st.lists(st.tuples(st.integers(0, 20 * MIB // 512),
                              st.integers(1, 9000)), max_size=5),
           st.lists(st.integers(50000, 6 * MIB), min_size=1, max_size=5))
    def test_reads_of_any_length_give_the_file(self, places, lengths):
        source, last = {}, 0
        for sector, sectors in sorted(places):
            offset = max(sector * 512, last)
            length = min(sectors * 512, 20 * MIB - offset)
            if length > 0:
                source[offset] = bytes([1 + sector % 255]) * length
                last = offset + length
        reader = memory.Disk(20 * MIB, source)
        with export.open_export(reader, 'raw', threads=2) as made:
            found = bytearray()
            while data := made.read(lengths[len(found) % len(lengths)]):
                found += data
        self.assertEqual(reader.content(0, 20 * MIB), found)

    def test_several_are_read_ahead(self):
        meeting = threading.Barrier(3, timeout=30)

        class Source(memory.Disk):
            def read(self, offset, length):
                meeting.wait()
                return super().read(offset, length)

        source = Source(GIB, {at * 4 * MIB: b'x' * 512 for at in range(9)})
        with export.open_export(source, 'raw', threads=3) as made:
            self.assertEqual(b'xx', made.read(2))
            # no more than two for each thread, and one that was taken
            self.assertLessEqual(len(source.did('read')), 7)
            # the last of seven would wait for two others
            meeting.abort()

    def test_without_threads_between_calls_none_is_left(self):
        """As eventlet needs it, see ``blob/writer.py``."""
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.blob.writer.usual_threads', lambda: 0))
        before = threading.active_count()
        source = disk(64 * MIB, *((at * 8 * MIB, 512) for at in range(6)))
        with export.open_export(source, 'raw') as made:
            found = 0
            while data := made.read(65536):
                found += len(data)
                self.assertEqual(before, threading.active_count())
        self.assertEqual(64 * MIB, found)

    def test_a_failure_is_no_end(self):
        class Broken(memory.Disk):
            def read(self, offset, length):
                if offset:
                    raise exceptions.Unavailable('As the test wants.')
                return super().read(offset, length)

        source = Broken(GIB, {0: b'x' * 512, GIB // 2: b'x' * 512})
        made = export.open_export(source, 'raw')
        for _ in range(2):
            self.assertRaises(exceptions.Unavailable, list, made)
        made.close()
        made.close()
        self.assertRaises(exceptions.Unavailable, made.read, 1)

    def test_nothing_is_read_once_it_is_closed(self):
        made = export.open_export(disk(GIB, (0, 512)), 'raw')
        before = threading.active_count()
        self.assertEqual(b'', made.read(0)[1:])
        made.close()
        self.assertLessEqual(threading.active_count(), before)
        self.assertRaises(exceptions.InvalidRequest, made.read, 1)

    def test_what_cannot_be_is_refused_and_the_disk_closed(self):
        for size, disk_format in ((GIB, 'vmdk'), (2041 * GIB, 'vhd')):
            source = disk(size)
            self.assertRaises(
                exceptions.InvalidRequest, export.open_export, source,
                disk_format)
            self.assertEqual(1, source.closed)
