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


"""Images on both disk models: what a transfer costs, and what is left."""

import collections
import hashlib
import pathlib

import fixtures

from jacket_azure import exceptions
from jacket_azure.imaging import cache
from jacket_azure.imaging import export
from jacket_azure.imaging import models
from jacket_azure.imaging import staging
from tests.unit.disks.managed import base as managed_base
from tests.unit.disks.page_blob import base as page_blob_base
from tests.unit.imaging import memory
from tests.unit.imaging.memory import GIB
from tests.unit.imaging.memory import MIB

PIECE = 4 * MIB
# the 4 MiB chunks of the disk that hold anything: 64 MiB in 16 of them
PLACES = tuple(at * 256 * MIB for at in range(15)) + (4 * GIB - PIECE,)
# what one more request for each five of them may be
MOST = len(PLACES) * 12 // 10
# of the bytes alone; all others cost the same whatever the size
DATA = ('blobs.write', 'blobs.read', 'blobs.ranges', 'blobs.clear')


def disk(places=PLACES, size_bytes=4 * GIB, length=PIECE):
    return memory.Disk(size_bytes, {
        at: hashlib.sha256(str(at).encode()).digest() * (length // 32)
        for at in places})


def image_of(source, **facts):
    """Return an image in Glance with the bytes of a disk."""
    def chunks():
        for at in range(0, source.size_bytes, PIECE):
            yield source.content(at, PIECE)

    return models.SourceImage(**{
        'id': '5f9f7b9c-3f0c-4f6a-9a2f-2f0f6c3f6d57', 'name': 'an image',
        'size_bytes': source.size_bytes, 'disk_format': 'raw',
        'container_format': 'bare', 'min_disk_gib': 0, 'os_type': 'Linux',
        'checksum': None, 'generation': 'V1', 'state': 'generalized',
        'chunks': chunks, **facts})


class Transfers:
    """What holds for both models."""

    contents = True

    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.cache = cache.ImageCache(
            self.disk_model(), self.conf.azure,
            staging.Staging(str(folder), GIB), self.azure.clock.time)

    def counted(self, work, *arguments):
        """Return the result, and how often each operation was sent."""
        with self.client.statistics.record() as attempts:
            result = work(*arguments)
        return result, collections.Counter(
            attempt.operation for attempt in attempts if not attempt.is_poll)

    def export(self, image, disk_format):
        with export.open_export(
                self.disk_model().open_image_reader(image.name),
                disk_format) as made:
            return sum(map(len, made)), made.size_bytes

    def check(self, image, source):
        reader = self.disk_model().open_image_reader(image.name)
        self.addCleanup(reader.close)
        self.assertEqual(source.size_bytes, reader.size_bytes)
        expected = dict(source.ranges())
        found = {}
        for offset, length in reader.ranges():
            for at in range(offset, offset + length, PIECE):
                part = min(PIECE, offset + length - at)
                self.assertEqual(
                    source.content(at, part), reader.read(at, part))
                found[at] = part
        self.assertEqual(expected, found)

    def test_requests_of_four_gib_with_64_mib_of_data(self):
        source = disk()
        image, sent = self.counted(self.cache.ensure, image_of(source))
        self.assertLessEqual(sum(sent[one] for one in DATA), MOST, sent)
        self.assertLessEqual(
            sum(sent.values()), len(PLACES) + self.fixed_up, sent)
        for disk_format in export.FORMATS:
            (written, told), sent = self.counted(
                self.export, image, disk_format)
            self.assertEqual(told, written)
            self.assertLessEqual(sum(sent[one] for one in DATA), MOST, sent)
            self.assertLessEqual(
                sum(sent.values()), len(PLACES) + self.fixed_down, sent)
        self.check(image, source)

    def test_one_that_is_there_costs_a_look(self):
        source = disk(PLACES[:1], GIB, 512)
        self.cache.ensure(image_of(source))
        _, sent = self.counted(self.cache.ensure, image_of(source))
        self.assertEqual(1, sum(sent.values()), sent)

    def test_a_cut_stream_costs_what_was_missing(self):
        source = disk(PLACES[:3], GIB)
        left = [1]

        def cut():
            for number, chunk in enumerate(image_of(source).chunks()):
                if number > 150 and left:
                    left.clear()
                    raise ConnectionResetError('As the test wants.')
                yield chunk

        image, sent = self.counted(
            self.cache.ensure, image_of(source, chunks=cut))
        self.check(image, source)
        # and the footer
        self.assertEqual(3 + 1, sent['blobs.write'])

    def test_what_fails_leaves_nothing_and_can_be_tried_again(self):
        source = disk(PLACES[:2], GIB, 512)

        def wrong():
            yield from image_of(source).chunks()
            raise exceptions.InvalidRequest('As the test wants.')

        self.assertRaises(
            exceptions.InvalidRequest, self.cache.ensure,
            image_of(source, chunks=wrong))
        self.assertEqual([], self.left())
        self.check(self.cache.ensure(image_of(source)), source)

    def test_it_is_listed_and_evicted(self):
        self.flags(image_cache_size_gib=0)
        source = disk(PLACES[:1], GIB, 512)
        image = self.cache.ensure(image_of(source))
        [known] = self.cache.list()
        self.assertEqual(
            (image.name, image_of(source).id), (known.name, known.image_id))
        self.azure.sleep(2 * 3600)
        self.cache.ensure(image_of(source))
        [known] = self.cache.list()
        self.assertAlmostEqual(
            self.azure.clock.time(), known.last_used.timestamp(), delta=60)
        self.azure.sleep(86400 - 3600)
        self.assertEqual([], self.cache.evict())
        self.azure.sleep(3600)
        self.assertEqual([image.name], [
            each.name for each in self.cache.evict()])
        self.assertEqual([], self.left())


class ManagedTest(Transfers, managed_base.ManagedTestCase):

    # the disk, its way in and out, the snapshot, looks, a listing, a footer
    fixed_up = 12
    fixed_down = 6

    def disk_model(self):
        return self.model

    def left(self):
        return self.azure.resource_ids()


class PageBlobTest(Transfers, page_blob_base.PageBlobDisksTestCase):

    # the blob, its lease and copy, two containers, looks, listings, a footer
    fixed_up = 13
    fixed_down = 3

    def disk_model(self):
        return self.disks

    def left(self):
        return [name for container in ('images', 'volumes')
                for name in self.azurite.names(container)]
