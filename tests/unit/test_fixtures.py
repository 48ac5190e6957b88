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

"""The base class that most tests stand on does what it says."""

import json
import logging

from jacket_azure import exceptions
from tests import base


class AzureTestCaseTest(base.AzureTestCase):
    """Shown on network interfaces, which stand for any resource."""

    def nic(self):
        return {'location': 'eastus', 'properties': {'ipConfigurations': [{
            'name': 'primary', 'properties': {'subnet': {
                'id': self.azure.subnet_id('private')}}}]}}

    def create(self, name='n1'):
        return self.client.network_interfaces.create_or_update(
            name, self.nic())

    def test_starts_with_a_network_and_nothing_of_ours(self):
        self.assertEqual([], self.azure.resource_ids())
        subnets = self.azure.resources('subnets')
        self.assertEqual(
            ['backend', 'private'], sorted(each['name'] for each in subnets))

    def test_requests_are_recorded_and_resources_seen(self):
        with self.azure.recording() as made:
            self.create()
        self.assertEqual(
            [('PUT', 'networkInterfaces', 'n1')],
            [(each.method, each.type, each.name) for each in made])
        self.assertEqual('n1', self.azure.resource(
            'networkInterfaces', 'N1')['name'])
        [resource_id] = self.azure.resource_ids()
        self.assertTrue(resource_id.endswith('/networkInterfaces/n1'))
        self.assertEqual(
            self.nic(), self.azure.sent('PUT', 'networkInterfaces', 'n1'))

    def test_failures_on_demand(self):
        self.azure.fail('PUT', 'networkInterfaces', 409, 'Conflict')
        self.assertRaises(exceptions.Conflict, self.create)
        self.assertEqual([], self.azure.resource_ids())

    def test_each_request_of_some_work_can_fail(self):
        def work():
            self.create('a')
            self.create('b')

        steps = self.azure.count_requests(work)
        self.assertEqual([1, 2], list(steps))
        self.assertEqual([], self.azure.resource_ids())
        with self.azure.failing_for_good(2):
            self.assertRaises(exceptions.AzureError, work)
        self.assertEqual(1, len(self.azure.resource_ids()))
        work()
        self.assertEqual(2, len(self.azure.resource_ids()))

    def test_what_does_not_fit_the_documents_is_noticed(self):
        body = self.nic()
        body['properties']['noSuchProperty'] = True
        self.assertRaises(
            exceptions.AzureError,
            self.client.network_interfaces.create_or_update, 'n1', body)
        [(method, _, problems)] = self.azure.invalid_requests()
        self.assertEqual('PUT', method)
        self.assertIn('noSuchProperty', str(problems))

    def test_waiting_takes_no_time(self):
        """A quarter of an hour in Azure is over at once."""
        self.azure.emulator.faults.slow_operation(
            'DELETE', 'networkInterfaces', 1000)
        self.create()
        before = self.azure.clock.time()
        self.client.network_interfaces.delete('n1')
        self.assertGreaterEqual(self.azure.clock.time() - before, 1000)
        self.assertEqual([], self.azure.resource_ids())

    def test_secrets_in_the_log_are_found_in_every_form(self):
        secret = 'top "secret" text'
        self.create()
        self.assertEqual([], self.log.secrets_found(
            [secret, *self.azure.tokens, self.azure.emulator.client_secret]))
        self.assertNotEqual([], self.azure.tokens)
        logging.getLogger('x').debug('body %s', json.dumps([secret]))
        self.assertEqual([secret], self.log.secrets_found([secret]))
