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


"""Images made of servers, with a real Glance, on both disk models."""

import json

from tests.functional.nova import with_cinder
from tests.functional.nova import with_glance


class ImageTestCase(with_glance.GlanceTestCase):
    """What tests of images do, on managed disks."""

    emulator_options = {'contents': True}
    boot_options = {}

    def create_image(self, server, name='made', status='active', **metadata):
        """Ask for an image and wait until it is there."""
        self.action(server, 'createImage', {
            'name': name, 'metadata': metadata})
        self.wait_until(
            lambda: self.server_now(server)['OS-EXT-STS:task_state'] is None,
            'no task')
        [image] = [each for each in self.images.list()
                   if each['name'] == name]
        self.assertEqual(status, image['status'])
        return image

    def server_now(self, server):
        return self.admin_api.get_server(server['id'])

    def kept(self, image):
        """Return what Azure keeps of an image, or None."""
        disks = self.compute.manager.driver._backend.disks
        name = disks.image_name(image['id'])
        for each in disks.list_images():
            if each.name == name:
                return each
        return None

    def boot(self, image, **wanted):
        return self.create_server(
            imageRef=image['id'], **{**self.boot_options, **wanted})


class CreateImage:
    """Create image, and boot from it."""

    def test_n15_of_a_running_server(self):
        server = self.create_server()
        image = self.create_image(server)
        kept = self.kept(image)
        self.assertEqual('azure', image['azure_type'])
        self.assertEqual(kept.uri, image['azure_uri'])
        self.assertEqual('linux', image['azure_os_type'])
        self.assertEqual('specialized', image['azure_os_state'])
        self.assertEqual(kept.size_gib, image['min_disk'])
        self.assertEqual('linux', image['os_type'])
        self.assertEqual('private', image['visibility'])
        self.assertEqual('running', self.power_state(server))
        # what Glance has says where the bytes are, and holds no secret
        descriptor = json.loads(self.images.content(image['id']))
        self.assertEqual(kept.uri, descriptor['azure_uri'])
        self._delete_server(server)
        self.assertIsNotNone(self.kept(image))
        again = self.boot(image)
        self.assertNotIn(
            'osProfile', self.vm(again)['properties'])
        self._delete_server(again)
        self.images.delete(image['id'])

    def test_n15_of_a_stopped_server(self):
        server = self.create_server()
        self.api.post_server_action(server['id'], {'os-stop': None})
        self._wait_for_state_change(server, 'SHUTOFF')
        image = self.create_image(server)
        self.assertIsNotNone(self.kept(image))
        self.assertEqual('SHUTOFF', self.server_now(server)['status'])


class PageBlobImageTest(
        with_cinder.OnPageBlobs, CreateImage, ImageTestCase):
    """The same on Azure Stack Hub with page blobs."""

    azure_options = {
        **with_cinder.OnPageBlobs.azure_options,
        'storage_account': 'jacketblobs'}
