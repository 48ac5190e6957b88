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

"""What the network provider was seen to do in 2023 to 2025.

Facts from recordings; each test says which api-version it holds for.
"""

from tests.unit.emulator import test_observed_network as observed


class SubnetTest(observed.ObservedTest):
    """Subnets at 2024-01-01."""

    def setUp(self):
        super().setUp()
        self.put('virtualNetworks', 'made', version='2024-01-01',
                 addressSpace={'addressPrefixes': ['10.7.0.0/16']})
        self.clock.advance(60)

    def put_subnet(self, **properties):
        return self.call(
            'PUT', f'{self.network_path}/virtualNetworks/made/subnets/one',
            {'properties': {'addressPrefix': '10.7.0.0/24', **properties}},
            '2024-01-01').json()['properties']

    def test_what_is_false_is_shown(self):
        # 117 seen
        self.assertIs(False, self.put_subnet(defaultOutboundAccess=False)[
            'defaultOutboundAccess'])

    def test_nothing_is_made_up(self):
        # 105 seen
        self.assertNotIn('defaultOutboundAccess', self.put_subnet())

    def test_a_delegation_is_completed(self):
        # 11 seen
        [made] = self.put_subnet(delegations=[{'name': 'd', 'properties': {
            'serviceName': 'Microsoft.Web/serverFarms'}}])['delegations']
        subnet = self.get('virtualNetworks/made/subnets', 'one').json()
        self.assertEqual({
            'name': 'd', 'id': subnet['id'] + '/delegations/d',
            'etag': subnet['etag'], 'properties': {
                'provisioningState': 'Succeeded',
                'serviceName': 'Microsoft.Web/serverFarms',
                'actions': ['Microsoft.Network/virtualNetworks/subnets/'
                            'action']},
            'type': 'Microsoft.Network/virtualNetworks/subnets/delegations',
        }, {**made, 'etag': subnet['etag']})
        self.assertEqual(
            [subnet['etag']],
            [one['etag'] for one in subnet['properties']['delegations']])


class NetworkTest(observed.ObservedTest):
    """Networks, peerings and interfaces."""

    def test_options_without_servers(self):
        # 5 seen at 2022-01-01
        made = self.put('virtualNetworks', 'made', version='2022-01-01',
                        addressSpace={'addressPrefixes': ['10.7.0.0/16']},
                        dhcpOptions={}).json()
        self.assertEqual({'dnsServers': []},
                         made['properties']['dhcpOptions'])

    def test_a_network_written_as_it_is(self):
        # 8 seen, 2020-11-01 to 2024-03-01
        self.make_network('made', '10.7.0.0/24')
        self.clock.advance(60)
        known = self.get('virtualNetworks', 'made', '2024-03-01').json()
        again = self.call(
            'PUT', f'{self.network_path}/virtualNetworks/made', known,
            '2024-03-01')
        self.assertEqual(200, again.status_code)
        self.assertIn('Azure-AsyncOperation', again.headers)
        properties = again.json()['properties']
        self.assertEqual(['Succeeded'] * 2, [
            properties['provisioningState'],
            properties['subnets'][0]['properties']['provisioningState']])

    def test_protection_of_addresses(self):
        # 161 without at 2022-01-01, 27 with at 2022-11-01; no Basic one
        for sku, version, told in (
                ('Standard', '2022-01-01', False),
                ('Standard', '2022-11-01', True),
                ('Basic', '2025-05-01', False)):
            made = self.put(
                'publicIPAddresses', sku + version, {'sku': {'name': sku}},
                version, publicIPAllocationMethod='Static').json()
            self.assertEqual(told, 'ddosSettings' in made['properties'],
                             version)

    def test_sync_of_peerings(self):
        # 11 and 16 seen
        for name, prefix in (('a', '10.6.0.0/24'), ('b', '10.7.0.0/24')):
            self.make_network(name, prefix)
        self.clock.advance(60)

        def peer(here, there):
            found = self.put(
                f'virtualNetworks/{here}/virtualNetworkPeerings', 'p',
                version='2023-11-01', remoteVirtualNetwork={
                    'id': f'{self.network_path}/virtualNetworks/{there}'})
            self.clock.advance(60)
            return found.json()['properties']

        first = peer('a', 'b')
        self.assertEqual(('RemoteNotInSync', True), (
            first['peeringSyncLevel'], first['peerCompleteVnets']))
        self.assertEqual({'addressPrefixes': ['10.7.0.0/24']},
                         first['remoteVirtualNetworkAddressSpace'])
        self.assertEqual('FullyInSync', peer('b', 'a')['peeringSyncLevel'])
        shown = self.get('virtualNetworks/a/virtualNetworkPeerings', 'p',
                         '2020-11-01').json()['properties']
        self.assertNotIn('peeringSyncLevel', shown)
        self.assertNotIn('peerCompleteVnets', shown)

    def test_name_of_an_interface(self):
        # 4 seen at 2022-11-01
        body = self.nic_body()
        body['properties']['dnsSettings'] = {'internalDnsNameLabel': 'test'}
        made = self.call('PUT', f'{self.network_path}/networkInterfaces/n',
                         body, '2022-11-01').json()['properties']
        self.assertEqual(
            f'test.{made["dnsSettings"]["internalDomainNameSuffix"]}',
            made['dnsSettings']['internalFqdn'])


class BusyTest(observed.ObservedTest):
    """Two writers below one resource, 2020-11-01 and 2024-03-01."""

    VERSION = '2024-03-01'
    options = {'latency': 'observed'}

    def put_child(self, path, **properties):
        return self.call('PUT', f'{self.network_path}/{path}',
                         {'properties': properties}, self.VERSION)

    def test_routes(self):
        # 4 seen
        self.put('routeTables', 't')
        self.clock.advance(60)

        def put(name):
            return self.put_child(
                f'routeTables/t/routes/{name}', nextHopType='None',
                addressPrefix=f'10.{name}.0.0/16')

        self.assertEqual(201, put('1').status_code)
        refused = put('2')
        error = refused.json()['error']
        self.assertEqual((429, 'RetryableError', 'A retryable error '
                          'occurred.'), (refused.status_code, error['code'],
                                         error['message']))
        [detail] = error['details']
        self.assertEqual('RetryableErrorDueToAnotherOperation',
                         detail['code'])
        self.assertRegex(
            detail['message'], r'^Operation PutRouteOperation \([0-9a-f-]{36}'
            r'\) is updating resource .*/routeTables/t\. The call can be '
            r'retried in \d+ seconds\.$')
        self.assertIn('Retry-After', refused.headers)
        self.clock.advance(60)
        self.assertEqual(201, put('2').status_code)

    def test_subnets(self):
        # 2 seen
        self.put('virtualNetworks', 'made', version=self.VERSION,
                 addressSpace={'addressPrefixes': ['10.7.0.0/16']})
        self.clock.advance(60)

        def put(name):
            return self.put_child(f'virtualNetworks/made/subnets/s{name}',
                                  addressPrefix=f'10.7.{name}.0/24')

        self.assertEqual(201, put('1').status_code)
        refused = put('2')
        self.assertEqual((409, 'AnotherOperationInProgress'), (
            refused.status_code, refused.json()['error']['code']))
        self.clock.advance(60)
        self.assertEqual(201, put('2').status_code)
