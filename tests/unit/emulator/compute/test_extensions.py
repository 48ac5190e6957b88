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
"""Extensions of machines: what they do, how they look, how they fail."""

from jacket_azure.emulator.compute import extension_guest
from jacket_azure.emulator.compute import guest
from tests.unit.emulator.compute import base

LINUX = {'publisher': 'Microsoft.OSTCExtensions', 'type': 'VMAccessForLinux',
         'typeHandlerVersion': '1.5'}
WINDOWS_IMAGE = {
    'publisher': 'MicrosoftWindowsServer', 'offer': 'WindowsServer',
    'sku': '2022-datacenter-azure-edition', 'version': 'latest'}
WINDOWS = {'publisher': 'Microsoft.Compute', 'type': 'VMAccessAgent',
           'typeHandlerVersion': '2.4'}


class ExtensionCase(base.ComputeTestCase):
    """A machine, and ways to give it extensions."""

    image = base.IMAGE

    def setUp(self):
        super().setUp()
        self.create(body=self.body(self.nic(), image=self.image))
        self.extensions = self.compute.virtual_machine_extensions
        self.at = self.path('virtualMachines', 'vm/extensions/enablevmaccess')

    def guest(self):
        return guest.of(self.emulator, self.emulator.store.get(
            self.path('virtualMachines', 'vm')))

    def put(self, properties, name='enablevmaccess'):
        return self.extensions.begin_create_or_update(
            base.GROUP, 'vm', name, {
                'location': base.LOCATION, 'properties': properties}
            ).result()

    def password(self, password, user='azureuser'):
        return self.put({**LINUX, 'settings': {'open': 'yes'},
                         'protectedSettings': {
                             'username': user, 'password': password}})


