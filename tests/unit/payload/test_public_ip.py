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
from jacket_azure.mapping import public_ips
from jacket_azure.payload import network_interface
from jacket_azure.payload import public_ip
from tests import timeout

PORT = '6a3f1c2a-9c4e-4f7e-8a5b-0d1f7a6b9c10'


class PublicIpTest(timeout.TestCase):

    def build(self, standard=True, **wanted):
        return public_ip.build(public_ip.PublicIpSpec(
            'eastus', PORT, public_ips.PublicIp(**wanted), standard,
            {'jacket-kind': 'public-ip'}))

    def test_body(self):
        self.assertEqual({
            'location': 'eastus', 'tags': {'jacket-kind': 'public-ip'},
            'sku': {'name': 'Standard'}, 'properties': {
                'publicIPAllocationMethod': 'Static',
                'publicIPAddressVersion': 'IPv4'}}, self.build())
        self.assertEqual(
            {'publicIPAllocationMethod': 'Static',
             'publicIPAddressVersion': 'IPv4', 'idleTimeoutInMinutes': 30,
             'dnsSettings': {'domainNameLabel': f'port-{PORT}'}},
            self.build(idle_timeout_minutes=30, dns_name=True)['properties'])

    def test_sku(self):
        self.assertEqual('Basic', self.build(sku='Basic')['sku']['name'])
        self.assertEqual('Basic', self.build(standard=False)['sku']['name'])
        error = self.assertRaises(
            exceptions.InvalidRequest, self.build, False, sku='Standard')
        self.assertIn('SKU Standard', str(error))

    def test_label_is_one_that_dns_takes(self):
        self.assertRegex(public_ip.label(PORT.upper()),
                         '^[a-z][a-z0-9-]{1,61}[a-z0-9]$')

    def test_quotas(self):
        old = {'publicipaddresses', 'staticpublicipaddresses'}
        new = {*old, 'standardskupublicipaddresses'}
        self.assertEqual(('standardskupublicipaddresses',),
                         public_ip.quotas_of('Standard', new))
        for sku, known in (('Standard', old), ('Basic', new)):
            self.assertEqual(old, set(public_ip.quotas_of(sku, known)))

    def test_address(self):
        self.assertEqual('198.18.0.1', public_ip.parse_address(
            {'properties': {'ipAddress': '198.18.0.1'}}))
        for body in ({}, {'properties': None}, {'properties': {}}):
            self.assertIsNone(public_ip.parse_address(body))

    def test_described(self):
        for addresses in ([], ['198.18.0.1'], ['198.18.0.1', '2001:db8::1']):
            self.assertEqual(addresses, public_ip.parse_described(
                public_ip.describe(addresses)))
        for text in ('mine', '198.18.0.1 and more', ', ', '198.18.0.1, '):
            self.assertIsNone(public_ip.parse_described(text))


class InterfaceTest(timeout.TestCase):

    def build(self, **options):
        return network_interface.build(network_interface.NicSpec(
            'eastus', (network_interface.FixedIp('2001:db8::5', '/s/subnet'),
                       network_interface.FixedIp('10.0.0.5', '/s/subnet')),
            **options))

    def test_the_ipv4_address_has_it(self):
        nic = self.build(public_ip_id='/p/1')
        first, second = nic['properties']['ipConfigurations']
        self.assertEqual(
            {'id': '/p/1', 'properties': {'deleteOption': 'Delete'}},
            first['properties']['publicIPAddress'])
        self.assertEqual('10.0.0.5', first['properties']['privateIPAddress'])
        self.assertNotIn('publicIPAddress', second['properties'])
        self.assertEqual(('/p/1',),
                         network_interface.parse_public_ip_ids(nic))

    def test_a_cloud_without_delete_options(self):
        nic = self.build(public_ip_id='/p/1', cascade_delete=False)
        self.assertEqual({'id': '/p/1'}, nic['properties'][
            'ipConfigurations'][0]['properties']['publicIPAddress'])

    def test_none(self):
        self.assertEqual(
            (), network_interface.parse_public_ip_ids(self.build()))
