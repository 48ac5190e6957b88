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

import socket
import struct

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.imaging import nbd
from jacket_azure.imaging import nbd_reader
from tests import timeout
from tests.unit.imaging.images import GIB
from tests.unit.imaging.images import MIB

GREETING = b'NBDMAGICIHAVEOPT\0\3'
STRUCTURED, META, GO = 8, 10, 7
CONTEXT = 77


def option(number, kind, payload=b''):
    return struct.pack('>QIII', 0x3E889045565A9, number, kind,
                       len(payload)) + payload


def greeted(size_bytes=GIB, context=True):
    """Return what a server says until requests can be sent."""
    name = struct.pack('>I', CONTEXT) + b'base:allocation'
    return (GREETING + option(STRUCTURED, 1)
            + (option(META, 4, name) if context else b'') + option(META, 1)
            + option(GO, 3, struct.pack('>HQH', 0, size_bytes, 1))
            + option(GO, 1))


def chunk(kind, payload=b'', serial=1, done=True, magic=0x668E33EF):
    return struct.pack('>IHHQI', magic, done, kind, serial,
                       len(payload)) + payload


def data(offset, content, **options):
    return chunk(1, struct.pack('>Q', offset) + content, **options)


def status(*extents, context=CONTEXT, **options):
    words = [number for extent in extents for number in extent]
    return chunk(5, struct.pack(f'>I{len(words)}I', context, *words),
                 **options)


class NbdTest(timeout.TestCase):

    def connect(self, said, hang=False):
        """Return a client of a server that says just this, whatever asked."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        theirs.sendall(said)
        if hang:
            ours.settimeout(0.001)
        else:
            theirs.shutdown(socket.SHUT_WR)
        return nbd.Connection(ours)

    def check_refused(self, pattern, method, *arguments):
        error = self.assertRaises(
            exceptions.InvalidRequest, method, *arguments)
        self.assertRegex(str(error), pattern)

    def test_a_server_that_is_none(self):
        for said, pattern in (
                (b'', 'gave up'),
                (GREETING[:10], 'gave up'),
                (b'HTTP/1.1 400 Bad Request\r\n', 'unknown greeting'),
                (b'NBDMAGICIHAVEOPT\0\0', 'unknown greeting'),
                (GREETING + option(STRUCTURED, 2**31 + 1), 'no structured'),
                (GREETING + option(GO, 1), 'another reply'),
                (GREETING + option(STRUCTURED, 1) + option(META, 1)
                 + option(GO, 2**31 + 6), 'no export'),
                (GREETING + option(STRUCTURED, 3) * 64, 'without end'),
                (GREETING + struct.pack('>QIII', 0x3E889045565A9, 8, 3,
                                        2**31), 'another reply')):
            self.check_refused(pattern, self.connect, said)

    def test_a_server_that_says_nothing(self):
        self.check_refused('in time', self.connect, GREETING, True)

    def test_reading(self):
        connection = self.connect(
            greeted() + data(4096, b'a' * 512, done=False)
            + chunk(2, struct.pack('>QI', 4608, 1024), done=False)
            + data(5632, b'b' * 512, done=False) + chunk(0)
            + data(0, b'c' * 512, serial=2))
        self.assertEqual(GIB, connection.size_bytes)
        self.assertEqual(
            b'a' * 512 + bytes(1024) + b'b' * 512,
            connection.read(4096, 2048))
        self.assertEqual(b'c' * 512, connection.read(0, 512))

    def test_data_that_cannot_be_read(self):
        for kind, payload in ((0x8001, b''), (0x8002, bytes(8))):
            connection = self.connect(greeted() + chunk(
                kind, struct.pack('>IH', 5, 3) + b'abc' + payload))
            self.check_refused('damaged: .* at byte 512 .*error 5',
                               connection.read, 512, 512)

    def test_answers_that_are_none(self):
        for said, pattern in (
                (data(0, bytes(1024)), 'nobody asked for'),
                (data(512, bytes(512)), 'nobody asked for'),
                (data(2**64 - 1, bytes(512)), 'nobody asked for'),
                (chunk(2, struct.pack('>QI', 0, 2**31)), 'nobody asked'),
                (chunk(2, bytes(13)), '13 bytes for a chunk of type 2'),
                (chunk(0, b'a'), '1 bytes for a chunk of type 0'),
                (data(0, bytes(256)), '256 bytes where 512'),
                (chunk(0), '0 bytes where 512'),
                (data(0, bytes(512), serial=9), 'another reply'),
                (data(0, bytes(512), magic=1), 'another reply'),
                (chunk(1, b'abc'), 'chunk of 3'),
                (status((512, 0)), 'type 5 for a read'),
                (struct.pack('>IHHQI', 0x668E33EF, 1, 1, 1, 2**32 - 1),
                 'chunk of 4294967295'),
                (data(0, bytes(512))[:-1], 'gave up')):
            self.check_refused(
                pattern, self.connect(greeted() + said).read, 0, 512)

    def test_extents(self):
        connection = self.connect(greeted() + status(
            (512, 0), (512, 1), (1024, 3), (512, 2), (4096, 0)))
        self.assertEqual(
            [(1024, False), (1536, True), (4096, False)],
            connection.extents(0, GIB))

    def test_without_a_status_all_is_data(self):
        connection = self.connect(greeted(context=False))
        self.assertEqual([(GIB, False)], connection.extents(0, GIB))

    def test_statuses_that_are_none(self):
        for said, pattern in (
                (chunk(0), 'no status'),
                (status((0, 0)), 'no status'),
                (status((512, 0), (0, 2)), 'no status'),
                (status((512, 0), context=1), 'nobody asked for'),
                (chunk(5, bytes(14)), 'nobody asked for'),
                (data(0, bytes(512)), 'type 1 for a status'),
                (chunk(0x8001, struct.pack('>IH', 22, 0)), 'damaged')):
            self.check_refused(
                pattern, self.connect(greeted() + said).extents, 0, GIB)

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=200), st.integers(0, 200),
           st.sampled_from([data(0, bytes(512)), status((512, 0)),
                            chunk(0x8002, bytes(14))]))
    def test_whatever_it_says_there_is_an_answer(self, noise, at, valid):
        for said in (noise, valid[:at] + noise):
            for call in ('read', 'extents'):
                connection = self.connect(greeted() + said)
                try:
                    found = getattr(connection, call)(0, 512)
                except exceptions.InvalidRequest:
                    continue
                self.assertIn(len(found), range(1, 513))

    def test_ranges_are_joined_across_answers(self):
        connection = self.connect(
            greeted(GIB + MIB) + status((MIB, 2), (GIB - MIB, 0))
            + status((GIB, 0), serial=2))
        reader = nbd_reader.NbdReader([connection])
        self.assertEqual([(MIB, GIB)], list(reader.ranges()))

    def test_a_million_extents_are_one(self):
        pieces = [(512, index % 2 * 2) for index in range(20000)]
        size = 512 * len(pieces)
        answer = status(*pieces)
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * MIB)
            self.addCleanup(end.close)
        theirs.sendall(greeted(size) + answer)
        reader = nbd_reader.NbdReader([nbd.Connection(ours)])
        self.assertEqual([(0, size)], list(reader.ranges()))

    def test_closing(self):
        connection = self.connect(greeted())
        reader = nbd_reader.NbdReader([connection])
        reader.close()
        self.check_refused('closed', reader.read, 0, 512)
