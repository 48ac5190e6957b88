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

"""C08: volumes from images whose bytes Glance has."""

import time
from unittest import mock

from jacket_azure import exceptions
from jacket_azure.imaging import bring
from jacket_azure.imaging import cache
from tests.functional.cinder import base
from tests.functional.cinder import images


@base.on_both_models
class ImageToVolumeTest(images.ImagesTestCase):

    def test_every_format_becomes_what_qemu_makes_of_it(self):
        for name, (kind, _) in images.FORMATS.items():
            path = self.image_file(name, name)
            expected = self.converted_sha256(path, kind)
            image = self.make_image(name, name)
            volume = self.create_volume(imageRef=image['id'])
            self.check_holds(volume, *expected)
            self.assertEqual('true', volume['bootable'])
        self.assertEqual([], self.staged())
        self.assertEqual(len(images.FORMATS), len(self.images_kept()))

    def test_the_second_volume_is_made_in_azure_alone(self):
        image = self.make_image('qcow2')
        first = self.create_volume(imageRef=image['id'])
        with self.azure.recording() as made:
            second = self.create_volume(imageRef=image['id'], size=2)
        self.assertLess(len(made), 12, made)
        expected = self.contents.sha256(self.disk(first), images.DISK_BYTES)
        self.check_holds(second, images.DISK_BYTES, expected, 2)
        self.assertEqual(1, len(self.images_kept()))

    def test_several_at_once_bring_it_once(self):
        image = self.make_image('qcow2')
        expected = self.converted_sha256(
            self.image_file('qcow2'), 'qcow2')
        with mock.patch('jacket_azure.imaging.bring.bring',
                        wraps=bring.bring) as brought:
            asked = [
                self.api.post_volume({'volume': {
                    'size': 1, 'imageRef': image['id']}}) for _ in range(3)]
            for volume in asked:
                self.wait_for(volume, 'creating', 'downloading')
        self.assertEqual(1, brought.call_count)
        for volume in asked:
            self.check_holds(volume, *expected)

    def test_the_volume_knows_how_a_machine_boots_from_it(self):
        image = self.make_image(
            os_type='windows', hw_firmware_type='uefi')
        volume = self.create_volume(imageRef=image['id'])
        disk = self.disk(volume)
        self.assertEqual(
            ('Windows', 'V2'), (disk.os_type, disk.generation))
        info = self.driver.initialize_connection(
            self.record(volume), {'azure_vm_id': None})['data']
        self.assertEqual(
            ('Windows', 'V2'), (info['os_type'], info['generation']))
        told = volume['volume_image_metadata']
        self.assertEqual(
            (image['id'], 'windows', 'uefi'),
            (told['image_id'], told['os_type'], told['hw_firmware_type']))
        self.assertEqual('False', told['signature_verified'])

    def test_a_clone_boots_as_well(self):
        image = self.make_image(os_type='windows', hw_firmware_type='uefi')
        volume = self.create_volume(imageRef=image['id'])
        clone = self.create_volume(source_volid=volume['id'])
        disk = self.disk(clone)
        self.assertEqual(
            ('Windows', 'V2'), (disk.os_type, disk.generation))

    def test_the_host_never_holds_the_whole_image(self):
        self.patch('cinder.image.image_utils.fetch',
                   side_effect=AssertionError('downloaded to this host'))
        for name in ('raw', 'qcow2'):
            self.create_volume(imageRef=self.make_image(name)['id'])


@base.on_both_models
class NothingKeptTest(images.ImagesTestCase):
    """``image_cache_size_gib = 0``."""

    azure_options = {'image_cache_size_gib': 0}

    def test_the_image_goes_when_the_volume_is_there(self):
        image = self.make_image('qcow2')
        volume = self.create_volume(imageRef=image['id'])
        expected = self.converted_sha256(
            self.image_file('qcow2'), 'qcow2')
        self.check_holds(volume, *expected)
        self.assertEqual([], self.images_kept())
        self.assertEqual([self.disk(volume).name], self.left_in_azure())

    def test_what_a_killed_service_leaves_goes_with_the_cache(self):
        image = self.make_image('qcow2')
        with mock.patch.object(
                type(self.disks), 'create_from_image',
                side_effect=exceptions.Unavailable('down')), \
                mock.patch.object(type(self.disks), 'delete_image'):
            self.failed_volume(imageRef=image['id'])
        [left] = self.images_kept()
        later = cache.ImageCache(
            self.disks, self.driver._backend.conf,
            clock=lambda: time.time() + 10 ** 6)
        self.assertEqual([left], [each.name for each in later.evict()])
        self.assertEqual([], self.images_kept())
