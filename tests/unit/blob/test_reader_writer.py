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

from concurrent import futures
import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.blob import leases
from jacket_azure.blob import reader
from jacket_azure.blob import writer
from tests import timeout
from tests.unit.blob import base
from tests.unit.blob.base import GIB
from tests.unit.blob.base import MIB
from tests.unit.blob.base import PAGE

PATH = 'volumes/one.vhd'


class Memory:
    """A blob that is a bytearray, and remembers what was sent."""

    def __init__(self, size_bytes):
        self.data = bytearray(size_bytes)
        self.sent = []
        self.lock = threading.Lock()

    def write(self, offset, data):
        with self.lock:
            self.sent.append(('write', offset, len(data)))
            self.data[offset:offset + len(data)] = data

    def clear(self, offset, length):
        with self.lock:
            self.sent.append(('clear', offset, length))
            self.data[offset:offset + length] = bytes(length)


SIZE = 12 * MIB
#: what is done: a place, a length, and a byte that is mostly not zero
STEPS = st.lists(
    st.tuples(st.integers(0, SIZE // PAGE - 1),
              st.sampled_from((1, 2, 9, 8191, 8192, 8193, 20000)),
              st.sampled_from((0, 0, 1, 7, 255)), st.booleans()),
    max_size=10)


class WriterLawTest(timeout.TestCase):

    @given(STEPS, st.integers(0, 4))
    def test_the_last_write_to_a_place_is_what_stays(self, steps, threads):
        blob, expected = Memory(SIZE), bytearray(SIZE)
        made = writer.Writer(blob, SIZE, threads)
        for page, pages, byte, clears in steps:
            offset = page * PAGE
            length = min(pages * PAGE, SIZE - offset)
            data = bytes([byte]) * length
            if clears:
                made.clear(offset, length)
                data = bytes(length)
            else:
                made.write(offset, data)
            expected[offset:offset + length] = data
        made.close()
        self.assertEqual(expected, blob.data)
        for _, _, length in (step for step in blob.sent
                             if step[0] == 'write'):
            self.assertTrue(0 < length <= 4 * MIB)

    @given(st.permutations(range(3)), st.integers(0, 4))
    def test_threads_may_write_to_other_pieces(self, order, threads):
        blob = Memory(SIZE)
        made = writer.Writer(blob, SIZE, threads)
        with futures.ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda piece: made.write(
                piece * 4 * MIB, bytes([piece + 1]) * 4 * MIB), order))
        made.close()
        self.assertEqual(
            b''.join(bytes([piece + 1]) * 4 * MIB for piece in range(3)),
            bytes(blob.data))

    @given(st.binary(min_size=0, max_size=40).map(
        lambda data: data.ljust(-(-len(data) // 8) * 8 or 8, b'\0')))
    def test_zeros_at_the_ends_are_not_sent(self, pattern):
        data = b''.join(bytes([byte]) * 128 for byte in pattern)
        data = data.ljust(-(-len(data) // PAGE) * PAGE, b'\0')
        blob = Memory(SIZE)
        made = writer.Writer(blob, SIZE)
        made.write(0, data)
        made.close()
        self.assertEqual(data, bytes(blob.data[:len(data)]))
        if not any(data):
            self.assertEqual([], blob.sent)


class ReaderWriterTest(base.BlobTestCase):

    def setUp(self):
        super().setUp()
        self.blob = self.account.blob(PATH)
        self.blob.create(GIB + 512, {})

    def test_what_is_written_is_read(self):
        made = writer.Writer(self.blob, GIB)
        data = os.urandom(9 * MIB)
        made.write(3 * MIB, data)
        made.write(GIB - 512, b'e' * 512)
        made.write(100 * MIB, bytes(20 * MIB))
        operations, _ = self.counting(made.close)
        self.assertEqual(
            {3 * MIB + at: data[at:at + PAGE]
             for at in range(0, len(data), PAGE)} | {GIB - 512: b'e' * 512},
            self.azurite.pages(PATH))
        found = reader.Reader(self.blob, GIB)
        self.assertEqual(
            [(3 * MIB, 9 * MIB), (GIB - 512, 512)], list(found.ranges()))
        self.assertEqual(data, found.read(3 * MIB, 9 * MIB))
        self.assertEqual(b'e' * 512, found.read(GIB - 512, 4096))
        self.assertEqual(b'', found.read(GIB, 512))
        self.assertEqual(bytes(1024), found.read(2 * MIB + 5, 1024))

    def test_requests(self):
        data = b'x' * 8 * MIB

        def work():
            made = writer.Writer(self.blob, GIB)
            made.write(0, data)
            made.write(MIB * 512, bytes(64 * MIB))
            made.clear(0, GIB)
            made.write(0, data)
            made.write(0, bytes(8 * MIB))
            made.close()

        operations, _ = self.counting(work)
        # zeros only where something has been
        self.assertEqual(4, operations.count('blobs.write'))
        self.assertEqual(3, operations.count('blobs.clear'))
        self.assertEqual({}, self.azurite.pages(PATH))
        operations, _ = self.counting(
            lambda: reader.Reader(self.blob, GIB).read(0, 9 * MIB))
        self.assertEqual(['blobs.read'] * 3, operations)

    def test_several_are_under_way(self):
        with self.azure.meeting('PUT', 'blobs/page', 3) as barrier:
            made = writer.Writer(self.blob, GIB, 3)
            made.write(0, b'x' * 12 * MIB)
            made.close()
        self.assertFalse(barrier.broken)

    def test_a_failure_is_raised_and_nothing_follows(self):
        finished = []
        self.faults.fail('PUT', 'blobs/page', 400, 'InvalidInput', times=1)
        made = writer.Writer(
            self.blob, GIB, 1, finish=lambda: finished.append(1))
        made.write(0, b'x' * MIB)
        self.assertRaises(exceptions.Refused, made.flush)
        self.assertRaises(exceptions.Refused, made.write, 0, b'x' * 512)
        self.assertRaises(exceptions.Refused, made.close)
        self.assertEqual([], finished)
        self.assertEqual({}, self.azurite.pages(PATH))
        self.assertRaises(exceptions.Refused, made.close)
        made.abort()
        made.close()
        self.assertEqual([], finished)

    def test_abort_undoes_also_after_a_close_that_failed(self):
        undone = []

        def fail():
            raise exceptions.Unavailable('As the test wants.')

        made = writer.Writer(self.blob, GIB, finish=fail,
                             undo=lambda: undone.append(1))
        self.assertRaises(exceptions.Unavailable, made.close)
        made.abort()
        self.assertEqual([1], undone)

    def test_abort_undoes(self):
        undone = []
        made = writer.Writer(
            self.blob, GIB, undo=lambda: undone.append(self.blob.delete()))
        made.write(0, b'x' * MIB)
        made.abort()
        made.abort()
        self.assertEqual([True], undone)
        self.assertIsNone(self.azurite.size(PATH))
        self.assertRaises(exceptions.InvalidRequest,
                          made.write, 0, b'x' * 512)

    def test_what_does_not_fit_is_refused(self):
        made = writer.Writer(self.blob, GIB)
        self.addCleanup(made.close)
        for offset, length in ((GIB, 512), (GIB - 512, 1024), (1, 512),
                               (0, 511), (-512, 512), (0, 0)):
            self.assertRaises(exceptions.InvalidRequest,
                              made.write, offset, bytes(length))
            self.assertRaises(exceptions.InvalidRequest,
                              made.clear, offset, length)
        found = reader.Reader(self.blob, GIB)
        self.assertRaises(exceptions.InvalidRequest, found.read, -1, 5)
        found.close()
        self.assertRaises(exceptions.InvalidRequest, found.read, 0, 5)

    def test_a_change_of_what_is_read_is_noticed(self):
        etag = self.blob.write(0, b'x' * 512)
        found = reader.Reader(self.blob, GIB, etag)
        self.assertEqual(b'x' * 512, found.read(0, 512))
        self.blob.write(0, b'y' * 512)
        self.assertRaises(exceptions.PreconditionFailed,
                          found.read, 0, 512)
        self.assertRaises(exceptions.PreconditionFailed,
                          list, found.ranges())

    def test_a_lease_is_kept_and_given_back(self):
        lease = leases.Lease(self.blob)
        lease.acquire()
        made = writer.Writer(self.blob, GIB, lease=lease)
        made.write(0, b'x' * 512)
        made.flush()
        self.assertRaises(exceptions.InUse, self.blob.write, 0, b'y' * 512)
        self.azure.sleep(leases.RENEW_SECONDS)
        operations, _ = self.counting(made.write, 0, b'z' * 512)
        self.assertIn('leases.renew', operations)
        made.close()
        self.assertFalse(self.blob.properties().is_leased)
        self.assertEqual({0: b'z' * 512}, self.azurite.pages(PATH))

    def test_one_of_many_threads_keeps_the_lease(self):
        lease = leases.Lease(self.blob)
        lease.acquire()
        made = writer.Writer(self.blob, GIB, 0, lease=lease)
        self.addCleanup(made.close)
        self.azure.sleep(leases.RENEW_SECONDS)

        def write(piece):
            made.write(piece * 4 * MIB, b'x' * 512)

        # none has an answer before all have been sent
        with (self.azure.meeting('PUT', 'blobs/page', 3) as barrier,
              futures.ThreadPoolExecutor(3) as pool):
            operations, _ = self.counting(
                lambda: list(pool.map(write, range(3))))
        self.assertFalse(barrier.broken)
        self.assertEqual(1, operations.count('leases.renew'))

    def test_nothing_is_written_once_the_lease_is_lost(self):
        lease = leases.Lease(self.blob)
        lease.acquire()
        made = writer.Writer(self.blob, GIB, lease=lease)
        leases.break_lease(self.blob)
        other = leases.Lease(self.blob)
        other.acquire()
        made.write(0, b'x' * 512)
        self.assertRaises(exceptions.InUse, made.close)
        made.abort()
        self.assertEqual({}, self.azurite.pages(PATH))
