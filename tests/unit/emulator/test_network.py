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

"""Virtual networks, subnets, security groups, public addresses, quotas."""

from tests.unit.emulator import base


class VirtualNetworkTest(base.EmulatorTestCase):
    """Networks and their subnets."""

    def put(self, subnets, prefixes=('10.1.0.0/16',), name='vnet2'):
        return self.network.virtual_networks.begin_create_or_update(
            base.GROUP, name, {'location': 'eastus', 'properties': {
                'addressSpace': {'addressPrefixes': list(prefixes)},
                'subnets': [{'name': key, 'properties': {
                    'addressPrefix': value}}
                    for key, value in subnets.items()]}}).result()

    def test_create(self):
        made = self.put({'a': '10.1.0.0/24', 'b': '10.1.1.0/24'}).as_dict()
        self.assertEqual('Succeeded',
                         made['properties']['provisioningState'])
        [first, second] = made['properties']['subnets']
        # one etag for the whole write
        self.assertEqual({made['etag']}, {first['etag'], second['etag']})
        self.assertEqual([], first['properties']['delegations'])
        self.assertEqual('Disabled', first['properties'][
            'privateEndpointNetworkPolicies'])

    def test_refused(self):
        for subnets, prefixes, code in (
                ({'a': '10.1.0.0'}, ('10.1.0.0/16',),
                 'InvalidAddressPrefixFormat'),
                ({}, ('10.1.0.0',), 'InvalidAddressPrefixFormat'),
                ({'a': '10.2.0.0/24'}, ('10.1.0.0/16',),
                 'NetcfgSubnetRangeOutsideVnet'),
                ({'a': '10.1.0.0/24', 'b': '10.1.0.128/25'},
                 ('10.1.0.0/16',), 'NetcfgSubnetRangesOverlap')):
            self.assert_error(code, 400, self.put, subnets, prefixes)
        self.assertIsNone(self.emulator.store.get(
            self.network_path + '/virtualNetworks/vnet2'))

    def test_subnets_not_listed_go(self):
        self.put({'a': '10.1.0.0/24', 'b': '10.1.1.0/24'})
        self.put({'b': '10.1.1.0/24'})
        self.assertEqual(['b'], [subnet.name for subnet in (
            self.network.subnets.list(base.GROUP, 'vnet2'))])

    def test_used_subnet_stays(self):
        nic = self.create_nic()
        where = nic['properties']['ipConfigurations'][0]['id']
        client = self.network
        for work, names in (
                (client.subnets.begin_delete, ('vnet1', 'default')),
                (client.virtual_networks.begin_delete, ('vnet1',))):
            error = self.assert_error('InUseSubnetCannotBeDeleted', 400,
                                      work, base.GROUP, *names)
            self.assertIn(where, error.message)
        client.network_interfaces.begin_delete(base.GROUP, 'nic1').result()
        client.subnets.begin_delete(base.GROUP, 'vnet1', 'default').result()
        client.virtual_networks.begin_delete(base.GROUP, 'vnet1').result()

    def test_subnet(self):
        made = self.network.subnets.begin_create_or_update(
            base.GROUP, 'vnet1', 'third', {'properties': {
                'addressPrefix': '10.0.2.0/24', 'networkSecurityGroup': {
                    'id': f'{self.network_path}/networkSecurityGroups/'
                          'nsg-default'}}}).result()
        self.assertEqual('10.0.2.0/24', made.address_prefix)
        self.assert_error(
            'InUseNetworkSecurityGroupCannotBeDeleted', 400,
            self.network.network_security_groups.begin_delete,
            base.GROUP, 'nsg-default')

    def test_an_unchanged_subnet_is_done_at_once(self):
        path = self.network_path + '/virtualNetworks/vnet1/subnets/default'
        before = self.call('GET', path).json()
        answer = self.call('PUT', path, {
            'properties': {'addressPrefix': '10.0.0.0/24'}})
        self.assertEqual((200, before), (answer.status_code, answer.json()))
        self.assertIn('Azure-AsyncOperation', answer.headers)
        answer = self.call('PUT', path, {
            'properties': {'addressPrefix': '10.0.0.0/25'}})
        self.assertEqual('Updating',
                         answer.json()['properties']['provisioningState'])

    def test_subnet_lists_who_is_in_it(self):
        self.create_nic()
        subnet = self.network.subnets.get(base.GROUP, 'vnet1', 'default')
        [inside] = subnet.ip_configurations
        self.assertIn('/resourceGroups/JACKET/', inside.id)

    def test_address_availability(self):
        self.create_nic()
        check = self.network.virtual_networks.check_ip_address_availability
        answers = {address: check(
            base.GROUP, 'vnet1', ip_address=address).as_dict()
            for address in ('10.0.0.1', '10.0.0.4', '10.0.0.9')}
        five = [f'10.0.0.{last}' for last in range(5, 10)]
        self.assertEqual({
            '10.0.0.1': {'available': False, 'isPlatformReserved': True,
                         'availableIPAddresses': five},
            '10.0.0.4': {'available': False, 'isPlatformReserved': False,
                         'availableIPAddresses': five},
            '10.0.0.9': {'available': True, 'isPlatformReserved': False}},
            answers)
        answer = self.call('GET', self.network_path + '/virtualNetworks/vnet1'
                           '/CheckIPAddressAvailability', ipAddress='ten')
        self.assertEqual((400, 'InvalidIPAddressFormat'), (
            answer.status_code, answer.json()['error']['code']))

    def test_etags(self):
        answer = self.call('GET', self.network_path
                           + '/virtualNetworks/vnet1')
        etag = answer.headers['ETag']
        self.assertRegex(etag, '^W/"[0-9a-f-]{36}"$')
        self.assertEqual(etag, answer.json()['etag'])
        body = answer.json()
        refused = self.call('PUT', body['id'], body,
                            headers={'If-Match': 'W/"old"'})
        self.assertEqual(412, refused.status_code)
        [detail] = refused.json()['error']['details']
        self.assertEqual('PreconditionFailedEtagMismatch', detail['code'])
        refused = self.call('PUT', body['id'], body,
                            headers={'If-None-Match': '*'})
        self.assertEqual(412, refused.status_code)
        written = self.call('PUT', body['id'], body,
                            headers={'If-Match': etag})
        self.assertEqual(200, written.status_code)
        self.assertNotIn('ETag', written.headers)
        self.assertNotEqual(etag, written.json()['etag'])

    def test_usages(self):
        self.create_nic()
        usages = {usage.name.value: (usage.current_value, usage.limit)
                  for usage in self.network.usages.list('eastus')}
        self.assertEqual((1, 65536), usages['NetworkInterfaces'])
        self.assertEqual((1, 1000), usages['VirtualNetworks'])
        [first, _] = self.network.virtual_networks.list_usage(
            base.GROUP, 'vnet1')
        self.assertEqual((1, 251), (first.current_value, first.limit))


