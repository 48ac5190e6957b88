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

"""N10: the administrator's password changes inside the guest."""

import base64

from cryptography.hazmat.primitives.asymmetric import ed25519
from nova.tests.functional.api import client as api_client

from jacket_azure.emulator.compute import extension_guest
from jacket_azure.emulator.compute import guest
from tests.functional.nova import base
from tests.functional.nova import test_guest
from tests.functional.nova import with_cinder

SECRET = 'Corr3ct Horse  Battery'
# Nova's own log has the bodies of requests to its API
NOVAS_OWN = 'nova.'


class PasswordTest(base.AzureServersTestCase):
    """Through Nova's API."""

    def change(self, server, password=SECRET):
        self.action(server, 'changePassword', {'adminPass': password})

    def refused(self, server, password=SECRET):
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.change, server, password)
        self.assertEqual(409, exc.response.status_code)
        shown = self.api.get_server(server['id'])
        self.assertEqual('ACTIVE', shown['status'])
        self.assertIsNone(shown['OS-EXT-STS:task_state'])
        self.assertNotIn(password, str(exc) + str(shown))
        return str(exc)

    def password(self, server, user='azureuser'):
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        return guest.of(self.azure.emulator, vm).users[user].password

    def check_secret(self):
        """Nothing of it is in our log, nor anywhere in Azure."""
        self.assertEqual([], self.log.secrets_found(
            [SECRET, ' '.join(SECRET.split())], loggers_without=NOVAS_OWN))
        for kind in ('virtualMachines', 'extensions', 'networkInterfaces'):
            self.assertNotIn('Corr3ct', str(self.azure.resources(kind)))

    def test_n10_change_password(self):
        server = self.create_server()
        for password in ('F1rst-one', SECRET, SECRET):
            self.change(server, password)
            self.assertEqual(password, self.password(server))
        self.check_secret()
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n10_bad_password_is_refused_in_words(self):
        server = self.create_server()
        before = self.password(server)
        self.assertIn('three of', self.refused(server, 'weakling'))
        self.assertEqual(before, self.password(server))
        self.assertEqual([], self.azure.resources('extensions'))

    def test_n10_what_the_extension_says_reaches_the_user(self):
        server = self.create_server()
        for handler in ('Microsoft.OSTCExtensions.VMAccessForLinux',
                        'Microsoft.Compute.VMAccessAgent'):
            extension_guest.fail(
                self.azure.emulator, handler,
                f'The guest does not like {SECRET} today.')
        self.assertIn('today', self.refused(server))
        self.check_secret()
        extension_guest.reset(self.azure.emulator)
        self.change(server)
        self.assertEqual(SECRET, self.password(server))

    def test_n10_of_a_guest_without_agent(self):
        server = self.create_server()
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        vm.private['agent_up'] = False
        self.assertIn('agent in the guest is not ready',
                      self.refused(server))


class WindowsPasswordTest(PasswordTest):
    """The same in Windows."""

    def create_server(self, **wanted):
        wanted['flavorRef'] = self.create_flavor(
            f'big-{self._testMethodName}', 2, 8192, 128)
        return super().create_server(
            imageRef=self.glance.windows['id'], **wanted)

    def create_flavor(self, name, *sizes, **specs):
        return super().create_flavor(
            name, *sizes, **{'azure:vm_size': 'Standard_D2s_v5', **specs})


class PageBlobPasswordTest(with_cinder.OnPageBlobs, PasswordTest):
    """The same on Azure Stack Hub."""


class VolumePasswordTest(with_cinder.CinderTestCase):
    """Of a server that boots from a volume Azure knows no administrator."""

    emulator_options = {'contents': True}

    def boot(self, volume_id, **wanted):
        return self.create_server(imageRef='', block_device_mapping_v2=[{
            'boot_index': 0, 'uuid': volume_id, 'source_type': 'volume',
            'destination_type': 'volume', 'delete_on_termination': False}],
            **wanted)

    def users(self, server):
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        return guest.of(self.azure.emulator, vm).users

    def test_n10_the_account_is_made(self):
        server = self.boot(self.make_bootable())
        # Nova's own password is not forced on it
        self.assertEqual({}, self.users(server))
        self.action(server, 'changePassword', {'adminPass': SECRET})
        self.assertEqual(SECRET, self.users(server)['azureuser'].password)
        self.assertEqual([], self.log.secrets_found(
            [SECRET], loggers_without=NOVAS_OWN))

    def test_n02_password_and_key_that_were_asked_for(self):
        volume_id = self.make_bootable()
        server = self.boot(
            volume_id, adminPass='weakling', expected_state='ERROR')
        self.assertIn('three of', server['fault']['message'])
        self._delete_server(server)
        self.wait_for_volume(volume_id, 'available')
        self.flags(linux_password='always', group='azure')
        key = test_guest.public_key(ed25519.Ed25519PrivateKey.generate())
        self.api.post_keypair({'keypair': {
            'name': 'key', 'type': 'ssh', 'public_key': key}})
        server = self.boot(volume_id, adminPass=SECRET, key_name='key')
        user = self.users(server)['azureuser']
        self.assertEqual(SECRET, user.password)
        self.check_key(server, user, key)
        self.assertEqual([], self.log.secrets_found(
            [SECRET], loggers_without=NOVAS_OWN))


    def check_key(self, server, user, key):
        """cloud-init finds it with Azure."""
        body = self.azure.sent('PUT', 'virtualMachines', server['id'])
        self.assertIn(key.split()[1], base64.b64decode(
            body['properties']['userData']).decode())


class PageBlobVolumePasswordTest(
        with_cinder.OnPageBlobs, VolumePasswordTest):
    """The same on Azure Stack Hub."""

    def check_key(self, server, user, key):
        """There is no user data, so the agent was told."""
        self.assertEqual([key], user.keys)
