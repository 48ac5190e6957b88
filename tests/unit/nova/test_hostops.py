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

"""What the resource tracker and Placement are told."""

import inspect

from nova import exception as nova_exception
from nova.compute import provider_tree
from nova.virt import driver as nova_driver
import os_resource_classes as orc

from jacket_azure.nova import driver as azure_driver
from jacket_azure.nova import inventory
from tests.unit.nova import base

NODE_UUID = 'a0000000-0000-4000-8000-000000000001'


class HostTest(base.NovaTestCase):

    def tree(self):
        tree = provider_tree.ProviderTree()
        tree.new_root(base.HOST, NODE_UUID)
        self.driver.update_provider_tree(tree, base.HOST)
        return tree

    def test_node_has_all_the_tracker_needs(self):
        found = self.driver.get_available_resource(base.HOST)
        for key in ('vcpus', 'memory_mb', 'local_gb', 'cpu_info',
                    'vcpus_used', 'memory_mb_used', 'local_gb_used',
                    'numa_topology', 'hypervisor_type', 'hypervisor_version',
                    'hypervisor_hostname', 'disk_available_least',
                    'supported_instances', 'stats'):
            self.assertIn(key, found)
        self.assertEqual(base.HOST, found['hypervisor_hostname'])
        self.assertGreater(found['vcpus'], 0)

    def test_costs_nothing_when_warm(self):
        self.tree()
        with self.azure.recording() as made:
            self.driver.get_available_resource(base.HOST)
            self.tree()
        self.assertEqual([], made)

    def test_inventory_is_the_quota(self):
        data = self.tree().data(base.HOST)
        vcpus = self.driver._backend.catalogue.capacity().quotas.cores
        record = data.inventory[orc.VCPU]
        self.assertEqual(vcpus.limit, record['total'])
        self.assertEqual(1.0, record['allocation_ratio'])
        self.assertIn('CUSTOM_AZURE_STANDARDDSV5_VCPU', data.inventory)
        self.assertIn(orc.MEMORY_MB, data.inventory)
        self.assertIn(orc.DISK_GB, data.inventory)

    def test_own_use_is_not_reserved_but_that_of_others_is(self):
        self.spawn()
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.77'),
                   driver=self.make_driver('elsewhere'))
        self.now += 1000
        data = self.tree().data(base.HOST)
        self.assertEqual(2, data.inventory[orc.VCPU]['reserved'])
        self.assertEqual(2, data.inventory[
            'CUSTOM_AZURE_STANDARDDSV5_VCPU']['reserved'])

    def test_stopped_server_of_ours_is_no_use_of_others(self):
        instance, _ = self.spawn()
        self.driver.power_off(instance, 60)
        self.now += 1000
        data = self.tree().data(base.HOST)
        self.assertEqual(0, data.inventory[orc.VCPU]['reserved'])

    def test_traits(self):
        traits = self.tree().data(base.HOST).traits
        self.assertTrue({
            'CUSTOM_AZURE', 'CUSTOM_AZURE_LOCATION_EASTUS',
            'CUSTOM_AZURE_DISK_MANAGED', 'CUSTOM_AZURE_ZONE_1',
            'CUSTOM_AZURE_SIZE_STANDARD_D2S_V5'} <= traits)

    def test_traits_of_others_stay_and_old_ones_of_ours_go(self):
        tree = provider_tree.ProviderTree()
        tree.new_root(base.HOST, NODE_UUID)
        tree.add_traits(base.HOST, 'CUSTOM_RACK_7', 'CUSTOM_AZURE_ZONE_9')
        self.driver.update_provider_tree(tree, base.HOST)
        traits = tree.data(base.HOST).traits
        self.assertIn('CUSTOM_RACK_7', traits)
        self.assertNotIn('CUSTOM_AZURE_ZONE_9', traits)

    def test_class_once_reported_stays(self):
        tree = self.tree()
        self.azure.mapping_file.write_text('flavors: {x: Standard_B1s}\n')
        self.driver.update_provider_tree(tree, base.HOST)
        self.assertIn('CUSTOM_AZURE_STANDARDDSV5_VCPU',
                      tree.data(base.HOST).inventory)

    def test_old_answer_stays_when_azure_fails(self):
        before = self.tree().data(base.HOST).inventory
        self.azure.fail('GET', '*', 500, 'InternalError')
        self.now += 1000
        self.assertEqual(before, self.tree().data(base.HOST).inventory)
        self.assertIn('Keeping old facts', self.log.text)

    def test_no_answer_at_all_is_not_ready(self):
        self.azure.fail('GET', '*', 403, 'AuthorizationFailed')
        self.assertRaises(
            nova_exception.VirtDriverNotReady,
            self.driver.get_available_resource, base.HOST)

    def test_one_fixed_node(self):
        self.assertEqual([base.HOST], self.driver.get_available_nodes())
        self.assertEqual([base.HOST], self.driver.get_available_nodes(True))

    def test_volume_connector_is_plain(self):
        found = self.driver.get_volume_connector(self.instance())
        self.assertEqual(base.HOST, found['host'])
        self.assertIsNone(
            self.driver.check_instance_shared_storage_local(None, None))
        self.assertEqual(
            found['ip'], self.driver.get_host_ip_addr())


class InventoryTest(base.base.base.BaseTestCase):

    def test_names_fit_placement(self):
        self.assertEqual('CUSTOM_AZURE_STANDARDDSV5_VCPU',
                         inventory.family_class('standardDSv5Family'))
        self.assertEqual('CUSTOM_AZURE_SIZE_STANDARD_D2S_V5',
                         inventory.custom_name('SIZE', 'Standard_D2s_v5'))
        self.assertEqual(
            255, len(inventory.custom_name('SIZE', 'x' * 300)))


class SignatureTest(base.base.base.BaseTestCase):

    def test_every_override_takes_what_nova_passes(self):
        for name, method in vars(azure_driver.AzureDriver).items():
            theirs = getattr(nova_driver.ComputeDriver, name, None)
            if theirs is None or not inspect.isfunction(method):
                continue
            self.assertEqual(
                _parameters(theirs), _parameters(method), name)

    def test_capabilities_are_known_to_nova(self):
        self.assertEqual(
            set(nova_driver.ComputeDriver.capabilities),
            set(azure_driver.AzureDriver.capabilities))

    def test_before_init_host_it_is_not_ready(self):
        made = azure_driver.AzureDriver(None)
        self.assertEqual([made.host], made.get_available_nodes())
        self.assertRaises(
            nova_exception.VirtDriverNotReady, made.list_instances)
        made.cleanup_host(made.host)


def _parameters(function):
    return [(p.name, p.default is not p.empty)
            for p in inspect.signature(function).parameters.values()]
