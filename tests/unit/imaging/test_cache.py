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
import threading

from jacket_azure import exceptions
from jacket_azure.imaging import cache
from jacket_azure.payload import tags
from tests.unit.imaging import images
from tests.unit.imaging import images_in_azure
from tests.unit.imaging.images_in_azure import OWNER
from tests.unit.imaging.images_in_azure import Images


class CacheTest(images_in_azure.CacheTestCase):

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

    def test_one_evicted_before_its_use_was_noted_is_brought_again(self):
        [name] = self.bring(0)
        self.now += 2 * cache.NOTE_SECONDS
        tag = self.disks.tag_image

        def gone(name, tags_):
            del self.disks.images[name]
            return tag(name, tags_)

        self.disks.tag_image = gone
        self.assertEqual(name, self.cache.ensure(self.image(0)).name)
        self.assertEqual(2, len(self.disks.written))
        self.assertIn(name, self.disks.images)

    def test_an_image_is_used_though_that_cannot_be_noted(self):
        [name] = self.bring(2)

        def refuse(*_):
            raise exceptions.Throttled('As the test wants.')

        self.disks.tag_image = refuse
        self.assertEqual(name, self.cache.ensure(self.image(0)).name)
