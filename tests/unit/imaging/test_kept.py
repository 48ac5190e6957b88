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

from jacket_azure import exceptions
from jacket_azure.disks import models as disk_models
from jacket_azure.payload import tags
from tests.unit.imaging import images_in_azure
from tests.unit.imaging.images_in_azure import OWNER
from tests.unit.imaging.memory import GIB


class EvictionTest(images_in_azure.CacheTestCase):

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

    def test_one_larger_than_all_room_goes_before_the_others(self):
        names = self.bring(99, 50, 30)
        huge = self.disks.images[names[2]]
        self.disks.images[names[2]] = dataclasses.replace(
            huge, size_bytes=2048 * GIB)
        self.conf.image_cache_size_gib = 2
        self.assertEqual([names[2]], self.evicted())
        self.assertEqual({*names[:2]}, set(self.disks.images))

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
