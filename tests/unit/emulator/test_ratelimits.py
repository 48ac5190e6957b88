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

from jacket_azure.emulator import rate_buckets
from jacket_azure.emulator import router
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

    def test_buckets_of_galleries_images_and_sets(self):
        # galleries 2021-10-01 to 2023-07-03, else 2024-07-01
        for tail, expected in (
                ('galleries/a', 'GetGallery3Min;349,GetGallery30Min;2499'),
                ('galleries/a/images/b', 'GetGalleryImage3Min;599,'
                 'GetGalleryImage30Min;2999'),
                ('availabilitySets/a',
                 'LowCostGetSubscriptionMaximum;23999'),
                ('proximityPlacementGroups/a',
                 'HighCostGetSubscriptionMaximum;899'),
                ('virtualMachines/a/vmSizes', 'LowCostGetSubscriptionMaximum'
                 ';23999,LowCostGetResource;35')):
            path = f'{self.group_path}/providers/Microsoft.Compute/{tail}'
            request = router.ArmRequest(
                self.emulator, 'GET', path,
                router.Route('GET', path, lambda: None),
                {'sub': self.emulator.subscription_id}, {}, '', {}, None,
                None, '2024-07-01', None)
            told = ','.join(f'{one.name};{one.first}' for one
                            in rate_buckets.of_compute(request, {}))
            self.assertEqual(expected, told)

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
        # two a burst, a third of them a minute
        self.assertEqual('90', answers[2].headers['Retry-After'])
        error = answers[2].json()['error']
        self.assertEqual(
            ('OperationNotAllowed', 'TooManyRequestsReceived'),
            (error['code'], error['innererror']['internalErrorCode']))
        self.assertEqual('Microsoft.Compute/HighCostGetSubscriptionMaximum;0',
                         answers[2].headers[REMAINING])
        [detail] = error['details']
        self.assertEqual({
            'operationGroup': 'HighCostGetSubscriptionMaximum',
            'startTime': '2026-05-04T07:59:00.0000001+00:00',
            'endTime': '2026-05-04T08:00:00.0000001+00:00',
            'allowedRequestCount': 2, 'measuredRequestCount': 3},
            json.loads(detail['message']))
        self.clock.advance(90)
        self.assertEqual(200, self.call(
            'GET', path, version='2024-07-01').status_code)

    def put_disk(self, name='disk1', location='eastus'):
        return self.call(
            'PUT', f'{self.group_path}/providers/Microsoft.Compute/disks/'
            f'{name}', {'location': location, 'properties': {
                'diskSizeGB': 1, 'creationData': {
                    'createOption': 'Empty'}}}, version='2024-03-02')

    def test_regions_have_buckets_of_their_own(self):
        self.emulator.ratelimits.limits['CreateUpdateDisks3Min'] = 0
        answers = [self.put_disk(f'disk{number}', place) for number, place
                   in enumerate(('eastus', 'eastus', 'westeurope'))]
        self.assertEqual([202, 429, 202],
                         [answer.status_code for answer in answers])
        self.assertEqual('180', answers[1].headers['Retry-After'])

    def test_tokens_of_one_machine(self):
        path = (f'{self.group_path}/providers/Microsoft.Compute'
                '/virtualMachines/vm1')
        body = {'location': 'eastus', 'properties': {}}

        def put(where):
            return self.call('PUT', where, body, version='2024-07-01')

        told = [put(path) for _ in range(13)]
        self.assertNotEqual(429, told[11].status_code)
        self.assertEqual((429, '15'), (
            told[12].status_code, told[12].headers['Retry-After']))
        self.assertEqual(
            'PutVMResource',
            told[12].json()['error']['details'][0]['target'])
        self.assertNotEqual(429, put(path + '-other').status_code)
        self.clock.advance(15)                      # four a minute
        self.assertEqual([False, True], [
            put(path).status_code == 429 for _ in range(2)])
        self.clock.advance(3600)                    # never more than twelve
        self.assertEqual([False] * 12 + [True], [
            put(path).status_code == 429 for _ in range(13)])

    def test_counters_of_arm(self):
        self.emulator.ratelimits.limits['reads'] = 1
        path = self.network_path + '/networkInterfaces'
        answers = [self.call('GET', path) for _ in range(3)]
        self.assertEqual([200, 200, 429],
                         [answer.status_code for answer in answers])
        refused = answers[2]
        self.assertEqual(
            ('SubscriptionRequestsThrottled', '1', 'gateway'),
            (refused.json()['error']['code'],
             refused.headers['Retry-After'],
             refused.headers['x-ms-failure-cause']))
        self.assertIn(f"'read' requests for subscription "
                      f"'{self.emulator.subscription_id}'",
                      refused.json()['error']['message'])
        self.assertEqual(201, self.call(
            'PUT', path + '/nic1', self.nic_body()).status_code)
        self.clock.advance(1)
        self.assertEqual(200, self.call('GET', path).status_code)

    def test_questions_after_an_operation(self):
        url = self.put_disk().headers['Azure-AsyncOperation']
        self.emulator.ratelimits.limits['GetOperation3Min'] = 1
        self.assertEqual([200, 200, 429], [
            self.call('GET', url).status_code for _ in range(3)])

    def test_switched_off(self):
        self.emulator.ratelimits.enforced = False
        self.emulator.ratelimits.limits['HighCostGet3Min'] = 0
        path = f'{self.group_path}/providers/Microsoft.Compute/disks'
        answers = [self.call('GET', path, version='2024-03-02')
                   for _ in range(2)]
        self.assertEqual([200, 200],
                         [answer.status_code for answer in answers])
        self.assertIn('HighCostGet3Min;0', answers[1].headers[REMAINING])
