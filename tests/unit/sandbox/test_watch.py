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

import io

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import report as reports
from jacket_azure.sandbox import wait
from jacket_azure.sandbox import watch
from tests import timeout


class Server:
    """A server as openstacksdk shows it."""

    name = 'web'

    def __init__(self, status, task_state=None, fault=None):
        self.status = status
        self.task_state = task_state
        self.fault = fault


class Compute:
    """Shows one state after another; the last one stays."""

    def __init__(self, *states):
        self.states = list(states)

    def get_server(self, uuid):
        return self.states.pop(0) if self.states[1:] else self.states[0]


class WatchTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        # no pause between two looks
        wait.giving_up.clear()
        self.report = reports.Report(io.StringIO())
        self.step = reports.Step('boot', 0.0)
        self.patch(watch.wait, 'wait_for', self.wait_for)
        self.notes = []

    def wait_for(self, what, missing, timeout, interval_seconds, progress):
        while (text := missing()) is not None:
            progress(text)
            self.notes.append(self.step.note)

    def reach(self, *states):
        return watch.Watch(Compute(*states), self.report).reach(
            'uuid', 'ACTIVE', self.step)

    def test_status_is_reached_when_no_task_runs(self):
        server = self.reach(
            Server('BUILD', 'spawning'), Server('ACTIVE', 'rebooting'),
            Server('ACTIVE'))
        self.assertEqual(('ACTIVE', None), (server.status, server.task_state))
        self.assertEqual(
            ['BUILD (spawning)', 'ACTIVE (rebooting)'], self.notes)

    def test_failed_server_is_told_with_its_reason(self):
        error = self.assertRaises(
            errors.SandboxError, self.reach, Server('BUILD'),
            Server('ERROR', fault={'message': 'no quota left'}))
        self.assertEqual(
            'server web is in ERROR: no quota left', str(error))

    def test_failed_server_may_still_be_deleted(self):
        watch.refuse_error(Server('ERROR', 'deleting'))
        self.assertRaises(
            errors.SandboxError, watch.refuse_error, Server('ERROR'))
