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

from nova.tests.functional.api import client as api_client

from jacket_azure.emulator.compute import guest
from tests.functional.nova import images

DAY_SECONDS = 86400


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
        # it is as it was: nobody is to be set up in it
        self.assertNotIn('osProfile', self.vm(again)['properties'])
        # and an image of that one is no other's
        second = self.create_image(again, 'second')
        self.assertNotEqual(kept.uri, second['azure_uri'])
        self.assertEqual(kept.uri, self.kept(image).uri)

    def test_n15_of_a_stopped_server(self):
        server = self.create_server()
        self.api.post_server_action(server['id'], {'os-stop': None})
        self._wait_for_state_change(server, 'SHUTOFF')
        image = self.create_image(server)
        self.assertIsNotNone(self.kept(image))
        self.assertEqual('SHUTOFF', self.server_now(server)['status'])

    def test_n02_windows(self):
        server = self.create_server(
            imageRef=self.glance.windows['id'], adminPass='Corr3ct-Horse',
            flavorRef=self.large)
        image = self.create_image(server)
        self.assertEqual('windows', image['azure_os_type'])
        again = self.boot(
            image, flavorRef=self.large, adminPass='An0ther-Horse')
        # by the agent: Azure sets nothing up in it
        vm = self.azure.emulator.store.get(self.vm(again)['id'])
        self.assertEqual('An0ther-Horse', guest.of(
            self.azure.emulator, vm).users['azureuser'].password)
        properties = self.vm(again)['properties']
        self.assertNotIn('osProfile', properties)
        self.assertEqual(
            'Windows', properties['storageProfile']['osDisk']['osType'])

    def test_n02_generalized(self):
        server = self.create_server()
        image = self.create_image(server, azure_os_state='generalized')
        self.assertEqual('generalized', image['azure_os_state'])
        self._delete_server(server)
        first, second = self.boot(image), self.boot(image)
        for made in (first, second):
            self.assertIn('osProfile', self.vm(made)['properties'])
        self._delete_server(first)
        # the state it was made with is not handed on: this one has a name
        again = self.create_image(second, 'again')
        self.assertEqual('specialized', again['azure_os_state'])

    def test_n15_flavor_smaller_than_the_image(self):
        image = self.create_image(self.create_server())
        with self.assertRaisesRegex(
                api_client.OpenStackApiException, 'minimum size'):
            self.ask_for_server(imageRef=image['id'], flavorRef=self.small)

    def test_n02_azure_uri_of_somebody_else(self):
        """Properties are anybody's: naming a snapshot gives no right to it."""
        image = self.create_image(self.create_server())
        forged = self.images.create(
            'forged', b'{}', self.user_token, 'private', azure_type='azure',
            azure_uri=image['azure_uri'], azure_os_type='linux')
        before = self.azure.resource_ids()
        fault = self.failed_build(imageRef=forged['id'])
        self.assertIn('Azure has no image', fault)
        self.assertEqual(before, self.azure.resource_ids())
        # nor does an administrator who made it public: its properties are
        # its project's all the same
        public = self.images.create(
            'published', b'{}', azure_type='azure',
            azure_uri=image['azure_uri'], azure_os_type='linux')
        self.failed_build(imageRef=public['id'])
        self.assertEqual(before, self.azure.resource_ids())
        # the word of a project that the operator trusts does
        self.flags(image_projects=[public['owner']], group='azure')
        self.boot(public)

    def test_n22_shelve_and_unshelve(self):
        self.flags(shelved_offload_time=DAY_SECONDS)
        server = self.create_server()
        self.action(server, 'shelve')
        self._wait_for_state_change(server, 'SHELVED')
        self.assertEqual('deallocated', self.power_state(server))
        self.action(server, 'unshelve')
        self._wait_for_state_change(server, 'ACTIVE')
        self.assertEqual('running', self.power_state(server))
        self.action(server, 'shelve')
        self._wait_for_state_change(server, 'SHELVED')
        self.run_periodic('_poll_shelved_instances')
        # not before its time
        self._wait_for_state_change(server, 'SHELVED')
        # Nova's clock stays as it is: the scheduler takes a service for dead
        # whose last heartbeat was written while a clock was ahead
        self.flags(shelved_offload_time=1)

        def is_offloaded():
            self.run_periodic('_poll_shelved_instances')
            return self.server_now(server)['status'] == 'SHELVED_OFFLOADED'

        self.wait_until(is_offloaded, 'offloaded')
        [image] = [each for each in self.images.list()
                   if each['name'].endswith('-shelved')]
        self.assertIsNotNone(self.kept(image))
        self.assertEqual([], self.azure.resources('virtualMachines'))
        self.action(server, 'unshelve')
        self._wait_for_state_change(server, 'ACTIVE')
        self.assertNotIn('osProfile', self.vm(server)['properties'])
        # Nova has deleted the image it made
        self.assertNotIn(image['id'], [
            each['id'] for each in self.images.list()])

    def test_n15_backups_rotate(self):
        server = self.create_server()
        names = []
        for number in range(3):
            names.append(f'backup-{number}')
            self.action(server, 'createBackup', {
                'name': names[-1], 'backup_type': 'daily', 'rotation': 2})
            self.wait_until(
                lambda: self.server_now(server)[
                    'OS-EXT-STS:task_state'] is None, 'no task')

        def kept():
            found = {each['name']: each for each in self.images.list()
                     if each['name'].startswith('backup-')}
            return set(found) == set(names[1:]) and found

        for image in self.wait_until(kept, 'two of them').values():
            self.assertEqual('active', image['status'])
            self.assertIsNotNone(self.kept(image))


class ManagedImageTest(CreateImage, images.ImageTestCase):
    """On managed disks."""

    def test_n02_azure_uri_of_a_managed_image_of_somebody_else(self):
        """Those the driver makes of snapshots are nobody else's either."""
        image = self.create_image(
            self.create_server(), azure_os_state='generalized')
        self.boot(image)
        [managed] = self.azure.resources('images')
        before = self.azure.resource_ids()
        for name in ('azure_uri', 'azure_image_id'):
            forged = self.images.create(
                'forged', b'{}', self.user_token, 'private',
                azure_os_type='linux', **{name: managed['id']})
            fault = self.failed_build(imageRef=forged['id'])
            self.assertIn('was not made for this image', fault)
            self.assertEqual(before, self.azure.resource_ids())


class PageBlobImageTest(
        images.OnPageBlobs, CreateImage, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""
