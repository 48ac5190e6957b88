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

"""One cell after the other of the actions' sweep, each with its own server.

After a fault the user can ask again, or reboot, or, where Nova shows an error,
delete the server. The disk that it booted from is still there then, and what a
deletion leaves the janitor finds.
"""

from __future__ import annotations

import time

from jacket_azure.payload import data_disk
from tests.functional.nova import base
from tests.functional.nova import more_hosts
from tests.functional.nova import passes
from tests.matrix import action_rows
from tests.matrix import asking
from tests.matrix import scene
from tests.matrix import services

# Azure's own clock is ahead of ours
LATER_SECONDS = 30 * 86400


class Actions(more_hosts.MoreHosts, asking.Asking, passes.Passes,
              services.Services):
    """Nova's services and what users ask of a server, for many cells.

    :ivar actions: which ones
    :ivar other: the compute service of :attr:`OTHER`, once it is wanted
    :ivar server: the server of the cell
    """

    OTHER = 'azure-eastus-2'
    actions = action_rows.ACTIONS
    other = None
    _is_host_lost = False
    azure_options = {
        **services.Services.azure_options,
        'hibernation': True, 'restart_for_interface_change': True}

    def only(self, text):
        """Sweep the actions that rows with *text* belong to."""
        step = text.partition(':')[0].lower()
        self.actions = [each for each in self.actions
                        if step in each.step] or self.actions

    # what rows do, and look at

    def undisturbed(self, action):
        """Have an action done, before or after what is swept."""
        problem = self._do(action)
        if problem or not action.is_done(self):
            raise AssertionError(f'{action.step}: {problem}, and now '
                                 f'{self.server_now()}')

    def server_now(self):
        """Return the server as an administrator is shown it."""
        return self.admin_api.get_server(self.server['id'])

    def status(self):
        """Return the server's status in Nova."""
        return self.server_now()['status']

    def os_disk(self):
        """Return the name of the disk that is the server's own."""
        return self._boots().removesuffix('-rescue')

    def boots_rescue_disk(self):
        """Tell whether the machine boots another disk than its own."""
        return self._boots().endswith('-rescue')

    def _boots(self):
        return data_disk.os_disk_name(self.vm(self.server))

    def image(self):
        """Return the id of an image that a disk can be made of."""
        return self.glance.ubuntu['id']

    def lose_host(self):
        """Let the server's host count as dead, and another be up."""
        if self.other is None:
            self.other = self.add_host(self.OTHER)
            self.api.add_host_to_aggregate(self.aggregate, self.OTHER)
        self.force_down(self.OTHER, False)
        self.force_down(base.HOST, True)
        self._is_host_lost = True

    def _host_returns(self):
        # Nova wants it to have seen first which servers were taken over
        self.restart_compute()
        self.force_down(base.HOST, False)
        self._is_host_lost = False

    def has_interfaces(self, count):
        """Tell whether Neutron and Azure have so many of the server."""
        return count == len(self.nics(self.server)) == len(
            self.neutron.ports_of(self.server['id']))

    # rows and cells

    def _prepare(self, action):
        self.start_anew()
        server = self.ask_for_server(
            networks=[{'uuid': self.neutron.private['id']}],
            key_name='demo')
        self.server = self._settled(server)
        if self.server['status'] != 'ACTIVE':
            raise AssertionError(self.server['fault']['message'])
        # made beforehand, so that no request for it counts
        self.image()
        action.prepare(self)
        self.start_anew()
        self.wire.step = action.step

    def _do(self, action):
        """Have an action done; return what went wrong, '' for nothing."""
        problem = self.asked(self.server, action.action, action.event,
                             lambda: action.ask(self))
        self.wait_until(
            lambda: self.server_now()['OS-EXT-STS:task_state'] is None,
            f'{action.step} ended')
        return problem

    def rows(self):
        found = []
        for action in self.actions:
            self._prepare(action)
            problem = self._do(action)
            # before the look, which passes the wire as well
            found += self.wire.rows
            self.wire.disarm()
            if problem or not action.is_done(self):
                raise AssertionError(f'{action.step}: {problem}')
            remains = self._clear()
            if remains:
                raise AssertionError(f'{action.step}: {remains}')
        return list(dict.fromkeys(found))

    def target(self, row):
        if 'networkInterfaces' not in row.label:
            return scene.Scene.target(self, row)
        return super().target(row)

    def run_cell(self, cell):
        began = time.monotonic()
        outcome = scene.Outcome()
        action = action_rows.BY_STEP[cell.row.step]
        self._prepare(action)
        disk = self.os_disk()
        virtual = self.azure.clock.time()
        with self.trouble(cell) as strikes:
            outcome.text = self._do(action)
            outcome.struck = strikes()
            outcome.virtual_seconds = self.azure.clock.time() - virtual
        outcome.ok = not outcome.text and action.is_done(self)
        if not outcome.ok:
            outcome.remains += self._go_on(action)
        if self._is_host_lost:
            outcome.remains += self._host_comes_back(action)
        if action.keeps_os_disk or not outcome.ok:
            outcome.remains += self._lost(action, disk)
        outcome.remains += self._clear()
        outcome.seconds = time.monotonic() - began
        return outcome

    def _go_on(self, action):
        """Ask again, Azure being well, or reboot; then it is usable."""
        if action.is_done(self):
            return []       # the answer was lost, not what was asked for
        again = self._do(action)
        if not again and action.is_done(self):
            return []
        if self.status() == 'ERROR':
            return []       # to be deleted
        reboot = self._do(action_rows.HARD_REBOOT)
        if not reboot and action_rows.HARD_REBOOT.is_done(self):
            return []
        return [f'a second {action.step} says "{again}", and a hard reboot '
                f'"{reboot}"; the server is {self.status()}']

    def _host_comes_back(self, action):
        """Let the dead host start; it must leave alone what was taken over."""
        was_done = action.is_done(self)
        self._host_returns()
        if was_done and not action.is_done(self):
            return [f'the host that came back did something to '
                    f'{self.server_now()["status"]}']
        return []

    def _lost(self, action, disk):
        """Tell of the disk that the server booted from, if it is gone."""
        kept = self._disks()
        if disk in kept:
            return []
        if not action.keeps_os_disk and action.is_done(self):
            return []
        return [f'the OS disk {disk} is gone, {kept} left']

    def _disks(self):
        return {each['name'] for each in self.azure.resources('disks')}

    def _clear(self):
        """Delete the server; return what is left of it."""
        if self._is_host_lost:
            self._host_returns()
        found = self._delete(self.server)
        if self.other is not None:
            # not for the next server
            self.force_down(self.OTHER, True)
        if found is None and self.azure.resource_ids():
            self._sweep()
        return self._remains(self.server, found)

    def _sweep(self):
        """Let the janitor do two passes, much later."""
        self._later = LATER_SECONDS
        self.run_passes()
