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

import json
import os
import pathlib
import subprocess
import sys

import fixtures

from tests import fixtures as azure_fixtures
from tests import world

ROOT = pathlib.Path(__file__).parents[1]
# of noauth: whoever comes without "user:project" gets this project
PROJECT = '6f70656e737461636b20656e20617a75'
STOP_SECONDS = 20


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
        folder = self.useFixture(fixtures.TempDir(
            azure_fixtures.TEMP_DIRECTORY)).path
        self.log_file = pathlib.Path(folder, 'cinder.log')
        self._errors = open(pathlib.Path(folder, 'stderr'), 'w+')
        self.addCleanup(self._errors.close)
        options = {
            # the child waits in real time for the emulator's operations
            **self._azure.options(), 'poll_interval': 0.1,
            'storage_account': world.STORAGE_ACCOUNT, **self._options}
        self._process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m',
             'tests.functional.cinder.service', folder],
            cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors,
            env=dict(os.environ, OS_CINDER_DISABLE_EVENTLET_PATCHING='true'))
        self.addCleanup(self._stop)
        self._process.stdin.write(json.dumps(options) + '\n')
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith('{'):
                self.endpoint = json.loads(line)['endpoint']
                return
        raise RuntimeError(f'Cinder did not start:\n{self._log()}')

    def _log(self):
        self._errors.seek(0)
        log = self.log_file.read_text() if self.log_file.exists() else ''
        return f'{self._errors.read()[-4000:]}\n{log[-4000:]}'

    def _stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
