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


"""Images of one server, and servers of an image, one request after the other.

After a fault there is either an image, active and kept in Azure, or neither
a record nor, once the sweep has passed, a snapshot; who asks again gets one.
"""

from __future__ import annotations

import datetime
import time

import nova.tests.functional  # noqa: F401 - patches, so it comes first

import fixtures  # isort: skip
from nova import context as nova_context
from nova import objects

from jacket_azure.nova.images import image_reaper
from tests.matrix import scene
from tests.matrix import services

STEPS = ('create image',)
NAME = 'made'
PAUSE_SECONDS = 3600


class Images(services.Services):
    """Nova and a Glance that has no faults, for many cells."""

    def setUp(self):
        super().setUp()
        # what Azure keeps of other images is looked after here alone
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.images.imageops.ImageOps.created',
            lambda ops, context: None))
        # the sweep's proof that Glance hides nothing from it
        self.glance.create(nova_context.get_admin_context(), {
            'name': 'others', 'owner': 'others', 'is_public': False,
            'visibility': 'private'})
        self.start_anew()
        self.server = self.create_server()

    @property
    def _backend(self):
        return self.compute.manager.driver._backend

    # the step; returns what went wrong, '' for nothing

    def _create_image(self):
        before = self._faults()
        self.action(self.server, 'createImage', {'name': NAME})
        self.wait_until(
            lambda: self.admin_api.get_server(self.server['id'])[
                'OS-EXT-STS:task_state'] is None, 'no task')
        return ' '.join(self._faults()[len(before):])

    def _faults(self):
        """Return the texts of all faults of the server, the oldest first."""
        with nova_context.target_cell(
                nova_context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            found = objects.InstanceFaultList.get_by_instance_uuids(
                ctxt, [self.server['id']])
            return [each.message for each in sorted(
                found, key=lambda each: each.id)]

    def _records(self):
        return [image for image in self.glance.images.values()
                if image['name'] == NAME]

    def _is_there(self):
        """Tell whether Glance and Azure have one; they must agree."""
        kept = [image for image in self._backend.disks.list_images()
                if image.usable]
        active = [image for image in self._records()
                  if image['status'] == 'active']
        return bool(kept) if bool(kept) == bool(active) else None

    # rows and cells

    def rows(self):
        self.start_anew()
        self.wire.step = STEPS[0]
        problem = self._create_image()
        found = list(dict.fromkeys(self.wire.rows))
        self.wire.disarm()
        if problem or not self._is_there():
            raise AssertionError(f'{STEPS[0]}: {problem}')
        self._clear()
        return found

    def target(self, row):
        return scene.Scene.target(self, row)

    def run_cell(self, cell):
        began = time.monotonic()
        outcome = scene.Outcome()
        # Azure takes so many snapshots of a disk in a while
        self.azure.clock.advance(PAUSE_SECONDS)
        self.start_anew()
        self.wire.step = cell.row.step
        virtual = self.azure.clock.time()
        with self.trouble(cell) as strikes:
            outcome.text = self._create_image()
            outcome.struck = strikes()
            outcome.virtual_seconds = self.azure.clock.time() - virtual
        outcome.ok = not outcome.text and self._is_there() is True
        if not outcome.ok:
            outcome.remains += self._go_on()
        outcome.remains += self._clear()
        outcome.seconds = time.monotonic() - began
        return outcome

    def _go_on(self):
        """Ask once more, Azure being well again."""
        if self._records():
            return [f'Glance: {self._records()}']
        self._sweep()
        if self._is_there() is not False:
            return ['the sweep has left a snapshot']
        problem = self._create_image()
        if not problem and self._is_there():
            return []
        return [f'a second image says "{problem}"']

    def _sweep(self):
        """Do two passes, hours later, as an administrator."""
        ctxt = nova_context.RequestContext(
            'admin', 'service', roles=['admin'])
        now = [datetime.datetime.now(datetime.UTC)]
        # Azure's own clock is ahead of ours
        now[0] += datetime.timedelta(days=30)
        reaper = image_reaper.Reaper(
            self._backend, self.compute.manager.driver.imageops._images,
            lambda: now[0])
        for _ in range(2):
            reaper.run(ctxt)
            now[0] += image_reaper.PAUSE

    def _clear(self):
        """Delete the image; return what is left of it."""
        for image in self._records():
            self.glance.delete(None, image['id'])
        self._sweep()
        found = [f'Azure: {image.name}'
                 for image in self._backend.disks.list_images()]
        found += [f'log: {secret}' for secret in self.log.secrets_found(
            [self.azure.emulator.client_secret, *self.azure.tokens])]
        self.log.clear()
        self.azure.tokens.clear()
        return found
