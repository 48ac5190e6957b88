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


"""An image in the place of what a volume holds, as a rebuild wants it."""

import json
from unittest import mock

from jacket_azure import exceptions
from jacket_azure.cinder import volumeops
from tests import disk_contents
from tests.functional.cinder import base
from tests.functional.cinder import images
from tests.unit.disks import cutting

# one where the image has zeros, one behind its end, one in its data
BEFORE = (7 * disk_contents.MIB, disk_contents.GIB - 4096,
          3 * disk_contents.MIB)


class ReimageCase(images.ImagesTestCase):

    def setUp(self):
        super().setUp()
        self.image = self.make_image(
            'qcow2', os_type='windows', hw_firmware_type='uefi')
        self.expected = self.converted_sha256(
            self.image_file('qcow2'), 'qcow2')

    def used_volume(self):
        volume = self.create_volume()
        self.contents.write(self.disk(volume), 'before', BEFORE)
        return volume

    def reimage(self, volume, status='available', image=None):
        self.action(volume, 'os-reimage', {
            'image_id': (image or self.image)['id'],
            'reimage_reserved': False})
        return self.wait_for(volume, 'downloading', status=status)

    def volumes_left(self):
        """Name disks and snapshots, without the images that are kept."""
        kept = set(self.images_kept())
        return [name for name in self.left_in_azure() if name not in kept]


