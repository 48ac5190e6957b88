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

import uuid

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import tags as tag_names
from tests.unit.blob.base import GIB
from tests.unit.disks.page_blob import base


class CreateTest(base.PageBlobDisksTestCase):

    def test_a_new_volume(self):
        spec = self.spec(size_gib=5, os_type='Linux', generation='V1')
        operations, disk = self.counting(self.disks.create, spec)
        self.assertEqual(['blobs.create', 'blobs.write'], operations)
        footer = self.assert_disk(spec.name, 5)
        self.assertEqual(base.NOW, footer.created)
        self.assertEqual(spec.tags, disk.tags)
        self.assertEqual(('Unattached', (), True, 5, 'eastus', 'Linux', 'V1'),
                         (disk.state, disk.attached_to, disk.usable,
                          disk.size_gib, disk.location, disk.os_type,
                          disk.generation))
        self.assertTrue(disk.id.endswith('/jacketblobs/' + spec.name))
        found = self.disks.get(spec.name)
        self.assertEqual(disk.tags, found.tags)
        self.assertEqual((disk.id, disk.size_bytes, disk.os_type),
                         (found.id, found.size_bytes, found.os_type))

    def test_two_volumes_have_two_identities(self):
        first, second = (
            self.assert_disk(self.volume(), 1).unique_id for _ in range(2))
        self.assertNotEqual(first, second)

    def test_the_containers_are_made_when_missing(self):
        self.azurite.client.delete_container('volumes')
        spec = self.spec()
        operations, _ = self.counting(self.disks.create, spec)
        self.assertEqual(
            ['blobs.create', 'containers.create', 'blobs.create',
             'blobs.write'], operations)
        self.assert_disk(spec.name, 1)

    def test_any_mishap_at_any_step(self):
        self.assertEqual(6, self.sweep(
            lambda: self.spec(size_gib=2),
            lambda disks, spec: disks.create(spec),
            lambda spec: self.assert_disk(spec.name, 2)))

    def test_what_is_there_and_ours_is_returned(self):
        spec = self.spec()
        self.disks.create(spec)
        self.write(spec.name, 0, b'a')
        disk = self.disks.create(spec)
        self.assertEqual(1, disk.size_gib)
        self.assert_disk(spec.name, 1, at_0=b'a')
        # also when it is attached, or has been made larger
        self.disks.grow(spec.name, 2)
        self.attach(spec.name)
        self.assertEqual(2, self.disks.create(spec).size_gib)
        self.assert_disk(spec.name, 2, at_0=b'a')

    def test_what_is_not_the_same_is_left_alone(self):
        spec = self.spec(size_gib=2)
        self.disks.create(self.spec(name=spec.name))
        self.write(spec.name, 0, b'a')
        self.assertRaises(exceptions.Conflict, self.disks.create, spec)
        self.azurite.client.set_metadata(spec.name, {})
        self.assertRaises(exceptions.Conflict, self.disks.create, spec)
        self.assert_disk(spec.name, 1, at_0=b'a')
        smaller = self.spec()
        self.disks.create(smaller)
        larger = models.VolumeSpec(
            smaller.name, 2, smaller.kind, smaller.tags)
        error = self.assertRaises(
            exceptions.Conflict, self.disks.create, larger)
        self.assertIn('smaller', str(error))

    def test_a_footer_that_is_damaged_is_not_written_over(self):
        spec = self.spec()
        self.disks.create(spec)
        self.write(spec.name, GIB, b'x')
        self.assertRaises(exceptions.InvalidRequest,
                          self.disks.create, spec)
        self.assertEqual(b'x' * 512, self.azurite.read(spec.name, GIB, 512))

    def test_tags_of_any_kind_are_kept(self):
        tags = {**self.tags(str(uuid.uuid4())), 'jacket-display-name': 'Ä ö',
                'Cost Center': ' 7 ', 'empty': ''}
        spec = self.spec(tags=tags)
        self.disks.create(spec)
        self.assertEqual(tags, self.disks.get(spec.name).tags)

    def test_tags_that_are_too_long_are_refused_before(self):
        spec = self.spec(tags={**self.tags(str(uuid.uuid4())),
                               'jacket-display-name': 'x' * 9000})
        operations, _ = self.counting(
            self.assertRaises, exceptions.InvalidRequest,
            self.disks.create, spec)
        self.assertEqual([], operations)

    def test_sizes_up_to_the_largest(self):
        spec = self.spec(size_gib=4095)
        self.disks.create(spec)
        self.assert_disk(spec.name, 4095)


