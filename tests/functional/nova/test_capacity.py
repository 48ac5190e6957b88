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

"""No room in Azure: another host, or Azure's words, and a memory of it."""

from jacket_azure.emulator.compute import usages
from tests.functional.nova import base
from tests.functional.nova import more_hosts

SIZE = 'CUSTOM_AZURE_SIZE_STANDARD_D2S_V5'
LACKING = 'CUSTOM_AZURE_NO_CAPACITY_STANDARD_D2S_V5'
FAMILY = 'CUSTOM_AZURE_STANDARDDSV5_VCPU'


class CapacityTestCase(base.AzureServersTestCase):

    def no_room(self, times=None):
        return self.azure.fail(
            'PUT', 'virtualMachines', 409, 'AllocationFailed',
            'No room in eastus today.', times=times)


class CapacityTest(more_hosts.MoreHosts, CapacityTestCase):
    """More hosts than one."""

    def host_of(self, server):
        return self.admin_api.get_server(
            server['id'])['OS-EXT-SRV-ATTR:host']

    def assert_told_why(self, server):
        self.assertIn('No room in eastus today', server['fault']['message'])
        self.assertEqual([], self.azure.resource_ids())

    def test_n01_another_host_is_tried(self):
        self.add_host('azure-westeurope')
        self.no_room(times=1)
        server = self.create_server()
        self.assertEqual('running', self.power_state(server))
        self.assertEqual(
            self.host_of(server), self.vm(server)['tags']['jacket-host'])
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n01_the_last_of_several_hosts_tells_why(self):
        self.add_host('azure-westeurope')
        fault = self.no_room()
        server = self.create_server(expected_state='ERROR')
        self.assertEqual(2, fault.fired)
        self.assert_told_why(server)

    def test_n01_a_host_that_is_down_is_no_alternate(self):
        self.add_host('azure-westeurope')
        self.computes['azure-westeurope'].stop()
        self.force_down('azure-westeurope', True)
        self.no_room()
        self.assert_told_why(self.create_server(expected_state='ERROR'))

    def test_n01_after_as_many_hosts_as_nova_tries(self):
        for name in ('azure-two', 'azure-three', 'azure-four'):
            self.add_host(name)
        fault = self.no_room()
        server = self.create_server(expected_state='ERROR')
        self.assertEqual(3, fault.fired)
        self.assert_told_why(server)

    def test_n01_what_cannot_be_is_tried_on_no_other_host(self):
        self.add_host('azure-westeurope')
        fault = self.azure.fail(
            'PUT', 'virtualMachines', 403, 'RequestDisallowedByPolicy',
            'Company policy wants tags.')
        server = self.create_server(expected_state='ERROR')
        self.assertEqual(1, fault.fired)
        self.assertIn('Company policy', server['fault']['message'])


class CapacityMemoryTest(CapacityTestCase):

    def setUp(self):
        super().setUp()
        self.provider = self._get_provider_uuid_by_host(base.HOST)

    def traits(self):
        self._run_periodics()
        return set(self._get_provider_traits(self.provider))

    def reserved(self):
        self._run_periodics()
        record = self._get_provider_inventory(self.provider)[FAMILY]
        return record['reserved'], record['total']

    def grow_older(self):
        memory = self.compute.manager.driver._backend.shortages
        clock, seconds = memory._clock, memory._seconds
        memory._clock = lambda: clock() + seconds

    def test_n30_traits_tell_of_a_size_without_room(self):
        self.assertIn(SIZE, self.traits())
        self.no_room(times=1)
        self.create_server(expected_state='ERROR')
        traits = self.traits()
        self.assertNotIn(SIZE, traits)
        self.assertIn(LACKING, traits)
        self.create_server()
        traits = self.traits()
        self.assertIn(SIZE, traits)
        self.assertNotIn(LACKING, traits)

    def test_n30_a_flavor_may_ask_for_the_trait(self):
        flavor = self.create_flavor(
            'careful', 2, 8192, 64,
            **{'azure:vm_size': 'Standard_D2s_v5',
               f'trait:{SIZE}': 'required'})
        fault = self.no_room(times=1)
        self.create_server(expected_state='ERROR')
        self.traits()
        server = self.create_server(
            expected_state='ERROR', flavorRef=flavor)
        self.assertIn('No valid host', server['fault']['message'])
        self.assertEqual(1, fault.fired)
        self.grow_older()
        self.assertIn(SIZE, self.traits())
        self.create_server(flavorRef=flavor)

    def test_n30_one_zone_without_room_leaves_the_others(self):
        flavor = self.create_flavor(
            'zonal', 2, 8192, 64, **{
                'azure:vm_size': 'Standard_D2s_v5', 'azure:zone': '2'})
        self.no_room(times=1)
        self.create_server(expected_state='ERROR', flavorRef=flavor)
        traits = self.traits()
        self.assertIn(SIZE, traits)
        self.assertIn(f'{LACKING}_2', traits)

    def test_n30_inventory_tells_of_an_exhausted_quota(self):
        self.assertEqual(0, self.reserved()[0])
        usages.set_limit(self.azure.emulator, 'standardDSv5Family', 1)
        fault = self.create_server(expected_state='ERROR')['fault']
        self.assertIn('standardDSv5Family', fault['message'])
        self.assertEqual((1, 1), self.reserved())
        self.assertEqual([], self.azure.resource_ids())

    def test_n30_a_quota_that_the_usages_do_not_show_is_remembered(self):
        self.azure.fail(
            'PUT', 'virtualMachines', 409, 'QuotaExceeded',
            'Operation could not be completed as it results in exceeding '
            'approved standardDSv5Family Cores quota.', times=1)
        self.create_server(expected_state='ERROR')
        reserved, total = self.reserved()
        self.assertEqual(total, reserved)
        self.grow_older()
        self.assertEqual(0, self.reserved()[0])
