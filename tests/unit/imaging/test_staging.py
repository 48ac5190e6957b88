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

import concurrent.futures
import contextlib
import errno
import os
import pathlib
import subprocess
import sys
import threading

import fixtures

from jacket_azure import exceptions
from jacket_azure.imaging import staging
from tests import timeout
from tests.unit.imaging.images import MIB

#: another process: takes room, tells so, and waits to be ended
OTHER = '''
import sys
from jacket_azure.imaging import staging
with staging.Staging(sys.argv[1], 10 << 20).room(int(sys.argv[2])) as file:
    print(file.name, flush=True)
    sys.stdin.read()
'''


class StagingTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'images')
        self.now = 0.0
        self.slept = []

    def staging(self, on_sleep=None, **options):
        """Return one as another process would have it, in virtual time."""
        def sleep(seconds):
            self.now += seconds
            self.slept.append(seconds)
            if on_sleep:
                on_sleep()
        return staging.Staging(
            str(self.path), 10 * MIB, clock=lambda: self.now, sleep=sleep,
            **options)

    def files(self):
        return sorted(self.path.glob('*.image'))

    def test_a_file_reserves_its_length_and_goes(self):
        with self.staging().room(3 * MIB) as file:
            self.assertEqual([pathlib.Path(file.name)], self.files())
            facts = os.stat(file.name)
            self.assertEqual(3 * MIB, facts.st_size)
            # for us only, and for whom we hand it open
            self.assertEqual(
                0o640 if os.geteuid() else 0o644, facts.st_mode & 0o777)
            self.assertEqual(0o700, self.path.stat().st_mode & 0o777)
            file.write(b'abc')
        self.assertEqual([], self.files())

    def test_a_failure_gives_the_room_back(self):
        with contextlib.suppress(ValueError), self.staging().room(10 * MIB):
            raise ValueError
        with self.staging().room(10 * MIB):
            self.assertEqual(1, len(self.files()))

    def test_more_than_there_can_be_is_refused(self):
        with self.staging().room(10 * MIB):
            error = self.assertRaises(
                exceptions.InvalidRequest,
                self.staging().room(10 * MIB + 1).__enter__)
        self.assertIn('image_staging_size_gib', str(error))
        self.assertEqual([], self.slept)

    def test_who_comes_later_waits(self):
        first = self.staging().room(6 * MIB)
        first.__enter__()
        with self.staging().room(4 * MIB):
            pass
        leave = iter([None, lambda: first.__exit__(None, None, None)])

        def on_sleep():
            action = next(leave)
            if action:
                action()
        with self.staging(on_sleep).room(5 * MIB):
            self.assertEqual(1, len(self.files()))
        self.assertEqual([1.0, 1.0], self.slept)

    def test_waiting_ends(self):
        with self.staging().room(6 * MIB):
            error = self.assertRaises(
                exceptions.Unavailable,
                self.staging(wait_timeout=30).room(5 * MIB).__enter__)
        self.assertIn('image_staging_size_gib', str(error))
        self.assertEqual(30, len(self.slept))

    def test_a_process_shares_the_quota_and_leaves_nothing(self):
        with subprocess.Popen(
                [sys.executable, '-c', OTHER, str(self.path), str(6 * MIB)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True) as other:
            name = other.stdout.readline().strip()
            self.assertEqual([pathlib.Path(name)], self.files())
            self.assertRaises(
                exceptions.Unavailable,
                self.staging(wait_timeout=3).room(5 * MIB).__enter__)
            other.kill()
            other.wait()
        # it could not remove its file; whoever comes next does
        self.assertEqual([pathlib.Path(name)], self.files())
        with self.staging().room(5 * MIB) as file:
            self.assertEqual([pathlib.Path(file.name)], self.files())

    def test_the_quota_holds_with_many_threads(self):
        most = []
        lock = threading.Lock()

        def work(number):
            box = staging.Staging(str(self.path), 10 * MIB,
                                  sleep=lambda seconds: None)
            with box.room((number % 4 + 1) * MIB):
                with lock, contextlib.ExitStack() as gone:
                    gone.enter_context(contextlib.suppress(OSError))
                    most.append(sum(
                        path.stat().st_size for path in self.files()))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(40)))
        self.assertLessEqual(max(most), 10 * MIB)
        self.assertEqual([], self.files())

    def test_a_full_disk_is_told(self):
        def fill():
            with self.staging().room(MIB):
                raise OSError(errno.ENOSPC, 'No space left on device')
        self.assertIn('full', str(self.assertRaises(
            exceptions.Unavailable, fill)))
        self.assertEqual([], self.files())
        huge = staging.Staging(str(self.path), 2**62)
        self.assertIn('bytes left', str(self.assertRaises(
            exceptions.Unavailable, huge.room(2**60).__enter__)))
        self.assertEqual([], self.files())
