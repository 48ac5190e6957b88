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


import dataclasses
import errno
import time
import types

import requests

from jacket_azure import exceptions
from jacket_azure.imaging import bring
from jacket_azure.imaging import transfer
from tests.unit.imaging import images
from tests.unit.imaging import memory
from tests.unit.imaging.images import GIB
from tests.unit.imaging.images import MIB

CONF = types.SimpleNamespace(image_max_size_gib=2, image_transfer_threads=2)


class Signature(Exception):
    """Somebody else's, of an image that is not what was signed."""


class BringTest(images.ImageTest):

    def setUp(self):
        super().setUp()
        self.disks = []

    def open_writer(self, size_gib):
        made = memory.Disk(size_gib * GIB)
        self.disks.append(made)
        return made

    def bring(self, image, **options):
        return bring.bring(
            image, self.open_writer, self.staging, CONF, **options)

    def streams(self, data, *endings, disk_format='raw'):
        """Return an image whose streams end so, one after the other.

        :param endings: how much of *data* comes, and what is raised then
        """
        left = list(endings)

        def chunks():
            length, error = left.pop(0) if left else (len(data), None)
            for at in range(0, length, MIB):
                yield data[at:min(at + MIB, length)]
            if error is not None:
                raise error

        made = images.source_image(data, disk_format)
        return dataclasses.replace(made, chunks=chunks)

    def check(self, data):
        [made] = self.disks
        self.assertEqual((1, 0), (made.closed, made.aborted))
        self.assertEqual(data, made.content(0, len(data)))

    def check_given_up(self):
        [made] = self.disks
        self.assertEqual((0, 1), (made.closed, made.aborted))

    def test_streams_and_what_is_staged(self):
        for kind in ('qcow2 version 3', 'vhd fixed, sized', None):
            self.disks.clear()
            data = images.disk()
            image = images.source_image(
                images.made(kind), images.KINDS[kind][2]
            ) if kind else images.source_image(data, 'raw')
            told = []
            result = self.bring(image, progress=told.append)
            self.check(data)
            self.assertEqual(1, result.pieces, kind)
            self.assertEqual(100, told[-1])
            self.assertEqual(sorted(set(told)), told)

    def test_a_stream_that_breaks_off_is_read_again_and_sent_once(self):
        data = b''.join(bytes([at + 1]) * 4 * MIB for at in range(5))
        cut = requests.ConnectionError('As the test wants.')
        self.bring(self.streams(data, (9 * MIB, cut), (17 * MIB, cut)))
        self.check(data)
        self.assertEqual(
            [(at * 4 * MIB, 4 * MIB) for at in range(5)],
            self.disks[0].did('write'))

    def test_what_came_wrong_is_sent_again(self):
        right = b''.join(bytes([at + 1]) * 4 * MIB for at in range(3))
        wrong = right[:5 * MIB] + b'!' + right[5 * MIB + 1:]
        streams = [wrong, right]

        def chunks():
            yield streams.pop(0)
            if streams:
                # what is under way when a stream breaks off may not be sent
                until = time.monotonic() + 30
                while (len(self.disks[0].did('write')) < 3
                       and time.monotonic() < until):
                    time.sleep(0.01)
                # as glanceclient says it
                raise OSError(errno.EPIPE, 'Corrupt image download.')

        image = dataclasses.replace(
            images.source_image(right, 'raw'), chunks=chunks)
        self.bring(image)
        self.check(right)
        self.assertEqual(4, len(self.disks[0].did('write')))

    def test_after_some_tries_it_is_given_up(self):
        data, cut = bytes(4 * MIB), requests.ConnectionError('no')
        endings = [(MIB, cut)] * bring.TRIES
        self.assertIs(cut, self.assertRaises(
            requests.ConnectionError, self.bring,
            self.streams(data, *endings, (len(data), None))))
        self.check_given_up()

    def test_a_full_local_disk_is_not_tried_again(self):
        data = bytes(4 * MIB)
        full = OSError(errno.ENOSPC, 'No space left on device')
        self.assertRaises(
            OSError, self.bring, self.streams(data, (MIB, full)))
        self.check_given_up()

    def test_what_the_stream_says_in_the_end_counts(self):
        data = images.disk()
        for error in (Signature(), exceptions.InvalidRequest('no')):
            self.disks.clear()
            self.assertIs(error, self.assertRaises(
                type(error), self.bring,
                self.streams(data, (len(data), error))))
            self.check_given_up()

    def test_bytes_that_are_not_what_glance_has_told(self):
        image = dataclasses.replace(
            images.source_image(images.disk(), 'raw'),
            checksum='md5:' + '0' * 32)
        self.assertRaises(exceptions.InvalidRequest, self.bring, image)
        self.check_given_up()

    def test_nothing_is_made_for_what_is_refused_at_once(self):
        image = images.source_image(images.disk(), 'iso')
        self.assertRaises(exceptions.InvalidRequest, self.bring, image)
        image = dataclasses.replace(
            images.source_image(images.disk(), 'raw'), size_bytes=3 * GIB)
        self.assertRaises(exceptions.InvalidRequest, self.bring, image)
        self.assertEqual([], self.disks)

    def test_a_check_ends_it(self):
        def check():
            raise Signature()

        self.assertRaises(
            Signature, self.bring, images.source_image(images.disk(), 'raw'),
            check=check)
        self.check_given_up()

    def test_a_disk_that_cannot_be_finished_or_deleted(self):
        class Broken(memory.Disk):
            def close(self):
                raise exceptions.Unavailable('close')

            def abort(self):
                super().abort()
                raise exceptions.Unavailable('abort')

        disks = [Broken(GIB)]
        raised = self.assertRaises(
            exceptions.Unavailable, bring.bring,
            images.source_image(images.disk(), 'raw'),
            lambda size_gib: disks[0], self.staging, CONF)
        self.assertEqual('close', str(raised))
        self.assertEqual(1, disks[0].aborted)

    def test_the_disk_is_as_large_as_the_image_in_whole_gib(self):
        data = bytes(GIB + 512)
        result = self.bring(images.source_image(data, 'raw'))
        self.assertEqual(2 * GIB, self.disks[0].size_bytes)
        self.assertEqual(
            transfer.Result(GIB + 512, 0, 0), result)
