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

"""The janitor on Nova's periodic tasks."""

import datetime
import threading
from unittest import mock

import fixtures
from nova import objects
from oslo_config import cfg
from oslo_service import periodic_task

from jacket_azure.janitor import facts
from jacket_azure.nova import janitorops
from tests.unit.janitor import base

UTC = datetime.UTC
WHEN = datetime.datetime(2026, 5, 4, tzinfo=UTC)


class JanitorOpsTest(base.JanitorTestCase):

    def setUp(self):
        super().setUp()
        self.rows = []
        self.queries = []
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.InstanceList.get_by_filters', self.query))

    def query(self, cls, context, filters, expected_attrs):
        assert context.is_admin
        self.queries.append(filters)
        return objects.InstanceList(objects=[
            row for row in self.rows if row.uuid in filters['uuid']
            and row.hidden == filters['hidden']])

    def row(self, uuid, deleted_at=None, hidden=False):
        self.rows.append(objects.Instance(
            uuid=uuid, deleted=deleted_at is not None,
            deleted_at=deleted_at, hidden=hidden))

    def ops(self, **options):
        self.flags(janitor_grace_time=base.GRACE, **options)
        return janitorops.JanitorOps(self.driver._backend, now=self.time)

    def test_database_is_asked_for_deleted_and_hidden_servers(self):
        self.row('alive')
        self.row('gone', WHEN)
        self.row('moving', hidden=True)
        self.assertEqual(
            {'alive': facts.Record(True), 'moving': facts.Record(True),
             'gone': facts.Record(False, WHEN)},
            janitorops.records({'alive', 'gone', 'moving', 'unknown'}))

    def test_many_ids_take_few_queries(self):
        janitorops.records({str(number) for number in range(1200)})
        self.assertEqual([500, 500, 500, 500, 200, 200], [
            len(query['uuid']) for query in self.queries])

    def test_database_that_is_down(self):
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.InstanceList.get_by_filters',
            mock.Mock(side_effect=ValueError('no conductor'))))
        exc = self.assertRaises(
            facts.Unanswered, janitorops.records, {'x'})
        self.assertIn('no conductor', str(exc))

    def test_leftovers_of_this_host_go(self):
        uuid = self.leave_behind()
        self.row(uuid, self.time())
        self.skipped = base.LONG
        ops = self.ops()
        for left in (3, 0):
            ops.tick()
            ops.wait()
            self.assertEqual(left, len(self.left()))
            self.skipped += base.PAUSE

    def test_options_are_obeyed(self):
        uuid = self.leave_behind()
        self.row(uuid, self.time())
        self.skipped = base.LONG
        for options, left in (
                ({'janitor_dry_run': True}, 3),
                ({'janitor_dry_run': False, 'janitor_kinds': ['os-disk']}, 2),
                ({'janitor_kinds': ['nic'], 'janitor_max_deletions': 1}, 1)):
            ops = self.ops(**options)
            for _ in range(2):
                ops.tick()
                ops.wait()
                self.skipped += base.PAUSE
            self.assertEqual(left, len(self.left()), options)

    def test_tick_returns_at_once_and_never_runs_twice(self):
        ops = self.ops()
        at_work, go_on = threading.Event(), threading.Event()
        passes = []

        def run():
            passes.append(threading.current_thread())
            at_work.set()
            go_on.wait()

        ops.sweep.run = run
        ops.tick()
        at_work.wait()
        ops.tick()
        self.assertEqual(1, len(passes))
        self.assertIsNot(threading.current_thread(), passes[0])
        go_on.set()
        ops.wait()
        ops.tick()
        ops.wait()
        self.assertEqual(2, len(passes))

    def test_pass_that_breaks_breaks_no_other(self):
        ops = self.ops()
        run, ops.sweep.run = ops.sweep.run, mock.Mock(side_effect=KeyError)
        ops.tick()
        ops.wait()
        self.assertIn('The janitor pass failed', self.log.text)
        ops.sweep.run = run
        ops.tick()
        ops.wait()
        self.assertIn('nothing to do', self.log.text)

    def test_stopped_janitor_starts_and_deletes_nothing(self):
        uuid = self.leave_behind()
        self.row(uuid, self.time())
        self.skipped = base.LONG
        ops = self.ops()
        ops.tick()
        ops.wait()
        self.skipped += base.PAUSE
        ops.sweep._ask = lambda uuids: (
            ops.stop(), janitorops.records(uuids))[1]
        ops.tick()
        ops.wait()
        self.assertEqual(3, len(self.left()))
        before = len(self.azure.requests)
        ops.stop()
        ops.tick()
        ops.wait()
        self.assertEqual(before, len(self.azure.requests))

    def test_service_stops_its_janitor_first(self):
        driver = self.driver
        order = mock.Mock()
        driver.janitorops = order.janitor
        driver._backend = mock.Mock(azure=order.azure)
        driver.cleanup_host(base.HOST)
        self.assertEqual(
            [mock.call.janitor.stop(), mock.call.azure.close()],
            order.mock_calls)

    def manager(self):
        class Manager(periodic_task.PeriodicTasks):
            pass

        manager = Manager(cfg.CONF)
        manager.driver = mock.Mock()
        return manager

    def test_task_is_hung_on_the_manager_once(self):
        manager = self.manager()
        virtapi = mock.Mock(_compute=manager)
        for _ in range(2):
            janitorops.register(virtapi, 77)
        janitorops.register(mock.Mock(spec=[]), 77)
        self.assertEqual(
            [janitorops.TASK], [name for name, _ in manager._periodic_tasks])
        self.assertEqual({janitorops.TASK: 77}, manager._periodic_spacing)
        manager._periodic_tasks[0][1](manager, 'context')
        manager.driver.janitorops.tick.assert_called_once_with()

    def test_no_interval_no_task(self):
        for interval in (0, -1):
            manager = self.manager()
            janitorops.register(mock.Mock(_compute=manager), interval)
            self.assertEqual([], list(manager._periodic_tasks))
