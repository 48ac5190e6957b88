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

"""C09, C10: types, pools, quotas, retype, migration within one Azure."""

from cinder import context
from cinder.volume import volume_utils

from tests.functional.cinder import base


class PoolsTest(base.AzureVolumesTestCase):
    """Which SKU a volume gets, and what the scheduler is told."""

    def pools(self):
        self.driver.stats.expire()
        found = self.driver.get_volume_stats(refresh=True)['pools']
        return {pool['pool_name']: pool for pool in found}

    def sku_of(self, volume):
        """Return the SKU in Azure, and check that Cinder's record agrees."""
        sku = self.disk(volume).kind.sku
        self.assertEqual(
            sku, volume_utils.extract_host(self.record(volume).host, 'pool'))
        return sku

    def test_the_type_decides_whatever_pool_was_chosen(self):
        self.create_type('ssd', azure_sku='Premium_LRS')
        for _ in range(3):
            volume = self.create_volume(volume_type='ssd')
            self.assertEqual('Premium_LRS', self.sku_of(volume))

    def test_a_pool_name_decides_as_well(self):
        self.create_type('hdd', pool_name='Standard_LRS')
        volume = self.create_volume(volume_type='hdd')
        self.assertEqual('Standard_LRS', self.sku_of(volume))

    def test_without_a_word_it_is_the_default(self):
        self.create_type('plain')
        for wanted in ({'volume_type': 'plain'}, {}):
            volume = self.create_volume(**wanted)
            self.assertEqual('StandardSSD_LRS', self.sku_of(volume))

    def test_one_pool_for_each_sku(self):
        pools = self.pools()
        for sku in ('Standard_LRS', 'StandardSSD_LRS', 'Premium_LRS',
                    'PremiumV2_LRS', 'UltraSSD_LRS'):
            pool = pools[sku]
            self.assertGreater(pool['total_capacity_gb'], 0)
            self.assertGreater(pool['free_capacity_gb'], 0)
            self.assertTrue(pool['online_extend_support'])
            self.assertFalse(pool['consistent_group_snapshot_enabled'])
        self.assertTrue(pools['PremiumV2_LRS']['QoS_support'])
        self.assertFalse(pools['Premium_LRS']['QoS_support'])
        self.assertTrue(pools['Premium_LRS']['multiattach'])
        self.assertFalse(pools['Standard_LRS']['multiattach'])

    def test_volumes_are_counted(self):
        before = self.pools()['StandardSSD_LRS']
        self.create_volume(size=7)
        after = self.pools()['StandardSSD_LRS']
        self.assertEqual(
            before['provisioned_capacity_gb'] + 7,
            after['provisioned_capacity_gb'])
        self.assertEqual(before['total_volumes'] + 1, after['total_volumes'])

    def test_stats_outlive_an_azure_that_does_not_answer(self):
        before = self.pools()
        fault = self.azure.fail('GET', 'disks', 400, 'NotNow')
        self.assertEqual(before, self.pools())
        self.azure.emulator.faults.remove(fault)

    def test_performance_comes_from_qos_specs(self):
        kind = self.create_type(
            'fast', azure_sku='PremiumV2_LRS', azure_zone='1')
        qos = self.api.api_post('/qos-specs', {'qos_specs': {
            'name': 'fast', 'consumer': 'back-end', 'iops': '4000',
            'mbps': '200'}}, check_response_status=[200])['qos_specs']
        self.api.api_get(
            f'/qos-specs/{qos["id"]}/associate?vol_type_id={kind["id"]}',
            check_response_status=[202], strip_version=False)
        disk = self.disk(self.create_volume(volume_type='fast', size=32))
        self.assertEqual((4000, 200), (disk.kind.iops, disk.kind.mbps))
        self.assertEqual('1', disk.kind.zone)

    def test_qos_specs_of_the_hypervisor_are_none_of_ours(self):
        kind = self.create_type('plain')
        qos = self.api.api_post('/qos-specs', {'qos_specs': {
            'name': 'front', 'consumer': 'front-end',
            'read_iops_sec': '100'}}, check_response_status=[200])[
                'qos_specs']
        self.api.api_get(
            f'/qos-specs/{qos["id"]}/associate?vol_type_id={kind["id"]}',
            check_response_status=[202], strip_version=False)
        self.create_volume(volume_type='plain')

    def test_capabilities_show_our_extra_specs(self):
        shown = self.volume.manager.get_capabilities(
            context.get_admin_context(), False)
        self.assertIn('Premium_LRS', str(shown))

    def test_the_availability_zone_is_the_zone_in_azure(self):
        volume = self.create_volume(availability_zone='az2')
        self.assertIn(self.disk(volume).kind.zone, (None, '2'))


class RetypeTest(base.AzureVolumesTestCase):

    def retype(self, volume, new_type, policy='never'):
        self.action(volume, 'os-retype', {
            'new_type': new_type, 'migration_policy': policy})
        return self.wait_for(volume, 'retyping')

    def test_another_sku_in_place(self):
        self.create_type('hdd', azure_sku='Standard_LRS')
        self.create_type('ssd', azure_sku='Premium_LRS')
        volume = self.create_volume(volume_type='hdd')
        digest = self.contents.write(self.disk(volume), 'kept')
        name = self.record(volume).provider_id
        found = self.retype(volume, 'ssd')
        self.assertEqual('ssd', found['volume_type'])
        disk = self.disk(volume)
        self.assertEqual(name, disk.name)
        self.assertEqual('Premium_LRS', disk.kind.sku)
        self.assertEqual(digest, self.contents.digest(disk))
        self.assertTrue(self.record(volume).host.endswith('#Premium_LRS'))

    def test_a_type_without_a_sku_keeps_the_disk(self):
        self.create_type('ssd', azure_sku='Premium_LRS')
        self.create_type('cached', azure_caching='ReadOnly')
        volume = self.create_volume(volume_type='ssd')
        self.retype(volume, 'cached')
        self.assertEqual('Premium_LRS', self.disk(volume).kind.sku)
        attachment = self.attach(volume)
        self.assertEqual(
            'ReadOnly', attachment['connection_info']['caching'])

    def test_what_takes_a_new_disk_is_left_to_a_migration(self):
        self.create_type('one', azure_zone='1')
        self.create_type('two', azure_zone='2')
        volume = self.create_volume(volume_type='one')
        digest = self.contents.write(self.disk(volume), 'moved')
        self.retype(volume, 'two')
        self.assertEqual('1', self.disk(volume).kind.zone)
        found = self.retype(volume, 'two', 'on-demand')
        self.assertEqual('two', found['volume_type'])
        disk = self.disk(volume)
        self.assertEqual('2', disk.kind.zone)
        self.assertEqual(digest, self.contents.digest(disk))
        self.contents.check_vhd(disk, 1)
        self.assertEqual(volume['id'], disk.tags['jacket-id'])
        self.wait_until(
            lambda: self.left_in_azure() == [disk.name], 'old disk deleted')
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())


class MigrateTest(base.AzureVolumesTestCase):

    def test_to_another_pool_of_the_same_azure(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'here')
        self.action(volume, 'os-migrate_volume', {
            'host': f'{base.HOST}#Premium_LRS', 'force_host_copy': False})
        self.wait_until(
            lambda: self.record(volume).migration_status == 'success',
            'migrated')
        disk = self.disk(volume)
        self.assertEqual('Premium_LRS', disk.kind.sku)
        self.assertEqual(digest, self.contents.digest(disk))
        self.assertTrue(self.record(volume).host.endswith('#Premium_LRS'))
