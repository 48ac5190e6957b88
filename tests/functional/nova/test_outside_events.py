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

"""N33: what happens to a machine outside OpenStack is shown as it is."""

from nova.compute import power_state
import requests

from jacket_azure.nova import absenceops
from tests.functional.nova import base
from tests.functional.nova import periodics
from tests.functional.nova import with_cinder

SECONDS = 30


class Events(periodics.Periodics):
    """Somebody, or Azure, does something to a server's machine."""

    def look(self):
        """Let the two periodic tasks see what there is now."""
        self.forget_power_states()
        self.sync()
        self.run_own(absenceops.TASK)

    def machine(self, server):
        """Return the machine in the emulator's own words."""
        return self.azure.emulator.store.get(self.vm(server)['id'])

    def shown(self, server, status, power):
        found = self.wait_until(
            lambda: self._is_shown(server, status), f'shown as {status}')
        self.assertEqual(power, found['OS-EXT-STS:power_state'])
        return found

    def _is_shown(self, server, status):
        found = self.admin_api.get_server(server['id'])
        return found if (found['status'], found['OS-EXT-STS:task_state']) == (
            status, None) else None

    def test_n33_deleted_outside(self):
        server = self.create_server()
        other = self.create_server()
        with self.looking() as client:
            client.virtual_machines.delete(server['id'])
        with self.azure.recording() as made:
            self.look()
            found = self.shown(server, 'ERROR', power_state.NOSTATE)
        self.assertIn('was deleted in Azure, outside OpenStack',
                      found['fault']['message'])
        # nothing is made again, or taken away
        self.assertEqual({'GET'}, {record.method for record in made})
        self.assertEqual(
            1, len(self.neutron.ports_of(server['id'])))
        self.shown(other, 'ACTIVE', power_state.RUNNING)
        with self.azure.recording() as made:
            self.run_own(absenceops.TASK)
        self.assertEqual([], made)
        self.action(server, 'reboot', {'type': 'HARD'})
        self._wait_for_instance_action_event(
            server, 'reboot', 'compute_reboot_instance', 'error')
        self._delete_server(server)
        self.assertEqual([], self.neutron.ports_of(server['id']))

    def test_n33_deleted_outside_and_restored(self):
        server = self.create_server()
        machine = self.machine(server)
        store = self.azure.emulator.store
        store.delete(machine.id)
        self.look()
        self.shown(server, 'ERROR', power_state.NOSTATE)
        store.put(machine)
        self.forget_power_states()
        self.action(server, 'reboot', {'type': 'HARD'})
        self.shown(server, 'ACTIVE', power_state.RUNNING)
        self.look()
        self.shown(server, 'ACTIVE', power_state.RUNNING)

    def test_n33_not_known_is_not_deleted(self):
        """A page that fails, or a whole Azure, or rights that are gone."""
        server, other, stopped = (self.create_server() for _ in range(3))
        self._stop_server(stopped)
        self.azure.emulator.page_size = 1
        self.forget_power_states()
        fault = self.azure.emulator.faults.at(
            2, 'fail', 403, 'AuthorizationFailed', for_good=True)
        self.flags(running_deleted_instance_timeout=0)
        for task in ('_sync_power_states',
                     '_cleanup_running_deleted_instances'):
            self.run_periodic(task)
        self.wait_until(
            lambda: not self.compute.manager._syncs_in_progress, 'sync')
        # even if Nova noted that it knows nothing
        self.set_instance(other, power_state=power_state.NOSTATE)
        self.run_own(absenceops.TASK)
        self.assertTrue(fault.fired)
        self.azure.emulator.faults.clear()
        self.shown(server, 'ACTIVE', power_state.RUNNING)
        self.shown(stopped, 'SHUTOFF', power_state.SHUTDOWN)
        self.shown(other, 'ACTIVE', power_state.NOSTATE)
        self.look()
        self.shown(other, 'ACTIVE', power_state.RUNNING)
        self.assertEqual(3, len(self.azure.resources('virtualMachines')))

    def test_n33_without_tags_is_not_deleted(self):
        """Whoever deleted the server would leave a machine that runs."""
        server = self.create_server()
        kept = dict(self.machine(server).body['tags'])
        self.machine(server).body['tags'] = {'owner': 'somebody'}
        self.look()
        self.shown(server, 'ACTIVE', power_state.NOSTATE)
        self.assertIn('has lost its tag jacket-owner', self.log.text)
        self.machine(server).body['tags'] = kept
        self.look()
        self.shown(server, 'ACTIVE', power_state.RUNNING)

    def test_n33_failed_in_azure(self):
        """What Azure calls failed may run; only its power tells."""
        running, stopped = self.create_server(), self.create_server()
        for server in running, stopped:
            machine = self.machine(server)
            machine.properties['provisioningState'] = 'Failed'
            machine.private['failure'] = {
                'code': 'InternalExecutionError', 'message': 'Not today.'}
        self.machine(stopped).private['power'] = 'stopped'
        self.look()
        self.shown(running, 'ACTIVE', power_state.RUNNING)
        self.shown(stopped, 'SHUTOFF', power_state.SHUTDOWN)
        self._start_server(stopped)


class EventsTest(Events, base.AzureServersTestCase):
    """On managed disks."""

    def evict(self, server):
        answer = requests.post(
            self.azure.emulator.endpoint + self.vm(server)['id']
            + '/simulateEviction?api-version=2024-07-01',
            headers={'Authorization': f'Bearer {self.azure.tokens[-1]}'},
            verify=self.azure.emulator.ca_file, timeout=SECONDS)
        self.assertEqual(204, answer.status_code, answer.text)

    def test_n33_evicted(self):
        flavor = self.create_flavor('spot', 2, 8192, 64, **{
            'azure:vm_size': 'Standard_D2s_v5', 'azure:priority': 'Spot'})
        server = self.create_server(flavorRef=flavor)
        self.evict(server)
        self.look()
        self.shown(server, 'SHUTOFF', power_state.SHUTDOWN)
        self._start_server(server)
        self.assertEqual('running', self.power_state(server))


class PageBlobEventsTest(
        with_cinder.OnPageBlobs, Events, base.AzureServersTestCase):
    """On Azure Stack Hub with page blobs."""
