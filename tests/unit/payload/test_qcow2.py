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

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.payload import qcow2
from tests import timeout
from tests import whole_files

MIB = 1024**2
GIB = 1024**3
TIB = 1024**4
CLUSTER = qcow2.CLUSTER_BYTES


class WholeFileTest(whole_files.WholeFileTestCase):
    """What qemu-img makes of a whole file."""

    def make(self, disk_bytes, ranges):
        """Make a disk with noise in its ranges, and the file of it."""
        self.disk(disk_bytes, ranges)
        planned = qcow2.layout(disk_bytes, ranges)
        self.write_planned('made.qcow2', planned)
        return planned

    def check(self, disk_bytes):
        told = json.loads(self.qemu_img(
            'info', '--output=json', '-f', 'qcow2', 'made.qcow2'))
        self.assertEqual(disk_bytes, told['virtual-size'])
        # 0 means neither errors nor leaks
        found = json.loads(self.qemu_img(
            'check', '--output=json', '-f', 'qcow2', 'made.qcow2'))
        self.assertEqual(
            (0, 0), (found['check-errors'], found.get('leaks', 0)))
        self.assert_same('made.qcow2', 'qcow2')
        return found

    def test_qemu_reads_the_same_disk(self):
        for size, ranges in (
                (GIB, [(0, 4096), (5 * MIB - 512, 3 * MIB),
                       (GIB - 512, 512)]),
                (GIB + 512, [(512, 512), (GIB, 512)]),
                (130 * GIB, [(at * 513 * MIB, 700) for at in range(250)]),
                (512, [(0, 512)])):
            self.make(size, ranges)
            self.check(size)

    def test_an_empty_disk(self):
        planned = self.make(4 * GIB, [])
        self.check(4 * GIB)
        self.assertEqual(4 * CLUSTER, planned.size_bytes)

    def test_only_clusters_that_hold_anything_are_in_the_file(self):
        self.make(4 * GIB, [(at * GIB + 70000, 10) for at in range(4)])
        self.assertEqual(4, self.check(4 * GIB)['allocated-clusters'])

    def test_more_references_than_one_block_counts(self):
        # of 64 KiB each, so nothing but the tables is read
        size = 3 * GIB
        planned = qcow2.layout(size, [(0, size)])
        with open(self.folder / 'made.qcow2', 'wb') as made:
            for piece in planned.pieces():
                if isinstance(piece, bytes):
                    made.write(piece)
                else:
                    made.seek(piece[1], 1)
            made.truncate(planned.size_bytes)
        with open(self.folder / 'disk.raw', 'wb') as disk:
            disk.truncate(size)
        self.check(size)


class LayoutTest(timeout.TestCase):

    @given(st.integers(1, 4 * 1024 * MIB // 512), st.lists(st.tuples(
        st.integers(0, 4 * GIB), st.integers(0, 3 * MIB)), max_size=9))
    def test_each_byte_that_counts_is_there_once(self, sectors, ranges):
        size = sectors * 512
        inside = sorted((offset, min(length, size - offset))
                        for offset, length in ranges if offset < size)
        planned = qcow2.layout(size, inside)
        total, last, there = 0, 0, []
        for piece in planned.pieces():
            if isinstance(piece, bytes):
                total += len(piece)
                continue
            offset, length = piece
            self.assertLessEqual(last, offset)
            last = offset + length
            self.assertLessEqual(last, size)
            total += length
            there.append(piece)
        self.assertEqual(planned.size_bytes, total)
        for offset, length in inside:
            if length > 0:
                self.assertTrue(any(
                    start <= offset and offset + length <= start + long
                    for start, long in there))

    def test_pieces_but_data_are_small(self):
        planned = qcow2.layout(8 * TIB, [(8 * TIB - 512, 512)])
        self.assertEqual({CLUSTER}, {
            len(piece) for piece in planned.pieces()
            if isinstance(piece, bytes)} - {CLUSTER - 512})
