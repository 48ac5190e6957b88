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

"""Servers that boot from volumes which Cinder makes of Glance's images.

Nova, Cinder and Glance are all real, and speak HTTP with each other.
"""

import random

from tests import azurite
from tests.functional.nova import with_cinder
from tests.functional.nova import with_glance

MIB = 1024 ** 2


def content():
    """Return an image's bytes; the volume is larger than they are."""
    noise = random.Random(3)
    return noise.randbytes(MIB) + bytes(5 * MIB) + noise.randbytes(MIB)


class ImagesToVolumes(with_cinder.CinderTestCase, with_glance.GlanceTestCase):
    """What the tests here do."""

    emulator_options = {'contents': True}

    def setUp(self):
        # its start takes seconds, for which no virtual clock waits
        self.assertIsNotNone(azurite.shared().client)
        super().setUp()
        self.flags(block_device_allocate_retries_interval=1)

    def cinder_options(self):
        return {'glance_endpoint': self.images.endpoint}

    def image(self, **properties):
        return self.images.create(
            'mine', content(), self.user_token, 'private', **properties)

    def boot_from(self, uuid, source='image', delete=True, **wanted):
        """Return a server whose volume is made of an image, or exists."""
        size = {} if source == 'volume' else {'volume_size': 1}
        return self.create_server(imageRef='', block_device_mapping_v2=[{
            'source_type': source, 'destination_type': 'volume',
            'uuid': uuid, 'boot_index': 0, 'delete_on_termination': delete,
            **size}], **wanted)

    def bytes_of(self, volume_id):
        """Return what a volume's disk begins with."""
        disks = self.compute.manager.driver._backend.disks
        reader = disks.open_reader(disks.volume_name(volume_id))
        try:
            self.assertEqual(
                bytes(MIB), reader.read(len(content()), MIB))
            return reader.read(0, len(content()))
        finally:
            reader.close()

    def volumes(self):
        return {each['id'] for each in self.ask('GET', '/volumes')['volumes']}


class BytesTest(ImagesToVolumes):
    """Images whose bytes only Glance has."""

    def test_n03_from_image_by_way_of_volumes(self):
        image = self.image(os_type='linux')
        kept = self.boot_from(image['id'], delete=False)
        gone = self.boot_from(image['id'])
        for server in (kept, gone):
            self.assertNotIn('osProfile', self.vm(server)['properties'])
        volume_id = self.os_disk(kept)
        self.assertEqual({volume_id, self.os_disk(gone)}, self.volumes())
        self._delete_server(gone)
        self.wait_until(lambda: self.volumes() == {volume_id}, 'deleted')
        self._delete_server(kept)
        found = self.wait_for_volume(volume_id, 'available')
        self.assertEqual(
            image['id'], found['volume_image_metadata']['image_id'])
        self.assertEqual(content(), self.bytes_of(volume_id))
        # made before, and booted from now; the image may have gone
        self.images.delete(image['id'], self.user_token)
        server = self.boot_from(volume_id, 'volume')
        self.assertEqual(volume_id, self.os_disk(server))
        self._delete_server(server)
        self.wait_until(lambda: not self.volumes(), 'deleted as well')
        # Cinder's cache keeps the image alone
        self.assertEqual(
            [], self.azure.resources('networkInterfaces'))


class PageBlobBytesTest(with_cinder.OnPageBlobs, BytesTest):
    """The same on Azure Stack Hub."""


class TrustedLaunchTest(ImagesToVolumes):
    """Azure boots a disk with the security type it was made for."""

    def flavor(self, security_type):
        return self.create_flavor(
            f'azure.{security_type}', 2, 8192, 64, **{
                'azure:vm_size': 'Standard_D2s_v5',
                'azure:security_type': security_type})

    def refused(self, volume_id, security_type):
        before = self.azure.resource_ids()
        with self.azure.recording() as made:
            server = self.boot_from(
                volume_id, 'volume', False, expected_state='ERROR',
                flavorRef=self.flavor(security_type))
        self.assertIn(
            f'the instance would have {security_type}',
            server['fault']['message'])
        # Nova destroys what it could not build
        self.assertEqual({'GET', 'DELETE'}, {one.method for one in made})
        self.assertEqual(before, self.azure.resource_ids())
        self._delete_server(server)
        self.wait_for_volume(volume_id, 'available')

    def test_n03_volumes_of_a_marketplace_image(self):
        standard = self.make(30, imageRef=self.glance.ubuntu['id'])
        self.refused(standard, 'TrustedLaunch')
        image = self.images.create(
            'ubuntu', with_glance.DESCRIPTOR, self.user_token, 'private',
            azure_security_type='TrustedLaunch')
        trusted = self.make(30, imageRef=image['id'])
        self.refused(trusted, 'Standard')
        for volume_id, security_type in (
                (standard, 'Standard'), (trusted, 'TrustedLaunch')):
            server = self.boot_from(volume_id, 'volume')
            self.assertEqual(
                security_type, self.vm(server)['properties'][
                    'securityProfile']['securityType'])
            self._delete_server(server)
        self.wait_until(lambda: not self.volumes(), 'deleted')
        self.assertEqual([], self.azure.resource_ids())