class DeleteTest(base.PageBlobDisksTestCase):

    def test_one_request(self):
        name = self.volume()
        operations, deleted = self.counting(self.disks.delete, name)
        self.assertEqual((['blobs.delete'], True), (operations, deleted))
        self.assertIsNone(self.azurite.size(name))
        self.assertIs(False, self.disks.delete(name))

    def test_a_process_that_has_just_started_looks_first(self):
        name = self.volume()
        operations, deleted = self.counting(self.restarted().delete, name)
        self.assertIn('blobs.get', operations)
        self.assertIs(True, deleted)
        # unless it has listed all
        name = self.volume()
        disks = self.restarted()
        disks.list()
        operations, _ = self.counting(disks.delete, name)
        self.assertEqual(['blobs.delete'], operations)

    def test_any_mishap_at_any_step(self):
        self.sweep(self.volume, lambda disks, name: disks.delete(name),
                   lambda name: self.assertIsNone(self.azurite.size(name)))

    def test_whether_one_that_a_machine_lists_is_gone(self):
        name = self.volume()
        url = self.disks.disk_id(name)
        self.assertIs(False, self.disks.is_gone(url))
        self.disks.delete(name)
        self.assertIs(True, self.disks.is_gone(url))
        # in an account that is not this one's
        self.assertIs(False, self.disks.is_gone(
            url.replace('jacketblobs', 'others')))

    def test_what_is_in_use_stays(self):
        name = self.volume()
        self.attach(name)
        for disks in (self.disks, self.restarted()):
            self.assertRaises(exceptions.InUse, disks.check_deletable, name)
            self.assertRaises(exceptions.InUse, disks.delete, name)
        self.assert_disk(name, 1)

    def test_what_has_snapshots_stays_with_them(self):
        name = self.volume()
        snapshot = self.disks.create_snapshot(self.snapshot_spec(name))
        for refused in (self.disks.check_deletable, self.disks.delete):
            error = self.assertRaises(exceptions.InUse, refused, name)
            self.assertEqual('SnapshotsPresent', error.code)
        self.assertEqual([snapshot.stamp], self.snapshots(name))
        self.disks.delete_snapshot(snapshot.name)
        self.assertIs(True, self.disks.delete(name))

    def test_what_a_call_left_that_died_goes_along(self):
        name = self.volume()
        self._killed(2, lambda: self.disks.create_from_volume(
            self.spec(), name))
        self.disks.check_deletable(name)
        self.assertEqual(1, len(self.snapshots(name)))
        self.assertIs(True, self.disks.delete(name))
        self.assertIsNone(self.azurite.size(name))

    def test_what_is_not_ours_stays(self):
        name = self.volume()
        self.azurite.client.set_metadata(name, {'jacket_owner': 'other'})
        for refused in (self.restarted().check_deletable,
                        self.restarted().delete):
            self.assertRaises(exceptions.Conflict, refused, name)
        self.assert_disk(name, 1)


class OsDiskTest(base.PageBlobDisksTestCase):
    """Of the disk that Azure makes with a machine."""

    def arrange(self):
        client, uuid_ = self.azurite.client, str(uuid.uuid4())
        client.create_container('vhds', exist_ok=True)
        client.create_page_blob(f'vhds/{uuid_}.vhd', GIB + 512)
        return uuid_

    def size(self, uuid_):
        return self.azurite.size(f'vhds/{uuid_}.vhd')

    def test_any_mishap_at_any_step(self):
        self.sweep(self.arrange,
                   lambda disks, uuid_: disks.delete_os_disk(uuid_),
                   lambda uuid_: self.assertIsNone(self.size(uuid_)))

    def test_one_that_is_not_there(self):
        self.assertIs(False, self.disks.delete_os_disk(str(uuid.uuid4())))
        uuid_ = self.arrange()
        self.assertIs(True, self.disks.delete_os_disk(uuid_))
        self.assertIs(False, self.disks.delete_os_disk(uuid_))

    def test_one_that_a_machine_still_holds(self):
        uuid_ = self.arrange()
        self.attach(f'vhds/{uuid_}.vhd')
        self.assertRaises(exceptions.InUse,
                          self.disks.delete_os_disk, uuid_)
        self.assertEqual(GIB + 512, self.size(uuid_))

    def test_one_of_others(self):
        uuid_ = self.arrange()
        self.azurite.client.set_metadata(
            f'vhds/{uuid_}.vhd', {'jacket_owner': 'other'})
        self.assertIs(False, self.disks.delete_os_disk(uuid_))
        self.assertEqual(GIB + 512, self.size(uuid_))


