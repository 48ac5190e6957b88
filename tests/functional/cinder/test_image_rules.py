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


"""What Cinder checks of an image, and this driver instead of it."""

import types
from unittest import mock

from cinder.image import image_utils
from cinder.tests.functional.api import client as api_client
from oslo_utils import imageutils

from tests import disk_contents
from tests import image_signatures
from tests.functional.cinder import base
from tests.functional.cinder import images

PROJECT = '6f70656e737461636b20342065766572'


@base.on_both_models
class RefusedImageTest(images.ImagesTestCase):

    def refused(self, image, **wanted):
        """Ask for a volume in vain; return the reason."""
        reason = self.failed_volume(imageRef=image['id'], **wanted)
        self.assertEqual([], self.left_in_azure())
        self.assertEqual([], self.staged())
        return reason

    def test_an_encrypted_one(self):
        image = self.make_image(
            cinder_encryption_key_id='1f5e3b5e-0000-0000-0000-000000000000')
        self.assertIn('is encrypted', self.refused(image))

    def test_a_disk_that_is_larger_than_the_volume(self):
        path = self.folder / 'large.vhdx'
        self.qemu_img('create', '-f', 'vhdx', str(path), '3G')
        with open(path, 'rb') as file:
            image = self.images.create('large', file, disk_format='vhdx')
        # Cinder's API refuses where Glance knows the size of the disk
        self.assertRaises(
            api_client.OpenStackApiException400, self.create_volume,
            imageRef=image['id'], size=2)
        self.patch('cinder.image.image_utils.check_virtual_size')
        reason = self.failed_volume(imageRef=image['id'], size=2)
        self.assertIn('has 3 GiB; a volume of 2 GiB', reason)
        self.assertEqual([], [
            disk.name for disk in self.disks.list()
            if disk.tags.get('jacket-kind') == 'volume'])

    def test_one_that_says_odd_things(self):
        image = self.make_image(hw_firmware_type='coreboot')
        self.assertIn('hw_firmware_type', self.refused(image))

    def test_conversion_that_the_operator_forbids(self):
        self.override_config('image_conversion_disable', True)
        self.assertIn(
            'onversion', self.refused(self.make_image('qcow2')))
        self.create_volume(imageRef=self.make_image('raw')['id'])

    def test_an_image_that_names_a_disk_of_others(self):
        secret = self.create_volume()
        thief = self.images.create(
            'mine', b'placeholder', visibility='private',
            token=self.images.token('thief', 'thief', 'member'),
            azure_uri=self.disk(secret).id, azure_os_type='linux')
        reason = self.failed_volume(imageRef=thief['id'])
        self.assertIn('was not made for this image', reason)
        self.assertEqual([self.disk(secret).name], self.left_in_azure())


@base.on_both_models
class SignedImageTest(images.ImagesTestCase):

    def setUp(self):
        super().setUp()
        self.signer = image_signatures.Signer(self.images)
        self.patch('cursive.signature_utils.get_certificate',
                   self.signer.get_certificate)

    def signed(self, data, name='qcow2', **changes):
        """Make an image with a signature of *data*, None for its own."""
        return self.signer.create(
            self.image_file(name).read_bytes(), data, name, **changes)

    def test_a_good_signature(self):
        for name in ('raw', 'qcow2'):
            volume = self.create_volume(
                imageRef=self.signed(None, name)['id'])
            self.assertEqual(
                'True', volume['volume_image_metadata']['signature_verified'])
            self.check_holds(volume, *self.converted_sha256(
                self.image_file(name), name))

    def test_a_bad_signature_leaves_nothing(self):
        for name in ('raw', 'qcow2'):
            reason = self.failed_volume(
                imageRef=self.signed(b'other', name)['id'])
            self.assertIn('is not that of its bytes', reason)
            self.assertEqual([], self.left_in_azure())
            self.assertEqual([], self.staged())

    def test_bytes_that_are_kept_already_are_verified_all_the_same(self):
        self.override_config('verify_glance_signatures', 'disabled')
        image = self.signed(b'other')
        self.create_volume(imageRef=image['id'])
        self.override_config('verify_glance_signatures', 'enabled')
        self.failed_volume(imageRef=image['id'])

    def test_half_a_signature(self):
        image = self.signed(None, img_signature_key_type=None)
        self.failed_volume(imageRef=image['id'])
        self.assertEqual([], self.left_in_azure())

    def test_an_image_of_azures_cannot_be_verified(self):
        image = self.signed(None)
        self.signer.tell(
            image, azure_urn='Canonical:ubuntu:server:latest')
        reason = self.failed_volume(imageRef=image['id'], size=32)
        self.assertIn('verify_glance_signatures', reason)


