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

"""N12: a server gets another image and stays the server it was."""

import base64
import email

from cryptography.hazmat.primitives.asymmetric import ed25519
from nova import context

from tests.functional.nova import images
from tests.functional.nova import rebuilds
from tests.functional.nova import test_guest

SECRET = 'Corr3ct Horse  Battery'
KEY = test_guest.public_key(ed25519.Ed25519PrivateKey.generate())
KEPT = ('vmId', 'networkProfile', 'hardwareProfile', 'timeCreated')


class Rebuild(rebuilds.Rebuilding):
    """On one disk model."""

    def kept_of(self, server):
        vm = self.vm(server)
        return {key: vm['properties'][key] for key in KEPT}, vm['tags']

    def allocated(self, server):
        found = self._get_allocations_by_server_uuid(server['id'])
        return {provider: each['resources']
                for provider, each in found.items()}

    def test_n12_image_of_a_server(self):
        server = self.create_server(metadata={'colour': 'green'})
        before = self.kept_of(server)
        image = self.create_image(server)
        with self.azure.recording() as made:
            again = self.rebuild(server, image)
        self.assertEqual(self.writes, [
            (each.method, each.type) for each in made
            if each.method not in rebuilds.READS])
        # the machine before and at rest, the image, and whose the disks are
        self.assertLessEqual(
            len([each for each in made if each.method == 'GET']), 5)
        self.assertEqual(image['id'], again['image']['id'])
        self.assertEqual(before[0], self.kept_of(server)[0])
        tags = self.kept_of(server)[1]
        self.assertEqual('green', tags['colour'])
        # of the marketplace image it had
        self.assertEqual(
            set(before[1]) - {'jacket-image-version'}, set(tags))
        self.assertEqual('running', self.power_state(server))
        place = f'{server["id"]}-b'
        self.assertEqual(place, self.booted(server))
        self.assertEqual([place], self.os_disks(server))
        # and back again; what somebody has put into the place goes
        self.rebuild(server, image)
        self.assertEqual(server['id'], self.booted(server))
        self.assertEqual([server['id']], self.os_disks(server))
        second = self.create_image(server, 'second')
        self.assertIsNotNone(self.kept(second))
        self._delete_server(server)
        self.assertEqual([], self.os_disks(server))

    def test_n12_generalized_image_with_password_key_and_user_data(self):
        server = self.create_server()
        image = self.create_image(server, azure_os_state='generalized')
        self.rebuild(server, image, adminPass=SECRET)
        self.assertEqual(
            SECRET, self.guest(server).users['azureuser'].password)
        self.assertEqual([], self.log.secrets_found(
            [SECRET], loggers_without='nova.'))
        self.check_user_data(server, image)

    def test_n12_a_stopped_server_stays_stopped(self):
        server = self.create_server()
        image = self.create_image(server)
        self._stop_server(server)
        with self.azure.recording() as made:
            self.rebuild(server, image, status='SHUTOFF')
        self.assertEqual('deallocated', self.power_state(server))
        self.assertEqual(f'{server["id"]}-b', self.booted(server))
        self.assertNotIn(
            'virtualMachines/start', [each.type for each in made])
        self._start_server(server)
        self.assertEqual('running', self.power_state(server))

    def test_n12_what_cannot_be_is_refused_before_anything_changes(self):
        server = self.create_server()
        allocated = self.allocated(server)
        self.refused(
            server, self.glance.windows, 'The image holds windows')
        # Nova has taken it for an evacuation that failed
        self.wait_until(
            lambda: not self.allocated(server), 'allocation deleted')
        self.compute.manager.driver.allocations.give_back(
            context.get_admin_context())
        self.assertEqual(allocated, self.allocated(server))
        forged = self.images.create(
            'unknown', b'{}', self.user_token, 'private',
            azure_type='azure', azure_os_type='linux',
            azure_uri=self.nowhere)
        self.refused(server, forged, 'Azure has no image')
        self.refused(
            server, self.glance.ubuntu, 'preserving ephemeral',
            preserve_ephemeral=True)


class ManagedRebuildTest(Rebuild, images.ImageTestCase):
    """On managed disks."""

    writes = [('PUT', 'disks'), ('POST', 'virtualMachines/deallocate'),
              ('PATCH', 'virtualMachines'), ('POST', 'virtualMachines/start'),
              ('DELETE', 'disks')]
    nowhere = (
        '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/'
        'jacket/providers/Microsoft.Compute/snapshots/none')

    def os_disks(self, server):
        return sorted(
            disk['name'] for disk in self.azure.resources('disks')
            if disk['name'].startswith(server['id']))

    def check_user_data(self, server, image):
        self.api.post_keypair({'keypair': {
            'name': 'new', 'type': 'ssh', 'public_key': KEY}})
        data = base64.b64encode(b'#!/bin/sh\necho rebuilt').decode()
        self.rebuild(
            server, image, key_name='new', user_data=data)
        sent = self.azure.sent('PATCH', 'virtualMachines', server['id'])
        found = email.message_from_bytes(
            base64.b64decode(sent['properties']['userData']))
        parts = [part.get_payload(decode=True) for part in found.walk()
                 if not part.is_multipart()]
        self.assertIn(base64.b64decode(data), parts)
        self.assertIn(KEY.split()[1], str(parts))

    def test_n12_marketplace_image(self):
        server = self.create_server()
        self.rebuild(server, self.glance.ubuntu)
        self.assertEqual(f'{server["id"]}-b', self.booted(server))
        self.assertEqual('running', self.power_state(server))
        self.assertIn('jacket-image-version', self.vm(server)['tags'])


class PageBlobRebuildTest(
        images.OnPageBlobs, Rebuild, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""

    # Azure copies the blob, and its last bytes say whose it is
    writes = [('PUT', 'blobs/copy'), ('PUT', 'blobs/page'),
              ('POST', 'virtualMachines/deallocate'),
              ('PUT', 'virtualMachines'), ('POST', 'virtualMachines/start'),
              ('DELETE', 'blobs')]
    nowhere = 'images/none.vhd'

    def os_disks(self, server):
        disks = self.compute.manager.driver._backend.disks
        return sorted(
            each.name.removeprefix('vhds/').removesuffix('.vhd')
            for each in disks.list() if server['id'] in each.name)

    def check_user_data(self, server, image):
        data = base64.b64encode(b'#!/bin/sh\necho rebuilt').decode()
        self.refused(
            server, image, 'can be given no user data', user_data=data)

    def test_n12_marketplace_image_is_refused(self):
        self.refused(
            self.create_server(), self.glance.ubuntu,
            'can be made only from an image that is a VHD')
