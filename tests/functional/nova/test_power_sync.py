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

import copy
import dataclasses
import math
import time
import uuid

import fixtures
from nova import context
from nova import objects

from tests.functional.nova import base


class PowerSyncTest(base.AzureServersTestCase):
    """Nova's _sync_power_states against what Azure says."""

    minutes = 0

    def sync(self):
        self.run_periodic('_sync_power_states')
        self.wait_until(
            lambda: not self.compute.manager._syncs_in_progress,
            'power sync')

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

    def forget_power_states(self):
        """Let more time pass in the driver than it remembers answers for."""
        self.minutes += 2
        states = self.compute.manager.driver._backend.power_states
        for holder in (states, states._listings):
            self.useFixture(fixtures.MockPatchObject(
                holder, '_clock',
                lambda: time.monotonic() + 60 * self.minutes))

    def test_n33_a_thousand_servers_cost_one_listing(self):
        count = 1000
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

    def plant(self, server, count):
        """Copy a server, in Nova's database and in Azure."""
        store = self.azure.emulator.store
        model = store.get(self.vm(server)['id'])
        with context.target_cell(
                context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            original = objects.Instance.get_by_uuid(
                ctxt, server['id'], expected_attrs=['flavor'])
            for _ in range(count):
                instance_id = str(uuid.uuid4())
                objects.Instance(
                    ctxt, uuid=instance_id, host=original.host,
                    node=original.node, vm_state='active', power_state=1,
                    project_id=original.project_id,
                    user_id=original.user_id, image_ref=original.image_ref,
                    flavor=original.flavor,
                    compute_id=original.compute_id).create()
                body = copy.deepcopy(model.body)
                body['name'] = body['tags']['jacket-id'] = instance_id
                body['id'] = model.id.replace(server['id'], instance_id)
                store.put(dataclasses.replace(
                    model, id=body['id'], name=instance_id, body=body))