@base.on_both_models
class CindersCacheTest(images.ImagesTestCase):
    """Cinder's own two ways to save a transfer go on to work."""

    azure_options = {'image_cache_size_gib': 0}

    def setUp(self):
        super().setUp()
        # with native threads Cinder 29's own download waits for ever
        self.patch('cinder.image.image_utils.tpool', types.SimpleNamespace(
            Proxy=lambda file: file,
            execute=lambda work, *arguments: work(*arguments)))
        # it looks into the file with a root helper's rights
        self.patch('cinder.image.image_utils.qemu_img_info', self.info)

    def info(self, path, **options):
        return imageutils.QemuImgInfo(
            self.qemu_img('info', '--output=json', path), format='json')

    def _get_flags(self):
        flags = super()._get_flags()
        group = base.configuration.SHARED_CONF_GROUP
        flags['image_volume_cache_enabled'] = {'v': True, 'g': group}
        flags['image_upload_use_cinder_backend'] = {'v': True, 'g': group}
        flags['cinder_internal_tenant_project_id'] = {'v': PROJECT}
        flags['cinder_internal_tenant_user_id'] = {'v': PROJECT}
        flags['allowed_direct_url_schemes'] = {'v': ['cinder']}
        return flags

    def test_images_kept_as_volumes(self):
        image = self.make_image('qcow2', os_type='windows')
        expected = self.converted_sha256(
            self.image_file('qcow2'), 'qcow2')
        fetched = []
        fetch = image_utils.fetch

        def counted(*arguments):
            fetched.append(1)
            return fetch(*arguments)

        self.patch('cinder.image.image_utils.fetch', counted)
        for _ in range(2):
            volume = self.create_volume(imageRef=image['id'], size=2)
            self.check_holds(volume, *expected, 2)
            self.assertEqual('Windows', self.disk(volume).os_type)
            info = self.driver.initialize_connection(
                self.record(volume), {'azure_vm_id': None})['data']
            self.assertEqual('Windows', info['os_type'])
        self.assertEqual([1], fetched)

    def test_a_volume_that_is_the_image(self):
        volume = self.create_volume()
        self.contents.write(self.disk(volume), 'held')
        with mock.patch('cinder.image.glance.GlanceImageService.'
                        'add_location', return_value={'id': 'x'}) as add:
            made = self.action(volume, 'os-volume_upload_image', {
                'image_name': 'made', 'disk_format': 'raw',
                'container_format': 'bare'})
            self.wait_for(volume, 'uploading')
        uri = add.call_args.args[2]
        image_id = made['os-volume_upload_image']['image_id']
        self.assertTrue(uri.startswith('cinder://'), uri)
        # as Glance would show it; its file store takes no such location
        described = {**self.images.get(image_id), 'status': 'active',
                     'size': disk_contents.GIB, 'properties': {},
                     'min_disk': 0}
        with mock.patch.multiple(
                'cinder.image.glance.GlanceImageService',
                show=mock.Mock(return_value=described),
                get_location=mock.Mock(
                    return_value=(uri, [{'url': uri, 'metadata': {}}]))):
            copy = self.create_volume(imageRef=image_id, size=2)
        self.assertEqual(
            self.contents.digest(self.disk(volume)),
            self.contents.digest(self.disk(copy)))
