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

"""Login, subscriptions, groups, and what az asks of ARM itself."""

from tests.interop import base


class AccountTest(base.InteropTestCase):
    """az account, az group, az tag, az provider, az resource, az rest."""

    def test_login(self):
        self.assertEqual(
            (self.emulator.subscription_id, self.emulator.tenant_id,
             'Enabled', 'servicePrincipal'),
            (self.subscription['id'], self.subscription['tenantId'],
             self.subscription['state'], self.subscription['user']['type']))
        self.assertIn('eastus', [one['name'] for one in self.az(
            'account', 'list-locations')])

    def test_wrong_secret(self):
        folder = self.folder / 'other'
        folder.mkdir()
        other = base.Az(self.emulator, folder)
        other('cloud', 'register', '--name', base.CLOUD,
              '--endpoint-resource-manager', self.emulator.endpoint)
        other('cloud', 'set', '--name', base.CLOUD)
        told = str(self.assertRaises(
            base.AzError, other, 'login', '--service-principal', '--username',
            self.emulator.client_id, '--password', 'wrong', '--tenant',
            self.emulator.tenant_id))
        self.assertIn('AADSTS7000215', told)

    def test_groups(self):
        found = self.az('group', 'update', '--name', self.group,
                        '--set', 'tags.a=b')
        self.assertEqual({'a': 'b'}, found['tags'])
        self.assertIn(self.group, [
            one['name'] for one in self.az('group', 'list')])
        self.assertTrue(self.az('group', 'exists', '--name', self.group))
        self.assertFalse(self.az('group', 'exists', '--name', 'nowhere'))
        told = str(self.assertRaises(
            base.AzError, self.az, 'group', 'show', '--name', 'nowhere'))
        self.assertIn('ResourceGroupNotFound', told)
        self.assertEqual([], self.in_group('lock', 'list'))
        self.in_group('lock', 'create', '--name', 'keep', '--lock-type',
                      'CanNotDelete')
        told = str(self.assertRaises(
            base.AzError, self.az, 'group', 'delete', '--name', self.group,
            '--yes'))
        self.assertIn('ScopeLocked', told)
        self.in_group('lock', 'delete', '--name', 'keep')
        self.az('group', 'delete', '--name', self.group, '--yes')
        self.assertFalse(self.az('group', 'exists', '--name', self.group))

    def test_tags_of_a_resource(self):
        made = self.in_group('network', 'nsg', 'create', '--name', 'nsg1',
                             '--tags', 'a=1')['NewNSG']
        self.az('tag', 'update', '--resource-id', made['id'],
                '--operation', 'Merge', '--tags', 'b=2')
        self.assertEqual({'a': '1', 'b': '2'}, self.in_group(
            'network', 'nsg', 'show', '--name', 'nsg1')['tags'])
        self.assertEqual(['nsg1'], [one['name'] for one in self.az(
            'resource', 'list', '--tag', 'b=2')])
        self.az('resource', 'tag', '--ids', made['id'], '--tags', 'c=3')
        shown = self.az('resource', 'show', '--ids', made['id'])
        self.assertEqual({'c': '3'}, shown['tags'])
        self.az('resource', 'delete', '--ids', made['id'])
        self.assertIsNone(self.stored(
            'Microsoft.Network/networkSecurityGroups', 'nsg1'))

    def test_providers(self):
        for one in self.az('provider', 'list'):
            self.assertEqual('Registered', one['registrationState'])
        self.az('provider', 'register', '--namespace', 'Microsoft.Compute')
        found = self.az('provider', 'show', '--namespace',
                        'Microsoft.Compute')
        self.assertIn('virtualMachines', [
            one['resourceType'] for one in found['resourceTypes']])

    def test_catalogue(self):
        self.assertIn('Standard_D2s_v5', [one['name'] for one in self.az(
            'vm', 'list-sizes', '--location', 'eastus')])
        self.assertIn('Standard_D2s_v5', [one['name'] for one in self.az(
            'vm', 'list-skus', '--location', 'eastus', '--resource-type',
            'virtualMachines')])
        self.assertIn('cores', [one['name']['value'] for one in self.az(
            'vm', 'list-usage', '--location', 'eastus')])
        found = self.az('vm', 'image', 'list', '--publisher', 'Canonical',
                        '--offer', 'ubuntu-24_04-lts', '--sku', 'server',
                        '--location', 'eastus', '--all')
        self.assertIn('server', [one['sku'] for one in found])
        shown = self.az('vm', 'image', 'show', '--urn', base.IMAGE,
                        '--location', 'eastus')
        self.assertEqual('Linux', shown['osDiskImage']['operatingSystem'])

    def test_any_request(self):
        found = self.az(
            'rest', '--method', 'get', '--resource', self.emulator.audience,
            '--url', f'{self.emulator.endpoint}/subscriptions'
                     f'?api-version=2022-12-01')
        self.assertEqual(1, found['count']['value'])
