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
import datetime
import pathlib
import threading
import types

import fixtures

from jacket_azure import exceptions
from jacket_azure.disks import models as disk_models
from jacket_azure.imaging import cache
from jacket_azure.imaging import staging
from jacket_azure.payload import tags
from tests import timeout
from tests.unit.imaging import images
from tests.unit.imaging import memory
from tests.unit.imaging.memory import GIB

OWNER = 'cloud'
HOUR = 3600


class Images:
    """The verbs of a disk model, over a dictionary."""

    def __init__(self):
        self.images = {}
        self.written = []
        self.calls = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()

    def cached_image_name(self, key):
        return f'image-{key}'

    def get_image(self, name):
        try:
            return self.images[name]
        except KeyError:
            raise exceptions.NotFound(name) from None

    def list_images(self):
        return list(self.images.values())

    def delete_image(self, name):
        self.calls.append(('delete', name))
        return self.images.pop(name, None) is not None

    def tag_image(self, name, tags_):
        self.calls.append(('tag', name))
        self.images[name] = dataclasses.replace(
            self.get_image(name), tags=tags_)
        return self.images[name]

    def open_image_writer(self, spec, size_gib):
        self.begun.set()
        self.go_on.wait(30)
        model = self

        class Writer(memory.Disk):
            def close(self):
                super().close()
                model.images.setdefault(spec.name, disk_models.Image(
                    spec.name, f'/{spec.name}', size_gib * GIB, spec.os_type,
                    spec.generation, spec.state, None, spec.tags, None))

        self.written.append(Writer(size_gib * GIB))
        return self.written[-1]


class CacheTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 1_800_000_000.0
        self.disks = Images()
        self.conf = types.SimpleNamespace(
            owner=OWNER, image_cache_size_gib=100,
            image_cache_grace_time=24 * HOUR, image_max_size_gib=10,
            image_transfer_threads=2)
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.staging = staging.Staging(str(folder), GIB)
        self.cache = self.restarted()

    def restarted(self):
        """Return the cache of another process."""
        return cache.ImageCache(
            self.disks, self.conf, self.staging, lambda: self.now)

    def image(self, number=1, **facts):
        return dataclasses.replace(
            images.source_image(images.disk(), 'raw'),
            id=f'{number:08d}-0000-0000-0000-000000000000', **facts)

    def bring(self, *ages):
        """Bring images that were used so many hours ago; return names."""
        names, now = [], self.now
        for number, age in enumerate(ages):
            self.now = now - age * HOUR
            names.append(self.cache.ensure(self.image(number)).name)
        self.now = now
        return names

    # -- keys

    def test_a_key_tells_apart_what_boots_differently(self):
        image = self.image()
        others = [
            self.image(2), self.image(checksum='md5:0'),
            self.image(checksum=None), self.image(os_type='Windows'),
            self.image(generation='V2'), self.image(state='specialized'),
            self.image(security_type='TrustedLaunch')]
        keys = {self.cache.key_of(each) for each in [image, *others]}
        self.assertEqual(8, len(keys))
        self.assertIn(self.cache.key_of(self.image(name='other')), keys)
        for key in keys:
            self.assertRegex(key, '^[0-9a-f]{32}$')

    # -- bringing

    def test_it_is_brought_once(self):
        told = []
        found = self.cache.ensure(self.image(), progress=told.append)
        self.assertEqual(100, told[-1])
        self.assertEqual(found, self.restarted().ensure(self.image()))
        self.assertEqual(1, len(self.disks.written))
        [written] = self.disks.written
        self.assertEqual(images.disk(), written.content(0, 3 * images.MIB))
        self.assertEqual(
            ('Linux', 'V1', 'generalized'),
            (found.os_type, found.generation, found.state))
        resource = {'tags': found.tags}
        self.assertTrue(tags.is_owned(resource, OWNER))
        self.assertEqual('image', tags.get(resource, tags.KIND))
        self.assertEqual(self.image().id, tags.get(resource, tags.ID))

    def test_threads_of_a_process_share_one_transfer(self):
        self.disks.go_on.clear()
        found = []
        threads = [threading.Thread(target=lambda: found.append(
            self.cache.ensure(self.image()))) for _ in range(3)]
        for thread in threads:
            thread.start()
        self.disks.begun.wait(30)
        # another image need not wait for that one
        self.assertIsNone(self.cache.find(self.image(2)))
        self.disks.go_on.set()
        for thread in threads:
            thread.join()
        self.assertEqual(1, len(self.disks.written))
        self.assertEqual(3, len(found))
        self.assertEqual({}, self.cache._busy)

    def test_a_second_try_after_one_that_failed(self):
        def broken():
            yield b'x' * 512
            raise exceptions.InvalidRequest('As the test wants.')

        self.assertRaises(
            exceptions.InvalidRequest, self.cache.ensure,
            self.image(chunks=broken))
        self.assertIsNone(self.cache.find(self.image()))
        self.cache.ensure(self.image())

    def test_of_two_processes_both_get_it(self):
        other = self.restarted()

        def late():
            other.ensure(self.image())
            yield images.disk()

        found = self.cache.ensure(self.image(chunks=late))
        self.assertEqual(2, len(self.disks.written))
        self.assertEqual([found], self.disks.list_images())

    def test_what_others_made_is_not_taken(self):
        [name] = self.bring(0)
        made = self.disks.images[name]
        self.disks.images[name] = dataclasses.replace(
            made, tags={**made.tags, tags.OWNER: 'somebody'})
        self.assertRaises(
            exceptions.Conflict, self.cache.ensure, self.image(0))
        self.assertEqual([], list(self.cache.list()))

    def test_what_is_unfinished_is_not_taken(self):
        [name] = self.bring(0)
        self.disks.images[name] = dataclasses.replace(
            self.disks.images[name], usable=False)
        self.assertIsNone(self.cache.find(self.image(0)))

    def test_a_process_without_a_folder_brings_nothing(self):
        bare = cache.ImageCache(self.disks, self.conf)
        self.assertEqual([], list(bare.list()))
        self.assertRaises(
            exceptions.ConfigurationError, bare.ensure, self.image())

    def test_a_machine_of_trusted_launch_can_boot_from_it(self):
        opened = []
        self.disks.open_image_writer = lambda spec, size_gib: (
            opened.append(spec) or Images.open_image_writer(
                self.disks, spec, size_gib))
        self.cache.ensure(self.image(
            generation='V2', security_type='TrustedLaunch'))
        self.assertEqual('TrustedLaunch', opened[0].security_type)

    # -- uses

    def test_a_use_is_noted_once_an_hour(self):
        self.bring(0)
        for minutes, calls in ((59, 0), (61, 1), (100, 1), (122, 2)):
            self.now = 1_800_000_000.0 + minutes * 60
            self.cache.ensure(self.image(0))
            self.assertEqual(calls, len(self.disks.calls), minutes)
        [known] = self.cache.list()
        self.assertEqual(self.now, known.last_used.timestamp())
        self.assertEqual(self.image(0).id, known.image_id)

    def test_an_image_is_used_though_that_cannot_be_noted(self):
        [name] = self.bring(2)

        def refuse(*_):
            raise exceptions.Throttled('As the test wants.')

        self.disks.tag_image = refuse
        self.assertEqual(name, self.cache.ensure(self.image(0)).name)

    # -- eviction

    def evicted(self, **options):
        return [each.name for each in self.cache.evict(**options)]

    def test_nothing_goes_while_there_is_room(self):
        self.bring(99, 50)
        self.conf.image_cache_size_gib = 2
        self.assertEqual([], self.evicted())

    def test_those_go_first_that_were_not_used_for_longest(self):
        names = self.bring(50, 99, 30, 2)
        self.conf.image_cache_size_gib = 2
        self.assertEqual([names[1], names[0]], self.evicted(dry_run=True))
        self.assertEqual(4, len(self.disks.images))
        self.assertEqual([names[1], names[0]], self.evicted())
        self.assertEqual({names[2], names[3]}, set(self.disks.images))

    def test_what_was_used_lately_stays_though_there_is_no_room(self):
        names = self.bring(50, 23, 2)
        self.conf.image_cache_size_gib = 0
        self.assertEqual([names[0]], self.evicted())

    def test_what_is_in_use_or_to_be_kept_stays(self):
        names = self.bring(50, 49, 48)
        self.conf.image_cache_size_gib = 0
        self.disks.tag_image(
            names[1], {**self.disks.images[names[1]].tags, tags.KEEP: 'yes'})
        self.assertEqual(
            [names[2]], self.evicted(in_use={self.image(0).id}))

    def test_bringing_one_makes_room(self):
        names = self.bring(50, 49)
        self.conf.image_cache_size_gib = 2
        new = self.cache.ensure(self.image(7)).name
        self.assertEqual({names[1], new}, set(self.disks.images))

    def test_a_use_meanwhile_saves_an_image(self):
        [name] = self.bring(50)
        self.conf.image_cache_size_gib = 0
        known = list(self.disks.list_images())
        self.cache.ensure(self.image(0))
        self.disks.list_images = lambda: known
        self.assertEqual([], self.evicted())
        self.assertIn(name, self.disks.images)

    def test_one_that_cannot_be_deleted_does_not_save_the_others(self):
        names = self.bring(50, 49)
        self.conf.image_cache_size_gib = 1
        delete = self.disks.delete_image

        def refuse(name):
            if name == names[0]:
                raise exceptions.InUse('As the test wants.')
            return delete(name)

        self.disks.delete_image = refuse
        self.assertEqual([names[1]], self.evicted())

    def test_only_what_was_brought_counts(self):
        self.bring(50)
        captured = disk_models.Image(
            'snapshot-1', '/snapshot-1', 500 * GIB, 'Linux', 'V1',
            'specialized', None, {tags.OWNER: OWNER, tags.KIND: 'image'},
            datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        self.disks.images['snapshot-1'] = captured
        self.assertEqual([], self.evicted())
        self.assertEqual(1, len(list(self.cache.list())))

    def test_a_time_that_is_none_counts_as_just_now(self):
        [name] = self.bring(50)
        self.disks.tag_image(name, {
            **self.disks.images[name].tags, tags.LAST_USED: 'yesterday'})
        self.conf.image_cache_size_gib = 0
        self.assertEqual([], self.evicted())
