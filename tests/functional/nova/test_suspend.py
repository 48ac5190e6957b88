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

"""N26: suspend keeps the memory, or is refused."""

from nova.compute import power_state

from tests.functional.nova import base
from tests.functional.nova import with_cinder


class SuspendTestCase(base.AzureServersTestCase):

    azure_options = {'hibernation': True}

    def refused(self, server, words):
        """Expect that the server runs on, and why in its actions."""
        self.action(server, 'suspend')
        event = self._wait_for_instance_action_event(
            server, 'suspend', 'compute_suspend_instance', 'error')
        self.assertIn(words, event['details'])
        self._wait_for_server_parameter(server, {
            'status': 'ACTIVE', 'OS-EXT-STS:task_state': None})
        self.assertEqual('running', self.power_state(server))

    def suspend(self, server):
        self.action(server, 'suspend')
        return self._wait_for_server_parameter(server, {
            'status': 'SUSPENDED', 'OS-EXT-STS:task_state': None})


class SuspendTest(SuspendTestCase):
    """Through Nova's API."""

    def test_n26_suspend_and_resume(self):
        server = self.create_server()
        server = self.suspend(server)
        self.assertEqual(
            power_state.SUSPENDED, server['OS-EXT-STS:power_state'])
        self.assertEqual('deallocated', self.power_state(server))
        self.run_periodic('_sync_power_states')
        self.restart_compute()
        self._wait_for_server_parameter(server, {'status': 'SUSPENDED'})
        self.action(server, 'resume')
        self._wait_for_server_parameter(server, {
            'status': 'ACTIVE', 'OS-EXT-STS:task_state': None})
        self.assertEqual('running', self.power_state(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n26_a_suspended_server_can_be_deleted(self):
        self._delete_server(self.suspend(self.create_server()))
        self.assertEqual([], self.azure.resource_ids())

    def test_n26_without_capacity_it_stays_suspended(self):
        server = self.suspend(self.create_server())
        self.azure.fail('POST', 'virtualMachines/start', 409,
                        'AllocationFailed', 'No room in eastus today.')
        self.action(server, 'resume')
        event = self._wait_for_instance_action_event(
            server, 'resume', 'compute_resume_instance', 'error')
        self.assertIn('No room in eastus today', event['details'])
        self._wait_for_server_parameter(server, {
            'status': 'SUSPENDED', 'OS-EXT-STS:task_state': None})

    def test_n26_a_size_that_cannot_is_refused_in_words(self):
        flavor = self.create_flavor(
            'tiny', 1, 1024, 64, **{'azure:vm_size': 'Standard_B1s'})
        server = self.create_server(flavorRef=flavor)
        self.refused(server, 'Standard_B1s cannot hibernate')


class PageBlobSuspendTest(with_cinder.OnPageBlobs, SuspendTestCase):
    """Azure Stack Hub knows no hibernation."""

    azure_options = {
        **with_cinder.OnPageBlobs.azure_options, 'hibernation': True}

    def test_n26_is_refused_in_words(self):
        self.refused(self.create_server(), 'hibernate')
