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

"""N33: every periodic task Nova has is right, and all together are cheap."""

import math

from nova import context
from nova import objects
from nova.compute import task_states
from oslo_utils import fixture as time_fixture

from tests.functional.nova import base
from tests.functional.nova import hour
from tests.functional.nova import periodics
from tests.functional.nova import test_volumes
from tests.functional.nova import with_cinder

DAY_SECONDS = 86400


class Budget(hour.AnHour):
    """All tasks at their default intervals."""

    def test_n33_an_hour_of_many_servers(self):
        """As many pages as a thousand servers have; the bench takes those."""
        count, page = 40, 10
        server = self.create_server()
        self.azure.emulator.page_size = page
        self.plant(server, count - 1)
        self.restart_compute()
        counts = self.hour()
        pages = math.ceil(count / page)
        # every ten minutes; of the rest an answer may serve several tasks
        self.assertGreaterEqual(counts['_sync_power_states'], 5 * pages)
        self.assertLessEqual(
            sum(counts.values()) / 60, hour.BUDGET_PER_MINUTE, counts)
        # nothing is asked of one server after the other
        self.assertLessEqual(
            max(counts.values()) / 6, 5 * pages, counts)
        self.assertNotIn('Traceback', self.log.text)


class BudgetTest(Budget, base.AzureServersTestCase):
    """With managed disks."""


class PageBlobBudgetTest(
        with_cinder.OnPageBlobs, Budget, base.AzureServersTestCase):
    """On Azure Stack Hub with page blobs."""


class PeriodicTasks(periodics.Periodics):
    """One after the other, those that only some have use for."""

    def later(self, seconds):
        """Let Nova's clock be ahead from now on."""
        self.useFixture(time_fixture.TimeFixture()).advance_time_seconds(
            seconds)

    def test_n33_a_reboot_that_hangs_becomes_a_hard_one(self):
        self.flags(reboot_timeout=600)
        hung, other = self.create_server(), self.create_server()
        with self.looking() as client:
            client.virtual_machines.deallocate(hung['id'])
        self.set_instance(hung, task_state=task_states.REBOOT_STARTED)
        self.run_periodic('_poll_rebooting_instances')
        # not before its time
        self.assertEqual('deallocated', self.power_state(hung))
        self.later(DAY_SECONDS)
        self.run_periodic('_poll_rebooting_instances')
        self._wait_for_server_parameter(hung, {
            'status': 'ACTIVE', 'OS-EXT-STS:task_state': None})
        self.assertEqual('running', self.power_state(hung))
        self._wait_for_instance_action_event(
            hung, 'reboot', 'compute_reboot_instance', 'success')
        self.assertEqual(
            ['create'], [each['action'] for each in
                         self.admin_api.get_instance_actions(other['id'])])

    def test_n33_deleted_while_the_service_was_down(self):
        """Nova deletes it alone; the service takes the machine later."""
        server = self.create_server()
        self.compute.stop()
        self.force_down(base.HOST, True)
        self._delete_server(server)
        self.assertNotEqual([], self.left())
        self.restart_compute()
        self.run_periodic('_cleanup_running_deleted_instances')
        self.assertEqual([], self.left())
        self.assertFalse(self.is_clean(server))
        with self.azure.recording() as made:
            self.run_periodic('_run_pending_deletes')
        self.assertTrue(self.is_clean(server))
        # nothing is kept on the host, so nothing is left to do
        self.assertEqual([], made)

    def is_clean(self, server):
        """Tell whether Nova still wants to remove files of the server."""
        with context.target_cell(
                context.get_admin_context(read_deleted='yes'),
                self.cell_mappings['cell1']) as ctxt:
            return objects.Instance.get_by_uuid(ctxt, server['id']).cleaned

    def test_n33_migrations_that_failed_are_closed(self):
        """The machine lives on where it is: nothing is touched."""
        self.flags(host=base.HOST)
        server = self.create_server()
        # Nova forgets the migrations that were there before
        self.set_instance(server, host='elsewhere', deleted=True)
        with context.target_cell(
                context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            migration = objects.Migration(
                ctxt, instance_uuid=server['id'], status='error',
                migration_type='resize', source_compute=base.HOST,
                dest_compute='elsewhere', source_node=base.HOST)
            migration.create()
            held = self.azure.resource_ids()
            with self.azure.recording() as made:
                self.run_periodic('_cleanup_incomplete_migrations')
            self.assertEqual('failed', objects.Migration.get_by_id(
                ctxt, migration.id).status)
        self.assertEqual([], made)
        self.assertEqual(held, self.azure.resource_ids())


class PeriodicTasksTest(PeriodicTasks, test_volumes.VolumesTestCase):
    """With managed disks."""

    def test_n33_volume_usage_is_not_made_up(self):
        """Azure counts no bytes of a disk that one could tell."""
        self.flags(volume_usage_poll_interval=60)
        server = self.create_server()
        self.attach(server, self.volumes.make())
        with self.azure.recording() as made:
            self.run_periodic('_poll_volume_usage')
        self.assertEqual([], made)
        self.assertNotIn('volume.usage', self.log.text)


class PageBlobPeriodicTasksTest(
        with_cinder.OnPageBlobs, PeriodicTasks, base.AzureServersTestCase):
    """On Azure Stack Hub with page blobs."""
