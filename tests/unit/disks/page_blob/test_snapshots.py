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

import dataclasses
import uuid

from jacket_azure import exceptions
from tests.unit.disks.page_blob import base


class SnapshotTest(base.PageBlobDisksTestCase):

    def test_a_snapshot_is_one_request(self):
        name = self.volume(at_0=b'a', at_7=b'b')
        spec = self.snapshot_spec(name)
        operations, snapshot = self.counting(
            self.disks.create_snapshot, spec)
        self.assertEqual(['blobs.snapshot'], operations)
        self.write(name, 0, b'z')
        self.assert_disk(name, 1, snapshot.stamp, at_0=b'a', at_7=b'b')
        self.assertEqual((f'{name}?snapshot={snapshot.stamp}', name, 1, True),
                         (snapshot.name, snapshot.source, snapshot.size_gib,
                          snapshot.incremental))
        self.assertEqual(spec.tags, snapshot.tags)
        self.assertEqual(snapshot, self.disks.get_snapshot(snapshot.name))
        self.assertEqual([snapshot], list(self.disks.list_snapshots()))
        self.assertIsNotNone(snapshot.created)

    def test_the_size_is_asked_for_when_nobody_knows_it(self):
        name = self.volume(size_gib=3)
        operations, snapshot = self.counting(
            self.disks.create_snapshot,
            self.snapshot_spec(name, size_gib=None))
        self.assertEqual(['blobs.get', 'blobs.snapshot'], operations)
        self.assertEqual(3, snapshot.size_gib)

    def test_of_an_attached_volume(self):
        name = self.volume(at_0=b'a')
        self.attach(name)
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        self.assert_disk(name, 1, snapshot.stamp, at_0=b'a')
        self.assertIs(True, self.disks.delete_snapshot(snapshot.name))

    def test_of_an_attached_volume_where_the_cloud_cannot(self):
        name = self.volume()
        self.disks._capabilities = dataclasses.replace(
            self.disks._capabilities, attached_blob_snapshots=False)
        self.disks.create_snapshot(self.snapshot_spec(name))
        self.attach(name)
        error = self.assertRaises(
            exceptions.InvalidRequest, self.disks.create_snapshot,
            self.snapshot_spec(name))
        self.assertIn('detached', str(error))
        self.assertRaises(
            exceptions.InvalidRequest, self.disks.create_from_volume,
            self.spec(), name)
        self.assertEqual(1, len(self.snapshots(name)))

    def test_a_lost_reply_makes_no_second_one(self):
        for fault in ('drop_reply', 'drop_request'):
            name = self.volume()
            spec = self.snapshot_spec(name)
            getattr(self.faults, fault)('PUT', 'blobs/snapshot', times=1)
            snapshot = self.disks.create_snapshot(spec)
            self.assertEqual([snapshot.stamp], self.snapshots(name))

    def test_what_cannot_be_seen_is_told(self):
        name = self.volume()
        self.faults.drop_request('PUT', 'blobs/snapshot')
        self.assertRaises(exceptions.Unavailable, self.disks.create_snapshot,
                          self.snapshot_spec(name))
        self.faults.clear()
        self.assertEqual([], self.snapshots(name))

    def test_one_whose_name_was_lost_is_found_by_its_id(self):
        name = self.volume(at_0=b'a')
        spec = self.snapshot_spec(name)
        self._killed(1, lambda: self.disks.create_snapshot(spec))
        disks = self.restarted()
        by_id = disks.snapshot_name(spec.uuid, name)
        self.assertEqual(
            self.snapshots(name), [disks.get_snapshot(by_id).stamp])
        clone = self.spec()
        disks.create_from_snapshot(clone, by_id)
        self.assert_disk(clone.name, 1, at_0=b'a')
        self.assertIs(True, disks.delete_snapshot(by_id))
        self.assertIs(False, disks.delete_snapshot(by_id))
        self.assertEqual([], self.snapshots(name))
        self.assertRaises(exceptions.NotFound, disks.get_snapshot, by_id)

    def test_deletion_in_any_order(self):
        name = self.volume()
        made = []
        for number in range(4):
            self.write(name, 0, bytes([number + 1]))
            made.append(self.disks.create_snapshot(self.snapshot_spec(name)))
        for index in (1, 0, 3):
            operations, deleted = self.counting(
                self.disks.delete_snapshot, made[index].name)
            self.assertEqual((['blobs.delete'], True), (operations, deleted))
        self.assertEqual([made[2].stamp], self.snapshots(name))
        self.assert_disk(name, 1, made[2].stamp, at_0=b'\3')
        self.assertIs(False, self.disks.delete_snapshot(made[0].name))

    def test_any_mishap_at_any_step_of_a_deletion(self):
        def arrange():
            name = self.volume()
            return self.disks.create_snapshot(self.snapshot_spec(name))

        self.sweep(
            arrange,
            lambda disks, snapshot: disks.delete_snapshot(snapshot.name),
            lambda snapshot: self.assertEqual(
                [], self.snapshots(snapshot.source)))

    def test_what_is_not_ours_stays(self):
        name = self.volume()
        stamp = self.disks._blob(name).snapshot({'jacket_owner': 'other'})
        other = f'{name}?snapshot={stamp}'
        self.assertRaises(exceptions.Conflict,
                          self.disks.delete_snapshot, other)
        self.assertEqual([stamp], self.snapshots(name))

    def test_one_taken_by_hand_is_whose_its_blob_is(self):
        """Azure gives it the metadata of the blob, or those one names."""
        for metadata in (None, {'team': 'storage'}):
            name = self.volume(at_0=b'a')
            stamp = self.taken_by_hand(name, metadata)
            [found] = [each for each in self.disks.list_snapshots()
                       if each.source == name]
            self.assertEqual(metadata or {}, dict(found.tags))
            self.assertEqual(stamp, found.stamp)
            self.assertIs(True, self.restarted().delete_snapshot(found.name))
            self.assertEqual([], self.snapshots(name))
            self.assertIs(True, self.disks.delete(name))

    def taken_by_hand(self, name, metadata):
        blob = self.disks._blob(name)
        return blob.snapshot(metadata or {})

    def test_one_of_a_blob_of_others_stays(self):
        name = self.volume()
        stamp = self.taken_by_hand(name, None)
        blob = self.disks._blob(name)
        blob.tag({'jacket_owner': 'other'})
        self.assertRaises(
            exceptions.Conflict, self.restarted().delete_snapshot,
            f'{name}?snapshot={stamp}')
        self.assertEqual([stamp], self.snapshots(name))

    def test_tags_stay_what_they_were(self):
        name = self.volume()
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        self.assertEqual(snapshot, self.disks.tag_snapshot(
            snapshot.name, {'a': 'b'}))

    def test_names_that_are_none(self):
        for name in ('', 'volumes/x.vhd', '?snapshot=1', 'x?snapshot=',
                     'x?id='):
            self.assertRaises(exceptions.InvalidRequest,
                              self.disks.get_snapshot, name)
        self.assertRaises(
            exceptions.NotFound, self.disks.get_snapshot,
            f'{self.volume()}?snapshot=2026-11-21T00:00:00.0000000Z')
        self.assertRaises(
            exceptions.NotFound, self.disks.create_snapshot,
            self.snapshot_spec('volumes/none.vhd', str(uuid.uuid4())))