@base.on_both_models
class ReimageTest(ReimageCase):

    def test_nothing_of_before_is_left(self):
        volume = self.used_volume()
        found = self.reimage(volume)
        self.check_holds(volume, *self.expected)
        self.assertEqual('true', found['bootable'])
        self.assertEqual(
            self.image['id'], found['volume_image_metadata']['image_id'])
        disk = self.disk(volume)
        self.assertEqual(
            ('Windows', 'V2'), (disk.os_type, disk.generation))
        self.assertEqual([disk.name], self.volumes_left())
        # once more, after it was used
        self.contents.write(disk, 'again', BEFORE)
        self.reimage(volume)
        self.check_holds(volume, *self.expected)
        self.assertEqual([self.disk(volume).name], self.volumes_left())
        self.delete_volume(volume)
        self.assertEqual([], self.volumes_left())

    def test_snapshots_of_before_stay(self):
        volume = self.used_volume()
        digest = self.contents.digest(self.disk(volume), BEFORE)
        snapshot = self.create_snapshot(volume)
        self.reimage(volume)
        self.check_holds(volume, *self.expected)
        copy = self.create_volume(snapshot_id=snapshot['id'])
        self.assertEqual(
            digest, self.contents.digest(self.disk(copy), BEFORE))
        self.delete_snapshot(snapshot)
        self.delete_volume(volume)

    def test_an_image_that_is_a_snapshot(self):
        """As Nova makes images of servers that boot from a volume."""
        source = self.create_volume(imageRef=self.image['id'])
        snapshot = self.create_snapshot(source)
        image = self.images.create(
            'server', block_device_mapping=json.dumps([{
                'source_type': 'snapshot', 'snapshot_id': snapshot['id'],
                'boot_index': 0, 'volume_size': 1}]), bdm_v2='True')
        self.images.ask(
            'PUT', f'/images/{image["id"]}/file', data=b'',
            headers={'Content-Type': 'application/octet-stream'})
        volume = self.used_volume()
        self.reimage(volume, image=image)
        self.check_holds(volume, *self.expected)

    def test_a_volume_that_a_machine_has(self):
        volume = self.used_volume()
        digest = self.contents.digest(self.disk(volume), BEFORE)
        with self.held(volume):
            found = self.reimage(volume, status='error')
            self.assertIn('in use', found['metadata']['azure_error'])
        self.assertEqual(
            digest, self.contents.digest(self.disk(volume), BEFORE))
        self.assertEqual([], self.images_kept())

    def test_a_volume_that_cinder_never_launched(self):
        """As the volumes of a group made from another are for Cinder 29."""
        volume = self.copied_with_its_group()
        self.assertIsNone(self.record(volume).launched_at)
        digest = self.contents.digest(self.disk(volume), BEFORE)
        with self.held(volume):
            found = self.reimage(volume, status='error')
            self.assertIn('in use', found['metadata']['azure_error'])
        self.assertEqual(
            digest, self.contents.digest(self.disk(volume), BEFORE))
        self.action(volume, 'os-reset_status', {'status': 'available'})
        self.reimage(volume)
        self.check_holds(volume, *self.expected)

    def copied_with_its_group(self):
        """Return a volume of a group that was made from another."""
        group_type = self.api.create_group_type('plain')
        volume_type = self.create_type('in-a-group')
        group = self.api.post_group({'group': {
            'group_type': group_type['id'],
            'volume_types': [volume_type['id']]}})
        self.group_made(group)
        volume = self.create_volume(
            volume_type='in-a-group', group_id=group['id'])
        self.contents.write(self.disk(volume), 'before', BEFORE)
        copy = self.api.post_group_from_src({'create-from-src': {
            'source_group_id': group['id']}})
        self.group_made(copy)
        [made] = [each for each in self.api.get_volumes()
                  if each['id'] != volume['id']]
        return made

    def group_made(self, group):
        found = self.settled(
            lambda: self.api.get_group(group['id']), 'creating')
        self.assertEqual('available', found['status'], self.log.text[-3000:])

    def test_a_service_that_dies_before_it_notes_the_new_disk(self):
        for again in (True, False):
            volume = self.used_volume()
            with mock.patch.object(
                    volumeops.VolumeOps, 'made',
                    side_effect=cutting.Killed) as died:
                self.action(volume, 'os-reimage', {
                    'image_id': self.image['id'],
                    'reimage_reserved': False})
                self.wait_until(lambda: died.called, 'dead')
            self.restart_volume_service()
            self.action(volume, 'os-reset_status', {'status': 'available'})
            if again:
                self.reimage(volume)
                self.check_holds(volume, *self.expected)
                self.assertEqual(
                    [self.disk(volume).name], self.volumes_left())
            self.delete_volume(volume)
            self.assertEqual([], self.volumes_left())

    def test_a_failure_keeps_what_was_there(self):
        volume = self.used_volume()
        digest = self.contents.digest(self.disk(volume), BEFORE)
        with mock.patch('jacket_azure.imaging.bring.bring',
                        side_effect=exceptions.Unavailable('down')):
            self.reimage(volume, status='error')
        self.assertEqual(
            digest, self.contents.digest(self.disk(volume), BEFORE))
        self.assertEqual([self.disk(volume).name], self.volumes_left())
        self.action(volume, 'os-reset_status', {'status': 'available'})
        self.reimage(volume)
        self.check_holds(volume, *self.expected)


@base.on_both_models
class NothingKeptTest(ReimageCase):
    """``image_cache_size_gib = 0``."""

    azure_options = {'image_cache_size_gib': 0}

    def test_another_image_after_one_that_was_interrupted(self):
        volume = self.used_volume()
        other = self.make_image('qcow2', 'other')
        with mock.patch('jacket_azure.cinder.volumeops.VolumeOps.made',
                        side_effect=exceptions.Unavailable('killed')):
            self.reimage(volume, status='error', image=other)
        self.action(volume, 'os-reset_status', {'status': 'available'})
        self.reimage(volume)
        self.check_holds(volume, *self.expected)
        self.assertEqual([self.disk(volume).name], self.left_in_azure())

    def test_an_image_that_cannot_be_deleted_does_not_matter(self):
        volume = self.used_volume()
        delete = type(self.disks).delete_image

        def throttled(disks, name):
            if self.images_kept():
                raise exceptions.Throttled('As the test wants.')
            return delete(disks, name)

        with mock.patch.object(
                type(self.disks), 'delete_image', throttled):
            self.reimage(volume)
        self.check_holds(volume, *self.expected)
