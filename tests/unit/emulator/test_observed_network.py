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

"""What recordings of Azure show of Microsoft.Network, as a table.

Each fact was seen in recorded answers of api-version 2019-09-01 unless a
line says otherwise; how often stands beside it.
"""

from tests.unit.emulator import base

VERSION = '2019-09-01'
POLICY = 'privateEndpointNetworkPolicies'


class ObservedTest(base.EmulatorTestCase):
    """Requests by hand, in the api-versions of the recordings."""

    def put(self, kind, name, body=None, version=VERSION, **properties):
        body = {'location': 'eastus', **(body or {})}
        if properties:
            body['properties'] = properties
        return self.call('PUT', f'{self.network_path}/{kind}/{name}', body,
                         version)

    def get(self, kind, name, version=VERSION):
        return self.call('GET', f'{self.network_path}/{kind}/{name}',
                         version=version)

    def make_network(self, name, prefix, **subnet):
        return self.put('virtualNetworks', name, addressSpace={
            'addressPrefixes': [prefix]}, subnets=[{
                'name': 'a', 'properties': {'addressPrefix': prefix,
                                            **subnet}}])


class CreateTest(ObservedTest):
    """What a first PUT answers, and what a GET shows at its end."""

    def check(self, kind, body, final):
        answer = self.put(kind, 'made', body)
        self.assertEqual(201, answer.status_code)
        self.assertIn('Azure-AsyncOperation', answer.headers)
        self.assertNotIn('ETag', answer.headers)
        self.assertEqual('Updating',
                         answer.json()['properties']['provisioningState'])
        self.clock.advance(60)
        found = self.get(kind, 'made')
        self.assertEqual(found.json()['etag'], found.headers['ETag'])
        self.assertEqual({'name', 'id', 'etag', 'type', 'location',
                          'properties'} | set(body) - {'properties'},
                         set(found.json()) - {'sku'})
        properties = found.json()['properties']
        self.assertEqual(final | {'provisioningState'}, set(properties))
        self.assertEqual('Succeeded', properties['provisioningState'])

    def test_application_security_group(self):
        # not even a resourceGuid (1 seen)
        self.check('applicationSecurityGroups', {'tags': {'a': 'b'}}, set())

    def test_route_table(self):
        self.check('routeTables', {'tags': {}}, {
            'resourceGuid', 'disableBgpRoutePropagation', 'routes'})

    def test_public_address(self):
        # (87 seen); no tier, no DDoS settings yet
        self.check('publicIPAddresses', {'properties': {
            'publicIPAllocationMethod': 'Dynamic'}}, {
                'resourceGuid', 'publicIPAddressVersion', 'ipTags',
                'publicIPAllocationMethod', 'idleTimeoutInMinutes'})
        self.assertEqual({'name': 'Basic'}, self.get(
            'publicIPAddresses', 'made').json()['sku'])

    def test_network(self):
        # (158 seen)
        self.check('virtualNetworks', {'properties': {'addressSpace': {
            'addressPrefixes': ['10.9.0.0/16']}}}, {
                'resourceGuid', 'addressSpace', 'subnets',
                'virtualNetworkPeerings', 'enableDdosProtection',
                'enableVmProtection'})

    def test_interface_is_finished_and_has_an_operation(self):
        # (178 seen)
        answer = self.put('networkInterfaces', 'nic1', self.nic_body())
        self.assertEqual(201, answer.status_code)
        self.assertEqual('Succeeded',
                         answer.json()['properties']['provisioningState'])
        status = self.call('GET', answer.headers['Azure-AsyncOperation'])
        self.assertEqual({'status': 'Succeeded'}, status.json())


class PublicNameTest(ObservedTest):
    """Names of public addresses in the DNS (179 seen)."""

    def name(self, resource, label, location='eastus'):
        return self.put('publicIPAddresses', resource, {
            'location': location, 'properties': {
                'publicIPAllocationMethod': 'Dynamic',
                'dnsSettings': {'domainNameLabel': label}}})

    def test_full_name_at_once(self):
        settings = self.name('p1', 'web').json()['properties']['dnsSettings']
        self.assertEqual({'domainNameLabel': 'web',
                          'fqdn': 'web.eastus.cloudapp.azure.com'}, settings)

    def test_one_label_a_region(self):
        # from general knowledge, not from a recording
        self.name('p1', 'web')
        refused = self.name('p2', 'Web')
        self.assertEqual((400, 'DnsRecordInUse'), (
            refused.status_code, refused.json()['error']['code']))
        self.assertEqual(201, self.name('p3', 'web', 'westus').status_code)
        self.clock.advance(60)
        self.assertEqual(200, self.name('p1', 'web').status_code)


class ServiceEndpointTest(ObservedTest):
    """Service endpoints have a state and regions (8 seen)."""

    def test_storage_is_in_the_pair_of_regions(self):
        answer = self.make_network('net1', '10.3.0.0/24', serviceEndpoints=[
            {'service': 'Microsoft.Storage'}])
        [subnet] = answer.json()['properties']['subnets']
        [endpoint] = subnet['properties']['serviceEndpoints']
        self.assertEqual(['eastus', 'westus'], endpoint['locations'])
        self.assertIn('provisioningState', endpoint)

    def test_an_address_in_no_subnet(self):
        # the network is named by its id (1 seen)
        self.make_network('net1', '10.3.0.0/24')
        path = f'{self.network_path}/virtualNetworks/net1'
        error = self.call('GET', path + '/CheckIPAddressAvailability',
                          version=VERSION, ipAddress='10.4.0.4')
        self.assertEqual(400, error.status_code)
        self.assertEqual('PrivateIPAddressNotInAnySubnet',
                         error.json()['error']['code'])
        self.assertTrue(error.json()['error']['message'].endswith(
            path + '.'))


class PoliciesTest(ObservedTest):
    """The default of a subnet's policy for private endpoints."""

    def test_default_follows_the_version(self):
        for version, expected in (('2017-08-01', None),
                                  ('2018-04-01', None),
                                  ('2019-09-01', 'Enabled'),     # 407 seen
                                  ('2022-01-01', 'Disabled'),
                                  (base.NETWORK_VERSION, 'Disabled')):
            answer = self.put(
                'virtualNetworks', 'v' + version, version=version,
                addressSpace={'addressPrefixes': ['10.7.0.0/24']}, subnets=[
                    {'name': 'a', 'properties': {
                        'addressPrefix': '10.7.0.0/24'}}])
            [subnet] = answer.json()['properties']['subnets']
            self.assertEqual(expected, subnet['properties'].get(POLICY),
                             version)


class PathTest(ObservedTest):
    """Paths that clients put together with one slash too many (7 seen)."""

    def test_doubled_slash(self):
        path = f'{self.network_path}//virtualNetworks/vnet1'
        self.assertEqual(200, self.call('GET', path).status_code)
        self.assertEqual(202, self.call('DELETE', path).status_code)
