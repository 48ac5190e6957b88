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

"""Template deployments over HTTPS."""

from tests.unit.emulator import base

VERSION = '2024-11-01'


class DeploymentTest(base.EmulatorTestCase):
    """A network interface with what it needs, from one template."""

    def setUp(self):
        super().setUp()
        self.path = (self.group_path + '/providers/Microsoft.Resources'
                     '/deployments/first')
        self.template = {
            'contentVersion': '1.0.0.0',
            'parameters': {
                'prefix': {'type': 'string', 'defaultValue': 'a'},
                'password': {'type': 'secureString', 'defaultValue': ''}},
            'variables': {
                'nsg': "[concat(parameters('prefix'), '-nsg')]"},
            'resources': [
                {'type': 'Microsoft.Network/networkInterfaces',
                 'apiVersion': '2024-05-01', 'name': 'nic1',
                 'dependsOn': ["[variables('nsg')]"],
                 **self.nic_body(),
                 'location': '[resourceGroup().location]',
                 'tags': {'rules': "[string(length(reference(variables("
                                   "'nsg')).securityRules))]"}},
                {'type': 'Microsoft.Network/networkSecurityGroups',
                 'apiVersion': '2024-05-01', 'name': "[variables('nsg')]",
                 'location': 'eastus', 'properties': {}}],
            'outputs': {'address': {
                'type': 'string',
                'value': "[reference('nic1').ipConfigurations[0].properties"
                         ".privateIPAddress]"}}}

    def ask(self, method, tail='', body=None):
        return self.call(method, self.path + tail, body, version=VERSION)

    def deploy(self, tail='', method='PUT', mode='Incremental', **parts):
        return self.ask(method, tail, {'properties': {
            'mode': mode, 'template': self.template, **parts}})

    def finished(self, **parts):
        answer = self.deploy(**parts)
        self.assertIn(answer.status_code, (200, 201), answer.text)
        status = self.call('GET', answer.headers['Azure-AsyncOperation'])
        return status.json(), self.ask('GET').json()['properties']

    def test_success(self):
        answer = self.deploy(parameters={
            'prefix': {'value': 'b'}, 'password': {'value': 'hush'}})
        self.assertEqual((201, 'Accepted'), (
            answer.status_code,
            answer.json()['properties']['provisioningState']))
        self.assertNotIn('hush', answer.text)
        status = self.call('GET', answer.headers['Azure-AsyncOperation'])
        self.assertEqual({'status': 'Succeeded'}, status.json())
        found = self.ask('GET').json()['properties']
        self.assertEqual('Succeeded', found['provisioningState'])
        self.assertEqual({'address': {'type': 'String',
                                      'value': '10.0.0.4'}}, found['outputs'])
        self.assertEqual({'b-nsg', 'nic1'}, {
            one['id'].rpartition('/')[2]
            for one in found['outputResources']})
        nic = self.call('GET', self.network_path + '/networkInterfaces/nic1')
        self.assertEqual({'rules': '0'}, nic.json()['tags'])
        self.assertEqual(['first'], [one['name'] for one in self.call(
            'GET', self.path.rpartition('/')[0],
            version=VERSION).json()['value']])
        self.assertEqual(204, self.ask('HEAD').status_code)
        self.assertEqual(self.template, self.ask(
            'POST', '/exportTemplate').json()['template'])
        self.assertEqual(200, self.deploy().status_code)

    def test_no_resource_of_its_own(self):
        self.finished()
        listed = self.call('GET', self.group_path + '/resources',
                           version=base.RESOURCES_VERSION).json()['value']
        self.assertNotIn('first', [one['name'] for one in listed])
        self.assertEqual([], [one for one in self.emulator.requests
                              if one.type == 'networkInterfaces'])

    def test_steps(self):
        self.finished()
        steps = self.ask('GET', '/operations').json()['value']
        self.assertEqual(
            [('nic1', 'Succeeded', 'Created'), ('a-nsg', 'Succeeded',
                                                'Created')],
            [(one['properties']['targetResource']['resourceName'],
              one['properties']['provisioningState'],
              one['properties']['statusCode']) for one in steps])
        one = self.ask('GET', f'/operations/{steps[0]["operationId"]}')
        self.assertEqual(steps[0], one.json())
        self.assertEqual(404, self.ask(
            'GET', '/operations/nothing').status_code)

    def test_failure(self):
        self.emulator.faults.fail('PUT', 'networkSecurityGroups', 409,
                                  'Conflict', 'Not now.')
        status, found = self.finished()
        self.assertEqual(
            ('Failed', 'DeploymentFailed',
             [{'code': 'Conflict', 'message': 'Not now.'}]),
            (status['status'], status['error']['code'],
             status['error']['details']))
        self.assertEqual('Failed', found['provisioningState'])
        # what waits for it is never sent
        self.assertIsNone(self.emulator.store.get(
            self.network_path + '/networkInterfaces/nic1'))

    def test_failing_operation_of_a_resource(self):
        self.emulator.faults.fail_operation(
            'PUT', 'networkSecurityGroups', 'InternalServerError')
        status, _ = self.finished()
        self.assertEqual('InternalServerError',
                         status['error']['details'][0]['code'])

    def test_a_busy_dependency_is_tried_again(self):
        self.emulator.faults.fail('PUT', 'networkSecurityGroups', 429,
                                  'RetryableError', times=2)
        answer = self.deploy()
        for _ in range(3):
            status = self.call('GET', answer.headers['Azure-AsyncOperation'])
        self.assertEqual('Succeeded', status.json()['status'])

    def test_running_and_canceled(self):
        self.emulator.faults.stick_operation('PUT', 'networkSecurityGroups')
        answer = self.deploy()
        status = self.call('GET', answer.headers['Azure-AsyncOperation'])
        self.assertEqual('Running', status.json()['status'])
        again = self.deploy()
        self.assertEqual((409, 'DeploymentActive'), (
            again.status_code, again.json()['error']['code']))
        self.assertEqual(409, self.ask('DELETE').status_code)
        self.assertEqual(204, self.ask('POST', '/cancel').status_code)
        self.assertEqual('Canceled', self.ask('GET').json()['properties'][
            'provisioningState'])
        self.assertEqual(409, self.ask('POST', '/cancel').status_code)

    def test_deletion(self):
        self.assertEqual(204, self.ask('DELETE').status_code)
        self.finished()
        self.assertEqual(202, self.ask('DELETE').status_code)
        answer = self.ask('GET')
        self.assertEqual((404, 'DeploymentNotFound'), (
            answer.status_code, answer.json()['error']['code']))
        self.assertEqual(404, self.ask('HEAD').status_code)
        self.assertIsNotNone(self.emulator.store.get(
            self.network_path + '/networkInterfaces/nic1'))

    def test_validation(self):
        answer = self.deploy('/validate', 'POST')
        self.assertEqual((200, 'Succeeded'), (
            answer.status_code,
            answer.json()['properties']['provisioningState']))
        self.assertEqual(404, self.ask('GET').status_code)
        self.template['variables']['nsg'] = "[nothing('x')]"
        for method, tail in (('POST', '/validate'), ('PUT', '')):
            answer = self.deploy(tail, method)
            self.assertEqual(501, answer.status_code)
            self.assertIn("'nothing'", answer.text)

    def test_what_is_refused(self):
        for parts, status, code in (
                ({'mode': 'Complete'}, 501, 'EmulatorNotImplemented'),
                ({'mode': ''}, 400, 'InvalidDeploymentMode'),
                ({'templateLink': {'uri': 'x'}}, 501,
                 'EmulatorNotImplemented'),
                ({'template': None}, 400, 'InvalidTemplate'),
                ({'parameters': {'x': {'value': 1}}}, 400,
                 'InvalidTemplate')):
            answer = self.deploy(**parts)
            self.assertEqual((status, code), (
                answer.status_code, answer.json()['error']['code']))
        self.path = self.path.replace('/jacket/', '/nowhere/')
        self.assertEqual('ResourceGroupNotFound',
                         self.deploy().json()['error']['code'])


