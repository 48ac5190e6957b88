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


"""C08: images in Glance from volumes."""

import hashlib
from unittest import mock

import glanceclient.exc
from glanceclient.v2 import images as glance_images

from jacket_azure import exceptions
from tests import disk_contents
from tests.functional.cinder import base
from tests.functional.cinder import images

KINDS = {'raw': 'raw', 'qcow2': 'qcow2', 'vhd': 'vpc'}


class UploadTestCase(images.ImagesTestCase):

    def upload(self, volume, status='available', disk_format='raw',
               name='made', **options):
        """Make an image of a volume; return it as Glance shows it."""
        made = self.action(volume, 'os-volume_upload_image', {
            'image_name': name, 'container_format': 'bare',
            'disk_format': disk_format, 'visibility': 'private', **options})
        self.wait_for(volume, 'uploading', status=status)
        image_id = made['os-volume_upload_image']['image_id']
        found = [image for image in self.images.list()
                 if image['id'] == image_id]
        return found[0] if found else None

    def downloaded(self, image):
        """Write an image's bytes into a file, as qemu-img reads it."""
        path = self.folder / 'downloaded'
        data = memoryview(self.images.content(image['id']))
        zeros = bytes(disk_contents.PIECE)
        with open(path, 'wb') as file:
            file.truncate(len(data))
            # a GiB of zeros takes no room on the disk
            for offset in range(0, len(data), disk_contents.PIECE):
                piece = bytes(data[offset:offset + disk_contents.PIECE])
                if piece != zeros:
                    file.seek(offset)
                    file.write(piece)
        return path

    def check_same_disk(self, image, volume, size_gib=1):
        """Compare all bytes of an image and of its volume."""
        kind = KINDS[image['disk_format']]
        path = self.downloaded(image)
        if kind == 'qcow2':
            self.qemu_img('check', '-f', kind, str(path))
        size = size_gib * disk_contents.GIB
        self.assertEqual(size, self.virtual_bytes(path, kind))
        disk = self.disk(volume)
        self.assertEqual(
            (size, self.held_sha256(disk, size)),
            self.converted_sha256(path, kind))

    def held_sha256(self, disk, size):
        """Return a hash of all bytes of a disk, most of which are zeros."""
        held = hashlib.sha256()
        ranges = self.contents.ranges(disk)
        for offset in range(0, size, disk_contents.PIECE):
            if any(first < offset + disk_contents.PIECE and offset < last
                   for first, last in ranges):
                held.update(self.contents.read(
                    disk, offset, disk_contents.PIECE))
            else:
                held.update(bytes(disk_contents.PIECE))
        return held.hexdigest()


@base.on_both_models
class VolumeToImageTest(UploadTestCase):

    def test_every_format_holds_what_the_volume_holds(self):
        volume = self.create_volume()
        self.contents.write(self.disk(volume), 'held')
        before = self.left_in_azure()
        for disk_format in KINDS:
            image = self.upload(volume, disk_format=disk_format)
            self.assertEqual('active', image['status'])
            self.check_same_disk(image, volume)
        self.assertEqual(before, self.left_in_azure())
        self.assertNotIn(
            'azure_progress', self.api.get_volume(volume['id'])['metadata'])

    def test_zeros_are_not_sent_where_the_format_has_holes(self):
        volume = self.create_volume()
        for disk_format in ('qcow2', 'vhd'):
            self.check_same_disk(
                self.upload(volume, disk_format=disk_format), volume)
        self.contents.write(self.disk(volume), 'held', offsets=(0,))
        for disk_format in ('qcow2', 'vhd'):
            image = self.upload(volume, disk_format=disk_format)
            self.assertLess(image['size'], 5 * disk_contents.MIB)

    def test_a_volume_in_use_is_read_at_one_moment(self):
        volume = self.create_volume()
        self.contents.write(self.disk(volume), 'held')
        self.attach(volume)
        with self.held(volume):
            image = self.upload(
                volume, status='in-use', disk_format='qcow2', force=True)
        self.check_same_disk(image, volume)
        self.assertEqual([self.disk(volume).name], self.left_in_azure())

    def test_other_formats_are_refused_and_leave_no_image(self):
        volume = self.create_volume()
        for disk_format in ('vmdk', 'vhdx'):
            self.assertIsNone(self.upload(volume, disk_format=disk_format))
            told = self.api.get_volume(volume['id'])['metadata']
            self.assertIn('raw, qcow2, vhd', told['azure_error'])
        self.upload(volume, disk_format='qcow2')
        self.assertNotIn(
            'azure_error', self.api.get_volume(volume['id'])['metadata'])

    def test_conversion_that_the_operator_forbids(self):
        self.override_config('image_conversion_disable', True)
        volume = self.create_volume()
        self.assertIsNone(self.upload(volume, disk_format='qcow2'))
        self.assertEqual('active', self.upload(volume)['status'])

    def test_there_and_back_again(self):
        source = self.make_image(os_type='windows', hw_firmware_type='uefi')
        first = self.create_volume(imageRef=source['id'])
        image = self.upload(first, disk_format='qcow2')
        self.assertEqual(
            ('windows', 'V2', 'specialized'),
            tuple(image[f'azure_{name}'] for name in (
                'os_type', 'generation', 'os_state')))
        second = self.create_volume(imageRef=image['id'])
        self.check_holds(second, images.DISK_BYTES, self.contents.sha256(
            self.disk(first), images.DISK_BYTES))
        disk = self.disk(second)
        self.assertEqual(
            ('Windows', 'V2'), (disk.os_type, disk.generation))


@base.on_both_models
class FailedUploadTest(UploadTestCase):
    """Neither an image nor anything in Azure stays."""

    def fails(self, volume, status='available'):
        before = self.left_in_azure()
        self.assertIsNone(self.upload(
            volume, status=status, disk_format='qcow2', force=True))
        self.assertEqual(before, self.left_in_azure())

    def test_azure_breaks_off(self):
        volume = self.create_volume()
        self.contents.write(self.disk(volume), 'held')
        broken = exceptions.Unavailable('Azure is down')
        for status in ('available', 'in-use'):
            if status == 'in-use':
                self.attach(volume)
            with mock.patch('jacket_azure.blob.reader.Reader.read',
                            side_effect=broken):
                self.fails(volume, status)
            found = self.api.get_volume(volume['id'])
            self.assertEqual(
                'Azure is down', found['metadata']['azure_error'])
        image = self.upload(volume, 'in-use', 'qcow2', force=True)
        self.assertEqual('active', image['status'])

    def test_the_snapshot_is_refused(self):
        volume = self.create_volume()
        self.attach(volume)
        with mock.patch.object(
                type(self.disks), 'create_snapshot',
                side_effect=exceptions.Unavailable('Azure is down')):
            self.fails(volume, 'in-use')

    def test_glance_got_only_the_end(self):
        """Cinder sends again what it has not read yet."""
        # only this module's: others wait as they must
        self.patch('cinder.image.glance.time')
        volume = self.create_volume()
        self.contents.write(self.disk(volume), 'held')
        upload = glance_images.Controller.upload
        lost = []

        def lossy(controller, image_id, data, **options):
            if not lost:
                lost.append(data.read(65536))
                raise glanceclient.exc.CommunicationError('connection lost')
            return upload(controller, image_id, data, **options)

        # what is left is no qcow2; as raw Glance takes anything
        with mock.patch.object(glance_images.Controller, 'upload', lossy):
            self.assertIsNone(self.upload(volume))
        self.assertEqual(1, len(lost))
        found = self.api.get_volume(volume['id'])
        self.assertIn('not get all bytes', found['metadata']['azure_error'])