class SecurityGroupTest(base.EmulatorTestCase):
    """Security groups and their rules."""

    RULE = {'protocol': 'Tcp', 'access': 'Allow', 'direction': 'Inbound',
            'priority': 100, 'sourceAddressPrefix': '*',
            'sourcePortRange': '*', 'destinationAddressPrefix': '*',
            'destinationPortRange': '22'}

    def test_defaults(self):
        found = self.network.network_security_groups.get(
            base.GROUP, 'nsg-default')
        self.assertEqual([], found.security_rules)
        self.assertEqual(
            [('AllowVnetInBound', 65000),
             ('AllowAzureLoadBalancerInBound', 65001),
             ('DenyAllInBound', 65500), ('AllowVnetOutBound', 65000),
             ('AllowInternetOutBound', 65001), ('DenyAllOutBound', 65500)],
            [(rule.name, rule.priority)
             for rule in found.default_security_rules])
        self.assertEqual(6, len(list(
            self.network.default_security_rules.list(
                base.GROUP, 'nsg-default'))))

    def test_rules(self):
        rules = self.network.security_rules
        made = rules.begin_create_or_update(
            base.GROUP, 'nsg-default', 'ssh', {'properties': self.RULE})
        self.assertEqual('Succeeded', made.result().provisioning_state)
        self.assert_error(
            'SecurityRuleConflict', 400, rules.begin_create_or_update,
            base.GROUP, 'nsg-default', 'other', {'properties': self.RULE})
        self.assert_error(
            'SecurityRuleInvalidPriority', 400, rules.begin_create_or_update,
            base.GROUP, 'nsg-default', 'other',
            {'properties': {**self.RULE, 'priority': 99}})
        self.assertEqual(['ssh'], [rule.name for rule in rules.list(
            base.GROUP, 'nsg-default')])
        rules.begin_delete(base.GROUP, 'nsg-default', 'ssh').result()
        self.assert_error('NotFound', 404, rules.get, base.GROUP,
                          'nsg-default', 'ssh')

    def test_users(self):
        where = f'{self.network_path}/networkSecurityGroups/nsg-default'
        body = self.nic_body()
        body['properties']['networkSecurityGroup'] = {'id': where}
        nic = self.network.network_interfaces.begin_create_or_update(
            base.GROUP, 'nic1', body).result()
        groups = self.network.network_security_groups
        found = groups.get(base.GROUP, 'nsg-default')
        self.assertEqual([nic.id],
                         [user.id for user in found.network_interfaces])
        error = self.assert_error(
            'InUseNetworkSecurityGroupCannotBeDeleted', 400,
            groups.begin_delete, base.GROUP, 'nsg-default')
        self.assertIn(nic.id, error.message)


class PublicAddressTest(base.EmulatorTestCase):
    """Public addresses alone and on an interface."""

    def create(self, sku='Standard', method='Static', name='ip1'):
        client = self.network.public_ip_addresses
        return client.begin_create_or_update(base.GROUP, name, {
            'location': 'eastus', 'sku': {'name': sku}, 'properties': {
                'publicIPAllocationMethod': method}}).result()

    def test_create(self):
        made = self.create().as_dict()
        self.assertEqual({'name': 'Standard', 'tier': 'Regional'},
                         made['sku'])
        self.assertRegex(made['properties']['ipAddress'], r'^198\.1[89]\.')
        self.assertEqual(4, made['properties']['idleTimeoutInMinutes'])
        self.assertIsNone(self.create('Basic', 'Dynamic', 'ip2').ip_address)
        self.assert_error('StandardSkuPublicIPAddressesMustBeStatic', 400,
                          self.create, method='Dynamic', name='ip3')

    def test_in_use(self):
        public = {'id': self.create().id}
        self.create_nic(publicIPAddress=public)
        self.assert_error('PublicIPAddressInUse', 400, self.create_nic,
                          'nic2', publicIPAddress=public)
        self.assertIsNone(self.emulator.store.get(
            self.network_path + '/networkInterfaces/nic2'))
        client = self.network
        self.assert_error(
            'PublicIPAddressCannotBeDeleted', 400,
            client.public_ip_addresses.begin_delete, base.GROUP, 'ip1')
        client.network_interfaces.begin_delete(base.GROUP, 'nic1').result()
        client.public_ip_addresses.begin_delete(base.GROUP, 'ip1').result()
