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

import json
import os
import pathlib
import signal
import sys
import time

import fixtures

from jacket_azure.sandbox import process
from tests import timeout

# says that it is ready, then waits for a signal
POLITE = 'import signal; print("ready", flush=True); signal.pause()'
STUBBORN = ('import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);'
            'print("ready", flush=True)\nwhile True: signal.pause()')
# leaves a child behind which has a session of its own
PARENT = ('import subprocess, sys, signal;'
          'p = subprocess.Popen([sys.executable, "-c", "import signal;'
          'signal.pause()"], start_new_session=True);'
          'print("ready", p.pid, flush=True); signal.pause()')


class ProcessTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.process = process.Process(
            'dummy', self.folder, self.folder / 'dummy.log')
        self.addCleanup(self.process.finish, 0)

    def start(self, script):
        """Start a script and return the words it says when it is ready."""
        pid = self.process.start([sys.executable, '-c', script], os.environ)
        deadline = time.monotonic() + 30
        while not self.process.log.read_text().endswith('\n'):
            self.assertIsNotNone(self.process.pid(), 'it died')
            self.assertLess(time.monotonic(), deadline)
            os.sched_yield()
        return pid, self.process.log.read_text().split()

    def finish(self, seconds):
        return self.process.finish(time.monotonic() + seconds)

    def test_running_process_is_known_by_its_pid(self):
        pid, _ = self.start(POLITE)
        self.assertEqual(pid, self.process.pid())
        again = process.Process('dummy', self.folder, self.process.log)
        self.assertEqual(pid, again.pid())

    def test_second_start_does_nothing(self):
        pid, _ = self.start(POLITE)
        self.assertEqual(pid, self.process.start(['false'], os.environ))

    def test_it_ends_when_asked(self):
        self.start(POLITE)
        self.process.signal()
        self.assertTrue(self.finish(30))
        self.assertIsNone(self.process.pid())
        self.assertEqual([self.process.log], list(self.folder.iterdir()))

    def test_it_is_killed_after_the_deadline(self):
        self.start(STUBBORN)
        self.process.signal()
        self.assertFalse(self.finish(0))
        self.assertIsNone(self.process.pid())

    def test_it_is_killed_while_it_has_no_environment_yet(self):
        self.start(STUBBORN)
        with fixtures.MonkeyPatch(
                'jacket_azure.sandbox.process.find_marked', lambda mark: []):
            self.finish(0)
        self.assertIsNone(self.process.pid())

    def test_its_children_end_with_it(self):
        _, (_, child) = self.start(PARENT)
        self.process.signal()
        self.finish(30)
        self.assertIsNone(process.start_time(int(child)))

    def test_children_of_a_crashed_process_end(self):
        pid, (_, child) = self.start(PARENT)
        os.kill(pid, signal.SIGKILL)
        self.finish(30)
        self.assertIsNone(process.start_time(int(child)))

    def test_neighbour_with_a_similar_name_lives(self):
        neighbour = process.Process(
            'dummy2', self.folder, self.folder / 'dummy2.log')
        self.addCleanup(neighbour.finish, 0)
        pid = neighbour.start([sys.executable, '-c', POLITE], os.environ)
        self.start(POLITE)
        self.process.signal()
        self.finish(30)
        self.assertEqual(pid, neighbour.pid())

    def test_pid_of_another_process_is_not_ours(self):
        """The pid file is old, and the kernel gave the pid to someone."""
        (self.folder / 'dummy.pid').write_text(
            json.dumps({'pid': os.getpid(), 'started': 1}))
        self.assertIsNone(self.process.pid())
        self.process.signal()       # would end this test run
        self.assertTrue(self.finish(0))

    def test_broken_pid_file_means_not_running(self):
        for text in ('', '{', '[]', '7'):
            (self.folder / 'dummy.pid').write_text(text)
            self.assertIsNone(self.process.pid())

    def test_zombie_counts_as_gone(self):
        pid, _ = self.start(POLITE)
        os.kill(pid, signal.SIGKILL)
        self.assertTrue(self.finish(30))
        self.assertIsNone(process.start_time(pid))
