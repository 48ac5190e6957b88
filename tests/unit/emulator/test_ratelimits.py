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

"""Rate limits: told always, enforced on demand."""

import json

from tests.unit.emulator import base

REMAINING = 'x-ms-ratelimit-remaining-resource'
GLOBAL = 'x-ms-ratelimit-remaining-subscription-global-'


class HeaderTest(base.EmulatorTestCase):
    """What is left of which bucket."""

    def left(self, method, tail, body=None):
        answer = self.call(
            method, f'{self.group_path}/providers/Microsoft.Compute/{tail}',
            body, version='2024-07-01')
        return answer.headers.get(REMAINING)

    def test_arm_counts_reads_and_writes(self):
        path = self.network_path + '/networkInterfaces'
        reads = [self.call('GET', path).headers[GLOBAL + 'reads']
                 for _ in range(2)]
        self.assertEqual(['3749', '3748'], reads)
        written = self.call('PUT', path + '/nic1', self.nic_body())
        self.assertEqual('2999', written.headers[GLOBAL + 'writes'])
        self.assertNotIn(REMAINING, written.headers)

    def test_lists_of_machines(self):
        told = [self.left('GET', 'virtualMachines') for _ in range(2)]
        self.assertEqual(
            [f'Microsoft.Compute/HighCostGetSubscriptionMaximum;{left}'
             for left in (899, 898)], told)

    def test_disks(self):
        self.assertEqual(
            'Microsoft.Compute/HighCostGet3Min;239,'
            'Microsoft.Compute/HighCostGet30Min;1919',
            self.left('GET', 'disks'))

    def test_windows(self):
        self.left('GET', 'disks')
        self.clock.advance(180)
        self.assertEqual(
            'Microsoft.Compute/HighCostGet3Min;239,'
            'Microsoft.Compute/HighCostGet30Min;1918',
            self.left('GET', 'disks'))


class ThrottlingTest(HeaderTest):
    """The same with limits that are enforced."""

    options = {'throttling': True}

    def test_two_empty_buckets(self):
        self.emulator.ratelimits.limits.update(
            {'HighCostGet3Min': 0, 'HighCostGet30Min': 0})
        path = f'{self.group_path}/providers/Microsoft.Compute/disks'
        answers = [self.call('GET', path, version='2024-03-02')
                   for _ in range(2)]
        self.assertEqual((200, 429, '1800'), (
            answers[0].status_code, answers[1].status_code,
            answers[1].headers['Retry-After']))
        self.assertEqual(
            ['HighCostGet3Min', 'HighCostGet30Min'],
            [detail['target'] for detail
             in answers[1].json()['error']['details']])

    def test_empty_bucket(self):
        self.emulator.ratelimits.limits[
            'HighCostGetSubscriptionMaximum'] = 1
        path = (f'{self.group_path}/providers/Microsoft.Compute'
                '/virtualMachines')
        answers = [self.call('GET', path, version='2024-07-01')
                   for _ in range(3)]
        self.assertEqual([200, 200, 429],
                         [answer.status_code for answer in answers])
        self.assertEqual('60', answers[2].headers['Retry-After'])
        error = answers[2].json()['error']
        self.assertEqual(
            ('OperationNotAllowed', 'TooManyRequestsReceived'),
            (error['code'], error['innererror']['internalErrorCode']))
        self.assertEqual('Microsoft.Compute/HighCostGetSubscriptionMaximum;0',
                         answers[2].headers[REMAINING])
        [detail] = error['details']
        self.assertEqual({
            'operationGroup': 'HighCostGetSubscriptionMaximum',
            'startTime': '2026-05-04T08:00:00.0000001+00:00',
            'endTime': '2026-05-04T08:01:00.0000001+00:00',
            'allowedRequestCount': 2, 'measuredRequestCount': 3},
            json.loads(detail['message']))
        self.clock.advance(60)
        self.assertEqual(200, self.call(
            'GET', path, version='2024-07-01').status_code)
