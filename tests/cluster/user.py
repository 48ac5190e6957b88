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

"""One user of volumes, who knows what each of them must hold."""

import random

from tests.cluster import api as apis
from tests.cluster import guest as guests

WORKING = ('creating', 'deleting', 'extending', 'reverting', 'downloading',
           'attaching', 'detaching', 'retyping', 'backing-up')
MOST_VOLUMES = 4


class User:
    """Does things one after the other, chosen at random.

    :ivar volumes: id to what the sectors written hold
    :ivar snapshots: id to the volume's id and the same
    :ivar done: what was done, by kind
    :ivar mended: what a kill broke off, and was then asked for again
    """

    def __init__(self, api, guest, seed):
        self._api = api
        self._guest = guest
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self.volumes, self.snapshots = {}, {}
        self.done, self.mended = [], []

    def step(self):
        """Do one thing."""
        chances = [self._create]
        if self.volumes:
            chances += [self._snapshot, self._clone, self._extend,
                        self._write, self._attach]
            if len(self.volumes) > MOST_VOLUMES:
                chances = [self._delete, self._delete_snapshot]
        if self.snapshots:
            chances += [self._restore, self._delete_snapshot, self._revert]
        if self.volumes:
            chances.append(self._delete)
        chosen = self._random.choice(chances)
        if chosen():
            self.done.append(chosen.__name__.lstrip('_'))

    def _any(self, things):
        return self._random.choice(sorted(things))

    def _new(self, contents, size, **source):
        """Make a volume, again if a kill breaks that off."""
        while True:
            id_ = self._api.create_volume(size=size, **source)
            found = self._settled('volumes', id_)
            if found and found['status'] == 'available':
                self.volumes[id_] = dict(contents)
                return True
            self.mended.append(f'create {id_}: {found and found["status"]}')
            self._give_up('volumes', id_, found)

    def _create(self):
        return self._new({}, self._random.choice((1, 2)))

    def _clone(self):
        source = self._any(self.volumes)
        size = self._api.show('volumes', source)['size']
        return self._new(self.volumes[source],
                         size + self._random.choice((0, 1)),
                         source_volid=source)

    def _restore(self):
        id_ = self._any(self.snapshots)
        size = self._api.show('snapshots', id_)['size']
        return self._new(self.snapshots[id_][1],
                         size + self._random.choice((0, 1)), snapshot_id=id_)

    def _write(self):
        id_ = self._any(self.volumes)
        sector = self._random.randrange(64)
        data = self._random.randbytes(guests.SECTOR)
        self._guest.write(self._disk(id_), sector, data)
        self.volumes[id_][sector] = data
        return True

    def _extend(self):
        id_ = self._any(self.volumes)
        size = self._api.show('volumes', id_)['size'] + 1
        self._until_done(
            'volumes', id_, lambda: self._api.action(
                id_, 'os-extend', new_size=size),
            lambda found: found['size'] == size)
        return True

    def _snapshot(self):
        volume = self._any(self.volumes)
        while True:
            id_ = self._api.create_snapshot(volume)
            found = self._settled('snapshots', id_)
            if found and found['status'] == 'available':
                self.snapshots[id_] = volume, dict(self.volumes[volume])
                return True
            self.mended.append(f'snapshot {id_}')
            self._give_up('snapshots', id_, found)

    def _revert(self):
        id_ = self._any(self.snapshots)
        volume, contents = self.snapshots[id_]
        later = [each for each in self._api.call(
            'GET', f'/snapshots/detail?volume_id={volume}'
            '&sort_key=created_at&sort_dir=desc')['snapshots']]
        if later[0]['id'] != id_:
            return False        # Cinder reverts to the last one only
        size = self._api.show('volumes', volume)['size']
        if size != later[0]['size']:
            return False

        def order():
            # what a kill broke off leaves it "restoring"
            if self._settled('snapshots', id_)['status'] != 'available':
                self._reset('snapshots', id_)
            self._api.action(volume, 'revert', snapshot_id=id_)

        self._until_done('volumes', volume, order, lambda found: True)
        self.volumes[volume] = dict(contents)
        return True

    def _attach(self):
        id_ = self._any(self.volumes)
        made = self._api.call('POST', '/attachments', {'attachment': {
            'volume_uuid': id_}})
        attachment = made['attachment']['id']
        try:
            self._api.call('PUT', f'/attachments/{attachment}', {
                'attachment': {'connector': {
                    'host': 'compute', 'ip': '127.0.0.1',
                    'initiator': 'azure', 'azure_vm_id': None}}})
        except RuntimeError as exc:
            self.mended.append(f'attach {id_}: {exc}')
        self._until_done(
            'volumes', id_,
            lambda: self._ignoring('DELETE', f'/attachments/{attachment}'),
            lambda found: not found['attachments'])
        return True

    def _ignoring(self, *call):
        try:
            self._api.call(*call)
        except (apis.Gone, RuntimeError) as exc:
            self.mended.append(f'{call}: {exc}')

    def _until_done(self, kind, id_, order, is_done):
        """Order something until it is done."""
        while True:
            order()
            found = self._settled(kind, id_)
            if found['status'] == 'available' and is_done(found):
                return
            self.mended.append(f'{kind} {id_}: {found["status"]}')
            self._reset(kind, id_)

    def _settled(self, kind, id_):
        """Wait for an end; what a kill broke off has none of its own."""
        try:
            return self._api.settled(kind, id_, WORKING)
        except apis.Stuck as exc:
            self.mended.append(str(exc))
            return self._api.show(kind, id_)

    def _give_up(self, kind, id_, found):
        """Delete what was not made.

        Cinder takes an order from the queue a moment before it notes which
        worker has it: of one that ended between the two nobody knows.
        """
        if found and found['status'] in WORKING:
            self._reset(kind, id_, 'error')
        self._remove(kind, id_)

    def _reset(self, kind, id_, status='available'):
        self._api.action(id_, 'os-reset_status', kind, status=status)

    def _delete(self):
        used = {volume for volume, _ in self.snapshots.values()}
        free = set(self.volumes) - used
        if not free:
            return False
        id_ = self._any(free)
        del self.volumes[id_]
        self._remove('volumes', id_)
        return True

    def _delete_snapshot(self):
        if not self.snapshots:
            return False
        id_ = self._any(self.snapshots)
        del self.snapshots[id_]
        self._remove('snapshots', id_)
        return True

    def _remove(self, kind, id_):
        while True:
            try:
                self._api.call('DELETE', f'/{kind}/{id_}')
            except apis.Gone:
                return
            found = self._settled(kind, id_)
            if found is None:
                return
            self.mended.append(f'delete {kind} {id_}: {found["status"]}')
            self._reset(kind, id_)

    def _disk(self, id_):
        """Return what Azure calls a volume, as admins are shown it."""
        return self._api.show('volumes', id_)['provider_id']

    def lost(self):
        """List what is not as it was written, in snapshots as well."""
        for id_, (_, contents) in self.snapshots.items():
            self._new(contents, self._api.show('snapshots', id_)['size'],
                      snapshot_id=id_)
        found = []
        for id_, contents in self.volumes.items():
            name = self._disk(id_)
            found += [f'volume {id_}: sector {sector}'
                      for sector, data in contents.items()
                      if self._guest.read(name, sector) != data]
        return found

    def clear(self):
        """Delete everything."""
        while self.snapshots:
            self._delete_snapshot()
        while self.volumes:
            self._delete()
