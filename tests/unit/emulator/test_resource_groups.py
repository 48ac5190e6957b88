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

"""Subscriptions, resource groups and the list of all resources."""

from tests.unit.emulator import base


class ResourceGroupTest(base.EmulatorTestCase):
    """Resource groups through the SDK."""

    def test_create_and_update(self):
        groups = self.resources.resource_groups
        made = groups.create_or_update(
            'Second', {'location': 'West Europe', 'tags': {'a': 'b'}})
        self.assertEqual(('Second', 'westeurope', 'Succeeded'), (
            made.name, made.location, made.properties.provisioning_state))
        self.assertIn('/resourceGroups/Second', made.id)
        self.assertEqual(201, self.emulator.requests[-1].status)
        again = groups.create_or_update(
            'second', {'location': 'westeurope', 'tags': {}})
        self.assertEqual(('Second', {}), (again.name, again.tags))
        self.assertEqual(200, self.emulator.requests[-1].status)
        again = groups.create_or_update('second', {'location': 'westeurope'})
        self.assertIsNone(again.tags)
        patched = groups.update('second', {'tags': {'c': 'd'}})
        self.assertEqual({'c': 'd'}, patched.tags)
        self.assertEqual(['jacket', 'Second'],
                         [group.name for group in groups.list()])

    def test_head(self):
        groups = self.resources.resource_groups
        self.assertTrue(groups.check_existence('JACKET'))
        self.assertFalse(groups.check_existence('nowhere'))
        self.assertEqual([204, 404], [record.status for record
                                      in self.emulator.requests])
        answer = self.call('HEAD', self.group_path + 'x',
                           version=base.RESOURCES_VERSION)
        self.assertEqual((b'', 'gateway'), (
            answer.content, answer.headers['x-ms-failure-cause']))

    def test_refused_bodies_and_names(self):
        for name, body, code in (
                ('third', {}, 'LocationRequired'),
                ('third', {'location': 3}, 'InvalidRequestContent'),
                ('third.', {'location': 'eastus'}, 'InvalidResourceGroup'),
                ('x' * 91, {'location': 'eastus'}, 'InvalidResourceGroup')):
            answer = self.call('PUT', self.group_path.replace('jacket', name),
                               body, base.RESOURCES_VERSION)
            error = answer.json()['error']
            self.assertEqual((400, code, 'gateway', {'code', 'message'}), (
                answer.status_code, error['code'],
                answer.headers['x-ms-failure-cause'], set(error)))

    def test_location_cannot_change(self):
        self.assert_error(
            'InvalidResourceGroupLocation', 409,
            self.resources.resource_groups.create_or_update,
            'jacket', {'location': 'westus'})

    def test_delete(self):
        self.create_nic()
        self.resources.resource_groups.begin_delete('jacket').result()
        self.assertEqual([], self.emulator.store.ids())
        self.assert_error(
            'ResourceGroupNotFound', 404,
            self.resources.resource_groups.begin_delete, 'jacket')

    def test_deleting_a_group_gives_addresses_back(self):
        self.resources.resource_groups.create_or_update(
            'other', {'location': 'eastus'})
        self.network.network_interfaces.begin_create_or_update(
            'other', 'nic1', self.nic_body()).result()
        self.resources.resource_groups.begin_delete('other').result()
        subnet = self.network.subnets.get('jacket', 'vnet1', 'default')
        self.assertIsNone(subnet.ip_configurations)


