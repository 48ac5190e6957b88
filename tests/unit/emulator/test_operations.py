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

"""Long-running operations in every style, by a clock that is turned."""

import base64
import datetime
import json
import types
import urllib.parse

from oslotest import base as test_base

from jacket_azure.emulator import clock
from jacket_azure.emulator import errors
from jacket_azure.emulator import router
from jacket_azure.emulator import store
from tests.unit.emulator import base


class ClockTest(test_base.BaseTestCase):
    """The clock tests turn."""

    def test_moves_only_by_hand(self):
        virtual = clock.VirtualClock()
        self.assertEqual(virtual.time(), virtual.time())
        before = virtual.now()
        virtual.advance(1.5)
        self.assertEqual(datetime.timedelta(seconds=1.5),
                         virtual.now() - before)

    def test_calls_back_after_the_move(self):
        virtual = clock.VirtualClock()
        seen = []
        virtual.call_on_change(lambda: seen.append(virtual.time()))
        virtual.advance(60)
        self.assertEqual([virtual.time()], seen)

    def test_stamp(self):
        when = datetime.datetime(2023, 11, 6, 8, 48, 1, 291448, clock.UTC)
        self.assertEqual('2023-11-06T08:48:01.2914481+00:00',
                         clock.RealClock().stamp(when))

    def test_real_clock_moves(self):
        real = clock.RealClock()
        self.assertLessEqual(real.time(), real.time())
        self.assertFalse(real.virtual)


