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

"""N01, N08: a build that fails leaves nothing behind and says why."""

from jacket_azure.emulator.compute import usages
from tests.functional.nova import base


class FailedBuildTest(base.AzureServersTestCase):
    """Azure's own words reach the user or the operator."""

    def assert_nothing_left(self):
        self.assertEqual([], self.azure.resource_ids())

    def test_n01_no_capacity_on_the_only_host(self):
        """There is no elsewhere, so the user reads Azure's own words."""
        self.azure.fail('PUT', 'virtualMachines', 409, 'AllocationFailed',
                        'No room in eastus today.')
        fault = self.failed_build()
        self.assertIn('No room in eastus today', fault)
        self.assertIn('AllocationFailed', fault)
        self.assert_nothing_left()

    def test_n01_no_capacity_seen_late(self):
        """Azure accepts the request and then finds no room."""
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'ZonalAllocationFailed',
            'No room in this zone.')
        self.assertIn('No room in this zone', self.failed_build())
        self.assert_nothing_left()

    def test_n30_quota_that_shrank_since_it_was_looked_at(self):
        usages.set_limit(
            self.azure.emulator, 'standardDSv5Family', 1)
        self.assertIn('standardDSv5Family', self.failed_build())
        self.assert_nothing_left()

    def test_n01_bad_request_is_final_and_told_to_the_user(self):
        self.azure.fail('PUT', 'virtualMachines', 400, 'InvalidParameter',
                        'Azure does not like the parameter.')
        fault = self.failed_build()
        self.assertIn('Azure does not like the parameter', fault)
        self.assertIn('InvalidParameter', fault)
        self.assert_nothing_left()

    def test_n01_missing_right_is_told(self):
        self.azure.emulator.faults.deny(
            'Microsoft.Network/networkInterfaces/write')
        self.failed_build()
        self.assertIn('AuthorizationFailed', self.log.text)
        self.assert_nothing_left()

    def test_n06_second_interface_fails(self):
        port = self.create_port(self.neutron.backend)
        self.azure.fail(
            'PUT', 'networkInterfaces', 400, 'SubnetIsFull', 'Subnet full.',
            name=f'*-{port["id"]}')
        first = self.create_port(self.neutron.private)
        self.failed_build(
            networks=[{'port': first['id']}, {'port': port['id']}])
        self.assertIn('Subnet full', self.log.text)
        self.assert_nothing_left()

    def test_n01_lost_reply_of_the_create(self):
        """The machine is there although nobody said so: it is kept."""
        self.azure.emulator.faults.drop_reply(
            'PUT', 'virtualMachines', times=1)
        server = self.create_server()
        self.assertEqual('running', self.power_state(server))
        self.assertEqual(3, len(self.azure.resource_ids()))

    def test_n01_throttled_for_a_while(self):
        self.azure.emulator.faults.throttle(
            'PUT', 'networkInterfaces', times=2, retry_after=1)
        self.create_server()

    def test_n01_any_single_failure_leaves_nothing_behind(self):
        """Each request of a create in turn fails, however repeated."""
        self._delete_server(self.create_server())
        with self.azure.recording() as made:
            self._delete_server(self.create_server(networks=self.two()))
        writes = [record for record in made if record.method == 'PUT']
        self.assertEqual(3, len(writes))
        for number in range(1, len(writes) + 1):
            with self.azure.failing_for_good(number) as fault:
                server = self.create_server(
                    expected_state='ERROR', networks=self.two())
            self.assertTrue(fault.fired, number)
            self.assertEqual([], self.azure.resource_ids(), number)
            self._delete_server(server)

    def two(self):
        return [{'uuid': self.neutron.private['id']},
                {'uuid': self.neutron.backend['id']}]
