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

"""Route tables and peerings as recordings of 2019-09-01 show them."""

from jacket_azure.emulator import property_versions
from tests.unit.emulator import base
from tests.unit.emulator import test_observed_network as observed


class RouteTableTest(observed.ObservedTest):
    """Tables, their routes and who uses them (15 answers seen)."""

    def table(self, **changes):
        return self.put('routeTables', 't1', tags={}, properties={
            'routes': [{'name': 'r1', 'properties': {
                'addressPrefix': '10.0.0.0/24',
                'nextHopType': 'VirtualAppliance',
                'nextHopIpAddress': '10.1.0.4'}}], **changes})

    def put(self, kind, name, properties=None, **body):
        return self.call('PUT', f'{self.network_path}/{kind}/{name}', {
            'location': 'eastus', 'properties': properties, **body},
            observed.VERSION)

    def test_routes(self):
        answer = self.table()
        self.assertEqual(201, answer.status_code)
        [route] = answer.json()['properties']['routes']
        self.assertEqual({'name', 'id', 'etag', 'type', 'properties'},
                         set(route))
        self.assertIs(False, route['properties']['hasBgpOverride'])
        # one etag for the whole write
        self.assertEqual(answer.json()['etag'], route['etag'])

    def test_routes_that_are_not_sent_go(self):
        self.table()
        self.clock.advance(60)
        answer = self.put('routeTables', 't1', {})
        self.assertEqual((200, []), (
            answer.status_code, answer.json()['properties']['routes']))

    def test_user_keeps_the_table(self):
        self.table()
        self.clock.advance(60)
        path = f'{self.network_path}/routeTables/t1'
        self.assertEqual(201, self.put('virtualNetworks', 'n1', {
            'addressSpace': {'addressPrefixes': ['10.3.0.0/16']},
            'subnets': [{'name': 'a', 'properties': {
                'addressPrefix': '10.3.0.0/24',
                'routeTable': {'id': path}}}]}).status_code)
        [user] = self.get('routeTables', 't1').json()['properties']['subnets']
        self.assertTrue(user['id'].endswith('/virtualNetworks/n1/subnets/a'))
        refused = self.call('DELETE', path)
        self.assertEqual((400, 'InUseRouteTableCannotBeDeleted'), (
            refused.status_code, refused.json()['error']['code']))

    def test_one_route(self):
        self.table()
        self.clock.advance(60)
        path = f'{self.network_path}/routeTables/t1/routes/r2'
        for status in (201, 200):
            answer = self.call('PUT', path, {'properties': {
                'addressPrefix': '10.0.9.0/24', 'nextHopType': 'None'}})
            self.assertEqual(status, answer.status_code)
            self.clock.advance(60)
        listed = self.call('GET', path.rpartition('/')[0]).json()['value']
        self.assertEqual(['r1', 'r2'], [route['name'] for route in listed])
        self.assertEqual(202, self.call('DELETE', path).status_code)
        self.clock.advance(60)
        self.assertEqual(404, self.call('GET', path).status_code)
        self.assertEqual(204, self.call('DELETE', path).status_code)


class PeeringTest(observed.ObservedTest):
    """Two sides make a peering (38 answers seen)."""

    def setUp(self):
        super().setUp()
        self.make_network('a', '10.5.0.0/24')
        self.make_network('b', '10.6.0.0/24')
        self.clock.advance(60)

    def path(self, here):
        return (f'{self.network_path}/virtualNetworks/{here}'
                f'/virtualNetworkPeerings/p')

    def peer(self, here, there):
        answer = self.call('PUT', self.path(here), {'properties': {
            'remoteVirtualNetwork': {
                'id': f'{self.network_path}/virtualNetworks/{there}'}}},
            observed.VERSION)
        self.clock.advance(60)
        return answer

    def state(self, here):
        return self.call('GET', self.path(here), version=observed.VERSION
                         ).json()['properties']['peeringState']

    def test_connected_when_both_are_there(self):
        first = self.peer('a', 'b')
        self.assertEqual(201, first.status_code)
        self.assertEqual(
            {'addressPrefixes': ['10.6.0.0/24']},
            first.json()['properties']['remoteAddressSpace'])
        self.assertEqual('Initiated', self.state('a'))
        self.peer('b', 'a')
        self.assertEqual(['Connected'] * 2, [self.state('a'),
                                             self.state('b')])
        [shown] = self.get('virtualNetworks', 'a').json()['properties'][
            'virtualNetworkPeerings']
        self.assertEqual('p', shown['name'])

    def test_other_side_is_disconnected(self):
        self.peer('a', 'b')
        self.peer('b', 'a')
        self.assertEqual(202, self.call('DELETE', self.path('a')).status_code)
        self.clock.advance(60)
        self.assertEqual('Disconnected', self.state('b'))


class VersionTest(base.EmulatorTestCase):
    """Interfaces in the form of the api-version (481 answers seen)."""

    def test_interface(self):
        self.create_nic()
        path = f'{self.network_path}/networkInterfaces/nic1'
        late = {'nicType', 'vnetEncryptionSupported', 'auxiliarySku',
                'allowPort25Out', 'disableTcpStateTracking'}
        early = {'hostedWorkloads', 'tapConfigurations'}
        for version, has, lacks in (
                ('2018-02-01', {'resourceGuid'}, late | early),
                ('2019-09-01', early, late),
                (base.NETWORK_VERSION, late | early, set())):
            found = self.call('GET', path, version=version).json()
            shown = set(found['properties'])
            self.assertEqual((has, set()), (has & shown, lacks & shown),
                             version)
            # beside the properties (252 seen, not at 2020-11-01)
            self.assertEqual('Regular' if late <= has else None,
                             found.get('kind'), version)

    def test_nothing_is_lost_by_showing_less(self):
        body = {'value': [{'type': 'Microsoft.Compute/virtualMachines',
                           'properties': {'storageProfile': {'dataDisks': [
                               {'lun': 0, 'deleteOption': 'Detach'}]}}}]}
        shown = property_versions.fit(body, '2019-03-01')
        [disk] = shown['value'][0]['properties']['storageProfile'][
            'dataDisks']
        self.assertEqual({'lun': 0}, disk)
        [kept] = body['value'][0]['properties']['storageProfile']['dataDisks']
        self.assertEqual('Detach', kept['deleteOption'])
        self.assertIs(body, property_versions.fit(body, '2026-03-01'))
