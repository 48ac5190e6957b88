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

"""A Cinder in a process of its own, as a fixture; imports none of it."""

import atexit
import functools
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import fixtures

from tests import fixtures as azure_fixtures
from tests import processes
from tests import world

ROOT = pathlib.Path(__file__).parents[1]
# of noauth: whoever comes without "user:project" gets this project
PROJECT = '6f70656e737461636b20656e20617a75'
LOOK_SECONDS = 0.02
START_SECONDS = 60


@functools.cache
def _zygote():
    """Start the process that is forked, which imports all of Cinder once."""
    folder = tempfile.mkdtemp(
        prefix='jacket-cinder-', dir=azure_fixtures.TEMP_DIRECTORY)
    process = subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-m',
         'tests.functional.cinder.service', f'{folder}/tables.sqlite'],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=dict(os.environ, OS_CINDER_DISABLE_EVENTLET_PATCHING='true'))
    atexit.register(processes.end, process, folder)
    return process


def _fork(**arguments):
    """Return the id of a process with these arguments of ``serve()``."""
    zygote = _zygote()
    zygote.stdin.write(json.dumps(arguments) + '\n')
    zygote.stdin.flush()
    for line in zygote.stdout:
        # Cinder itself says something when it is imported
        if line.strip().isdecimal():
            return int(line)
    raise RuntimeError('The process with Cinder has ended.')


class CinderFixture(fixtures.Fixture):
    """API, scheduler and volume service against an emulator.

    :ivar endpoint: base URL of the volume API, without a project
    :ivar log_file: what Cinder logged

    :param azure: a started :class:`tests.fixtures.AzureFixture`, which needs
        ``contents=True`` for page blobs
    :param options: of ``[azure]`` that differ, e.g. ``disk_model``; also
        ``nova_endpoint``, ``glance_endpoint`` and ``hosts``, see
        :mod:`tests.functional.cinder.service`
    """

    def __init__(self, azure, **options):
        super().__init__()
        self._azure = azure
        self._options = options

    def _setUp(self):
        self._folder = pathlib.Path(self.useFixture(fixtures.TempDir(
            azure_fixtures.TEMP_DIRECTORY)).path)
        self.log_file = self._folder / 'cinder.log'
        options = {
            # the child waits in real time for the emulator's operations
            **self._azure.options(), 'poll_interval': 0.1,
            'storage_account': world.STORAGE_ACCOUNT, **self._options}
        self._pid = _fork(folder=str(self._folder), options=options)
        self.addCleanup(self._stop)
        endpoint = self._folder / 'endpoint'
        deadline = time.monotonic() + START_SECONDS
        while not endpoint.exists():
            if (not processes.is_alive(self._pid)
                    or time.monotonic() > deadline):
                raise RuntimeError(f'Cinder did not start:\n{self._log()}')
            time.sleep(LOOK_SECONDS)
        self.endpoint = endpoint.read_text()

    def _log(self):
        return '\n'.join(
            path.read_text()[-4000:]
            for path in (self._folder / 'stderr', self.log_file)
            if path.exists())

    def _stop(self):
        try:
            os.kill(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + processes.STOP_SECONDS
        while (processes.is_alive(self._pid)
               and time.monotonic() < deadline):
            time.sleep(LOOK_SECONDS)