class ListingTest(base.PageBlobDisksTestCase):

    def test_all_disks_and_nothing_else(self):
        names = [self.volume(), self.volume(size_gib=2)]
        self.disks.create_snapshot(self.snapshot_spec(names[0]))
        client = self.azurite.client
        client.create_container('vhds')
        client.create_page_blob('vhds/os.vhd', GIB + 512)
        client.create_page_blob('volumes/notes.txt', GIB)
        client.put_block_blob('volumes/block.vhd', b'x')
        self.attach(names[1])
        operations, disks = self.counting(self.disks.list)
        self.assertEqual(['containers.list'] * 2, operations)
        self.assertEqual({*names, 'vhds/os.vhd'},
                         {disk.name for disk in disks})
        by_name = {disk.name: disk for disk in disks}
        for name in names:
            self.assertEqual(self.disks.get(name), by_name[name])
        self.assertEqual(('lease',), by_name[names[1]].attached_to)
        self.assertEqual({}, by_name['vhds/os.vhd'].tags)

    def test_an_empty_account(self):
        self.azurite.client.delete_container('volumes')
        self.assertEqual([], list(self.disks.list()))
        self.assertEqual([], list(self.disks.list_snapshots()))

    def test_room(self):
        self.volume()
        self.volume(size_gib=7)
        [pool] = self.disks.pools()
        self.assertEqual((base.SKU, 8, 2, 4095),
                         (pool.sku, pool.provisioned_gib, pool.volumes,
                          pool.max_size_gib))
        self.assertEqual(pool.total_gib, pool.free_gib + 8)
        self.assertEqual((base.SKU,), self.disks.skus())

    def test_what_is_unfinished_is_not_usable(self):
        name = self.volume()
        self._killed(3, lambda: self.disks.grow(name, 2))
        self.disks.open_writer(self.spec())
        self.assertEqual(
            [False, False], [disk.usable for disk in self.disks.list()])


class TagTest(base.PageBlobDisksTestCase):

    def test_tags_are_replaced_and_the_rest_is_kept(self):
        name = self.volume()
        tags = {**self.tags(str(uuid.uuid4())), 'jacket-display-name': 'new'}
        operations, disk = self.counting(self.disks.tag, name, tags)
        self.assertEqual(['blobs.get', 'blobs.tag'], operations)
        self.assertEqual(tags, disk.tags)
        self.assertEqual(tags, self.disks.get(name).tags)
        self.disks.grow(name, 2)
        self.assert_disk(name, 2)
        self.assertEqual(tags, self.disks.get(name).tags)

    def test_change_is_only_of_tags(self):
        name = self.volume()
        tags = self.tags(str(uuid.uuid4()))
        self.assertEqual(tags, self.disks.change(
            name, models.Kind(base.SKU), tags).tags)
        before = self.azurite.metadata(name)
        error = self.assertRaises(
            exceptions.InvalidRequest, self.disks.change, name,
            models.Kind('Premium_LRS'), tags)
        self.assertIn('Premium_LRS', str(error))
        self.assertEqual(before, self.azurite.metadata(name))

    def test_an_attached_disk_can_be_changed_to_what_it_is(self):
        """As a type does that differs in nothing a page blob has."""
        name = self.volume()
        self.attach(name)
        disk = self.disks.get(name)
        self.assertEqual(disk, self.disks.change(
            name, models.Kind(base.SKU), disk.tags))
        self.assertRaises(
            exceptions.InUse, self.disks.change, name,
            models.Kind(base.SKU), self.tags(str(uuid.uuid4())))

    def test_an_attached_disk_keeps_its_tags(self):
        name = self.volume()
        self.attach(name)
        self.assertRaises(exceptions.InUse, self.disks.tag, name,
                          self.tags(str(uuid.uuid4())))
        self.assertEqual(tag_names.KIND_VOLUME,
                         self.disks.get(name).tags[tag_names.KIND])
