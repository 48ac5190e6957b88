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

import datetime
import json
import struct
import uuid

from hypothesis import given
from hypothesis import strategies as st
from oslo_utils.imageutils import format_inspector

from jacket_azure import exceptions
from jacket_azure.payload import vhd_dynamic
from tests import timeout
from tests import whole_files

MIB = 1024 ** 2
GIB = 1024 ** 3
ID = uuid.UUID('0f8fad5b-d9cb-469f-a165-70867728950e')
CREATED = datetime.datetime(2026, 11, 21, 9, 30, tzinfo=datetime.UTC)


def layout(disk_bytes, ranges):
    return vhd_dynamic.layout(disk_bytes, ranges, ID, CREATED)


class WholeFileTest(whole_files.WholeFileTestCase):
    """What qemu-img and Glance's inspector make of a whole file."""

    def make(self, disk_bytes, *offsets):
        ranges = [(offset, 4096) for offset in offsets]
        self.disk(disk_bytes, ranges)
        return self.write_planned('made.vhd', layout(disk_bytes, ranges))

    def test_qemu_reads_the_same_disk(self):
        for size in (GIB, 3 * GIB + MIB, 130 * GIB):
            self.make(size, 0, 5 * MIB - 512, GIB - 4096, size - 4096)
            told = json.loads(self.qemu_img(
                'info', '--output=json', '-f', 'vpc', 'made.vhd'))
            self.assertEqual(size, told['virtual-size'])
            self.assert_same('made.vhd', 'vpc')

    def test_an_empty_disk(self):
        path = self.make(GIB)
        self.assertLess(path.stat().st_size, 8192)
        self.assert_same('made.vhd', 'vpc')

    def test_glance_takes_it_for_a_vhd(self):
        found = format_inspector.detect_file_format(str(self.make(GIB, 0)))
        self.assertEqual(('vhd', GIB), (found.NAME, found.virtual_size))
        found.safety_check()

    def test_the_headers_have_their_checksums(self):
        data = self.make(GIB, 0).read_bytes()
        self.assertEqual(data[:512], data[-512:])
        for at, length, told in ((0, 512, 64), (512, 1024, 36)):
            header = bytearray(data[at:at + length])
            (expected,) = struct.unpack_from('>I', header, told)
            struct.pack_into('>I', header, told, 0)
            self.assertEqual(expected, ~sum(header) & 0xFFFFFFFF)

    def test_a_disk_that_is_too_large(self):
        raised = self.assertRaises(
            exceptions.InvalidRequest, layout, 2041 * GIB, [])
        self.assertIn('use raw or qcow2', str(raised))


RANGES = st.lists(st.tuples(
    st.integers(0, 64 * MIB - 1), st.integers(0, 5 * MIB)), max_size=8)


class LayoutTest(timeout.TestCase):

    @given(st.integers(1, 64), RANGES)
    def test_each_byte_that_counts_is_there_once(self, mibs, ranges):
        size = mibs * MIB
        inside = [
            (offset, min(length, size - offset)) for offset, length in ranges
            if offset < size]
        planned = layout(size, inside)
        there = [piece for piece in planned.pieces()
                 if not isinstance(piece, bytes)]
        self.assertEqual(sorted(there), there)
        self.assertEqual(len({offset for offset, _ in there}), len(there))
        for offset, length in inside:
            if length:
                covered = [
                    start for start, long in there
                    if start < offset + length and offset < start + long]
                blocks = {(at // (2 * MIB)) * 2 * MIB
                          for at in (offset, offset + length - 1)}
                self.assertLessEqual(blocks, set(covered))
        total = sum(
            len(piece) if isinstance(piece, bytes) else piece[1]
            for piece in planned.pieces())
        self.assertEqual(planned.size_bytes, total)

    def test_the_plan_of_the_largest_disk_is_made_at_once(self):
        planned = layout(2040 * GIB, [(2040 * GIB - 512, 512)])
        self.assertEqual((1044479,), planned.blocks)
