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

"""Failures on demand, and what is written down about requests."""

import threading

from azure.core import exceptions
from oslotest import base as test_base
import requests

from jacket_azure.emulator import records
from tests.unit.emulator import base

GROUP = '/subscriptions/s/resourceGroups/g'


class DescribeTest(test_base.BaseTestCase):
    """Type and name of what a path speaks of."""

    def test_paths(self):
        compute = GROUP + '/providers/Microsoft.Compute'
        for method, path, described in (
                ('GET', GROUP, ('resourceGroups', 'g')),
                ('GET', '/subscriptions/s/resourcegroups',
                 ('resourceGroups', '')),
                ('GET', '/subscriptions', ('subscriptions', '')),
                ('PUT', compute + '/virtualMachines/v',
                 ('virtualMachines', 'v')),
                ('GET', compute + '/virtualMachines',
                 ('virtualMachines', '')),
                ('POST', compute + '/virtualMachines/v/start',
                 ('virtualMachines/start', 'v')),
                ('GET', compute + '/virtualMachines/v/instanceView',
                 ('instanceView', '')),
                ('PUT', GROUP + '/providers/Microsoft.Network'
                 '/virtualNetworks/n/subnets/s', ('subnets', 's')),
                ('GET', '/subscriptions/s/providers/Microsoft.Compute'
                 '/locations/l/operations/o', ('operations', 'o')),
                ('GET', '/subscriptions/s/operationresults/o',
                 ('operations', 'o'))):
            self.assertEqual(described, records.describe(method, path), path)


