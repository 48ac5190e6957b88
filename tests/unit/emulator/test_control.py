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

"""``/_emulator``: another process looks in and plans faults."""

import json
import pathlib

from tests.unit.emulator import base


class ControlTest(base.EmulatorTestCase):
    """The control interface over HTTPS."""

    def setUp(self):
        super().setUp()
        self.known = json.loads(
            (pathlib.Path(self.emulator.state_dir)
             / 'control.json').read_text())

    def ask(self, method, path='', body=None, key=None, **query):
        return self.session.request(
            method, self.known['endpoint'] + path, json=body, params=query,
            timeout=30, headers={
                'X-Emulator-Key': key or self.known['key']})

    def refused(self, body):
        answer = self.ask('POST', '/faults', body)
        self.assertEqual(400, answer.status_code)
        self.assertEqual({'problem'}, set(answer.json()))
        return answer.json()['problem']

    def read(self):
        return self.call('GET', self.group_path, version='2025-04-01')

    def test_key(self):
        for key in ('wrong', self.token()):
            answer = self.ask('GET', '/faults', key=key)
            self.assertEqual(401, answer.status_code)
            self.assertNotIn('error', answer.json())
            self.assertNotIn(self.known['key'], answer.text)
        self.assertEqual(0o600, (
            pathlib.Path(self.emulator.state_dir)
            / 'control.json').stat().st_mode & 0o777)

    def test_who_it_is(self):
        found = self.ask('GET').json()
        self.assertEqual(
            (self.emulator.endpoint, self.emulator.subscription_id, 5, 0),
            (found['arm_endpoint'], found['subscription_id'],
             found['resources'], found['requests']))
        for path in ('/nothing', '/faults/7'):
            self.assertEqual(404, self.ask('DELETE', path).status_code)
        self.assertEqual([], self.emulator.requests)

    def test_plan_a_fault_and_take_it_back(self):
        made = self.ask('POST', '/faults', {
            'action': 'fail', 'method': 'GET', 'type': 'resourceGroups',
            'status': 503, 'code': 'ServerTimeout', 'times': 2})
        self.assertEqual(201, made.status_code)
        self.assertEqual(503, self.read().status_code)
        [found] = self.ask('GET', '/faults').json()['faults']
        self.assertEqual({**made.json(), 'fired': 1}, found)
        self.assertEqual(
            found, self.ask('DELETE', f'/faults/{found["id"]}').json())
        self.assertEqual(200, self.read().status_code)

    def test_by_number_for_good(self):
        self.ask('POST', '/faults', {'action': 'fail', 'request': 2,
                                     'for_good': True})
        self.assertEqual([200, 500, 500],
                         [self.read().status_code for _ in range(3)])
        self.ask('DELETE', '/faults')
        self.assertEqual(200, self.read().status_code)

    def test_denial(self):
        permission = 'Microsoft.Resources/subscriptions/resourceGroups/read'
        answer = self.ask('POST', '/faults', {
            'action': 'deny', 'permission': permission})
        self.assertEqual([permission.lower()], answer.json()['denied'])
        self.assertEqual(403, self.read().status_code)
        self.ask('DELETE', '/faults')
        self.assertEqual(200, self.read().status_code)

    def test_what_cannot_be_planned(self):
        base_fault = {'action': 'fail', 'method': 'GET', 'type': '*'}
        for body, told in (
                ([], 'object'), ({'action': 'clear'}, 'fail, throttle'),
                ({'action': '__init__'}, 'action is one of'),
                ({'action': 'fail'}, 'method, type: missing'),
                ({**base_fault, 'seconds': 1}, 'seconds: not known here'),
                ({**base_fault, 'status': '500'}, "status: not '500'"),
                ({**base_fault, 'times': True}, 'times: not True'),
                ({**base_fault, 'request': 1}, 'method, type: not known'),
                ({'action': 'fail', 'request': 0}, 'from 1'),
                ({**base_fault, 'for_good': True}, 'goes with request'),
                ({'action': 'drop_reply', 'for_good': 1}, 'true or false'),
                ({'action': 'slow_reply'}, 'seconds: missing'),
                ({'action': 'deny'}, 'permission')):
            self.assertIn(told, self.refused(body))
        self.assertEqual([], self.emulator.faults.planned())
        answer = self.session.post(
            self.known['endpoint'] + '/faults', data=b'{', timeout=30,
            headers={'X-Emulator-Key': self.known['key']})
        self.assertEqual(400, answer.status_code)

    def test_every_action_can_be_planned(self):
        for action, more in (
                ('fail', {}), ('throttle', {'retry_after': None}),
                ('drop_request', {}), ('drop_reply', {}),
                ('truncate_reply', {'share': 0.1}),
                ('garble_reply', {'acted': True}),
                ('slow_reply', {'seconds': 2}),
                ('fail_operation', {'code': 'AllocationFailed'}),
                ('cancel_operation', {}), ('stick_operation', {}),
                ('slow_operation', {'seconds': 2.5}),
                ('lose_operation', {})):
            for where in ({'request': 50},
                          {'method': 'HEAD', 'type': 'nothing'}):
                answer = self.ask('POST', '/faults', {
                    'action': action, **more, **where})
                self.assertEqual(201, answer.status_code, answer.text)
                self.assertEqual(action, answer.json()['action'])

    def test_requests(self):
        self.read()
        self.create_nic()
        found = self.ask('GET', '/requests').json()
        self.assertEqual(found['next'], len(found['requests']))
        self.assertEqual(('GET', 200, 'resourceGroups', 1), tuple(
            found['requests'][0][name]
            for name in ('method', 'status', 'type', 'number')))
        self.assertEqual([], self.ask(
            'GET', '/requests', since=found['next']).json()['requests'])
        self.assertFalse(any(one['is_poll'] for one in self.ask(
            'GET', '/requests', polls='false').json()['requests']))
        self.assertEqual(400, self.ask(
            'GET', '/requests', since='x').status_code)
        self.ask('DELETE', '/requests')
        self.assertEqual([], self.emulator.requests)

    def test_resources(self):
        kind = 'Microsoft.Network/virtualNetworks'
        [found] = self.ask('GET', '/resources', type=kind.lower(),
                           bodies='true').json()['resources']
        self.assertEqual(self.network_path + '/virtualNetworks/vnet1',
                         found['id'])
        self.assertEqual('eastus', found['body']['location'])
        self.assertEqual(self.emulator.store.ids(), [
            one['id'] for one in
            self.ask('GET', '/resources').json()['resources']
            if not one['id'].endswith('/jacket')])

    def test_settings(self):
        before = self.ask('GET', '/settings').json()
        wanted = {'list_lag': 2.5, 'throttling': True, 'retry_after': None,
                  'unmanaged_disks': True, 'limits': {'PutVMResource': 1},
                  'latency': 'observed', 'page_size': 3,
                  'token_lifetime_seconds': 60,
                  'clock_offset_seconds': -3600}
        self.assertEqual(set(before), set(wanted))
        self.assertEqual(wanted, self.ask(
            'PATCH', '/settings', wanted).json())
        for wrong in ({'list_lag': -1}, {'list_lag': 1, 'nothing': 1},
                      {'throttling': 1}, {'page_size': 0}, 7,
                      {'limits': {'x': 'y'}}, {'latency': 'some'}):
            answer = self.ask('PATCH', '/settings', wrong)
            self.assertEqual(400, answer.status_code)
        self.assertEqual(wanted, self.ask('GET', '/settings').json())
