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
import threading

import testtools

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import report as reports
from jacket_azure.sandbox import tasks
from jacket_azure.sandbox import wait
from tests import timeout


class TasksTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.addCleanup(wait.giving_up.clear)
        self.done = []
        self.out = io.StringIO()
        self.report = reports.Report(self.out)

    def task(self, name, *after, action=None):
        def perform(step):
            if action:
                action()
            self.done.append(name)
        return tasks.Task(name, perform, after)

    def test_needs_come_first(self):
        tasks.run([self.task('c', 'b', 'a'), self.task('b', 'a'),
                   self.task('a')], self.report)
        self.assertEqual(['a', 'b', 'c'], self.done)

    def test_independent_tasks_run_at_the_same_time(self):
        meeting = threading.Barrier(2, timeout=30)
        tasks.run([self.task('a', action=meeting.wait),
                   self.task('b', action=meeting.wait)], self.report)
        self.assertEqual(['a', 'b'], sorted(self.done))

    def test_failure_is_raised_and_nothing_more_starts(self):
        def fail():
            raise errors.SandboxError('broken')

        error = self.assertRaises(
            errors.SandboxError, tasks.run,
            [self.task('a', action=fail), self.task('b', 'a')], self.report)
        self.assertEqual('broken', str(error))
        self.assertEqual([], self.done)
        self.assertIn('FAILED', self.out.getvalue())

    def test_failure_ends_the_waiting_of_others(self):
        waiting = threading.Event()

        def fail():
            waiting.wait(30)
            raise errors.SandboxError('broken')

        def wait_long():
            waiting.set()
            wait.wait_for('x', lambda: 'missing', 3600)

        error = self.assertRaises(
            errors.SandboxError, tasks.run,
            [self.task('a', action=fail), self.task('b', action=wait_long)],
            self.report)
        self.assertEqual('broken', str(error))

    def test_task_without_its_need_is_an_error(self):
        self.assertRaises(
            ValueError, tasks.run, [self.task('a', 'nothing')], self.report)


class WaitTest(timeout.TestCase):

    def test_returns_when_nothing_is_missing(self):
        states = iter(['a', 'b', None])
        seen = []
        wait.wait_for('it', lambda: next(states), 60, progress=seen.append,
                      sleep=lambda seconds: None)
        self.assertEqual(['a', 'b'], seen)

    def test_says_what_is_still_missing(self):
        now = iter(range(100))
        error = self.assertRaises(
            errors.NotReady, wait.wait_for, 'cloud', lambda: 'no compute', 5,
            clock=lambda: next(now), sleep=lambda seconds: None)
        self.assertEqual('cloud: still no compute after 5 s', str(error))


class ReportTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.now = 0.0
        self.out = io.StringIO()
        self.report = reports.Report(self.out, clock=lambda: self.now)

    def test_step_shows_its_time_and_note(self):
        with self.report.step('boot') as step:
            self.now += 2.5
            step.note = 'ACTIVE'
        self.assertEqual('  ok        2.5 s  boot  ACTIVE\n',
                         self.out.getvalue())

    def test_heartbeat_speaks_after_silence_only(self):
        with self.report.step('boot') as step:
            step.note = 'BUILD'
            self.report.heartbeat()
            self.assertEqual('', self.out.getvalue())
            self.now += reports.SILENCE
            self.report.heartbeat()
            self.assertIn('boot (5 s, BUILD)', self.out.getvalue())
            said = self.out.getvalue()
            self.report.heartbeat()
            self.assertEqual(said, self.out.getvalue())

    def test_summary_lists_failures_too(self):
        with testtools.ExpectedException(ValueError):
            with self.report.step('boot'):
                self.now += 3
                raise ValueError
        lines = [line.split() for line in self.report.summary().splitlines()]
        self.assertEqual([['step', 'seconds', 'result'],
                          ['boot', '3.0', 'FAILED'],
                          ['all', 'together', '3.0']], lines)
