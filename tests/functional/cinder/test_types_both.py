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

"""C09, C10, C11: types, pools and limits, on both disk models alike."""

from cinder.volume import volume_utils

from tests.functional.cinder import base


@base.on_both_models
class TypesTest(base.AzureVolumesTestCase):

    def retype(self, volume, new_type, policy='never'):
        self.action(volume, 'os-retype', {
            'new_type': new_type, 'migration_policy': policy})
        return self.wait_for(volume, 'retyping')

    def pools(self):
        self.driver.stats.expire()
        found = self.driver.get_volume_stats(refresh=True)['pools']
        return {pool['pool_name']: pool for pool in found}

    @property
    def sku(self):
        return base.DEFAULT_SKU[self.disk_model]

    def test_a_type_names_the_kind_and_the_pool_follows(self):
        self.create_type('named', azure_sku=self.sku)
        self.create_type('pinned', pool_name=self.sku)
        for name in ('named', 'pinned'):
            volume = self.create_volume(volume_type=name)
            self.assertEqual(self.sku, self.disk(volume).kind.sku)
            self.assertEqual(self.sku, volume_utils.extract_host(
                self.record(volume).host, 'pool'))

    def test_limits_and_volumes_are_told(self):
        before = self.pools()[self.sku]
        self.create_volume(size=3)
        after = self.pools()[self.sku]
        self.assertEqual(
            (before['provisioned_capacity_gb'] + 3,
             before['total_volumes'] + 1),
            (after['provisioned_capacity_gb'], after['total_volumes']))
        self.assertLessEqual(
            after['free_capacity_gb'], after['total_capacity_gb'])
        self.assertGreater(after['max_volume_size_gb'], 1000)
        self.assertEqual(
            self.disk_model == 'managed', after['online_extend_support'])

    def test_a_type_of_the_same_kind_keeps_disk_and_bytes(self):
        self.create_type('cached', azure_caching='ReadOnly')
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'kept')
        name = self.disk(volume).name
        self.assertEqual('cached', self.retype(volume, 'cached')[
            'volume_type'])
        self.assertEqual(name, self.disk(volume).name)
        self.assertEqual(digest, self.contents.digest(self.disk(volume)))
        info = self.attach(volume)['connection_info']
        self.assertEqual('ReadOnly', info['caching'])

    def test_a_kind_that_is_not_to_be_had_changes_nothing(self):
        self.create_type('odd', azure_sku='Premium_XXX')
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'kept')
        found = self.retype(volume, 'odd')
        self.assertNotEqual('odd', found['volume_type'])
        disk = self.disk(volume)
        self.assertEqual(self.sku, disk.kind.sku)
        self.assertEqual(digest, self.contents.digest(disk))

    def test_sharing_what_cannot_be_shared(self):
        """Neither a page blob nor a small disk of Standard HDD."""
        self.create_type(
            'shared', azure_sku='Standard_LRS', multiattach='<is> True')
        volume = self.api.post_volume({'volume': {
            'size': 1, 'volume_type': 'shared'}})
        found = self.settled(
            lambda: self.api.get_volume(volume['id']), 'creating')
        self.assertEqual('error', found['status'])
        self.assertEqual([], self.left_in_azure())

    def test_to_another_host_of_the_same_azure(self):
        """... no byte is copied, and no request is made."""
        volume = self.create_volume()
        record = self.record(volume)
        with self.azure.recording() as made:
            moved, update = self.driver.migrate_volume(
                None, record, {
                    'host': 'another@azure', 'cluster_name': None,
                    'capabilities': {'location_info':
                                     self.driver._backend.location_info}})
        self.assertTrue(moved)
        self.assertEqual([], made)
        self.assertEqual(f'another@azure#{self.sku}', update['host'])