class ResourcesTest(base.EmulatorTestCase):
    """What is there, whatever its type."""

    def shown(self, filter=None):
        return list(self.resources.resources.list(
            filter=filter, expand='createdTime'))

    def names(self, filter=None):
        return [found.name for found in self.shown(filter)]

    def test_top_level_only(self):
        self.assertEqual(['nsg-default', 'vnet1'], self.names())

    def test_filters(self):
        body = {**self.nic_body(), 'tags': {'Role': 'web'}}
        self.call('PUT', self.network_path + '/networkInterfaces/nic1', body)
        for filter, names in (
                ("resourceType eq 'Microsoft.Network/networkInterfaces'",
                 ['nic1']),
                ("tagName eq 'role' and tagValue eq 'web'", ['nic1']),
                ("tagName eq 'role' and tagValue eq 'db'", []),
                ("name eq 'vnet1' and location eq 'eastus'", ['vnet1']),
                ("resourceGroup eq 'elsewhere'", [])):
            self.assertEqual(names, self.names(filter), filter)

    def test_filter_by_tag_shows_no_tags(self):
        body = {**self.nic_body(), 'tags': {'Role': 'web'}}
        self.call('PUT', self.network_path + '/networkInterfaces/nic1', body)
        [shown] = self.shown("tagname eq 'Role' and tagvalue eq 'web'")
        self.assertEqual(('nic1', None, None), (
            shown.name, shown.tags, shown.created_time))
        [shown] = self.shown("name eq 'nic1'")
        self.assertEqual({'Role': 'web'}, shown.tags)
        self.assertIsNotNone(shown.created_time)

    def test_unknown_filter_is_loud(self):
        self.assert_error('EmulatorNotImplemented', 501, self.names,
                          "substringof('a', name)")
        self.assert_error('InvalidFilterInQueryString', 400, self.names,
                          "tagName eq 'a' and name eq 'b'")

    def test_pages(self):
        for index in range(5):
            self.create_nic(f'nic{index}')
        self.emulator.page_size = 2
        self.emulator.requests.clear()
        self.assertEqual(7, len(self.names()))
        self.assertEqual(4, len(self.emulator.requests))
        self.emulator.requests.clear()
        first = self.call(
            'GET', self.network_path + '/networkInterfaces').json()
        self.assertEqual({'value', 'nextLink'}, set(first))
        self.assertIn('api-version=' + base.NETWORK_VERSION,
                      first['nextLink'])
        # as the Network provider alone writes it
        self.assertIn('&%24skipToken=', first['nextLink'])
        # what goes between two pages takes nothing else with it
        self.call('DELETE', first['value'][0]['id'])
        second = self.call('GET', first['nextLink']).json()
        self.assertEqual(['nic2', 'nic3'],
                         [nic['name'] for nic in second['value']])
        last = self.call('GET', second['nextLink']).json()
        self.assertEqual({'value'}, set(last))

    def test_bad_token_of_a_page(self):
        for token in ('x', '@@', 'AAA'):
            answer = self.call('GET', self.network_path + '/networkInterfaces',
                               **{'$skiptoken': token})
            self.assertEqual(400, answer.status_code)


class SubscriptionTest(base.EmulatorTestCase):
    """What stands above the groups."""

    def get(self, path):
        answer = self.call('GET', path, version='2022-12-01')
        self.assertEqual(200, answer.status_code, answer.text)
        return answer.json()

    def test_subscription_and_tenant(self):
        subscription = self.emulator.subscription_id
        [listed] = self.get('/subscriptions')['value']
        self.assertEqual(listed, self.get(f'/subscriptions/{subscription}'))
        self.assertEqual('Enabled', listed['state'])
        [tenant] = self.get('/tenants')['value']
        self.assertEqual(self.emulator.tenant_id, tenant['tenantId'])

    def test_locations(self):
        found = self.get(f'/subscriptions/{self.emulator.subscription_id}'
                         '/locations')['value']
        east = next(one for one in found if one['name'] == 'eastus')
        self.assertEqual('East US', east['displayName'])
        self.assertEqual(3, len(east['availabilityZoneMappings']))

    def test_providers(self):
        providers = self.resources.providers
        self.assertIn('Microsoft.Network',
                      [one.namespace for one in providers.list()])
        found = providers.get('microsoft.network')
        self.assertEqual('Registered', found.registration_state)
        kinds = {kind.resource_type: kind.api_versions
                 for kind in found.resource_types}
        self.assertEqual(['2026-03-01', '2024-05-01'],
                         kinds['networkInterfaces'])
        self.assert_error('InvalidResourceNamespace', 404, providers.get,
                          'Microsoft.Magic')
