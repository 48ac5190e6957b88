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

"""Storage accounts are real ones: keys, endpoints, blobs."""

from azure.core import exceptions
from azure.storage.blob import BlobServiceClient

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import storage


class StorageAccountTest(storage.StorageTestCase):
    """Against Azurite."""

    def test_life_of_an_account(self):
        account, client = self.account()
        name = account['name']
        self.assertEqual(('Succeeded', 'Standard', base.LOCATION), (
            account['properties']['provisioningState'],
            account['sku']['tier'], account['location']))
        self.vhd(client)
        self.assertEqual(account, self.send_storage(
            'GET', self.account_path(name)).json())
        changed = self.send_storage('PATCH', self.account_path(name), {
            'tags': {'a': 'b'}})
        self.assertEqual({'a': 'b'}, changed.json()['tags'])
        again = self.send_storage('PUT', self.account_path(name), {
            'location': base.LOCATION, 'kind': 'StorageV2',
            'sku': {'name': 'Standard_LRS'}, 'tags': {}})
        self.assertEqual((200, {}), (again.status_code,
                                     again.json()['tags']))
        group = self.send_storage('GET', self.account_path('x')[:-2])
        self.assertEqual([name], [one['name']
                                  for one in group.json()['value']])
        gone = self.send_storage('DELETE', self.account_path(name))
        self.assertEqual(200, gone.status_code)
        self.assertEqual(204, self.send_storage(
            'DELETE', self.account_path(name)).status_code)
        self.assertRaises(exceptions.HttpResponseError,
                          list, client.list_containers(retry_total=0))

    def test_the_first_answer_names_a_location_only(self):
        answer = self.send_storage('PUT', self.account_path('acctlocation'), {
            'location': base.LOCATION, 'kind': 'StorageV2',
            'sku': {'name': 'Standard_LRS'}})
        self.assertIn('/asyncoperations/', answer.headers['Location'])
        self.assertNotIn('Azure-AsyncOperation', answer.headers)
        self.assertEqual(b'', answer.content)

    def test_a_new_key_replaces_the_old_one(self):
        account, client = self.account()
        path = self.account_path(account['name'], '/regenerateKey')
        keys = self.send_storage('POST', path, {'keyName': 'key1'}).json()
        self.assertRaises(exceptions.HttpResponseError,
                          client.create_container, 'any', retry_total=0)
        for key in keys['keys']:
            with BlobServiceClient(client.url, {
                    'account_name': account['name'],
                    'account_key': key['value']},
                    connection_verify=self.emulator.ca_file) as other:
                other.create_container(key['keyName'])
        wrong = self.send_storage('POST', path, {'keyName': 'key3'})
        self.assertEqual(400, wrong.status_code)

    def test_names(self):
        account, _ = self.account()
        path = (f'/subscriptions/{self.emulator.subscription_id}/providers'
                f'/Microsoft.Storage/checkNameAvailability')
        told = [self.send_storage('POST', path, {
            'name': name, 'type': 'Microsoft.Storage/storageAccounts'}).json()
            for name in ('free', account['name'], 'Not-OK')]
        self.assertEqual([None, 'AlreadyExists', 'AccountNameInvalid'],
                         [one.get('reason') for one in told])
        self.assertEqual([True, False, False],
                         [one['nameAvailable'] for one in told])
        bad = self.send_storage('PUT', self.account_path('ab'), {
            'location': base.LOCATION, 'kind': 'StorageV2',
            'sku': {'name': 'Standard_LRS'}})
        self.assertEqual('AccountNameInvalid', bad.json()['error']['code'])
        self.compute_group('other')
        taken = self.send_storage(
            'PUT', self.account_path(account['name']).replace(
                f'/{base.GROUP}/', '/other/'),
            {'location': base.LOCATION, 'kind': 'StorageV2',
             'sku': {'name': 'Standard_LRS'}})
        self.assertEqual('StorageAccountAlreadyTaken',
                         taken.json()['error']['code'])

    def compute_group(self, name):
        self.emulator.seed(name, virtual_networks={}, nsgs=())

    def test_accounts_go_with_their_group(self):
        self.compute_group('other')
        path = self.account_path('acctgroup').replace(
            f'/{base.GROUP}/', '/other/')
        self.send_storage('PUT', path, {
            'location': base.LOCATION, 'kind': 'StorageV2',
            'sku': {'name': 'Standard_LRS'}})
        keys = self.emulator.store.get(path).private['keys']
        client = BlobServiceClient(
            self.emulator.store.get(path).properties[
                'primaryEndpoints']['blob'],
            {'account_name': 'acctgroup', 'account_key': keys['key2']},
            connection_verify=self.emulator.ca_file)
        self.addCleanup(client.close)
        client.create_container('first')
        self.send('DELETE', path.partition('/providers')[0],
                  version='2025-04-01')
        self.assertIsNone(self.emulator.store.get(path))
        self.assertRaises(exceptions.HttpResponseError,
                          client.create_container, 'second', retry_total=0)


class WithoutContentsTest(base.ComputeTestCase):
    """The resource alone."""

    def test_an_account_has_an_endpoint_nobody_answers_at(self):
        path = (self.path('x', 'y').partition('/providers')[0]
                + '/providers/Microsoft.Storage/storageAccounts/acctnone')
        self.send('PUT', path, {
            'location': base.LOCATION, 'kind': 'StorageV2',
            'sku': {'name': 'Standard_LRS'}}, version='2023-05-01')
        found = self.send('GET', path, version='2023-05-01').json()
        self.assertEqual('https://acctnone.blob.core.windows.net/',
                         found['properties']['primaryEndpoints']['blob'])
