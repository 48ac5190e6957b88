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

"""One cell after the other of the attachments' sweep, through Nova.

One server lives through all cells, each with a volume of its own. After a
fault Nova and Azure must agree on whether the volume is attached, and who asks
again must get it.
"""

from __future__ import annotations

import time

from jacket_azure.disks import loader
from tests.functional.nova import base
from tests.functional.nova import test_volumes
from tests.matrix import asking
from tests.matrix import scene
from tests.matrix import services

STEPS = ('attach volume', 'detach volume')


class Attachments(
        asking.Asking, services.Services, test_volumes.VolumesTestCase):
    """Nova and a volume API that knows its volumes, for many cells."""

    def setUp(self):
        super().setUp()
        # tokens are for the wire's address from now on
        self.volumes.disks = loader.connect(
            base.CONF.azure, self.azure.connect())
        self.start_anew()
        self.server = self.create_server()

    def _prepare(self, step):
        # of the host's availability zone
        self.volume = self.volumes.make(zone='1')
        if step == 'detach volume':
            self._attach_volume()

    # the steps; each returns what went wrong, '' for nothing

    def _do(self, step):
        return getattr(self, '_' + step.replace(' ', '_'))()

    def _attach_volume(self):
        return self._asked('attach_volume', lambda: self.attach(
            self.server, self.volume, wait=False))

    def _detach_volume(self):
        return self._asked('detach_volume', lambda: (
            self.api.delete_server_volume(self.server['id'], self.volume)))

    def _asked(self, action, ask):
        return self.asked(self.server, action, f'compute_{action}', ask)

    def _is_there(self):
        """Tell whether Nova and Azure have it attached; they must agree."""
        nova = self.volume in self.attached(self.server)
        azure = self.name(self.volume) in self.luns(self.server)
        return nova if nova == azure else None

    # rows and cells

    def rows(self):
        found = []
        self._prepare('attach volume')
        for step in STEPS:
            self.start_anew()
            self.wire.step = step
            problem = self._do(step)
            if problem:
                raise AssertionError(f'{step}: {problem}')
            found += self.wire.rows
        self.wire.disarm()
        return list(dict.fromkeys(found))

    def run_cell(self, cell):
        began = time.monotonic()
        outcome = scene.Outcome()
        step = cell.row.step
        wanted = step == 'attach volume'
        self._prepare(step)
        self.start_anew()
        self.wire.step = step
        virtual = self.azure.clock.time()
        with self.trouble(cell) as strikes:
            outcome.text = self._do(step)
            outcome.struck = strikes()
            outcome.virtual_seconds = self.azure.clock.time() - virtual
        outcome.ok = not outcome.text and self._is_there() is wanted
        if not outcome.ok:
            outcome.remains += self._go_on(step, wanted)
        outcome.remains += self._clear()
        outcome.seconds = time.monotonic() - began
        return outcome

    def _go_on(self, step, wanted):
        """Ask once more, Azure being well again, for what has failed."""
        if self._is_there() is wanted:
            return []       # the answer was lost, not what was asked for
        problem = self._do(step)
        if not problem and self._is_there() is wanted:
            return []
        return [f'a second {step} says "{problem}", Nova and Azure '
                f'{"disagree" if self._is_there() is None else "agree"}']

    def _clear(self):
        """Detach the volume; return what is left of it."""
        if self._is_there() is not False:
            self._detach_volume()
        found = []
        if self._is_there() is not False:
            found.append('still attached')
        state = self.volumes.disk(self.volume).state
        if state != 'Unattached':
            found.append(f'Azure: the disk is {state}')
        found += [f'log: {secret}' for secret in self.log.secrets_found(
            [self.azure.emulator.client_secret, *self.azure.tokens])]
        self.log.clear()
        self.azure.tokens.clear()
        return found
