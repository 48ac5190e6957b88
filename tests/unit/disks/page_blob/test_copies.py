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
from jacket_azure.disks import models
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd
from tests.unit.blob.base import GIB
from tests.unit.blob.base import MIB
from tests.unit.disks.page_blob import base

DATA = {'at_0': b'a', 'at_40': b'b', 'at_63': b'c'}


class CloneTest(base.PageBlobDisksTestCase):
    """Volumes from volumes and from snapshots."""

    def arrange_snapshot(self, size_gib):
        name = self.volume(**DATA)
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        self.write(name, 0, b'z')
        return snapshot.name, self.spec(size_gib=size_gib)

    def check(self, prepared):
        source, spec = prepared
        footer = self.assert_disk(spec.name, spec.size_gib, **DATA)
        self.assertEqual(self.disks._identity(spec.name), footer.unique_id)
        disk = self.disks.get(spec.name)
        self.assertEqual((True, spec.tags), (disk.usable, disk.tags))
        name = source.partition('?')[0]
        self.assertEqual(1 if '?' in source else 0,
                         len(self.snapshots(name)))

    def check_swept(self, prepared):
        """As :meth:`check`, but of a first try there may be something left.

        Before there is a target, a repetition finds no trace of it; it goes
        along with the source.
        """
        source, _ = prepared
        left = [snapshot for snapshot in self.disks.list_snapshots()
                if snapshot.source == source]
        self.assertTrue(len(left) <= 1, left)
        self.assertEqual(
            {tag_names.KIND_TEMPORARY}, {tag_names.KIND_TEMPORARY} | {
                snapshot.tags[tag_names.KIND] for snapshot in left})
        self.disks._delete_temporary(source)
        self.check(prepared)

    def test_requests(self):
        for size_gib, expected in (
                (1, ['blobs.get', 'blobs.copy', 'blobs.write']),
                (3, ['blobs.get', 'blobs.copy', 'blobs.resize',
                     'blobs.write', 'blobs.clear', 'blobs.tag'])):
            name, spec = prepared = self.arrange_snapshot(size_gib)
            operations, disk = self.counting(
                self.disks.create_from_snapshot, spec, name)
            self.assertEqual(expected, operations)
            self.assertEqual(size_gib, disk.size_gib)
            self.check(prepared)
        name, spec = prepared = self.volume(**DATA), self.spec()
        operations, _ = self.counting(
            self.disks.create_from_volume, spec, name)
        self.assertEqual(['blobs.get', 'blobs.snapshot', 'blobs.copy',
                          'blobs.write', 'blobs.delete'], operations)
        self.check(prepared)

    def test_any_mishap_at_any_step_from_a_snapshot(self):
        for size_gib in (1, 3):
            self.sweep(
                lambda size_gib=size_gib: self.arrange_snapshot(size_gib),
                lambda disks, prepared: disks.create_from_snapshot(
                    prepared[1], prepared[0]),
                self.check)

    def test_any_mishap_at_any_step_from_a_volume(self):
        for size_gib in (1, 3):
            self.sweep(
                lambda size_gib=size_gib: (
                    self.volume(**DATA), self.spec(size_gib=size_gib)),
                lambda disks, prepared: disks.create_from_volume(
                    prepared[1], prepared[0]),
                self.check_swept)

    def test_copies_that_take_their_time(self):
        for size_gib in (1, 3):
            self.faults.slow_operation(
                'PUT', 'blobs/copy', seconds=30, times=1)
            name, spec = prepared = self.volume(**DATA), self.spec(
                size_gib=size_gib)
            operations, _ = self.counting(
                self.disks.create_from_volume, spec, name)
            self.assertTrue(operations.count('blobs.get') > 3, operations)
            self.check(prepared)

    def test_a_copy_goes_on_when_its_process_ends(self):
        """Of the first try only the copy was under way."""
        for size_gib in (1, 3):
            self.faults.slow_operation(
                'PUT', 'blobs/copy', seconds=30, times=1)
            prepared = self.arrange_snapshot(size_gib)
            self._killed(2, lambda prepared=prepared: (
                self.disks.create_from_snapshot(prepared[1], prepared[0])))
            self.assertFalse(self.disks.get(prepared[1].name).usable)
            self.restarted().create_from_snapshot(prepared[1], prepared[0])
            self.check(prepared)

    def test_a_clone_goes_on_with_the_snapshot_of_its_first_try(self):
        """What the copy under way reads stays until it has ended."""
        for size_gib in (1, 3):
            self.faults.slow_operation(
                'PUT', 'blobs/copy', seconds=30, times=1)
            name, spec = prepared = self.volume(**DATA), self.spec(
                size_gib=size_gib)
            self._killed(3, lambda spec=spec, name=name: (
                self.disks.create_from_volume(spec, name)))
            self.assertFalse(self.disks.get(spec.name).usable)
            self.restarted().create_from_volume(spec, name)
            self.check(prepared)

    def test_a_clone_begins_again_where_its_first_copy_has_failed(self):
        prepared = name, spec = self.volume(**DATA), self.spec()
        self.faults.fail_operation(
            'PUT', 'blobs/copy', 'InternalError', times=1)
        self._killed(3, lambda: self.disks.create_from_volume(spec, name))
        self.azure.sleep(60)
        self.restarted().create_from_volume(spec, name)
        self.check(prepared)

    def test_copies_boot_as_their_source(self):
        boots = {'os_type': 'Linux', 'generation': 'V1'}
        source = self.spec(**boots)
        self.disks.create(source)
        snapshots = [self.disks.create_snapshot(dataclasses.replace(
            self.snapshot_spec(source.name, **known), **more))
            for known, more in (({}, boots), ({'size_gib': None}, {}))]
        made = [
            self.disks.create_from_volume(self.spec(), source.name),
            *(self.disks.create_from_snapshot(self.spec(), each.name)
              for each in snapshots)]
        for disk in made:
            for seen in (disk, self.restarted().get(disk.name)):
                self.assertEqual(
                    ('Linux', 'V1'), (seen.os_type, seen.generation))
        told = self.disks.create_from_volume(
            self.spec(os_type='Windows'), source.name)
        self.assertEqual(('Windows', 'V1'), (told.os_type, told.generation))

    def test_copies_that_end_badly_leave_nothing(self):
        for fault in ('fail_operation', 'cancel_operation'):
            name, spec = self.volume(**DATA), self.spec()
            arguments = ('InternalError',) if 'fail' in fault else ()
            getattr(self.faults, fault)(
                'PUT', 'blobs/copy', *arguments, times=1)
            self.assertRaises(exceptions.OperationFailed,
                              self.disks.create_from_volume, spec, name)
            self.assertIsNone(self.azurite.size(spec.name))
            self.assertEqual([], self.snapshots(name))
            self.disks.create_from_volume(spec, name)
            self.check((name, spec))

    def test_a_copy_that_never_ends_leaves_nothing(self):
        name, spec = self.volume(**DATA), self.spec()
        self.faults.stick_operation('PUT', 'blobs/copy', times=1)
        self.assertRaises(exceptions.OperationTimeout,
                          self.disks.create_from_volume, spec, name)
        self.assertIsNone(self.azurite.size(spec.name))
        self.assertEqual([], self.snapshots(name))

    def test_what_an_earlier_copy_left_is_cleared_away(self):
        """It had failed, and its process did not live to see it."""
        prepared = name, spec = self.arrange_snapshot(1)
        self.faults.fail_operation(
            'PUT', 'blobs/copy', 'InternalError', times=1)
        self._killed(2, lambda: self.disks.create_from_snapshot(spec, name))
        self.azure.sleep(60)
        self.restarted().create_from_snapshot(spec, name)
        self.check(prepared)

    def test_a_volume_that_is_being_copied_can_be_deleted(self):
        name, spec = self.arrange_snapshot(1)
        self.faults.stick_operation('PUT', 'blobs/copy', times=1)
        self._killed(2, lambda: self.disks.create_from_snapshot(spec, name))
        self.assertIs(True, self.restarted().delete(spec.name))
        self.assertIsNone(self.azurite.size(spec.name))

    def test_clones_of_clones_are_independent(self):
        first = self.volume(**DATA)
        snapshot = self.disks.create_snapshot(self.snapshot_spec(first))
        names = [first]
        for _ in range(2):
            spec = self.spec()
            self.disks.create_from_volume(spec, names[-1])
            names.append(spec.name)
            spec = self.spec()
            self.disks.create_from_snapshot(spec, snapshot.name)
            names.append(spec.name)
        for number, name in enumerate(names):
            self.write(name, 0, bytes([number + 1]))
        for number, name in enumerate(names):
            self.assert_disk(
                name, 1, **{**DATA, 'at_0': bytes([number + 1])})
        self.assert_disk(first, 1, snapshot.stamp, **DATA)
        self.assertEqual(5, len({
            self.assert_disk(name, 1, **{
                **DATA, 'at_0': bytes([number + 1])}).unique_id
            for number, name in enumerate(names)}))

    def test_of_an_attached_volume(self):
        name, spec = prepared = self.volume(**DATA), self.spec()
        self.attach(name)
        self.disks.create_from_volume(spec, name)
        self.check(prepared)

    def test_a_finished_volume_is_not_touched_again(self):
        name, spec = self.arrange_snapshot(3)
        self.disks.create_from_snapshot(spec, name)
        self.write(spec.name, 0, b'g')
        self.write(spec.name, GIB, b'g')
        self.attach(spec.name)
        disk = self.restarted().create_from_snapshot(spec, name)
        self.assertEqual(3, disk.size_gib)
        self.assert_disk(
            spec.name, 3, **{**DATA, 'at_0': b'g', 'at_64': b'g'})

    def test_smaller_than_the_source_is_refused(self):
        name = self.volume(size_gib=2)
        snapshot = self.disks.create_snapshot(
            self.snapshot_spec(name, size_gib=2))
        for make, source in (
                (self.disks.create_from_volume, name),
                (self.disks.create_from_snapshot, snapshot.name)):
            spec = self.spec()
            error = self.assertRaises(
                exceptions.InvalidRequest, make, spec, source)
            self.assertIn('2 GiB', str(error))
            self.assertIsNone(self.azurite.size(spec.name))
        self.assertEqual([snapshot.stamp], self.snapshots(name))

    def test_what_is_there_and_not_the_same_is_left_alone(self):
        name, spec = self.arrange_snapshot(1)
        self.disks.create(self.spec(name=spec.name))
        self.assertRaises(exceptions.Conflict,
                          self.disks.create_from_snapshot, spec, name)
        self.assert_disk(spec.name, 1)