class SlowDeploymentTest(DeploymentTest):
    """Operations that take their time, on a clock turned by hand."""

    options = {'latency': 'observed'}

    def finished(self, **parts):
        answer = self.deploy(**parts)
        for _ in range(4):
            self.clock.advance(600)
        status = self.call('GET', answer.headers['Azure-AsyncOperation'])
        return status.json(), self.ask('GET').json()['properties']

    def test_success(self):
        status, found = self.finished()
        self.assertEqual(('Succeeded', '10.0.0.4'), (
            status['status'], found['outputs']['address']['value']))

    def test_a_busy_dependency_is_tried_again(self):
        self.emulator.faults.fail('PUT', 'networkSecurityGroups', 429,
                                  'RetryableError', times=2)
        status, _ = self.finished()
        self.assertEqual('Succeeded', status['status'])

    def test_subnets_without_an_order_come_one_by_one(self):
        self.template['outputs'] = {}
        self.template['resources'] = [
            {'type': 'Microsoft.Network/virtualNetworks/subnets',
             'apiVersion': '2024-05-01', 'name': f'vnet1/s{number}',
             'properties': {'addressPrefix': f'10.0.{number}.0/24'}}
            for number in (10, 11, 12)]
        status, _ = self.finished()
        self.assertEqual('Succeeded', status['status'])

    def test_deletion(self):
        self.finished()
        self.ask('DELETE')
        self.clock.advance(600)
        self.assertEqual(404, self.ask('GET').status_code)
