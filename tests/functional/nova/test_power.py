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

"""N11, N19: stop, start and reboot."""

from tests.functional.nova import base


class PowerTest(base.AzureServersTestCase):
    """By default a stopped server costs nothing."""

    def asked(self, server):
        """Return the actions Azure was asked for."""
        return [record.type.partition('/')[2] for record in self.requests()
                if record.method == 'POST'
                and record.name.lower() == server['id']]

    def requests(self):
        return self.azure.requests

    def test_n19_stop_deallocates_and_start_brings_back(self):
        server = self.create_server()
        self._stop_server(server)
        self.assertEqual('deallocated', self.power_state(server))
        server = self._start_server(server)
        self.assertEqual('running', self.power_state(server))
        self.assertEqual(['deallocate', 'start'], self.asked(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n19_start_without_capacity_says_so_and_stays_off(self):
        server = self._stop_server(self.create_server())
        self.azure.fail('POST', 'virtualMachines/start', 409,
                        'AllocationFailed', 'No room in eastus today.')
        self.action(server, 'os-start')
        event = self._wait_for_instance_action_event(
            server, 'start', 'compute_start_instance', 'error')
        self.assertIn('No room in eastus today', event['details'])
        self.assertIn('AllocationFailed', event['details'])
        self.assertEqual('deallocated', self.power_state(server))

    def test_n11_soft_and_hard_reboot(self):
        server = self.create_server()
        self._reboot_server(server)
        self.assertEqual(['restart'], self.asked(server))
        self.notifier.reset()
        self._reboot_server(server, hard=True)
        self.assertEqual('running', self.power_state(server))
        self.assertNotIn('deallocate', self.asked(server))

    def test_n11_hard_reboot_starts_a_stopped_server(self):
        server = self._stop_server(self.create_server())
        self._reboot_server(server, hard=True)
        self.assertEqual('running', self.power_state(server))

    def test_n11_failed_reboot_leaves_the_server_as_it_is(self):
        server = self.create_server()
        self.azure.fail('POST', 'virtualMachines/*', 409,
                        'OperationNotAllowed', 'Azure does not want to.')
        self.action(server, 'reboot', {'type': 'SOFT'})
        self.notifier.wait_for_versioned_notifications(
            'instance.reboot.error')
        self.azure.emulator.faults.clear()
        server = self._wait_for_server_parameter(
            server, {'status': 'ACTIVE', 'OS-EXT-STS:task_state': None})
        self.assertEqual('running', self.power_state(server))
        self.assertIn('Azure does not want to', self.log.text)


class PowerOffTest(base.AzureServersTestCase):
    """``stop_mode = power_off`` keeps the hardware."""

    azure_options = {'stop_mode': 'power_off'}

    def test_n19_stop_keeps_the_hardware(self):
        server = self.create_server()
        self._stop_server(server)
        self.assertEqual('stopped', self.power_state(server))
        self._start_server(server)
        self.assertEqual('running', self.power_state(server))