class ImageTest(base.PageBlobDisksTestCase):
    """Volumes from VHDs in our account."""

    PATH = 'images/image-1.vhd'

    def setUp(self):
        super().setUp()
        self.make(self.PATH, 1000 * MIB)

    def make(self, path, size_bytes):
        client = self.azurite.client
        client.create_container(path.partition('/')[0], exist_ok=True)
        client.create_page_blob(path, size_bytes + 512)
        client.write_pages(path, 0, b'i' * 512)
        client.write_pages(path, size_bytes, vhd.build(
            size_bytes, uuid.uuid4(), base.NOW))

    def test_by_path_and_by_url(self):
        uri = self.disks.disk_id(self.PATH)
        for image in ({'id': self.PATH}, {'uri': uri}):
            spec = self.spec(size_gib=2, os_type='Linux')
            disk = self.disks.create_from_image(spec, image)
            self.assertEqual('Linux', disk.os_type)
            self.assert_disk(spec.name, 2, at_0=b'i')
        self.make('snapshots/snapshot-1.vhd', GIB)
        spec = self.spec()
        self.disks.create_from_image(
            spec, {'id': 'snapshots/snapshot-1.vhd'})
        self.assert_disk(spec.name, 1, at_0=b'i')

    def test_any_mishap_at_any_step(self):
        self.sweep(
            lambda: self.spec(),
            lambda disks, spec: disks.create_from_image(
                spec, {'id': self.PATH}),
            lambda spec: self.assert_disk(spec.name, 1, at_0=b'i'))

    def test_others_are_refused(self):
        uri = self.disks.disk_id(self.PATH)
        for image in (
                {'id': '/subscriptions/s/resourceGroups/g/providers/'
                       'Microsoft.Compute/images/i'},
                {'publisher': 'Canonical', 'offer': 'o', 'sku': 's',
                 'version': 'latest'},
                {'uri': uri + '?sig=s3cret'},
                {'uri': uri.replace('jacketblobs', 'elsewhere')},
                {'id': 'volumes/volume-1.vhd'}, {'id': 'images/x.qcow2'},
                {'id': None}, {}):
            operations, error = self.counting(
                self.assertRaises, exceptions.InvalidRequest,
                self.disks.create_from_image, self.spec(), image)
            self.assertEqual([], operations)
            self.assertIn('same storage account', str(error))
            self.assertNotIn('s3cret', str(error))

    def test_what_is_no_vhd_is_refused(self):
        self.azurite.client.create_page_blob('images/raw.vhd', GIB)
        spec = self.spec()
        error = self.assertRaises(
            exceptions.InvalidRequest, self.disks.create_from_image, spec,
            {'id': 'images/raw.vhd'})
        self.assertIn('no fixed VHD', str(error))
        self.assertIsNone(self.azurite.size(spec.name))
        self.assertRaises(
            exceptions.NotFound, self.disks.create_from_image, spec,
            {'id': 'images/none.vhd'})

    def test_an_image_that_is_larger_is_refused(self):
        self.make('images/large.vhd', GIB + MIB)
        error = self.assertRaises(
            exceptions.InvalidRequest, self.disks.create_from_image,
            self.spec(), {'id': 'images/large.vhd'})
        self.assertIn('1.00098 GiB', str(error))


