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


"""Servers with volumes; Nova, Cinder and Glance are all real."""

from nova import utils
from nova.tests.functional.api import client as api_client

from tests import azurite
from tests.functional.nova import rescues
from tests.functional.nova import with_cinder
from tests.functional.nova import with_glance


class VolumesCase(with_cinder.CinderTestCase, with_glance.GlanceTestCase):
    """Nova, Cinder, Glance, and disks with contents."""

    emulator_options = {'contents': True}

    def setUp(self):
        # its start takes seconds, for which no virtual clock waits
        self.assertIsNotNone(azurite.shared().client)
        super().setUp()

    def cinder_options(self):
        return {'glance_endpoint': self.images.endpoint}


class RescueVolumes(rescues.Rescuing):
    """What users do."""

    def boot_from_volume(self, delete):
        """Return a server, its volume's id, and its OS disk."""
        volume_id = self.make_bootable()
        server = self.create_server(imageRef='', block_device_mapping_v2=[{
            'source_type': 'volume', 'destination_type': 'volume',
            'uuid': volume_id, 'boot_index': 0,
            'delete_on_termination': delete}])
        return server, volume_id, self.storage(server)['osDisk']

    def test_n21_of_a_server_that_boots_from_a_volume(self):
        # what boots from a disk that says nothing is of this generation
        image = self.rescue_image('V1')
        server, volume_id, own = self.boot_from_volume(delete=False)
        before = self.digest(own)
        with utils.temporary_mutation(
                self.api, microversion='2.86'), self.assertRaisesRegex(
                    api_client.OpenStackApiException, 'volume-backed'):
            self.api.post_server_action(server['id'], {
                'rescue': {'rescue_image_ref': image['id']}})
        self.rescue(server, image)
        entry = self.check_rescued(server, own)
        self.assertEqual(before, self.digest(entry))
        self.assertEqual('in-use', self.volume(volume_id)['status'])
        with self.assertRaisesRegex(
                api_client.OpenStackApiException, 'vm_state rescued|root'):
            self.api.delete_server_volume(server['id'], volume_id)
        self.restart_compute()
        self.unrescue(server)
        after = self.storage(server)['osDisk']
        self.assertEqual(own.get('deleteOption'), after.get('deleteOption'))
        self.assertEqual(volume_id, self.os_disk(server))
        self.assertEqual(before, self.digest(after))
        self.assertEqual({}, self.data_disks(server))
        # rescued once more, and deleted: the volume is Cinder's
        self.rescue(server, image)
        self._delete_server(server)
        self.wait_for_volume(volume_id, 'available')
        self.detached(volume_id)

    def detached(self, volume_id):
        """Nothing is left but the volume's disk."""
        disks = self.compute.manager.driver._backend.disks
        found = disks.get(disks.volume_name(volume_id))
        self.assertEqual(((), 'Unattached'), (
            found.attached_to, found.state))

    def test_n21_deleted_with_its_volume(self):
        server, volume_id, _ = self.boot_from_volume(delete=True)
        self.rescue(server, self.rescue_image('V1'))
        self._delete_server(server)
        self.wait_until(lambda: volume_id not in {
            each['id'] for each in self.ask('GET', '/volumes')['volumes']},
            'volume deleted')
        self.assertEqual([], self.azure.resources('virtualMachines'))
        disks = self.compute.manager.driver._backend.disks
        self.assertFalse(disks.delete_os_disk(server['id']))


class RescueVolumesTest(RescueVolumes, VolumesCase):
    """On managed disks."""

    def test_n21_beside_a_data_volume(self):
        server = self.create_server()
        own = self.storage(server)['osDisk']
        volume_id = self.make()
        self.attach(server, volume_id)
        self.assertEqual({volume_id: 0}, self.data_disks(server))
        self.lun = 1
        self.rescue(server, self.rescue_image())
        self.check_rescued(server, own)
        self.unrescue(server)
        self.assertEqual({volume_id: 0}, self.data_disks(server))
        self.detach(server, volume_id)


class PageBlobRescueVolumesTest(
        with_cinder.OnPageBlobs, RescueVolumes, VolumesCase):
    """On Azure Stack Hub with page blobs."""

    generation = 'V1'
