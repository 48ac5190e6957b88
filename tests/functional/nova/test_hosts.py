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

"""N30, N33: the node, its inventory, its instances, its restart."""

from nova import exception

from jacket_azure.emulator.compute import usages
from tests.functional.nova import base


class HostTest(base.AzureServersTestCase):
    """One node per service, with Azure's quotas as its size."""

    def setUp(self):
        super().setUp()
        self.provider = self._get_provider_uuid_by_host(base.HOST)

    def test_n30_inventory_comes_from_the_quotas(self):
        with self.looking() as client:
            cores = {
                usage['name']['value']: usage
                for usage in client.usages.list('eastus')}['cores']
        inventory = self._get_provider_inventory(self.provider)
        self.assertEqual(cores['limit'], inventory['VCPU']['total'])
        for name, record in inventory.items():
            self.assertEqual(1.0, record['allocation_ratio'], name)
        self.assertIn('CUSTOM_AZURE_STANDARDDSV5_VCPU', inventory)
        traits = self._get_provider_traits(self.provider)
        self.assertIn('CUSTOM_AZURE', traits)
        self.assertIn('CUSTOM_AZURE_LOCATION_EASTUS', traits)

    def test_n30_flavor_that_asks_for_a_family_uses_its_quota(self):
        flavor = self.create_flavor(
            'counted', 2, 8192, 64,
            **{'azure:vm_size': 'Standard_D2s_v5',
               'resources:CUSTOM_AZURE_STANDARDDSV5_VCPU': '2'})
        server = self.create_server(flavorRef=flavor)
        allocations = self._get_allocations_by_server_uuid(server['id'])
        self.assertEqual(
            {'VCPU': 2, 'MEMORY_MB': 8192, 'DISK_GB': 64,
             'CUSTOM_AZURE_STANDARDDSV5_VCPU': 2},
            allocations[self.provider]['resources'])
        self._run_periodics()
        # own use is an allocation, so it must not be reserved as well
        for name, record in self._get_provider_inventory(
                self.provider).items():
            self.assertEqual(0, record['reserved'], name)
        self._delete_server(server)
        self.assertEqual(
            {}, self._get_allocations_by_server_uuid(server['id']))

    def test_n30_quota_of_zero_boots_nothing(self):
        flavor = self.create_flavor('huge', 5000, 8192, 64)
        fault = self.failed_build(flavorRef=flavor)
        self.assertIn('No valid host', fault)

    def test_n30_what_others_use_of_a_quota_is_reserved(self):
        self.create_server()
        foreign = self.create_server()
        self.retag(foreign, 'jacket-owner', 'another-cloud')
        self.restart_compute()
        self._run_periodics()
        inventory = self._get_provider_inventory(self.provider)
        self.assertEqual(2, inventory['VCPU']['reserved'])
        self.assertEqual(
            2, inventory['CUSTOM_AZURE_STANDARDDSV5_VCPU']['reserved'])

    def test_n33_restart_keeps_node_and_instances(self):
        running = self.create_server()
        stopped = self._stop_server(self.create_server())
        held = self.azure.resource_ids()
        self.restart_compute()
        self._run_periodics()
        self.assertEqual(
            self.provider, self._get_provider_uuid_by_host(base.HOST))
        self.assertEqual(
            ['ACTIVE', 'SHUTOFF'],
            [self.api.get_server(server['id'])['status']
             for server in (running, stopped)])
        self.assertEqual(held, self.azure.resource_ids())
        self.assertEqual(
            {running['id'], stopped['id']},
            set(self.compute.manager.driver.list_instance_uuids()))
        self._delete_server(running)
        self._start_server(stopped)

    def test_n33_restart_resumes_a_delete_that_was_cut_off(self):
        server = self.create_server()
        self.set_instance(server, task_state='deleting')
        self.restart_compute()
        self._wait_until_deleted(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n33_restart_in_the_middle_of_a_build(self):
        """The build is lost, and its delete finds what it had made."""
        server = self.create_server()
        self.set_instance(
            server, vm_state='building', task_state='spawning')
        self.restart_compute()
        server = self._wait_for_server_parameter(
            server, {'status': 'ERROR'}, wait_for_fault_key=False)
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n33_machines_of_other_hosts_and_owners_are_not_listed(self):
        mine, theirs, foreign = (self.create_server() for _ in range(3))
        self.retag(theirs, 'jacket-host', 'azure-westeurope')
        self.retag(foreign, 'jacket-owner', 'another-cloud')
        self.restart_compute()
        driver = self.compute.manager.driver
        self.assertEqual([mine['id']], driver.list_instance_uuids())
        self.assertEqual(1, driver.get_num_instances())
        self.assertEqual(1, len(driver.list_instances()))
        # the reaper of running deleted instances must not see them
        for server in (theirs, foreign):
            self.set_instance(server, deleted=True)
        self.flags(running_deleted_instance_timeout=0)
        self.run_periodic('_cleanup_running_deleted_instances')
        self.assertEqual(
            3, len(self.azure.resources('virtualMachines')))

    def test_n33_reaps_what_runs_though_deleted(self):
        server = self.create_server()
        self.set_instance(server, deleted=True)
        self.flags(running_deleted_instance_timeout=0)
        self.restart_compute()
        self.run_periodic('_cleanup_running_deleted_instances')
        self.assertEqual([], self.azure.resources('virtualMachines'))

    def retag(self, server, name, value):
        machine = self.azure.emulator.store.get(self.vm(server)['id'])
        machine.body['tags'][name] = value

    def test_n30_wrong_secret_ends_the_service_with_a_sentence(self):
        self.compute.stop()
        self.flags(client_secret='wrong', group='azure')
        error = self.assertRaises(
            exception.InvalidConfiguration, self.restart_compute)
        self.assertIn('credentials', str(error))
        self.assertNotIn('wrong', str(error))


class NoQuotaCacheTest(base.AzureServersTestCase):
    """The resource tracker asks Azure each time, and once in vain."""

    azure_options = {'quota_cache_seconds': 0}

    def test_n33_failed_question_keeps_the_inventory(self):
        provider = self._get_provider_uuid_by_host(base.HOST)
        before = self._get_provider_inventory(provider)
        fault = self.azure.fail('GET', 'usages', 403, 'AuthorizationFailed')
        self._run_periodics()
        self.assertTrue(fault.fired)
        self.assertEqual(before, self._get_provider_inventory(provider))
        self.azure.emulator.faults.clear()
        self._run_periodics()
        self.assertEqual(before, self._get_provider_inventory(provider))

    def test_n30_a_raised_quota_reaches_placement(self):
        provider = self._get_provider_uuid_by_host(base.HOST)
        usages.set_limit(self.azure.emulator, 'cores', 12345)
        self._run_periodics()
        self.assertEqual(
            12345,
            self._get_provider_inventory(provider)['VCPU']['total'])
