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

"""A sandbox whose Nova can be killed and whose Azure is in this process."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading

from jacket_azure.emulator import server as emulators
from jacket_azure.sandbox import bootstrap
from jacket_azure.sandbox import down
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import render
from jacket_azure.sandbox import report as reports
from jacket_azure.sandbox import settings as settings_module
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox import up
from jacket_azure.sandbox import wait
from tests.matrix import proxy
from tests.matrix import wire

NOVA = 'nova'
START_SECONDS = 120.0
# what the sandbox's own mapping file speaks of
FLAVOR, IMAGE = 'm1.small', 'ubuntu-24.04'
NETWORKS = ('net1', 'net2')
ZONE = 'az1'


class Cloud:
    """Keystone, Glance, Placement, Neutron, and a Nova that dies on demand.

    :param folder: an empty folder for the sandbox's state
    :ivar emulator: the Azure behind
    :ivar wire: what passes between Nova and Azure
    :ivar killed: set once Nova was killed
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.wire = wire.Wire()
        self.killed = threading.Event()
        self._pid = None
        self._stack = contextlib.ExitStack()

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
        self.emulator = self._stack.enter_context(
            emulators.Emulator(contents=False, nic_create='async'))
        self.emulator.seed()
        self._seeded = set(self.emulator.store.ids())
        folder = pathlib.Path(self.emulator.ca_file).parent
        between = proxy.Proxy(
            self.emulator.endpoint, self.emulator.ca_file,
            (folder / 'server.pem', folder / 'server.key'),
            self.wire.handle).start()
        self._stack.callback(between.stop)
        self.emulator.endpoint = between.url
        self.settings = settings_module.load_or_create(
            self.folder / 'state', azure_file=str(self._azure_file()))
        report = reports.Report()
        self._stack.callback(down.stop_all, self.settings, report)
        up.bring_up(self.settings, report)
        supervise.stop([plan.process(self.settings, NOVA)])
        self.api = bootstrap.connect(self.settings)
        self._stack.callback(self.api.close)
        self._start_zygote()
        self.restart()

    def _azure_file(self):
        options = {
            **self.emulator.azure_options(), 'owner': 'kill',
            # so that nobody waits for what takes no time here
            'poll_interval': 0.1, 'mapping_file': 'mapping.yaml'}
        file = self.folder / 'azure.conf'
        file.write_text('\n'.join(['[azure]', *(
            f'{name} = {value}' for name, value in options.items())]) + '\n')
        file.chmod(0o600)
        render.write(self.folder / 'mapping.yaml',
                     render.template('mapping.yaml', {}))
        return file

    def _start_zygote(self):
        process = plan.process(self.settings, NOVA)
        # the mark lets `down` find what is left of it
        env = process.marked(plan.environment(self.settings, NOVA))
        self._zygote = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, '-m', 'tests.matrix.zygote',
             str(self.settings.ports[NOVA]), str(process.log)],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=open(process.log, 'ab'), text=True)
        self._stack.callback(self._zygote.wait)
        self._stack.callback(self._zygote.stdin.close)
        self._stack.callback(self.kill)

    def restart(self):
        """Start Nova where none runs, and wait until it answers."""
        self.killed.clear()
        self._zygote.stdin.write('start\n')
        self._zygote.stdin.flush()
        self._pid = int(self._zygote.stdout.readline())
        url = self.settings.url(NOVA)
        wait.wait_for(
            NOVA, lambda: None if supervise.answers(url) else 'starting',
            START_SECONDS, interval_seconds=0.05)

    def kill(self):
        """End Nova as a power cut does."""
        pid, self._pid = self._pid, None
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        self.killed.set()

    def left(self):
        """List what Azure, Neutron and Placement hold of servers."""
        found = [f'Azure: {each}' for each in sorted(
            set(self.emulator.store.ids()) - self._seeded)]
        found += [f'Neutron: port {port.id} of {port.device_id}'
                  for port in self.api.network.ports()
                  if port.device_owner.startswith('compute:')]
        for provider in self.api.placement.resource_providers():
            url = f'/resource_providers/{provider.id}/allocations'
            found += [f'Placement: {consumer}' for consumer in
                      self.api.placement.get(url).json()['allocations']]
        return found