class FaultTest(base.EmulatorTestCase):
    """One fault after the other, on network interfaces."""

    def setUp(self):
        super().setUp()
        self.faults = self.emulator.faults
        self.path = self.network_path + '/networkInterfaces/nic1'

    def put(self):
        return self.call('PUT', self.path, self.nic_body())

    def there(self):
        return self.emulator.store.get(self.path) is not None

    def test_status(self):
        self.faults.fail('PUT', 'networkInterfaces', 409, 'Conflict',
                         headers={'Retry-After': '3'}, times=1)
        answer = self.put()
        self.assertEqual((409, 'Conflict', '3'), (
            answer.status_code, answer.json()['error']['code'],
            answer.headers['Retry-After']))
        self.assertFalse(self.there())
        self.assertEqual(409, self.emulator.requests[-1].status)
        self.assertEqual(201, self.put().status_code)

    def test_until_cleared(self):
        self.faults.fail('*', 'network*', 500, 'Broken')
        self.assertEqual([500, 500], [self.put().status_code
                                      for _ in range(2)])
        self.faults.clear()
        self.assertEqual(201, self.put().status_code)

    def test_only_what_matches(self):
        for match in ({'method': 'GET', 'type': 'networkInterfaces'},
                      {'method': 'PUT', 'type': 'virtualMachines'},
                      {'method': 'PUT', 'type': 'networkInterfaces',
                       'name': '*2'}):
            self.faults.fail(status=500, code='Broken', **match)
        self.assertEqual(201, self.put().status_code)
        self.path = self.path.replace('nic1', 'nic2')
        self.assertEqual(500, self.put().status_code)

    def test_polls_only_on_demand(self):
        self.put()
        url = self.put().headers['Azure-AsyncOperation']
        fault = self.faults.fail('*', '*', 503, 'ServerTimeout')
        self.assertEqual(200, self.call('GET', url).status_code)
        self.faults.remove(fault)
        self.faults.fail('GET', 'operations', 503, 'ServerTimeout', times=1)
        self.assertEqual([503, 200], [self.call('GET', url).status_code
                                      for _ in range(2)])

    def test_throttled(self):
        self.faults.throttle('PUT', 'networkInterfaces', retry_after=9,
                             bucket='PutVMResource', times=1)
        self.faults.throttle('PUT', retry_after=None)
        answer = self.put()
        error = answer.json()['error']
        self.assertEqual((429, '9', 'PutVMResource'), (
            answer.status_code, answer.headers['Retry-After'],
            error['details'][0]['target']))
        self.assertNotIn('Retry-After', self.put().headers)

    def test_dropped_request(self):
        self.faults.drop_request('PUT', times=1)
        self.assertRaises(requests.ConnectionError, self.put)
        self.assertFalse(self.there())
        self.assertEqual(201, self.put().status_code)

    def test_dropped_reply(self):
        self.faults.drop_reply('PUT', times=1)
        self.assertRaises(requests.ConnectionError, self.put)
        self.assertTrue(self.there())
        self.assertEqual(0, self.emulator.requests[-1].status)
        self.assertEqual(200, self.put().status_code)

    def test_refused_connection(self):
        self.faults.refuse_connections(times=1)
        self.assertRaises(requests.ConnectionError, self.put)
        self.assertEqual([], self.emulator.requests)
        self.assertEqual(201, self.put().status_code)

    def test_failed_operation(self):
        self.put()
        self.faults.fail_operation('PUT', 'networkInterfaces',
                                   'InternalServerError', 'Sorry.', times=1)
        poller = self.network.network_interfaces.begin_create_or_update(
            base.GROUP, 'nic1', self.nic_body())
        error = self.assertRaises(exceptions.HttpResponseError,
                                  poller.result)
        self.assertIn('Sorry.', str(error))
        self.assertEqual('Failed', self.call('GET', self.path).json()[
            'properties']['provisioningState'])

    def test_canceled_operation(self):
        self.put()
        self.faults.cancel_operation('PUT', 'networkInterfaces')
        url = self.put().headers['Azure-AsyncOperation']
        self.assertEqual('Canceled', self.call('GET', url).json()['status'])

    def test_stuck_and_slow_operations(self):
        self.put()
        self.faults.stick_operation('DELETE', 'networkInterfaces')
        self.faults.slow_operation('PUT', 'networkInterfaces', 100)
        slow = self.put().headers['Azure-AsyncOperation']
        self.clock.advance(99)
        self.assertEqual('InProgress', self.call('GET', slow).json()[
            'status'])
        self.clock.advance(1)
        self.assertEqual('Succeeded', self.call('GET', slow).json()['status'])
        stuck = self.call('DELETE', self.path).headers['Location']
        self.clock.advance(10 ** 6)
        self.assertEqual(202, self.call('GET', stuck).status_code)
        self.assertTrue(self.there())

    def test_by_number(self):
        self.put()
        self.faults.at(2)
        url = self.put().headers['Azure-AsyncOperation']
        self.call('GET', url)                       # a poll does not count
        self.assertEqual([500, 200], [self.put().status_code
                                      for _ in range(2)])

    def test_by_number_with_another_action(self):
        self.faults.at(1, 'drop_reply')
        self.assertRaises(requests.ConnectionError, self.put)
        self.assertTrue(self.there())

    def test_by_number_for_good(self):
        self.faults.at(1, 'fail', 503, 'ServerTimeout', for_good=True)
        self.assertEqual([503, 503], [self.put().status_code
                                      for _ in range(2)])
        self.assertEqual(404, self.call('GET', self.path).status_code)


class RecordTest(base.EmulatorTestCase):
    """What is written down."""

    def test_fields(self):
        self.create_nic()
        self.create_nic()
        put, again, poll, get = self.emulator.requests
        self.assertEqual(
            ('PUT', 'networkInterfaces', 'nic1', 201, True,
             'NetworkInterfaces_CreateOrUpdate', False),
            (put.method, put.type, put.name, put.status, put.valid,
             put.operation_id, put.is_poll))
        self.assertEqual([1, 2, 0, 3], [
            record.number for record in (put, again, poll, get)])
        self.assertEqual([put, again, get],
                         self.emulator.requests.without_polls())

    def test_reset(self):
        self.create_nic()
        self.emulator.faults.fail('*', '*', 500, 'Broken')
        self.emulator.reset()
        self.assertEqual([], self.emulator.store.ids())
        self.assertEqual([], self.emulator.requests)
        self.emulator.seed()
        self.assertEqual('10.0.0.4', self.create_nic()['properties'][
            'ipConfigurations'][0]['properties']['privateIPAddress'])


