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

import os
import pathlib
import signal
import subprocess
import sys

import fixtures

from jacket_azure.sandbox import down
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import ports
from jacket_azure.sandbox import report
from jacket_azure.sandbox import settings
from jacket_azure.sandbox import status
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox import wait
from tests import timeout

# a service: answers every request with the status code it is given
SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[2]))
        self.end_headers()
    def log_message(self, *args):
        pass
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler
                       ).serve_forever()
"""


class SuperviseTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state')
        self.settings = settings.load_or_create(self.state)
        self.process = plan.process(self.settings, 'glance')
        self.addCleanup(self.process.finish, 0)
        wait.giving_up.clear()

    def ensure(self, code=200, script=SERVER, version='1'):
        supervise.ensure_running(
            self.settings, 'glance',
            [sys.executable, '-c', script,
             str(self.settings.ports['glance']), str(code)],
            self.settings.url('glance'), version)
        return self.process.pid()

    def test_service_runs_and_answers_on_return(self):
        self.assertIsNotNone(self.ensure())
        self.assertTrue(supervise.answers(self.settings.url('glance')))

    def test_refusal_is_an_answer_and_a_failure_is_none(self):
        self.ensure(code=401)
        self.assertTrue(supervise.answers(self.settings.url('glance')))
        self.ensure(code=300, version='2')
        self.assertTrue(supervise.answers(self.settings.url('glance')))
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.sandbox.supervise.START_TIMEOUT', 0))
        self.assertRaises(
            errors.NotReady, self.ensure, code=503, version='3')

    def test_second_call_changes_nothing(self):
        self.assertEqual(self.ensure(), self.ensure())

    def test_changed_configuration_restarts(self):
        self.assertNotEqual(self.ensure(), self.ensure(version='2'))

    def test_silent_service_is_started_anew(self):
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.sandbox.supervise.REPAIR_TIMEOUT', 0))
        silent = self.process.start(
            [sys.executable, '-c', 'import signal; signal.pause()'],
            os.environ)
        self.settings.path('run', 'glance.version').touch()
        self.assertNotEqual(silent, self.ensure())

    def test_dead_service_is_told_with_the_end_of_its_log(self):
        error = self.assertRaises(
            errors.SandboxError, self.ensure,
            script='raise SystemExit("no more disk")')
        self.assertIn('glance ended while it started', str(error))
        self.assertIn('no more disk', str(error))

    def test_port_of_another_program_is_told(self):
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.sandbox.supervise.PORT_TIMEOUT', 0))
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.sandbox.ports.is_free', lambda port: False))
        error = self.assertRaises(errors.SandboxError, self.ensure)
        self.assertIn(str(self.settings.ports['glance']), str(error))
        self.assertIsNone(self.process.pid())

    def health(self):
        return {entry.name: entry.health
                for entry in status.processes(self.settings)}

    def test_status_tells_up_from_silent_from_down(self):
        self.ensure()
        silent = plan.process(self.settings, 'nova')
        self.addCleanup(silent.finish, 0)
        silent.start([sys.executable, '-c', 'import signal; signal.pause()'],
                     os.environ)
        health = self.health()
        self.assertEqual('up', health['glance'])
        self.assertEqual('silent', health['nova'])
        self.assertEqual('down', health['emulator'])

    def test_down_stops_everything_and_purge_leaves_nothing(self):
        self.ensure()
        with open(os.devnull, 'w') as nowhere:
            said = report.Report(nowhere)
            down.stop_all(self.settings, said)
            self.assertEqual({'down'}, set(self.health().values()))
            down.stop_all(self.settings, said)      # twice is fine
            self.settings.path(settings.LOCK).touch()
            down.purge(self.settings, said)
        self.assertEqual(
            [settings.LOCK], [entry.name for entry in self.state.iterdir()])
        self.assertTrue(ports.is_free(self.settings.ports['glance']))


class SchemaTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state')
        self.settings = settings.load_or_create(self.state)

    def ensure(self, script):
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.sandbox.plan.schema_command',
            lambda name: [sys.executable, '-c', script]))
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.sandbox.plan.environment',
            lambda *args: {**os.environ, 'DATA': str(self.state / 'data')}))
        supervise.ensure_schema(self.settings, 'nova')

    def test_complete_schema_is_not_made_again(self):
        self.ensure('pass')
        self.ensure('raise SystemExit(1)')

    def test_failure_is_told_with_the_end_of_its_log(self):
        error = self.assertRaises(
            errors.SandboxError, self.ensure, 'raise SystemExit("broken")')
        self.assertIn('broken', str(error))

    def test_command_left_by_a_killed_start_is_ended(self):
        left = plan.process(self.settings, 'nova-schema')
        with subprocess.Popen(
                [sys.executable, '-c', 'import signal; signal.pause()'],
                env=left.marked(os.environ)) as child:
            self.ensure('pass')
            self.assertEqual(-signal.SIGKILL, child.wait(30))

    def test_half_made_databases_are_made_anew(self):
        half = self.state / 'data' / 'nova_api.sqlite'
        half.touch()
        other = self.state / 'data' / 'glance.sqlite'
        other.touch()
        self.ensure('pass')
        self.assertFalse(half.exists())
        self.assertTrue(other.exists())