class RevertTest(base.PageBlobDisksTestCase):

    def arrange(self, size_gib=1):
        name = self.volume(**DATA)
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        self.write(name, 0, b'z')
        if size_gib > 1:
            self.disks.grow(name, size_gib)
            self.write(name, GIB, b'z')
        spec = models.VolumeSpec(
            name, size_gib, models.Kind(base.SKU),
            self.disks.get(name).tags)
        return spec, snapshot

    def check(self, prepared):
        spec, snapshot = prepared
        footer = self.assert_disk(spec.name, spec.size_gib, **DATA)
        self.assertEqual(self.disks._identity(spec.name), footer.unique_id)
        disk = self.disks.get(spec.name)
        self.assertEqual((True, dict(spec.tags)), (disk.usable, disk.tags))
        # the snapshot is as it was, and can be used again
        self.assert_disk(spec.name, 1, snapshot.stamp, **DATA)

    def test_requests(self):
        for size_gib, more in (
                (1, []),
                (3, ['blobs.read', 'blobs.resize', 'blobs.write',
                     'blobs.clear', 'blobs.tag'])):
            spec, snapshot = prepared = self.arrange(size_gib)
            operations, disk = self.counting(
                self.disks.revert, spec, spec.name, snapshot.name)
            self.assertEqual(
                ['blobs.get', 'blobs.get', 'blobs.copy', *more], operations)
            self.assertEqual((spec.name, size_gib),
                             (disk.name, disk.size_gib))
            self.check(prepared)

    def test_any_mishap_at_any_step(self):
        for size_gib in (1, 3):
            self.sweep(
                lambda size_gib=size_gib: self.arrange(size_gib),
                lambda disks, prepared: disks.revert(
                    prepared[0], prepared[0].name, prepared[1].name),
                self.check)

    def test_interrupted_and_used_without_being_repeated(self):
        """The volume has its size again before anything is done with it."""
        for number in range(3, 8):
            spec, _ = prepared = self.arrange(3)
            self._killed(number, lambda prepared=prepared: (
                self.disks.revert(prepared[0], prepared[0].name,
                                  prepared[1].name)))
            self.restarted().open_reader(spec.name).close()
            self.check(prepared)

    def test_copies_that_take_their_time_or_end_badly(self):
        spec, snapshot = prepared = self.arrange(3)
        self.faults.slow_operation(
            'PUT', 'blobs/copy', seconds=30, times=1)
        self.disks.revert(spec, spec.name, snapshot.name)
        self.check(prepared)
        self.faults.fail_operation(
            'PUT', 'blobs/copy', 'InternalError', times=1)
        self.assertRaises(
            exceptions.OperationFailed, self.disks.revert, spec, spec.name,
            snapshot.name)
        self.assertFalse(self.disks.get(spec.name).usable)
        self.disks.revert(spec, spec.name, snapshot.name)
        self.check(prepared)

    def test_a_copy_that_is_still_under_way_is_given_up_for_a_new_one(self):
        spec, snapshot = prepared = self.arrange(1)
        self.faults.stick_operation('PUT', 'blobs/copy', times=1)
        self._killed(3, lambda: self.disks.revert(
            spec, spec.name, snapshot.name))
        self.restarted().revert(spec, spec.name, snapshot.name)
        self.check(prepared)

    def test_what_is_attached_is_not_reverted(self):
        spec, snapshot = self.arrange()
        self.attach(spec.name)
        self.assertRaises(
            exceptions.InUse, self.disks.revert, spec, spec.name,
            snapshot.name)
        self.assert_disk(spec.name, 1, **{**DATA, 'at_0': b'z'})

    def test_a_snapshot_that_is_gone(self):
        spec, snapshot = self.arrange()
        self.disks.delete_snapshot(snapshot.name)
        self.assertRaises(
            exceptions.NotFound, self.disks.revert, spec, spec.name,
            snapshot.name)
        self.assert_disk(spec.name, 1, **{**DATA, 'at_0': b'z'})

    def test_temporary_things_carry_our_tags(self):
        name = self.volume()
        spec = self.spec()
        self._killed(2, lambda: self.disks.create_from_volume(spec, name))
        [left] = self.disks.list_snapshots()
        self.assertEqual(
            (tag_names.KIND_TEMPORARY, spec.tags[tag_names.ID],
             spec.tags[tag_names.OWNER]),
            (left.tags[tag_names.KIND], left.tags[tag_names.ID],
             left.tags[tag_names.OWNER]))
