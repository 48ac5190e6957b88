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

"""Every request of every operation on a disk goes wrong once.

Whatever happens, what is there is ours by its tags, nothing of it is lost,
and the same call brings about what it was to.
"""

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests import world
from tests.unit.disks.managed import base

UUID, OTHER, SNAPSHOT = base.UUID, base.OTHER, base.SNAPSHOT
NAME = f'volume-{UUID}'
SNAPSHOT_NAME = f'snapshot-{SNAPSHOT}'
MISHAPS = (('fail', 400, 'MadeToFail'), ('fail', 500, 'InternalError'),
           ('drop_request',), ('drop_reply',))


class SweepTest(base.ManagedTestCase):

    def prepare(self):
        """Make a world with a volume and a snapshot, and a new process."""
        self.azure.empty()
        model = self.make_model()
        model.create(self.spec(zone='1'))
        model.create_snapshot(self.snapshot_spec(NAME))
        self.model = self.make_model()
        # what is read once a day
        self.model.check(1, models.Kind('Standard_LRS'))

    def sweep(self, work, check):
        """Let each request of *work* go wrong, in each way."""
        self.prepare()
        with self.azure.recording() as made:
            work()
        check()
        self.assertTrue(made)
        for number in range(1, len(made) + 1):
            for action, *arguments in MISHAPS:
                self.prepare()
                self.strike(number, action, arguments, work)
                self.assertEqual([], self.foreign(), (number, action))
                work()
                check()
                self.assertEqual([], [
                    snapshot.name
                    for snapshot in self.model.list_snapshots()
                    if snapshot.tags[tags.KIND] == tags.KIND_TEMPORARY])

    def strike(self, number, action, arguments, work):
        fault = self.azure.emulator.faults.at(
            number, action, *arguments, for_good=True)
        try:
            work()
        except exceptions.AzureError:
            # a new process goes on
            self.model = self.make_model()
        finally:
            self.azure.emulator.faults.remove(fault)

    def foreign(self):
        """List what no janitor would know to be ours."""
        return [body['name'] for kind in ('disks', 'snapshots')
                for body in self.azure.resources(kind)
                if not tags.is_owned(body, world.OWNER)]

    def sizes(self):
        return {disk.name: disk.size_gib for disk in self.model.list()
                if disk.usable}

    def test_create(self):
        self.sweep(
            lambda: self.model.create(self.spec(OTHER, 7)),
            lambda: self.assertEqual(
                {NAME: 4, f'volume-{OTHER}': 7}, self.sizes()))

    def test_copies(self):
        for work in (
                lambda: self.model.create_from_snapshot(
                    self.spec(OTHER, 7), SNAPSHOT_NAME),
                lambda: self.model.create_from_volume(
                    self.spec(OTHER, 7), NAME)):
            self.sweep(work, lambda: self.assertEqual(
                {NAME: 4, f'volume-{OTHER}': 7}, self.sizes()))

    def test_a_copy_into_another_zone(self):
        self.sweep(
            lambda: self.model.create_from_volume(
                self.spec(OTHER, 7, zone='2'), NAME),
            lambda: self.assertEqual(
                {NAME: 4, f'volume-{OTHER}': 7}, self.sizes()))

    def test_delete(self):
        def gone():
            self.assertEqual({}, self.sizes())
            self.assertEqual(1, len(self.model.list_snapshots()))

        self.sweep(lambda: self.model.delete(NAME), gone)

    def test_grow(self):
        self.sweep(
            lambda: self.model.grow(NAME, 9),
            lambda: self.assertEqual({NAME: 9}, self.sizes()))

    def test_change(self):
        kind = models.Kind('Premium_LRS', tier='P20')

        def changed():
            disk = self.model.get(NAME)
            self.assertEqual(('Premium_LRS', 'P20', '1'), (
                disk.kind.sku, disk.kind.tier, disk.kind.zone))

        self.sweep(lambda: self.model.change(
            NAME, kind, base.tags_of(UUID)), changed)

    def test_snapshots(self):
        other = f'1{SNAPSHOT[1:]}'
        self.sweep(
            lambda: self.model.create_snapshot(
                self.snapshot_spec(NAME, other)),
            lambda: self.assertEqual({SNAPSHOT_NAME, f'snapshot-{other}'}, {
                one.name for one in self.model.list_snapshots()
                if one.usable}))
        self.sweep(
            lambda: self.model.delete_snapshot(SNAPSHOT_NAME),
            lambda: self.assertEqual([], self.model.list_snapshots()))
