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

from jacket_azure.sandbox import errors
from jacket_azure.sandbox.bootstrap import networks
from tests import timeout


class FakeArm:
    group = '/subscriptions/s/resourceGroups/g'

    def __init__(self, properties):
        self.properties = properties
        self.asked = None

    def get(self, path, version):
        self.asked = path
        return self.properties and {'properties': self.properties}


class NetworksTest(timeout.TestCase):

    def test_addresses_azure_keeps_are_not_given_to_ports(self):
        self.assertEqual(
            {'ip_version': 4, 'cidr': '10.0.0.0/24', 'gateway_ip': '10.0.0.1',
             'is_dhcp_enabled': True, 'allocation_pools': [
                 {'start': '10.0.0.10', 'end': '10.0.0.254'}]},
            networks.subnet_attributes('10.0.0.0/24'))

    def test_smallest_subnet_of_azure_has_three_addresses(self):
        self.assertEqual(
            [{'start': '10.0.0.12', 'end': '10.0.0.14'}],
            networks.subnet_attributes('10.0.0.8/29')['allocation_pools'])

    def test_subnets_are_named_by_the_mapping(self):
        self.assertEqual({'s1': 'default'}, networks.wanted_subnets(
            'net1', {'subnets': {'s1': 'default'}}))
        self.assertEqual({'net1-subnet': 'default'}, networks.wanted_subnets(
            'net1', {'subnet': 'default'}))

    def test_prefix_by_name_and_by_id(self):
        arm = FakeArm({'addressPrefix': '10.0.0.0/24'})
        self.assertEqual(
            '10.0.0.0/24', networks.azure_prefix(arm, 'vnet1', 'a'))
        self.assertEqual(
            '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network'
            '/virtualNetworks/vnet1/subnets/a', arm.asked)
        networks.azure_prefix(arm, '/other/vnet', 'a')
        self.assertEqual('/other/vnet/subnets/a', arm.asked)

    def test_first_prefix_of_version_4_is_taken(self):
        arm = FakeArm({'addressPrefixes': ['fd00::/64', '10.1.0.0/24']})
        self.assertEqual(
            '10.1.0.0/24', networks.azure_prefix(arm, 'vnet1', 'a'))

    def test_unknown_subnet_is_named(self):
        error = self.assertRaises(
            errors.SandboxError, networks.azure_prefix, FakeArm(None),
            'vnet1', 'missing')
        self.assertIn('vnet1/subnets/missing', str(error))
