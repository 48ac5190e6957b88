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

"""N33: power sync follows Azure, cheaply, and never on bad news alone."""

import math

from tests.functional.nova import base
from tests.functional.nova import periodics
from tests.functional.nova import with_cinder


class PowerSync(periodics.Periodics):
    """Nova's _sync_power_states against what Azure says."""

    def behind_our_back(self, server, action):
        with self.looking() as client:
            getattr(client.virtual_machines, action)(server['id'])
        # a minute must pass before a known state is asked for again; a
        # service that just came up knows none
        self.restart_compute()

    def test_n33_stopped_in_azure_becomes_shutoff(self):
        server = self.create_server()
        self.behind_our_back(server, 'deallocate')
        self.sync()
        self._wait_for_state_change(server, 'SHUTOFF')

    def test_n33_started_in_azure_is_stopped_again(self):
        server = self._stop_server(self.create_server())
        self.behind_our_back(server, 'start')
        self.sync()
        self.wait_until(
            lambda: self.power_state(server) == 'deallocated', 'stopped')

    def test_n33_failed_listing_changes_nothing(self):
        server = self.create_server()
        self.behind_our_back(server, 'deallocate')
        before = self.api.get_server(server['id'])
        fault = self.azure.fail(
            'GET', 'virtualMachines', 403, 'AuthorizationFailed')
        # the listing of the start must not answer for the failed one
        self.forget_power_states()
        self.sync()
        self.assertTrue(fault.fired)
        after = self.api.get_server(server['id'])
        for key in ('status', 'OS-EXT-STS:vm_state', 'OS-EXT-STS:task_state',
                    'OS-EXT-STS:power_state'):
            self.assertEqual(before[key], after[key], key)
        self.azure.emulator.faults.clear()
        self.forget_power_states()
        self.sync()
        self._wait_for_state_change(server, 'SHUTOFF')

    def test_n33_many_servers_cost_one_listing(self):
        count = 200
        self.azure.emulator.page_size = 50
        first = self.create_server()
        self.plant(first, count - 1)
        self.restart_compute()
        with self.azure.recording() as made:
            self.sync()
        listings = [record for record in made if not record.name]
        page = self.azure.emulator.page_size
        self.assertLessEqual(len(listings), math.ceil(count / page))
        self.assertEqual(listings, made)
        self.assertNotIn('During the sync_power process', self.log.text)


class PowerSyncTest(PowerSync, base.AzureServersTestCase):
    """With managed disks."""


class PageBlobPowerSyncTest(
        with_cinder.OnPageBlobs, PowerSync, base.AzureServersTestCase):
    """On Azure Stack Hub with page blobs."""
