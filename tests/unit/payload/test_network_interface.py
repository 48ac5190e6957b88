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

from jacket_azure import exceptions
from jacket_azure.payload import names
from jacket_azure.payload import network_interface
from jacket_azure.payload.network_interface import FixedIp
from tests import samples
from tests import timeout

SUBSCRIPTION = '11111111-1111-1111-1111-111111111111'
SUBNET = names.subnet_id(SUBSCRIPTION, 'jacket', 'vnet1', 'default')
NSG = names.full_id(SUBSCRIPTION, 'jacket', names.NETWORK_SECURITY_GROUP,
                    'nsg-default')


def spec(*fixed_ips, **options):
    return network_interface.NicSpec(
        location='eastus', fixed_ips=fixed_ips, **options)


class NetworkInterfaceTest(timeout.TestCase):

    def refused(self, *fixed_ips):
        return str(self.assertRaises(
            exceptions.InvalidRequest,
            network_interface.build, spec(*fixed_ips)))

    def test_two_addresses(self):
        # Neutron may list the IPv6 address first
        built = network_interface.build(spec(
            FixedIp('fd00::5', SUBNET), FixedIp('10.0.0.5', SUBNET),
            network_security_group_id=NSG, accelerated_networking=True,
            tags={'jacket-owner': 'openstack'}))
        self.assertEqual(samples.load('nic_two_addresses'), built)

    def test_order_of_ipv4_addresses_stays(self):
        built = network_interface.build(spec(
            FixedIp('10.0.0.9', SUBNET), FixedIp('10.0.0.5', SUBNET)))
        self.assertEqual(['10.0.0.9', '10.0.0.5'], [
            item['properties']['privateIPAddress']
            for item in built['properties']['ipConfigurations']])
        self.assertNotIn('networkSecurityGroup', built['properties'])

    def test_no_address(self):
        self.assertIn('without a fixed IP', self.refused())

    def test_only_ipv6(self):
        self.assertIn('IPv4', self.refused(FixedIp('fd00::5', SUBNET)))

    def test_two_subnets(self):
        self.assertIn('different subnets', self.refused(
            FixedIp('10.0.0.5', SUBNET), FixedIp('10.0.1.5', SUBNET + '2')))
        # but the same one in another case is the same
        network_interface.build(spec(
            FixedIp('10.0.0.5', SUBNET),
            FixedIp('10.0.0.6', SUBNET.upper())))
