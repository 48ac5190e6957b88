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

"""Quotas of networks, and what a reset takes back."""

from jacket_azure.emulator import network_quotas
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.compute import usages
from jacket_azure.emulator.compute import vm_nics
from tests.unit.emulator import base


class QuotaTest(base.EmulatorTestCase):
    """Limits of a region."""

    def put(self, kind, name, **properties):
        return self.call('PUT', f'{self.network_path}/{kind}/{name}', {
            'location': 'eastus', 'properties': properties})

    def refused(self, answer):
        return answer.status_code, answer.json()['error']['code']

    def usage(self, name):
        found = self.call(
            'GET', f'/subscriptions/{self.emulator.subscription_id}'
            '/providers/Microsoft.Network/locations/eastus/usages').json()
        [one] = [one for one in found['value']
                 if one['name']['value'] == name]
        return one['currentValue'], one['limit']

    def test_public_addresses(self):
        # reported, 2017 to 2023
        network_quotas.set_limit(self.emulator, 'PublicIPAddresses', 2)
        network_quotas.set_limit(self.emulator, 'StaticPublicIPAddresses', 1)
        static = {'publicIPAllocationMethod': 'Static'}
        self.assertEqual(201, self.put(
            'publicIPAddresses', 'a', **static).status_code)
        answer = self.put('publicIPAddresses', 'b', **static)
        self.assertEqual((400, 'StaticPublicIPCountLimitReached'),
                         self.refused(answer))
        self.assertEqual(
            'Cannot create more than 1 public IP addresses with static '
            'allocation method for this subscription in this region.',
            answer.json()['error']['message'])
        self.assertEqual(201, self.put('publicIPAddresses',
                                       'b').status_code)
        self.assertEqual((400, 'PublicIPCountLimitReached'), self.refused(
            self.put('publicIPAddresses', 'c')))
        # what is there may be changed
        self.clock.advance(60)
        self.assertEqual(200, self.put(
            'publicIPAddresses', 'a', **static).status_code)
        self.assertEqual((1, 1), self.usage('StaticPublicIPAddresses'))
        self.assertEqual((2, 2), self.usage('PublicIPAddresses'))

    def test_others(self):
        network_quotas.set_limit(self.emulator, 'VirtualNetworks', 1)
        network_quotas.set_limit(self.emulator, 'NetworkInterfaces', 0)
        self.assertEqual(
            (400, 'VirtualNetworkCountLimitReached'), self.refused(self.put(
                'virtualNetworks', 'other',
                addressSpace={'addressPrefixes': ['10.9.0.0/16']})))
        self.assertEqual(
            (400, 'NetworkInterfaceCountLimitReached'), self.refused(
                self.call('PUT', self.network_path + '/networkInterfaces/n',
                          self.nic_body())))
        self.assertRaises(ValueError, network_quotas.set_limit,
                          self.emulator, 'Moons', 1)

    def test_a_reset_takes_limits_back(self):
        emulator = self.emulator
        network_quotas.set_limit(emulator, 'VirtualNetworks', 1)
        usages.set_limit(emulator, 'cores', 1)
        sizes.restrict(emulator, 'Standard_D2s_v5', 'eastus')
        vm_nics.stay_reserved(emulator)
        emulator.reset()
        self.assertEqual(1000, self.usage('VirtualNetworks')[1])
        self.assertEqual(4000, usages.limit(emulator, 'cores', 'eastus'))
        self.assertIsNone(sizes.restriction(
            emulator, sizes.get('Standard_D2s_v5'), 'eastus'))
        self.assertNotIn('compute.nics_stay_reserved', emulator.state)