class LinuxTest(ExtensionCase):
    """VMAccessForLinux, and what all extensions share."""

    def test_a_password_is_reset_and_never_shown(self):
        body = {'location': base.LOCATION, 'properties': {
            **LINUX, 'settings': {'open': 'yes'}, 'protectedSettings': {
                'username': 'azureuser', 'password': 'New-Horse-10'}}}
        answer = self.send('PUT', self.at, body)
        self.assertEqual((201, 'Creating'), (
            answer.status_code,
            answer.json()['properties']['provisioningState']))
        self.assertIn('Azure-AsyncOperation', answer.headers)
        self.assertNotIn('Location', answer.headers)
        self.assertEqual('New-Horse-10',
                         self.guest().users['azureuser'].password)
        answer = self.send('PUT', self.at, body)
        self.assertEqual((200, 'Updating'), (
            answer.status_code,
            answer.json()['properties']['provisioningState']))
        for text in (answer.text(), self.send('GET', self.at).text(),
                     self.send('GET', self.path(
                         'virtualMachines', 'vm')).text(),
                     repr(self.guest())):
            self.assertNotIn('New-Horse-10', text)
            self.assertNotIn('protectedSettings', text)

    def test_users_come_and_go(self):
        self.put({**LINUX, 'protectedSettings': {
            'username': 'second', 'ssh_key': 'ssh-ed25519 AAAA x'}})
        self.assertEqual(['ssh-ed25519 AAAA x'],
                         self.guest().users['second'].keys)
        self.put({**LINUX, 'protectedSettings': {'remove_user': 'second'}})
        self.assertEqual(['azureuser'], list(self.guest().users))

    def test_it_shows_in_the_machine(self):
        self.password('New-Horse-10')
        found = self.vms.get(base.GROUP, 'vm', expand='instanceView')
        self.assertEqual(['enablevmaccess'],
                         [one.name for one in found.resources])
        view = found.properties.instance_view
        [status] = view.extensions[0].statuses
        self.assertEqual('ProvisioningState/succeeded', status.code)
        [handler] = view.vm_agent.extension_handlers
        self.assertEqual(('Microsoft.OSTCExtensions.VMAccessForLinux',
                          '1.5.23.1', 'Ready'), (
            handler.type, handler.type_handler_version,
            handler.status.display_status))
        one = self.extensions.get(base.GROUP, 'vm', 'enablevmaccess',
                                  expand='instanceView')
        self.assertEqual('1.5.23.1',
                         one.properties.instance_view.type_handler_version)

    def test_a_bad_password_fails_in_the_guest(self):
        error = self.refused(200, 'VMExtensionProvisioningError',
                             self.password, 'short')
        self.assertIn("processing extension 'enablevmaccess' (publisher "
                      "'Microsoft.OSTCExtensions' and type "
                      "'VMAccessForLinux')", error.message)
        self.assertNotIn('short.', error.message)
        self.assertEqual('Failed', self.extensions.get(
            base.GROUP, 'vm', 'enablevmaccess').properties
            .provisioning_state)
        self.assertIn(
            'ProvisioningState/failed/VMExtensionProvisioningError',
            self.statuses())
        self.assertEqual(base.PASSWORD,
                         self.guest().users['azureuser'].password)
        self.password('New-Horse-10')
        self.assertIn('ProvisioningState/succeeded', self.statuses())

    def test_a_planned_failure(self):
        extension_guest.fail(
            self.emulator, 'Microsoft.OSTCExtensions.VMAccessForLinux',
            'disk full')
        error = self.refused(200, 'VMExtensionProvisioningError',
                             self.password, 'New-Horse-10')
        self.assertIn("Error message: 'disk full'", error.message)

    def test_what_is_refused(self):
        for status, code, properties in (
                (404, 'ArtifactNotFound', {**LINUX, 'type': 'Nothing'}),
                (404, 'ArtifactNotFound',
                 {**LINUX, 'typeHandlerVersion': '9.9'}),
                (400, 'InvalidParameter',
                 {**LINUX, 'typeHandlerVersion': '1.5.11.1'}),
                (400, 'BadRequest', WINDOWS),
                (400, 'InvalidParameter', {'type': 'VMAccessForLinux'})):
            self.refused(status, code, self.put, properties)
        self.assertEqual([], self.send('GET', self.path(
            'virtualMachines', 'vm/extensions')).json()['value'])
        self.password('New-Horse-10')
        error = self.refused(400, 'BadRequest', self.put, LINUX, 'another')
        self.assertIn('Multiple VMExtensions per handler', error.message)
        self.refused(409, 'PropertyChangeNotAllowed', self.put, {
            **LINUX, 'publisher': 'Microsoft.Azure.Extensions',
            'type': 'CustomScript', 'typeHandlerVersion': '2.1'})

    def test_a_stopped_machine_has_no_agent(self):
        self.vms.begin_power_off(base.GROUP, 'vm').result()
        error = self.refused(409, 'OperationNotAllowed', self.password,
                             'New-Horse-10')
        self.assertEqual('Cannot modify extensions in the VM when the VM is '
                         'not running.', error.message)

    def test_an_update_and_a_delete(self):
        self.password('New-Horse-10')
        found = self.extensions.begin_update(
            base.GROUP, 'vm', 'enablevmaccess', {
                'tags': {'a': 'b'}, 'properties': {
                    'settings': {'open': 'no'}}}).result()
        self.assertEqual(({'a': 'b'}, {'open': 'no'}), (
            found.tags, found.properties.settings))
        answer = self.send('DELETE', self.at)
        self.assertEqual(202, answer.status_code)
        self.assertIn('Location', answer.headers)
        self.assertEqual(404, self.send('GET', self.at).status_code)
        self.assertEqual(204, self.send('DELETE', self.at).status_code)
        self.assertEqual('New-Horse-10',
                         self.guest().users['azureuser'].password)

    def test_a_script_is_recorded(self):
        self.put({'publisher': 'Microsoft.Azure.Extensions',
                  'type': 'CustomScript', 'typeHandlerVersion': '2.1',
                  'settings': {'commandToExecute': 'true'}}, 'script')
        self.assertEqual(['true'], [one.text for one in (
            self.guest().scripts)])

    def test_extensions_go_with_the_machine(self):
        self.password('New-Horse-10')
        self.vms.begin_delete(base.GROUP, 'vm').result()
        self.assertEqual([], self.emulator.store.children(
            'Microsoft.Compute/virtualMachines/extensions'))


class WindowsTest(ExtensionCase):
    """VMAccessAgent."""

    image = WINDOWS_IMAGE

    def test_the_administrators_password(self):
        self.put({**WINDOWS, 'settings': {'UserName': 'azureuser'},
                  'protectedSettings': {'Password': 'New-Horse-10'}})
        self.assertEqual('New-Horse-10',
                         self.guest().users['azureuser'].password)
        error = self.refused(
            200, 'VMExtensionProvisioningError', self.put, {
                **WINDOWS, 'settings': {'UserName': 'azureuser'},
                'protectedSettings': {'Password': 'weak'}})
        self.assertIn('password policy requirements', error.message)


class CatalogueTest(base.ComputeTestCase):
    """Lists of what there is."""

    def test_types_and_versions(self):
        images = self.compute.virtual_machine_extension_images
        self.assertIn('VMAccessForLinux', [one.name for one in (
            images.list_types(base.LOCATION, 'microsoft.ostcextensions'))])
        names = [one.name for one in images.list_versions(
            base.LOCATION, LINUX['publisher'], LINUX['type'],
            filter="startswith(name, '1.5')", orderby='name desc', top=1)]
        self.assertEqual(['1.5.23.1'], names)
        found = images.get(base.LOCATION, LINUX['publisher'], LINUX['type'],
                           names[0])
        self.assertEqual('Linux', found.properties.operating_system)
        error = self.refused(404, 'NotFound', images.list_types,
                             base.LOCATION, 'nobody')
        self.assertEqual('Publisher: nobody was not found.', error.message)
