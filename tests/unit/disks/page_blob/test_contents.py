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

import hashlib
import os

from jacket_azure import exceptions
from jacket_azure.blob import leases
from jacket_azure.disks import models
from jacket_azure.payload import vhd
from tests.unit.blob.base import GIB
from tests.unit.blob.base import MIB
from tests.unit.disks.page_blob import base


class ContentsTest(base.PageBlobDisksTestCase):

    def fill(self, disks, spec, data=b'd' * MIB):
        made = disks.open_writer(spec)
        made.write(0, data)
        made.write(GIB - len(data), data)
        made.close()

    def test_what_is_written_is_on_the_disk(self):
        spec = self.spec(os_type='Linux')
        data = os.urandom(6 * MIB)
        operations, _ = self.counting(self.fill, self.disks, spec, data)
        self.assertEqual(
            ['blobs.create', 'leases.acquire', 'blobs.write', 'blobs.tag',
             'leases.release'], sorted(set(operations), key=operations.index))
        for offset in (0, GIB - len(data)):
            self.assertEqual(
                hashlib.sha256(data).digest(), hashlib.sha256(b''.join(
                    self.azurite.read(spec.name, offset + at, MIB)
                    for at in range(0, len(data), MIB))).digest())
        found = self.azurite.pages(spec.name)
        self.assertEqual('', vhd.problem(found[GIB], GIB) or '')
        self.assertEqual(2 * len(data) // 512 + 1, len(found))
        disk = self.disks.get(spec.name)
        self.assertEqual((True, 'Unattached', 'Linux'),
                         (disk.usable, disk.state, disk.os_type))

    def test_until_it_is_closed_it_is_unfinished(self):
        spec = self.spec()
        made = self.disks.open_writer(spec)
        made.write(0, b'd' * 512)
        made.flush()
        disk = self.disks.get(spec.name)
        self.assertFalse(disk.usable)
        for use in (
                lambda: self.disks.open_reader(spec.name),
                lambda: self.disks.grow(spec.name, 2),
                lambda: self.disks.create(spec),
                lambda: self.disks.create_from_volume(
                    self.spec(), spec.name)):
            self.assertRaises(exceptions.Conflict, use)
        # nobody begins anew while it is going on
        self.assertRaises(exceptions.InUse,
                          self.restarted().open_writer, spec)
        self.assertRaises(exceptions.InUse, self.disks.delete, spec.name)
        made.close()
        self.disks.open_reader(spec.name).close()

    def test_what_was_given_up_is_written_anew(self):
        spec = self.spec()
        made = self.disks.open_writer(spec)
        made.write(MIB, b'o' * 512)
        made.flush()
        # the process dies, and its lease runs out
        leases.break_lease(self.disks._blob(spec.name))
        self.fill(self.restarted(), spec)
        self.assertRaises(exceptions.InUse, made.close)
        made.abort()
        found = self.azurite.pages(spec.name)
        self.assertEqual({b'd' * 512}, {
            page for offset, page in found.items() if offset < GIB})
        self.assertTrue(self.disks.get(spec.name).usable)

    def test_abort_leaves_nothing(self):
        spec = self.spec()
        made = self.disks.open_writer(spec)
        made.write(0, b'd' * MIB)
        made.abort()
        self.assertIsNone(self.azurite.size(spec.name))

    def test_abort_of_one_whose_lease_has_run_out(self):
        spec = self.spec()
        made = self.disks.open_writer(spec)
        leases.break_lease(self.disks._blob(spec.name))
        made.abort()
        self.assertIsNone(self.azurite.size(spec.name))
        made = self.disks.open_writer(spec)
        leases.break_lease(self.disks._blob(spec.name))
        # somebody else goes on
        other = self.restarted().open_writer(spec)
        made.abort()
        other.write(0, b'o' * 512)
        other.close()
        self.assert_disk(spec.name, 1, at_0=b'o')

    def test_a_finished_disk_is_not_written_over(self):
        spec = self.spec()
        self.fill(self.disks, spec)
        before = self.azurite.pages(spec.name)
        self.assertRaises(exceptions.Conflict, self.disks.open_writer, spec)
        other = self.spec(name=self.volume(at_0=b'a'))
        self.assertRaises(exceptions.Conflict, self.disks.open_writer, other)
        self.assertEqual(before, self.azurite.pages(spec.name))
        self.assert_disk(other.name, 1, at_0=b'a')

    def test_a_finished_disk_is_written_anew_and_its_snapshots_stay(self):
        """As a backup that is restored into the volume it is of."""
        name = self.volume(at_0=b'a', at_31=b'b')
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        spec = self.spec(name=name, tags=self.disks.get(name).tags)
        self.assertRaises(exceptions.Conflict, self.disks.open_writer, spec)
        made = self.disks.open_writer(spec, anew=True)
        self.assertFalse(self.disks.get(name).usable)
        made.write(0, b'n' * 512)
        made.close()
        self.assert_disk(name, 1, at_0=b'n')
        self.assert_disk(name, 1, snapshot.stamp, at_0=b'a', at_31=b'b')
        # given up: unfinished, and it can be begun again
        self.disks.open_writer(spec, anew=True).abort()
        self.assertFalse(self.restarted().get(name).usable)
        made = self.restarted().open_writer(spec, anew=True)
        made.write(512, b'm' * 512)
        made.close()
        self.assertTrue(self.disks.get(name).usable)
        self.assert_disk(name, 1, snapshot.stamp, at_0=b'a', at_31=b'b')

    def test_what_a_machine_has_is_not_written_anew(self):
        name = self.volume(at_0=b'a')
        spec = self.spec(name=name, tags=self.disks.get(name).tags)
        self.attach(name)
        self.assertRaises(
            exceptions.InUse, self.disks.open_writer, spec, anew=True)
        other = self.spec(name=name)
        self.assertRaises(
            exceptions.Conflict, self.disks.open_writer, other, anew=True)
        self.assert_disk(name, 1, at_0=b'a')

    def test_any_mishap_at_any_step(self):
        def act(disks, spec):
            try:
                self.fill(disks, spec, b'd' * 512)
            except exceptions.InUse:
                # of a process that has just died: it lasts a minute
                leases.break_lease(self.disks._blob(spec.name))
                self.fill(disks, spec, b'd' * 512)
            except exceptions.Conflict:
                self.assertTrue(disks.get(spec.name).usable)

        def check(spec):
            found = self.azurite.pages(spec.name)
            self.assertIsNone(vhd.problem(found.pop(GIB), GIB))
            self.assertEqual(
                {0: b'd' * 512, GIB - 512: b'd' * 512}, found)
            self.assertTrue(self.disks.get(spec.name).usable)

        self.sweep(self.spec, act, check)

    def test_reading_leaves_the_footer_out(self):
        name = self.volume(at_0=b'a', at_63=b'b')
        operations, found = self.counting(self.disks.open_reader, name)
        self.assertEqual(['blobs.get', 'blobs.read'], operations)
        self.assertEqual(GIB, found.size_bytes)
        self.assertEqual([(0, 512), (GIB // 64 * 63, 512)],
                         list(found.ranges()))
        self.assertEqual(b'', found.read(GIB, 512))
        self.write(name, 0, b'z')
        self.assertRaises(exceptions.PreconditionFailed, found.read, 0, 512)

    def test_reading_a_snapshot(self):
        name = self.volume(at_0=b'a')
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        self.write(name, 0, b'z')
        operations, found = self.counting(
            self.disks.open_snapshot_reader, snapshot.name)
        self.assertEqual(['blobs.get'], operations)
        self.assertEqual(b'a' * 512, found.read(0, 512))
        self.assertEqual([(0, 512)], list(found.ranges()))

    def test_a_volume_into_another(self):
        """As a backup and its restoring do."""
        name = self.volume(size_gib=1, at_0=b'a', at_31=b'b')
        found = self.disks.open_reader(name)
        spec = self.spec(size_gib=2)
        made = self.disks.open_writer(spec)
        for offset, length in found.ranges():
            made.write(offset, found.read(offset, length))
        made.close()
        self.assert_disk(spec.name, 2, at_0=b'a', at_31=b'b')

    def test_refusals(self):
        operations, _ = self.counting(
            self.assertRaises, exceptions.InvalidRequest,
            self.disks.open_writer, self.spec(size_gib=5000))
        self.assertEqual([], operations)
        self.assertRaises(exceptions.NotFound, self.disks.open_reader,
                          'volumes/none.vhd')
        self.assertIsInstance(self.disks.skus()[0], str)
        self.assertEqual(1024**3, models.GIB)
