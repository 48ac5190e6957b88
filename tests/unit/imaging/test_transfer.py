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


import threading

import fixtures
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.imaging import pieces
from jacket_azure.imaging import transfer
from jacket_azure.imaging import workers
from tests import timeout
from tests.unit.imaging import memory
from tests.unit.imaging.memory import GIB
from tests.unit.imaging.memory import MIB

SIZE = 12 * MIB
#: where data is, and what: mostly not zeros
DATA = st.dictionaries(
    st.integers(0, SIZE // 512 - 1),
    st.tuples(st.integers(1, 12000), st.sampled_from((0, 1, 9))), max_size=6)


def disk(parts, size_bytes=SIZE):
    """Return a disk; *parts* may overlap, as ranges never do."""
    content, last = {}, 0
    for sector, (sectors, byte) in sorted(parts.items()):
        offset = max(sector * 512, last)
        length = min(sectors * 512, size_bytes - offset)
        if length > 0:
            content[offset] = bytes([byte]) * length
            last = offset + length
    return memory.Disk(size_bytes, content)


def chunked(source, length):
    for at in range(0, source.size_bytes, length):
        yield source.content(at, length)


class Stop(Exception):
    pass


class LawTest(timeout.TestCase):

    @settings(max_examples=40)
    @given(DATA, st.integers(1, 5))
    def test_a_copy_is_the_same_disk(self, parts, threads):
        source, target = disk(parts), memory.Disk(SIZE)
        result = transfer.copy(source, target, threads=threads)
        self.assertEqual(source, target)
        self.assertEqual(len(target.did('write')), result.pieces)

    @settings(max_examples=40)
    @given(DATA, st.sampled_from((512, 65536, 3 * MIB + 7, 4 * MIB, SIZE)),
           st.integers(1, 5))
    def test_a_stream_makes_the_same_disk(self, parts, length, threads):
        source, target = disk(parts), memory.Disk(GIB)
        result = transfer.pour(
            chunked(source, length), SIZE, target, threads=threads)
        self.assertEqual(source, target)
        self.assertEqual(len(target.did('write')), result.pieces)

    @settings(max_examples=40)
    @given(DATA)
    def test_each_piece_is_read_once_and_within_the_grid(self, parts):
        source = disk(parts)
        transfer.copy(source, memory.Disk(SIZE))
        wanted = {
            piece for offset, length in source.ranges() for piece in range(
                offset // pieces.PIECE_BYTES,
                (offset + length - 1) // pieces.PIECE_BYTES + 1)}
        self.assertEqual(sorted(wanted), [
            offset // pieces.PIECE_BYTES
            for offset, length in source.did('read')])

    @settings(max_examples=40)
    @given(DATA, DATA)
    def test_a_second_stream_sends_what_differs(self, first, second):
        """And what is zeros now, but was not."""
        target, sent = memory.Disk(SIZE), transfer.Sent()
        transfer.pour(chunked(disk(first), MIB), SIZE, target, sent=sent)
        transfer.pour(chunked(disk(second), MIB), SIZE, target, sent=sent)
        self.assertEqual(disk(second), target)
        again = transfer.pour(
            chunked(disk(second), MIB), SIZE, target, sent=sent)
        self.assertEqual(0, again.pieces)


class CopyTest(timeout.TestCase):

    def test_only_what_is_not_zeros_costs_requests(self):
        source = memory.Disk(4 * GIB, {
            at * 64 * MIB: b'x' * 4 * MIB for at in range(16)}
            | {2 * GIB: bytes(4 * MIB), 3 * GIB - 512: b'y' * 512})
        target = memory.Disk(4 * GIB)
        result = transfer.copy(source, target)
        self.assertEqual(
            transfer.Result(4 * GIB, 17, 64 * MIB + 512), result)
        self.assertEqual(1, len(source.did('ranges')))
        self.assertEqual(18, len(source.did('read')))

    def test_scattered_sectors_of_a_piece_are_one_request(self):
        source = memory.Disk(GIB, {
            512 + at * 65536: b'x' * 512 for at in range(64)})
        target = memory.Disk(GIB)
        transfer.copy(source, target)
        self.assertEqual([(512, 63 * 65536 + 512)], source.did('read'))

    def test_as_many_as_threads_are_under_way(self):
        # else the writer has threads, too
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.blob.writer.usual_threads', lambda: 0))
        meeting = threading.Barrier(3, timeout=30)
        source = memory.Disk(SIZE, {
            at: b'x' * 512 for at in range(0, SIZE, 4 * MIB)})

        class Target(memory.Disk):
            def write(self, offset, data):
                meeting.wait()
                super().write(offset, data)

        transfer.copy(source, Target(SIZE), threads=3)

    def test_progress_grows_to_the_whole(self):
        for source in (disk({0: (20000, 1)}), disk({}), disk({5: (1, 0)})):
            told = []
            transfer.copy(source, memory.Disk(SIZE), progress=told.append)
            self.assertEqual(sorted(set(told)), told)
            self.assertEqual(100, told[-1])

    def test_a_check_ends_it_and_leaves_nothing_under_way(self):
        source, target = disk({0: (40000, 1)}), memory.Disk(SIZE)
        asked = []

        def check():
            asked.append(1)
            if len(asked) == 3:
                raise Stop()

        before = threading.active_count()
        self.assertRaises(
            Stop, transfer.copy, source, target, threads=2, check=check)
        self.assertEqual(before, threading.active_count())
        self.assertLessEqual(len(target.did('write')), 2)

    def test_what_either_end_raises_comes_through(self):
        class Broken(memory.Disk):
            def read(self, offset, length):
                raise Stop()
            write = read

        data = {0: b'x' * 512}
        self.assertRaises(
            Stop, transfer.copy, Broken(SIZE, data), memory.Disk(SIZE))
        self.assertRaises(
            Stop, transfer.copy, memory.Disk(SIZE, data), Broken(SIZE))

    def test_a_source_that_gives_less_is_no_source(self):
        class Short(memory.Disk):
            def read(self, offset, length):
                return super().read(offset, length)[:-1]

        self.assertRaises(
            exceptions.OperationFailed, transfer.copy,
            Short(SIZE, {0: b'x' * 512}), memory.Disk(SIZE))

    def test_a_target_that_is_too_small(self):
        target = memory.Disk(SIZE - 512)
        self.assertRaises(
            exceptions.InvalidRequest, transfer.copy, disk({}), target)
        self.assertRaises(
            exceptions.InvalidRequest, transfer.pour, [], SIZE, target)


class PourTest(timeout.TestCase):

    def test_fewer_or_more_bytes_than_told(self):
        for chunks, words in (([bytes(SIZE - 1)], 'ends after'),
                              ([bytes(SIZE), b'x'], 'more than')):
            raised = self.assertRaises(
                exceptions.InvalidRequest, transfer.pour, chunks, SIZE,
                memory.Disk(SIZE))
            self.assertIn(words, str(raised))

    def test_the_source_is_read_to_its_end(self):
        def chunks():
            yield bytes(SIZE)
            raise Stop()

        self.assertRaises(
            Stop, transfer.pour, chunks(), SIZE, memory.Disk(SIZE))

    def test_progress_and_check(self):
        told, asked = [], []
        transfer.pour(
            chunked(disk({0: (99, 1)}), MIB), SIZE, memory.Disk(SIZE),
            progress=told.append, check=lambda: asked.append(1))
        self.assertEqual([33, 66, 100], told)
        self.assertEqual(3, len(asked))


class WorkersTest(timeout.TestCase):

    def test_results_keep_their_order(self):
        for function in (workers.in_order, workers.in_batches):
            for threads in (1, 3, 50):
                self.assertEqual(
                    [at * 2 for at in range(20)],
                    list(function(lambda at: at * 2, range(20), threads)))

    def test_no_more_is_taken_than_is_needed(self):
        taken = []

        def items():
            for at in range(100):
                taken.append(at)
                yield at

        found = workers.in_order(lambda at: at, items(), 4)
        next(found)
        self.assertLessEqual(len(taken), 9)
        found.close()

    def test_batches_leave_nothing_between_two_results(self):
        before = threading.active_count()
        found = workers.in_batches(lambda at: at, range(9), 4)
        for _ in found:
            self.assertEqual(before, threading.active_count())