class ReplyTest(base.EmulatorTestCase):
    """Replies that arrive broken, late, or not from Azure at all."""

    def setUp(self):
        super().setUp()
        self.faults = self.emulator.faults
        self.path = self.network_path + '/networkInterfaces/nic1'

    def put(self):
        return self.call('PUT', self.path, self.nic_body())

    def test_truncated_reply(self):
        self.faults.truncate_reply('PUT', 'networkInterfaces', times=1)
        self.assertRaises(
            (requests.exceptions.ChunkedEncodingError,
             requests.ConnectionError), self.put)
        self.assertIsNotNone(self.emulator.store.get(self.path))
        self.assertEqual(0, self.emulator.requests[-1].status)
        self.assertEqual(200, self.put().status_code)

    def test_page_of_a_gateway(self):
        self.faults.garble_reply('PUT', 'networkInterfaces', times=1)
        answer = self.put()
        self.assertEqual((502, 'text/html'), (
            answer.status_code, answer.headers['Content-Type']))
        self.assertIn('<html>', answer.text)
        self.assertIsNone(self.emulator.store.get(self.path))
        self.assertEqual(502, self.emulator.requests[-1].status)

    def test_page_of_a_gateway_after_the_act(self):
        self.faults.garble_reply('PUT', 'networkInterfaces', status=504,
                                 acted=True, times=1)
        self.assertEqual(504, self.put().status_code)
        self.assertIsNotNone(self.emulator.store.get(self.path))

    def test_slow_reply(self):
        self.faults.slow_reply('PUT', 'networkInterfaces', seconds=600)
        answers = []
        waiting = threading.Thread(
            target=lambda: answers.append(self.put().status_code))
        acted = threading.Event()
        self.faults.hold, hold = (
            lambda seconds: (acted.set(), hold(seconds)), self.faults.hold)
        waiting.start()
        self.assertTrue(acted.wait(30))
        self.assertIsNotNone(self.emulator.store.get(self.path))
        self.assertEqual([], answers)
        self.faults.clear()
        waiting.join(30)
        self.assertEqual([201], answers)

    def test_lost_operation(self):
        self.put()
        self.faults.lose_operation('PUT', 'networkInterfaces', times=1)
        url = self.put().headers['Azure-AsyncOperation']
        answer = self.call('GET', url)
        self.assertEqual((404, 'NotFound'), (
            answer.status_code, answer.json()['error']['code']))
        url = self.put().headers['Azure-AsyncOperation']
        self.assertEqual(200, self.call('GET', url).status_code)

    def test_skip(self):
        self.put()
        url = self.put().headers['Azure-AsyncOperation']
        self.faults.fail('GET', 'operations', 503, 'ServerTimeout', skip=1,
                         times=1)
        self.assertEqual([200, 503, 200], [
            self.call('GET', url).status_code for _ in range(3)])

    def test_refused_connections_by_number(self):
        self.faults.at(2, 'refuse_connections', times=2)
        self.assertEqual(201, self.put().status_code)
        for _ in range(3):
            self.assertRaises(requests.ConnectionError, self.put)
        self.assertEqual(2, len(self.emulator.requests))
        self.assertEqual(200, self.put().status_code)

    def test_by_number_strikes_nothing_else(self):
        self.faults.at(2, 'fail_operation', 'Sorry')
        urls = [self.put().headers.get('Azure-AsyncOperation')
                for _ in range(3)]
        self.assertEqual(['Failed', 'Succeeded'], [
            self.call('GET', url).json()['status'] for url in urls[1:]])
