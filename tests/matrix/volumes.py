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

"""Cinder's services and one cell of the volumes' sweep after the other.

Seven things are done with volumes; in a cell one of the requests that one of
them makes goes wrong. The user must have got what was asked for or be shown
an error, must be able to go on from there, and no byte may be lost.
"""

from __future__ import annotations

import time

from tests.functional.cinder import base
from tests.matrix import scene

STEPS = ('create volume', 'create snapshot', 'clone volume',
         'restore snapshot', 'extend volume', 'revert volume',
         'delete snapshot', 'delete volume')
PASSING = ('creating', 'deleting', 'extending', 'reverting', 'downloading')
SIZE_GIB, LARGER_GIB = 1, 2


class Volumes(scene.Scene, base.AzureVolumesTestCase):
    """Cinder's API, scheduler and volume manager, for many cells.

    :ivar steps: which of the things done with volumes
    """

    steps = STEPS

    def configure(self, group, **options):
        self.connect_wire()
        super().configure(group, **options)

    # the world of a cell

    def start_anew(self):
        """Let the driver be one that has asked Azure for nothing yet."""
        self.restart_volume_service()
        self.wire.disarm()

    def _prepare(self, step):
        """Make what *step* needs, before anything goes wrong."""
        self.source = self.made = self.snapshot = None
        if step == 'create volume':
            return
        self.source = self.create_volume(size=SIZE_GIB)
        self.before = self.contents.write(self.disk(self.source), 'before')
        if step in ('restore snapshot', 'revert volume', 'delete snapshot'):
            self.snapshot = self.create_snapshot(self.source)
        if step == 'revert volume':
            self.contents.write(self.disk(self.source), 'after')

    # the steps; each returns the resource that tells how it went

    def _do(self, step):
        return getattr(self, '_' + step.replace(' ', '_'))()

    def _new(self, **wanted):
        made = self.api.post_volume({'volume': wanted})
        self.made = made
        return self._end(lambda: self.api.get_volume(made['id']))

    def _create_volume(self):
        return self._new(size=SIZE_GIB)

    def _clone_volume(self):
        return self._new(size=LARGER_GIB, source_volid=self.source['id'])

    def _restore_snapshot(self):
        return self._new(size=LARGER_GIB, snapshot_id=self.snapshot['id'])

    def _create_snapshot(self):
        made = self.api.post_snapshot(
            {'snapshot': {'volume_id': self.source['id'], 'force': True}})
        self.snapshot = made
        return self._end(lambda: self.api.get_snapshot(made['id']))

    def _extend_volume(self):
        self.action(self.source, 'os-extend', {'new_size': LARGER_GIB})
        return self._end(self._look_at_source)

    def _revert_volume(self):
        self.action(self.source, 'revert', {
            'snapshot_id': self.snapshot['id']})
        return self._end(self._look_at_source)

    def _delete_snapshot(self):
        self.api.delete_snapshot(self.snapshot['id'])
        return self._end(
            lambda: self.api.get_snapshot(self.snapshot['id']))

    def _delete_volume(self):
        self.api.delete_volume(self.source['id'])
        return self._end(self._look_at_source)

    def _look_at_source(self):
        return self.api.get_volume(self.source['id'])

    def _end(self, look):
        """Wait until nothing is under way; None when it is gone."""
        def found():
            try:
                resource = look()
            except base.api_client.OpenStackApiException404:
                return 'gone'
            return resource if resource['status'] not in PASSING else None

        ended = self.wait_until(found, 'an end')
        return None if ended == 'gone' else ended

    def _is_done(self, step, found):
        """Tell whether the user got what was asked for."""
        if step.startswith('delete'):
            return found is None
        if found is None or found['status'] != 'available':
            return False
        return step != 'extend volume' or found['size'] == LARGER_GIB

    # rows and cells

    def rows(self):
        """Make every request once, undisturbed, and return them."""
        found = []
        # whatever is made once only, as a container, is there from now on
        self._prepare('clone volume')
        self._clear()
        for step in self.steps:
            self._prepare(step)
            self.start_anew()
            self.wire.step = step
            self._do(step)
            found += self.wire.rows
            self.wire.disarm()
            self._clear()
        return list(dict.fromkeys(found))

    def run_cell(self, cell):
        """Return the :class:`.scene.Outcome` of one cell, in a clean world."""
        began = time.monotonic()
        outcome = scene.Outcome()
        step = cell.row.step
        self._prepare(step)
        self.start_anew()
        self.wire.step = step
        virtual = self.azure.clock.time()
        with self.trouble(cell) as strikes:
            found = self._do(step)
            outcome.struck = strikes()
            outcome.virtual_seconds = self.azure.clock.time() - virtual
        outcome.ok = self._is_done(step, found)
        if not outcome.ok:
            outcome.text = self._told(step, found)
            outcome.remains += self._go_on(step)
        outcome.remains += self._lost(step) + self._clear()
        outcome.seconds = time.monotonic() - began
        return outcome

    def _told(self, step, found):
        """Return what the user is shown of the reason."""
        id_ = found['id'] if found else ''
        shown = [(found or {}).get('metadata', {}).get('azure_error', '')]
        shown += [message['user_message'] for message in self.api.api_get(
            '/messages')['messages'] if message['resource_uuid'] == id_]
        return ' '.join(filter(None, shown))

    def _go_on(self, step):
        """Do once more, Azure being well again, what has failed."""
        failed = self.made
        if step in ('create volume', 'clone volume', 'restore snapshot'):
            self.delete_volume(failed)
        elif step == 'create snapshot':
            self.delete_snapshot(self.snapshot)
        else:
            kind, id_ = 'volumes', self.source['id']
            if step == 'delete snapshot':
                kind, id_ = 'snapshots', self.snapshot['id']
            self.api.api_post(
                f'/{kind}/{id_}/action',
                {'os-reset_status': {'status': 'available'}},
                check_response_status=[202])
        found = self._do(step)
        if self._is_done(step, found):
            return []
        return [f'a second {step} ends as {found and found["status"]}: '
                f'{self._told(step, found)}']

    def _lost(self, step):
        """List what is not what it has to be."""
        wanted = []
        if self.source is not None and step != 'delete volume':
            wanted.append(('source', self.source))
        if step in ('clone volume', 'restore snapshot'):
            wanted.append(('copy', self.made))
        return [f'{name} has other bytes' for name, volume in wanted
                if self.contents.digest(self.disk(volume)) != self.before]

    def _clear(self):
        """Delete everything; return what cannot be, or stays in Azure."""
        for snapshot in self.api.api_get('/snapshots')['snapshots']:
            self.delete_snapshot(snapshot)
        for volume in self.api.get_volumes():
            self.delete_volume(volume)
        remains = [f'Azure: {each}' for each in self._left()]
        remains += [f'log: {secret}' for secret in self.log.secrets_found(
            [self.azure.emulator.client_secret, *self.azure.tokens])]
        self.log.clear()
        self.azure.tokens.clear()
        if remains:
            self._remove_left()
        return remains

    def _remove_left(self):
        """Begin anew: what one cell leaves is not the next one's."""
        for snapshot in self.disks.list_snapshots():
            self.disks.delete_snapshot(snapshot.name)
        for disk in self.disks.list():
            self.disks.delete(disk.name)

    def _left(self):
        return sorted({*self.left_in_azure(), *(
            id_.rpartition('/')[2] for id_ in self.azure.resource_ids())})
