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

"""Passwords over HTTPS, into the emulated guest."""

from concurrent import futures

from nova import exception as nova_exception

from jacket_azure import exceptions
from jacket_azure.emulator.compute import extension_guest
from jacket_azure.emulator.compute import guest
from jacket_azure.nova import patience
from tests.unit.nova import base

EXTENSIONS = 'extensions'
LINUX = 'Microsoft.OSTCExtensions.VMAccessForLinux'
SECRET = 'Corr3ct Horse  Battery'


class PasswordTest(base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.server, _ = self.spawn()
        self.addCleanup(self.check_nothing_shows_it)

    def check_nothing_shows_it(self):
        """Whatever happened, neither log nor Azure shows the password."""
        self.assertEqual([], self.log.secrets_found([
            SECRET, ' '.join(SECRET.split()), 'horse']))
        for kind in ('virtualMachines', 'extensions', 'disks'):
            self.assertNotIn(SECRET, str(self.azure.resources(kind)))

    def vm(self, server=None):
        return self.azure.emulator.store.get(self.azure.resource(
            'virtualMachines', (server or self.server).uuid)['id'])

    def users(self, server=None):
        return guest.of(self.azure.emulator, self.vm(server)).users

    def refused(self, kind, password=SECRET):
        exc = self.assertRaises(
            kind, self.driver.set_admin_password, self.server, password)
        shown = exc
        while shown is not None:
            self.assertNotIn(password, f'{shown}{shown.args}')
            shown = shown.__cause__
        return str(exc)

    def test_linux(self):
        self.driver.set_admin_password(self.server, SECRET)
        self.assertEqual(SECRET, self.users()['azureuser'].password)

    def test_windows(self):
        server = self.instance(
            key_data=None, flavor_values={'root_gb': 128})
        self.spawn(server, self.network_info(server, '192.168.1.20'),
                   self.image('windows'))
        self.driver.set_admin_password(server, SECRET)
        self.assertEqual(SECRET, self.users(server)['azureuser'].password)

    def test_again_and_another_one(self):
        for password in (SECRET, SECRET, 'An0ther-one'):
            self.driver.set_admin_password(self.server, password)
            self.assertEqual(password, self.users()['azureuser'].password)
        self.assertEqual(1, len(self.azure.resources('extensions')))

    def test_two_at_once(self):
        """One waits for the other; both end, the last one counts."""
        with futures.ThreadPoolExecutor(2) as pool:
            started = [
                pool.submit(self.driver.set_admin_password, self.server,
                            password)
                for password in (SECRET, 'An0ther-one')]
        for future in started:
            future.result()
        self.assertEqual(1, len(self.azure.resources('extensions')))
        self.assertIn(self.users()['azureuser'].password,
                      (SECRET, 'An0ther-one'))

    def test_waits_for_another_write(self):
        self.azure.fail('PUT', EXTENSIONS, 409, 'Conflict', times=3)
        with self.azure.recording() as made:
            self.driver.set_admin_password(self.server, SECRET)
        self.assertEqual(['GET', *['PUT'] * 4],
                         [each.method for each in made])
        self.assertEqual(SECRET, self.users()['azureuser'].password)

    def test_does_not_wait_for_ever(self):
        self.azure.fail('PUT', EXTENSIONS, 409, 'Conflict')
        text = self.refused(nova_exception.SetAdminPasswdNotSupported)
        self.assertIn('Conflict', text)

    def test_bad_ones_are_refused_before_anything_is_written(self):
        with self.azure.recording() as made:
            text = self.refused(
                nova_exception.SetAdminPasswdNotSupported, 'weakling')
        self.assertIn('three of', text)
        self.assertEqual({'GET'}, {each.method for each in made})

    def test_what_the_extension_says_is_told(self):
        extension_guest.fail(
            self.azure.emulator, LINUX, f'chpasswd: {SECRET} is too old')
        text = self.refused(nova_exception.SetAdminPasswdNotSupported)
        self.assertIn('VMExtensionProvisioningError', text)
        self.assertIn('is too old', text)

    def test_a_guest_without_agent(self):
        self.vm().private['agent_up'] = False
        with self.azure.recording() as made:
            text = self.refused(nova_exception.InstanceAgentNotEnabled)
        self.assertIn('Not Ready', text)
        self.assertEqual({'GET'}, {each.method for each in made})

    def test_a_machine_that_has_stopped(self):
        self.driver.power_off(self.server)
        self.refused(nova_exception.InstanceAgentNotEnabled)

    def test_another_s_extension_of_the_kind(self):
        with self.azure.recording():
            self.client.virtual_machine_extensions.run(
                self.server.uuid, 'portal', {
                    'location': 'eastus', 'properties': {
                        'publisher': 'Microsoft.OSTCExtensions',
                        'type': 'VMAccessForLinux',
                        'typeHandlerVersion': '1.5',
                        'protectedSettings': {
                            'username': 'other', 'password': 'Wh0-else?'}}})
        self.driver.set_admin_password(self.server, SECRET)
        self.assertEqual(SECRET, self.users()['azureuser'].password)
        self.assertEqual(['portal'], [
            each['name'].rpartition('/')[2]
            for each in self.azure.resources('extensions')])

    def test_fails_in_words_at_each_request(self):
        for number in (1, 2):
            with self.azure.failing_for_good(number):
                text = self.refused(
                    nova_exception.SetAdminPasswdNotSupported)
            self.assertIn('MadeToFail', text)
        self.driver.set_admin_password(self.server, SECRET)
        self.assertEqual(SECRET, self.users()['azureuser'].password)

    def test_a_lost_answer_does_no_harm(self):
        self.azure.emulator.faults.drop_reply('PUT', EXTENSIONS, times=1)
        with self.azure.recording() as made:
            self.driver.set_admin_password(self.server, SECRET)
        self.assertLess(2, len(made))
        self.assertEqual(SECRET, self.users()['azureuser'].password)

    def test_of_what_is_not_there(self):
        self.assertRaises(
            nova_exception.InstanceNotFound,
            self.driver.set_admin_password, self.instance(), SECRET)


class PatienceTest(base.NovaTestCase):

    def test_other_failures_are_not_waited_out(self):
        asked = []

        def ask():
            asked.append(1)
            raise exceptions.Refused('no', code='InvalidParameter')

        self.assertRaises(
            exceptions.Refused, patience.insist, self.client.wire, ask)
        self.assertEqual([1], asked)
