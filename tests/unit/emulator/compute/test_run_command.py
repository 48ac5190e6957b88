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
"""Scripts run in guests, as an action and as resources."""

from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import run_scripts
from tests.unit.emulator.compute import base


class RunCommandTest(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.create()
        self.at = self.path('virtualMachines', 'vm/runCommands/one')

    def test_both_urls_give_the_output(self):
        answer = self.send('POST', self.path(
            'virtualMachines', 'vm/runCommand'), {
                'commandId': 'RunShellScript',
                'script': ['hostname', 'echo "two words"']})
        self.assertEqual((202, ''), (answer.status_code, answer.text()))
        [message] = self.send(
            'GET', answer.headers['Location']).json()['value']
        self.assertEqual('Enable succeeded: \n[stdout]\nguest\ntwo words\n'
                         '[stderr]\n', message['message'])
        status = self.send(
            'GET', answer.headers['Azure-AsyncOperation']).json()
        self.assertEqual([message], status['properties']['output']['value'])

    def test_a_prepared_answer(self):
        run_scripts.answer(self.emulator, 'uptime', out='up 2 days')
        result = self.vms.begin_run_command(base.GROUP, 'vm', {
            'commandId': 'RunShellScript', 'script': ['uptime']}).result()
        self.assertIn('up 2 days', result.value[0].message)

    def test_what_is_refused(self):
        def run(name):
            self.vms.begin_run_command(
                base.GROUP, 'vm', {'commandId': name}).result()
        self.refused(400, 'InvalidParameter', run, 'Nothing')
        self.refused(400, 'BadRequest', run, 'RunPowerShellScript')
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        error = self.refused(409, 'OperationNotAllowed', run,
                             'RunShellScript')
        self.assertIn('requires the VM to be running', error.message)

    def test_the_documents(self):
        commands = self.compute.virtual_machine_run_commands
        self.assertIn('RunShellScript', [one.id for one in commands.list(
            base.LOCATION)])
        self.assertEqual('Windows', commands.get(
            base.LOCATION, 'RunPowerShellScript').os_type)
        self.refused(404, 'NotFound', commands.get, base.LOCATION, 'Nothing')

    def test_a_managed_command(self):
        run_scripts.answer(self.emulator, 'false', err='no', exit_code=1)
        body = {'location': base.LOCATION, 'properties': {
            'source': {'script': 'hostname'}, 'runAsUser': 'azureuser',
            'runAsPassword': 'secret', 'protectedParameters': [
                {'name': 'a', 'value': 'hidden'}]}}
        answer = self.send('PUT', self.at, body)
        self.assertEqual(201, answer.status_code)
        self.assertNotIn('hidden', answer.text())
        self.assertNotIn('secret', answer.text())
        self.assertNotIn('instanceView',
                         self.send('GET', self.at).json()['properties'])
        found = self.send('GET', self.at, **{'$expand': 'instanceView'})
        view = found.json()['properties']['instanceView']
        self.assertEqual(('Succeeded', 'guest', 0), (
            view['executionState'], view['output'], view['exitCode']))
        vm = self.emulator.store.get(self.path('virtualMachines', 'vm'))
        self.assertEqual((('a', 'hidden'),),
                         guest.of(self.emulator, vm).scripts[0].parameters)
        body['properties']['source']['script'] = 'false'
        self.assertEqual(200, self.send('PUT', self.at, body).status_code)
        view = self.send('GET', self.at, **{
            '$expand': 'instanceView'}).json()['properties']['instanceView']
        self.assertEqual(('Failed', 'no', 1), (
            view['executionState'], view['error'], view['exitCode']))
        body['properties']['treatFailureAsDeploymentFailure'] = True
        status = self.send('GET', self.send(
            'PUT', self.at, body).headers['Azure-AsyncOperation']).json()
        self.assertEqual('Failed', status['status'])
        self.assertEqual(202, self.send('DELETE', self.at).status_code)
        self.assertEqual(404, self.send('GET', self.at).status_code)
