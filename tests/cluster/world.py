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

"""An emulated Azure, and a Cinder whose volume workers are processes."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

from jacket_azure.emulator import server as emulators
from jacket_azure.sandbox import ports
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox import wait
from tests import world
from tests.cluster import api
from tests.cluster import guest

WORKERS = ('one', 'two')
START_SECONDS = 120.0
_CONFIG = '''
[DEFAULT]
host = {name}
state_path = {folder}
transport_url = bus:///{folder}/bus
auth_strategy = noauth
api_paste_config = {packaged}/cinder/api-paste.ini
resource_query_filters_file = {packaged}/cinder/resource_filters.json
enabled_backends = azure-backend
default_volume_type = __DEFAULT__
scheduler_driver_init_wait_time = 1
report_interval = 1
service_down_time = 60
backend_stats_polling_interval = 5
periodic_interval = 5
quota_volumes = -1
quota_snapshots = -1
quota_gigabytes = -1
rpc_response_timeout = 120
[azure-backend]
volume_driver = jacket_azure.cinder.AzureVolumeDriver
volume_backend_name = azure
[database]
connection = sqlite:///{folder}/cinder.sqlite
[oslo_concurrency]
lock_path = {folder}/locks
[coordination]
backend_url = file://{folder}/coordination
[key_manager]
backend = cinder.keymgr.conf_key_mgr.ConfKeyManager
fixed_key = {key}
[azure]
{azure}
'''


class World:
    """All of it, for as long as the context lasts.

    :ivar api: the volume API
    :ivar guest: what reads and writes the disks
    """

    def __init__(self, folder, disk_model):
        self._folder = pathlib.Path(folder)
        self._model = disk_model
        self._stack = contextlib.ExitStack()
        self._pids = {}

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc_info):
        self._stack.close()

    def _start(self):
        # what takes no time is never broken off
        self.emulator = self._stack.enter_context(emulators.Emulator(
            latency='observed', retry_after=1,
            profile='stack_hub' if self._model == 'page_blob' else 'public'))
        self.emulator.seed(storage_account=world.STORAGE_ACCOUNT)
        self._seeded = set(self.emulator.store.ids())
        for name in ('api', *WORKERS):
            self._write(name)
        subprocess.run(  # noqa: S603 - Cinder's own command
            [sys.executable, '-c', 'from cinder.cmd import manage; '
             'manage.main()', '--config-file', self._config('api'), 'db',
             'sync'], check=True,
            stdout=self._log('schema'), stderr=subprocess.STDOUT)
        self._ports = ports.choose(('api', *WORKERS))
        self._start_zygote()
        self._stack.callback(self.stop)
        for name in (*WORKERS, 'api'):
            self.start(name)
        for name in (*WORKERS, 'api'):
            self.wait_for(name)
        self.api = api.Api(self._url('api'))
        self.guest = guest.Guest(self.emulator, world.STORAGE_ACCOUNT)

    def _write(self, name):
        mapping = self._folder / 'mapping.yaml'
        mapping.write_text(world.MAPPING)
        options = {
            **self.emulator.azure_options(), 'disk_model': self._model,
            'poll_interval': 0.1, 'mapping_file': mapping}
        file = pathlib.Path(self._config(name))
        file.touch(mode=0o600)
        file.write_text(_CONFIG.format(
            name=name, folder=self._folder, key='ab' * 32,
            packaged=pathlib.Path(sys.prefix, 'etc'),
            azure='\n'.join(f'{key} = {value}'
                            for key, value in options.items())))

    def _config(self, name):
        return str(self._folder / f'{name}.conf')

    def _log(self, name):
        return open(self._folder / f'{name}.log', 'ab')

    def _url(self, name):
        return f'http://127.0.0.1:{self._ports[name]}'

    def _start_zygote(self):
        self._zygote = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', 'tests.cluster.service'],
            env={**os.environ, 'MALLOC_ARENA_MAX': '2'}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log('zygote'))
        self._stack.callback(self._zygote.wait)
        self._stack.callback(self._zygote.stdin.close)

    def start(self, name):
        """Start a process; it is up a moment later."""
        role = 'api' if name == 'api' else 'volume'
        self._zygote.stdin.write(
            f'{role} {self._ports[name]} {self._config(name)} '
            f'{self._folder / name}.log\n')
        self._zygote.stdin.flush()
        self._pids[name] = int(self._zygote.stdout.readline())

    def wait_for(self, name):
        """Wait until a process is up."""
        wait.wait_for(
            name, lambda: None if supervise.answers(self._url(name))
            else 'starting', START_SECONDS, interval_seconds=0.05)

    def kill(self, name, number=signal.SIGKILL):
        """End a process, as a power cut does or as an operator."""
        pid = self._pids.pop(name, None)
        with contextlib.suppress(ProcessLookupError):
            while pid is not None:
                os.kill(pid, number)
                time.sleep(0.02)

    def stop(self):
        """End all processes."""
        for name in list(self._pids):
            self.kill(name)

    def left(self):
        """List what Azure holds beside what it held at the start."""
        return [*sorted(set(self.emulator.store.ids()) - self._seeded),
                *self.guest.blobs()]
