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

"""Public addresses over HTTPS: failures and kills at each request."""

from nova import exception as nova_exception
from nova import objects

from jacket_azure.nova import public_addresses
from tests import world
from tests.unit.nova import base
from tests.unit.nova import test_interfaceops
from tests.unit.nova import test_killed

MAPPING = world.MAPPING.replace(
    '    subnet: backend\n', '    subnet: backend\n    public_ip: true\n')


class SpawnTest(base.NovaTestCase):

    mapping = MAPPING

    def test_any_single_failure_leaves_nothing_behind(self):
        self.warm()
        for step in self.azure.count_requests(self.spawn):
            made = None
            with self.azure.failing_for_good(step):
                try:
                    made = self.spawn()
                except nova_exception.NovaException:
                    self.assertEqual([], self.azure.resource_ids(), step)
            if made is not None:
                # a look at the address, which only the user would know
                self.driver.destroy(self.context, *made)
        self.assertEqual(1, self.log.text.count('is not known'))

    def test_an_address_nobody_knows_is_no_failure(self):
        self.azure.fail('GET', 'publicIPAddresses', 400, 'NotToday', 'No.')
        instance, _ = self.spawn()
        self.assertNotIn('public_ip', instance.metadata)
        self.assertIn('is not known', self.log.text)

    def test_the_quota_is_looked_at_again_before_it_refuses(self):
        self.warm()
        addresses = public_addresses.PublicAddresses(self.driver._backend)
        bodies = [{'sku': {'name': 'Standard'}}] * 1001
        with self.azure.recording() as made:
            error = self.assertRaises(
                public_addresses.exceptions.QuotaExceeded,
                addresses.check_quota, bodies)
        self.assertIn('PublicIPAddresses', str(error))
        self.assertEqual([], [record.type for record in made][1:])
        addresses.check_quota([])

    def test_an_address_of_somebody_else_stays(self):
        instance, network_info = self.spawn()
        [address] = self.azure.resources('publicIPAddresses')
        found = self.azure.emulator.store.get(address['id'])
        found.body['tags']['jacket-owner'] = 'others'
        found.properties.pop('ipConfiguration')
        addresses = public_addresses.PublicAddresses(self.driver._backend)
        self.assertIsNone(addresses.delete(instance, address['name']))
        self.assertIn('Leaving public address', self.log.text)
        self.assertIsNone(addresses.delete(instance, 'not-there'))


    def test_an_address_that_something_else_has_stays(self):
        instance, network_info = self.spawn()
        [address] = self.azure.resources('publicIPAddresses')
        addresses = public_addresses.PublicAddresses(self.driver._backend)
        self.assertEqual(address['properties']['ipAddress'],
                         addresses.delete(instance, address['name']))
        self.assertIn('something else has it', self.log.text)
        self.assertEqual(1, len(self.azure.resources('publicIPAddresses')))

    def test_a_shelved_server_tells_no_address(self):
        instance, network_info = self.spawn()
        self.assertIn('public_ip', instance.metadata)
        self.driver.destroy(self.context, instance, network_info)
        self.assertNotIn('public_ip', instance.metadata)


class KilledTest(test_killed.KilledTest):

    mapping = MAPPING

    def test_spawn_after_a_killed_spawn(self):
        """Of interfaces in general; see the base class."""

    def test_destroy_after_a_killed_destroy(self):
        """Likewise: one request takes the address along."""


class AttachTest(test_interfaceops.InterfaceTestCase):

    mapping = MAPPING

    def test_failures_leave_no_address(self):
        for method, kind in (('PUT', 'publicIPAddresses'),
                             ('PUT', 'networkInterfaces'),
                             ('PATCH', 'virtualMachines')):
            self.azure.fail(method, kind, 400, 'NotToday', 'Not today.')
            self.assertRaises(nova_exception.NovaException, self.attach)
            self.azure.emulator.faults.clear()
            self.assertEqual([], self.azure.resources('publicIPAddresses'))
        self.attach()
        [address] = self.azure.resources('publicIPAddresses')
        self.assertEqual(
            {'public_ip': address['properties']['ipAddress']},
            self.server.metadata)
        self.detach()
        self.assertEqual([], self.azure.resources('publicIPAddresses'))
        self.assertEqual({}, self.server.metadata)


class TellTest(base.base.base.BaseTestCase):

    def tell(self, before, added, removed=None):
        instance = objects.Instance(metadata=before)
        changed = public_addresses.PublicAddresses.tell(
            instance, added, removed)
        self.assertEqual(changed, before != instance.metadata)
        return instance.metadata

    def test_all_of_it(self):
        self.assertEqual(
            {'a': 'b', 'public_ip': '198.18.0.1, 198.18.0.2'},
            self.tell({'a': 'b'}, ['198.18.0.1', '198.18.0.2']))
        self.assertEqual(
            {'public_ip': '198.18.0.3'},
            self.tell({'public_ip': '198.18.0.1'}, ['198.18.0.3']))
        self.assertEqual({}, self.tell({'public_ip': '198.18.0.1'}, []))

    def test_one_more_and_one_less(self):
        both = {'public_ip': '198.18.0.1, 198.18.0.2'}
        self.assertEqual(
            both, self.tell({'public_ip': '198.18.0.1'}, ['198.18.0.2'], []))
        self.assertEqual(both, self.tell(both, ['198.18.0.2'], []))
        self.assertEqual({'public_ip': '198.18.0.1'},
                         self.tell(both, [], ['198.18.0.2']))

    def test_what_a_user_has_written_stays(self):
        mine = {'public_ip': 'ask my proxy'}
        self.assertEqual(mine, self.tell(mine, ['198.18.0.1']))
