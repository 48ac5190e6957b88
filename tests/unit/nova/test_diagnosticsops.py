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

"""Diagnostics over HTTPS, for how many requests, and when some fail."""

from nova import exception as nova_exception

from tests.unit.nova import base

VM = 'virtualMachines'


class DiagnosticsTest(base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.server, self.ports = self.spawn()
        # the cloud's agent has reported
        self.nics = [
            self.azure.resource('networkInterfaces', name)
            for name in (self.server.uuid,
                         f'{self.server.uuid}-{self.ports[1]["id"]}')]
        self.macs = [nic['properties']['macAddress'].lower().replace('-', ':')
                     for nic in self.nics]

    def test_facts_name_agent_disks_nics_and_times(self):
        found = self.driver.get_diagnostics(self.server)
        self.assertEqual('running', found['power_state'])
        self.assertEqual('Ready', found['agent_state'])
        self.assertIn('ubuntu', found['guest_system'])
        self.assertEqual('Provisioning succeeded', found['disk0_state'])
        self.assertEqual('Standard_D2s_v5', found['vm_size'])
        self.assertNotEqual('', found['created'])
        self.assertEqual(self.macs, [
            found['nic0_mac_address'], found['nic1_mac_address']])
        self.assertEqual(self.server.uuid, found['nic0_name'])

    def test_standard_form(self):
        found = self.driver.get_instance_diagnostics(self.server)
        self.assertEqual('running', found.state)
        self.assertEqual('hyperv', found.driver)
        self.assertEqual((2, 2, 1), (
            found.num_cpus, found.num_nics, found.num_disks))
        self.assertEqual(self.macs, [
            nic.mac_address for nic in found.nic_details])
        self.assertEqual(1024, found.memory_details.maximum)
        # Nova's class has lists for defaults; ours must not grow
        again = self.driver.get_instance_diagnostics(self.server)
        self.assertEqual(2, len(again.nic_details))

    def test_of_a_stopped_machine(self):
        self.driver.power_off(self.server)
        found = self.driver.get_instance_diagnostics(self.server)
        self.assertEqual('shutdown', found.state)
        self.assertIsNone(found.hypervisor_os)
        self.assertNotIn('agent_state', self.driver.get_diagnostics(
            self.server))

    def test_one_request_and_one_for_each_interface(self):
        with self.azure.recording() as made:
            self.driver.get_diagnostics(self.server)
        self.assertEqual(['GET'] * 3, [each.method for each in made])

    def test_any_request_may_fail(self):
        for number in (1, 2, 3):
            with self.azure.failing_for_good(number):
                self.assertRaises(
                    nova_exception.NovaException,
                    self.driver.get_diagnostics, self.server)

    def test_an_interface_that_has_gone_has_no_address(self):
        self.azure.fail('GET', 'networkInterfaces', 404, 'ResourceNotFound',
                        name=self.server.uuid)
        found = self.driver.get_diagnostics(self.server)
        self.assertEqual('', found['nic0_mac_address'])
        self.assertEqual(self.macs[1], found['nic1_mac_address'])

    def test_of_what_is_not_there(self):
        self.assertRaises(
            nova_exception.InstanceNotFound, self.driver.get_diagnostics,
            self.instance())
