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


"""What tests of images made of servers do."""

from nova import context
from nova.tests import fixtures as nova_fixtures

from tests import azurite
from tests import world
from tests.functional.nova import with_cinder
from tests.functional.nova import with_glance


class ImageTestCase(with_glance.GlanceTestCase):
    """What tests of images do, on managed disks."""

    emulator_options = {'contents': True}
    boot_options = {}

    def setUp(self):
        # its start takes seconds, for which no virtual clock waits
        self.assertIsNotNone(azurite.shared().client)
        super().setUp()
        self.small, self.large = (
            self.create_flavor(f'azure.{gib}', 2, 8192, gib, **{
                'azure:vm_size': 'Standard_D2s_v5'})
            for gib in (1, 128))

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

    def user_context(self):
        """Return what a request of the user's comes with."""
        return context.RequestContext(
            'fake', nova_fixtures.PROJECT_ID, roles=['member'],
            auth_token='a token')

    def forget_image(self, image, token=None):
        """Delete an image in Glance, as its owner does."""
        self.images.delete(image['id'], token or self.user_token)


class OnPageBlobs(with_cinder.OnPageBlobs):
    """Mixed in: Azure Stack Hub with page blobs."""

    azure_options = {
        **with_cinder.OnPageBlobs.azure_options,
        'storage_account': world.STORAGE_ACCOUNT}