class StyleTest(base.EmulatorTestCase):
    """Operations of a provider made up here, one style after the other."""

    options = {'latency': 'observed', 'retry_after': 7}

    def start(self, method='PUT', style=None, provider='Compute',
              type='virtualMachines', **options):
        path = f'{self.group_path}/providers/Microsoft.{provider}/{type}'
        request = router.ArmRequest(
            self.emulator, method, path + '/a', router.Route(
                method, '/subscriptions/{sub}/resourceGroups/{rg}/providers/'
                f'Microsoft.{provider}/{type}/{{name}}', lambda: None),
            {'sub': self.emulator.subscription_id, 'rg': 'jacket',
             'name': 'a'}, {}, '', {}, None, None, '2026-04-01',
            self.emulator.requests.open(method, path + '/a', ''))
        options.setdefault('seconds', 10)
        return self.emulator.operations.start(
            request, 'test', style=style, **options)

    def poll(self, url):
        answer = self.call('GET', url)
        return answer.status_code, answer.content and answer.json()

    def test_gallery_and_deployment_headers(self):
        # no notification for them (281 seen at 2021-10-01 to 2023-07-03)
        for style in ('gallery', 'deployment'):
            self.assertNotIn('Azure-AsyncNotification',
                             self.start('PUT', style).headers())

    def test_compute_headers(self):
        made = self.start('PUT').headers()
        self.assertEqual({'Azure-AsyncOperation', 'Azure-AsyncNotification',
                          'Retry-After'}, set(made))
        self.assertIn('/providers/Microsoft.Compute/locations/eastus/'
                      'operations/', made['Azure-AsyncOperation'])
        self.assertTrue(1500 < len(made['Azure-AsyncOperation']) < 4096)
        self.assertEqual('7', made['Retry-After'])
        made = self.start('POST').headers()
        self.assertIn('monitor=true', made['Location'])
        self.assertNotIn('Location', self.start('POST').headers(
            location=False))

    def test_compute(self):
        operation = self.start('POST', on_done=lambda operation: {'a': 1})
        headers = operation.headers()
        status, body = self.poll(headers['Azure-AsyncOperation'])
        self.assertEqual((200, {
            'startTime': '2026-05-04T08:00:00.0000001+00:00',
            'status': 'InProgress', 'name': operation.id}), (status, body))
        self.assertEqual((202, b''), self.poll(headers['Location']))
        self.clock.advance(9.9)
        self.assertTrue(operation.running)
        self.clock.advance(0.1)
        status, body = self.poll(headers['Azure-AsyncOperation'])
        self.assertEqual('Succeeded', body['status'])
        self.assertEqual('2026-05-04T08:00:10.0000001+00:00',
                         body['endTime'])
        self.assertEqual({'output': {'a': 1}}, body['properties'])
        self.assertEqual((200, {'a': 1}), self.poll(headers['Location']))

    def test_disk(self):
        headers = self.start('DELETE', 'disk', type='disks').headers()
        self.assertEqual({'Azure-AsyncOperation', 'Location', 'Retry-After'},
                         set(headers))
        self.assertIn('/DiskOperations/', headers['Location'])
        self.clock.advance(10)
        _, body = self.poll(headers['Azure-AsyncOperation'])
        self.assertNotIn('properties', body)
        self.assertEqual((200, b''), self.poll(headers['Location']))

    def test_network(self):
        headers = self.start('DELETE', provider='Network',
                             type='networkInterfaces').headers()
        self.assertIn('/operationResults/', headers['Location'])
        answer = self.call('GET', headers['Location'])
        self.assertEqual((202, b'null'), (answer.status_code,
                                          answer.content))
        self.assertEqual(headers['Location'], answer.headers['Location'])
        self.assertEqual((200, {'status': 'InProgress'}),
                         self.poll(headers['Azure-AsyncOperation']))
        self.clock.advance(10)
        self.assertEqual((204, b''), self.poll(headers['Location']))
        self.assertEqual((200, {'status': 'Succeeded'}),
                         self.poll(headers['Azure-AsyncOperation']))

    def test_failure(self):
        def fail(operation):
            raise errors.ArmError(409, 'AllocationFailed', 'No room.')
        seen = []
        operation = self.start(on_done=fail, on_fail=seen.append)
        url = operation.headers()['Azure-AsyncOperation']
        self.clock.advance(10)
        status, body = self.poll(url)
        self.assertEqual((200, 'Failed', {
            'code': 'AllocationFailed', 'message': 'No room.'}),
            (status, body['status'], body['error']))
        self.assertEqual([operation], seen)

    def test_superseded(self):
        seen = []
        operation = self.start(on_done=seen.append)
        url = operation.headers()['Azure-AsyncOperation']
        operation.cancel()
        self.assertEqual('Canceled', self.poll(url)[1]['status'])
        self.clock.advance(60)
        self.assertEqual([], seen)

    def test_not_ready(self):
        waiting = types.SimpleNamespace(done=False)
        operation = self.start(ready=lambda: waiting.done)
        self.clock.advance(60)
        self.assertTrue(operation.running)
        waiting.done = True
        self.emulator.operations.settle()
        self.assertFalse(operation.running)

    def test_end_in_order(self):
        seen = []
        for seconds in (3, 1, 2):
            self.start(seconds=seconds, on_done=lambda operation,
                       seconds=seconds: seen.append(seconds))
        self.clock.advance(5)
        self.assertEqual([1, 2, 3], seen)

    def test_query_must_come_back_unchanged(self):
        url = self.start().headers()['Azure-AsyncOperation']
        parts = urllib.parse.urlsplit(url)
        pairs = urllib.parse.parse_qsl(parts.query)
        self.assertEqual(['p', 'api-version', 't', 'c', 's', 'h'],
                         [name for name, _ in pairs])
        for index in range(len(pairs)):
            changed = [pair for number, pair in enumerate(pairs)
                       if number != index]
            if pairs[index][0] == 'api-version':
                changed.insert(index, ('api-version', '2020-01-01'))
            query = urllib.parse.urlencode(changed)
            self.assertEqual(400, self.poll(
                parts._replace(query=query).geturl())[0], pairs[index][0])
        self.assertEqual(200, self.poll(url)[0])

    def test_unknown_operation(self):
        url = self.start().headers()['Azure-AsyncOperation']
        self.emulator.operations.clear()
        self.assertEqual(404, self.poll(url)[0])


class GroupDeletionTest(base.EmulatorTestCase):
    """The style of resource groups: Location, and nothing else."""

    options = {'latency': 'observed'}

    def test_location_only(self):
        self.create_nic()
        answer = self.call('DELETE', self.group_path,
                           version=base.RESOURCES_VERSION)
        self.assertEqual((202, b''), (answer.status_code, answer.content))
        self.assertNotIn('Azure-AsyncOperation', answer.headers)
        url = answer.headers['Location']
        job = url.split('/operationresults/')[1].split('?')[0]
        self.assertEqual(
            {'jobId': 'RESOURCEGROUPDELETIONJOB-JACKET-EASTUS',
             'jobLocation': 'eastus'},
            json.loads(base64.b64decode(job + '=' * (-len(job) % 4))))
        waiting = self.call('GET', url)
        self.assertEqual((202, b''), (waiting.status_code, waiting.content))
        fresh = waiting.headers['Location']
        self.assertNotEqual(url, fresh)
        self.assertEqual(url.partition('?')[0], fresh.partition('?')[0])
        self.assertEqual(202, self.call('GET', fresh).status_code)
        group = self.resources.resource_groups.get('jacket')
        self.assertEqual('Deleting', group.properties.provisioning_state)
        refused = self.call('PUT', self.network_path + '/networkInterfaces/b',
                            self.nic_body())
        self.assertEqual('ResourceGroupBeingDeleted',
                         refused.json()['error']['code'])
        self.clock.advance(3600)
        for one in (url, fresh):
            self.assertEqual(200, self.call('GET', one).status_code)
        self.assertEqual([], self.emulator.store.ids())
        self.assert_error('ResourceGroupNotFound', 404,
                          self.resources.resource_groups.get, 'jacket')


