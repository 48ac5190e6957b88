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
from jacket_azure.arm import cloud as clouds
from tests import base
from tests import world
from tests.unit.arm import doubles


class StorageAccountsTest(base.AzureTestCase):

    def setUp(self):
        super().setUp()
        self.accounts = self.client.storage_accounts

    def test_facts(self):
        found = self.accounts.get(world.STORAGE_ACCOUNT)
        self.assertEqual(
            (world.STORAGE_ACCOUNT, world.LOCATION, 'StorageV2'),
            (found['name'], found['location'], found['kind']))
        self.assertIn('blob', found['properties']['primaryEndpoints'])
        self.assertEqual([], self.azure.invalid_requests())

    def test_one_that_is_missing(self):
        error = self.assertRaises(
            exceptions.NotFound, self.accounts.get, 'nowhere')
        self.assertEqual(self.accounts.TYPE, error.resource_type)
        self.assertRaises(
            exceptions.NotFound, self.accounts.list_keys, 'nowhere')

    def test_keys_are_read_and_never_logged(self):
        first, second = self.accounts.list_keys(world.STORAGE_ACCOUNT)
        self.assertNotEqual(first, second)
        for key in (first, second):
            self.assertNotIn(key, self.log.text)
        self.assertEqual([], self.azure.invalid_requests())

    def test_a_right_that_is_missing_is_named(self):
        self.azure.emulator.faults.deny(
            'Microsoft.Storage/storageAccounts/listKeys/action')
        error = self.assertRaises(
            exceptions.Unauthorized, self.accounts.list_keys,
            world.STORAGE_ACCOUNT)
        self.assertIn('listKeys/action', str(error))

    def test_they_are_read_again_on_a_bad_network(self):
        for fault in ('drop_reply', 'truncate_reply', 'garble_reply'):
            getattr(self.azure.emulator.faults, fault)(
                'POST', 'storageAccounts/listKeys', times=1)
            self.assertEqual(
                2, len(self.accounts.list_keys(world.STORAGE_ACCOUNT)))


class NoKeysTest(base.base.BaseTestCase):

    def test_an_account_whose_keys_are_not_told(self):
        for body in ({'keys': []}, {'keys': None}, {},
                     {'keys': [{'keyName': 'key1'}]}):
            world_ = doubles.connect(doubles.answer(200, body))
            error = self.assertRaises(
                exceptions.Unauthorized,
                world_.azure.storage_accounts.list_keys, 'acct')
            self.assertIn('listKeys/action', str(error))

    def test_each_cloud_has_versions_of_its_own(self):
        hub = clouds.from_conf(doubles.options(cloud='stack_hub'))
        self.assertEqual('2019-06-01', hub.api_versions['Microsoft.Storage'])
        self.assertEqual('2019-07-07', hub.blob_version)
        self.assertEqual(1023, hub.capabilities.unmanaged_disk_gib)
        custom = clouds.from_conf(doubles.options())
        self.assertEqual('2021-12-02', custom.blob_version)
        self.assertEqual(4095, custom.capabilities.unmanaged_disk_gib)