class StoreTest(test_base.BaseTestCase):
    """Resources by id, in any case."""

    BASE = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network'

    def make(self, tail, type):
        return store.Resource(
            f'{self.BASE}/{tail}', f'Microsoft.Network/{type}',
            tail.rpartition('/')[2], {'id': f'{self.BASE}/{tail}'},
            clock.VIRTUAL_START)

    def test_case_and_children(self):
        held = store.Store()
        network = held.put(self.make('virtualNetworks/Net',
                                     'virtualNetworks'))
        for name in 'ba':
            held.put(self.make(f'virtualNetworks/Net/subnets/{name}',
                               'virtualNetworks/subnets'))
        self.assertIs(network, held.get(network.id.upper()))
        self.assertIsNone(held.get(None))
        self.assertEqual(['a', 'b'], [child.name for child in held.children(
            'microsoft.network/VIRTUALNETWORKS/subnets', network.id)])
        self.assertEqual([], held.children(scope=self.BASE + '/virtualNet'))
        self.assertEqual(3, len(held))
        held.put(self.make('virtualNetworks/Net2', 'virtualNetworks'))
        held.put(network)                       # again, and still once
        self.assertEqual(['Net', 'a', 'b', 'Net2'],
                         [resource.name for resource in held])
        held.delete(network.id.lower())
        self.assertEqual(['Net2'], [resource.name for resource in held])
        held.delete(f'{self.BASE}/virtualNetworks/NET2')
        self.assertEqual(([], []), (held.ids(), held.children(
            'Microsoft.Network/virtualNetworks')))
        self.assertIsNone(held.delete(network.id))

    def test_a_view_is_a_copy(self):
        found = self.make('virtualNetworks/Net', 'virtualNetworks')
        found.view()['id'] = 'changed'
        self.assertNotEqual('changed', found.body['id'])


class ObservedRetryTest(base.EmulatorTestCase):
    """Retry-After as Azure sends it (2019 to 2025)."""

    options = {'latency': 'observed'}

    def told(self, path, body, version, kind='Network', method='PUT'):
        answer = self.call(method, f'{self.group_path}/providers/Microsoft.'
                           f'{kind}/{path}', body, version)
        self.assertLess(answer.status_code, 300, answer.text)
        return answer

    def test_by_resource(self):
        space = {'addressSpace': {'addressPrefixes': ['10.8.0.0/16']}}
        for path, properties, version, seconds in (
                ('virtualNetworks/a', space, '2024-03-01', '3'),
                ('publicIPAddresses/a', {}, '2024-03-01', '1'),
                ('routeTables/a', {}, '2024-03-01', '2'),
                ('networkSecurityGroups/a', {}, '2024-03-01', '1')):
            answer = self.told(path, {'location': 'eastus',
                                      'properties': properties}, version)
            self.assertEqual(seconds, answer.headers['Retry-After'], path)
        disk = self.told('disks/a', {'location': 'eastus', 'properties': {
            'diskSizeGB': 4, 'creationData': {'createOption': 'Empty'}}},
            '2024-03-02', 'Compute')
        self.assertEqual('2', disk.headers['Retry-After'])
        poll = self.call('GET', disk.headers['Azure-AsyncOperation'])
        self.assertNotIn('Retry-After', poll.headers)

    def test_network_polls_double_it(self):
        # 10, 20, 40, 80, 160 seen; and none at the end
        url = self.told(
            'networkSecurityGroups/nsg-default', None, '2024-03-01',
            method='DELETE').headers['Azure-AsyncOperation']
        self.assertEqual(['1', '2', '4'], [
            self.call('GET', url).headers['Retry-After'] for _ in range(3)])
        self.clock.advance(60)
        self.assertNotIn('Retry-After', self.call('GET', url).headers)
