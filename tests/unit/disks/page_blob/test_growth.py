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
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import vhd
from tests import world
from tests.unit.blob.base import GIB
from tests.unit.disks.page_blob import base


class GrowthTest(base.PageBlobDisksTestCase):
    """Growing survives whatever happens between any two of its steps."""

    DATA = {'at_0': b'a', 'at_40': b'b', 'at_63': b'c'}

    def arrange(self):
        return self.volume(**self.DATA)

    def check(self, name):
        footer = self.assert_disk(name, 3, **self.DATA)
        self.assertEqual(self.disks._identity(name), footer.unique_id)
        self.assertEqual(GIB, footer.original_bytes)
        self.assertEqual(str(3 * GIB),
                         self.azurite.metadata(name)[states.SIZE])
        self.assertTrue(self.disks.get(name).usable)

    def test_growing(self):
        name = self.arrange()
        operations, disk = self.counting(self.disks.grow, name, 3)
        self.assertEqual(
            ['blobs.get', 'blobs.read', 'blobs.resize', 'blobs.write',
             'blobs.clear', 'blobs.tag'], operations)
        self.assertEqual(3, disk.size_gib)
        self.assertEqual(disk.tags, self.disks.get(name).tags)
        self.check(name)
        # as large already
        for size_gib in (3, 2):
            operations, disk = self.counting(
                self.disks.grow, name, size_gib)
            self.assertEqual(['blobs.get'], operations)
            self.assertEqual(3, disk.size_gib)
        self.check(name)

    def test_any_mishap_at_any_step(self):
        self.assertEqual(18, self.sweep(
            self.arrange, lambda disks, name: disks.grow(name, 3),
            self.check))

    def test_another_use_finishes_it_first(self):
        """Whatever is done next finds the size that was asked for."""
        for number in range(3, 6):
            for use in (
                    lambda disks, name: disks.open_reader(name).close(),
                    lambda disks, name: disks.create_from_volume(
                        self.spec(size_gib=3), name)):
                name = self.arrange()
                self._killed(
                    number, lambda name=name: self.disks.grow(name, 3))
                self.assertFalse(self.disks.get(name).usable)
                use(self.restarted(), name)
                self.check(name)

    def test_what_a_guest_wrote_meanwhile_is_kept(self):
        """The old footer's place is data as soon as the footer is gone."""
        name = self.arrange()
        # the footer is cleared, and nobody noted it
        self._killed(5, lambda: self.disks.grow(name, 3))
        self.write(name, GIB, b'g')
        self.restarted().grow(name, 4)
        self.assert_disk(name, 4, at_64=b'g', **self.DATA)

    def test_a_footer_that_a_guest_keeps_there_is_not_ours(self):
        """A guest may hold a VHD of its own at that very place."""
        name = self.arrange()
        self._killed(5, lambda: self.disks.grow(name, 3))
        foreign = vhd.build(2 * GIB, uuid.uuid4(), base.NOW)
        self.azurite.client.write_pages(name, GIB, foreign)
        self.restarted().grow(name, 3)
        self.assertEqual(foreign, self.azurite.read(name, GIB, 512))

    def test_azure_itself_has_grown_it(self):
        """As a machine that is deallocated lets it, by ``diskSizeGB``."""
        name, client = self.arrange(), self.azurite.client
        client.resize(name, 2 * GIB + 512)
        client.clear_pages(name, GIB, 512)
        client.write_pages(name, 2 * GIB, vhd.build(
            2 * GIB, uuid.uuid4(), base.NOW))
        self.restarted().open_reader(name).close()
        self.assertTrue(self.disks.get(name).usable)
        self.disks.grow(name, 3)
        self.assert_disk(name, 3, **self.DATA)

    def test_growing_several_times(self):
        name = self.arrange()
        for size_gib in (2, 5, 6):
            self.disks.grow(name, size_gib)
        self.assert_disk(name, 6, **self.DATA)

    def test_what_is_attached_is_not_grown(self):
        name = self.arrange()
        self.attach(name)
        disk = self.disks.get(name)
        self.assertEqual(('Attached', ('lease',)),
                         (disk.state, disk.attached_to))
        self.assertIs(False, self.disks.grows_attached)
        self.assertRaises(exceptions.InvalidRequest,
                          self.disks.check_growth, disk, 3)
        operations, _ = self.counting(
            self.assertRaises, exceptions.InUse, self.disks.grow, name, 3)
        self.assertEqual(['blobs.get'], operations)
        self.assert_disk(name, 1, **self.DATA)

    def test_a_machine_that_comes_in_between_stops_it(self):
        name = self.arrange()
        self._killed(3, lambda: self.disks.grow(name, 3))
        lease = self.attach(name)
        self.assertRaises(exceptions.InUse, self.restarted().grow, name, 3)
        self.azurite.client.release_lease(name, lease)
        self.restarted().grow(name, 3)
        self.check(name)

    def test_a_damaged_footer_is_named_and_nothing_changed(self):
        for damage, words in (
                (b'', 'its last 512 bytes are zeros'),
                (b'x', 'its last 512 bytes are no footer')):
            name = self.arrange()
            if damage:
                self.write(name, GIB, damage)
            else:
                self.azurite.client.clear_pages(name, GIB, 512)
            before = self.azurite.pages(name)
            error = self.assertRaises(
                exceptions.InvalidRequest, self.disks.grow, name, 3)
            self.assertIn(words, str(error))
            self.assertIn(name, str(error))
            self.assertEqual(before, self.azurite.pages(name))
            self.assertEqual(GIB + 512, self.azurite.size(name))

    def test_what_is_not_ours_is_not_grown(self):
        name = self.arrange()
        self.azurite.client.set_metadata(name, {'jacket_owner': 'other'})
        self.assertRaises(exceptions.Conflict, self.disks.grow, name, 3)
        self.assert_disk(name, 1, **self.DATA)

    def test_refusals_before_anything_is_sent(self):
        name = self.arrange()
        disk = self.disks.get(name)
        self.disks.check_growth(disk, 4095)
        for size_gib, words in ((1, 'cannot be made 1 GiB'),
                                (0, 'cannot be made 0 GiB'),
                                (4096, '4095 GiB at most')):
            error = self.assertRaises(
                exceptions.InvalidRequest, self.disks.check_growth, disk,
                size_gib)
            self.assertIn(words, str(error))
        self.assertRaises(exceptions.InvalidRequest,
                          self.disks.grow, name, 4096)
        self.assert_disk(name, 1, **self.DATA)
        self.assertRaises(exceptions.NotFound, self.disks.grow,
                          'volumes/none.vhd', 3)

    def test_two_workers_at_once(self):
        """The one that is late changes nothing any more."""
        name = self.arrange()
        blob = self.disks._blob(name)
        seen = blob.properties()
        self.restarted().grow(name, 3)
        self.assertRaises(exceptions.PreconditionFailed,
                          self.disks._bring_to, blob, seen, 2 * GIB)
        self.assertRaises(exceptions.PreconditionFailed,
                          self.disks._grow, blob, seen, 2 * GIB, None, None)
        self.check(name)


class LostMetadataTest(base.PageBlobDisksTestCase):
    """Somebody has dropped all metadata of a volume of ours."""

    def arrange(self):
        name = self.volume(at_0=b'a')
        self.azurite.client.set_metadata(name, {})
        return name

    def test_it_is_known_by_its_footer(self):
        name = self.arrange()
        disks = self.restarted()
        disks.grow(name, 2)
        self.assert_disk(name, 2, at_0=b'a')
        self.assertIs(True, disks.delete(name))

    def test_what_is_named_as_ours_and_made_by_others_is_not(self):
        name = self.arrange()
        for footer in (
                vhd.build(GIB, uuid.uuid4(), base.NOW),
                vhd.build(GIB, uuid.uuid5(
                    uuid.NAMESPACE_URL,
                    self.disks.disk_id(name) + '#other'), base.NOW),
                bytes(512)):
            self.azurite.client.write_pages(name, GIB, footer)
            disks = self.restarted()
            self.assertRaises(exceptions.Conflict, disks.delete, name)
            self.assertRaises(exceptions.Conflict, disks.grow, name, 2)
        self.assertEqual(GIB + 512, self.azurite.size(name))


class ManagedFromOthersTest(base.PageBlobDisksTestCase):
    """Disks that others made, taken over and then grown."""

    def foreign(self, size_gib=1):
        client, path = self.azurite.client, 'volumes/imported.vhd'
        client.create_page_blob(path, size_gib * GIB + 512)
        self.identity = uuid.uuid4()
        client.write_pages(path, size_gib * GIB, vhd.build(
            size_gib * GIB, self.identity, base.NOW))
        client.set_metadata(path, {'purpose': 'import'})
        return path

    def test_take_over_grow_and_give_back(self):
        self.azurite.client.create_container('volumes', exist_ok=True)
        name = self.foreign()
        self.assertEqual({'purpose': 'import'}, self.disks.get(name).tags)
        self.assertRaises(exceptions.Conflict, self.disks.delete, name)
        self.assertRaises(exceptions.Conflict, self.disks.grow, name, 2)
        tags = self.tags(str(uuid.uuid4()))
        disk = self.disks.tag(name, tags)
        self.assertEqual(tags, disk.tags)
        self.disks.grow(name, 2)
        footer = self.assert_disk(name, 2)
        self.assertEqual(self.identity, footer.unique_id)
        disk = self.disks.tag(name, {'note': 'given back'})
        self.assertEqual({'note': 'given back'}, disk.tags)
        self.assertEqual({'tag_6e6f7465': 'given back'},
                         self.azurite.metadata(name))
        self.assertRaises(exceptions.Conflict, self.disks.delete, name)

    def test_what_is_no_fixed_vhd_is_not_taken_over(self):
        tags = self.tags(str(uuid.uuid4()))
        client = self.azurite.client
        client.create_page_blob('volumes/raw.vhd', GIB)
        client.create_page_blob('volumes/tiny.vhd', 512)
        client.put_block_blob('volumes/block.vhd', b'x' * 1024)
        name = self.foreign()
        data = bytearray(self.azurite.read(name, GIB, 512))
        data[100] = 1
        client.write_pages(name, GIB, bytes(data))
        for path, words in (
                ('volumes/raw.vhd', 'its last 512 bytes are zeros'),
                ('volumes/tiny.vhd', 'too few'),
                ('volumes/block.vhd', 'no page blob but a BlockBlob'),
                (name, 'the checksum of its footer is wrong')):
            error = self.assertRaises(
                exceptions.InvalidRequest, self.disks.tag, path, tags)
            self.assertIn(words, str(error))
            self.assertNotIn('jacket_owner', self.azurite.metadata(path))


class OwnerTest(base.PageBlobDisksTestCase):

    def test_owner_is_that_of_the_options(self):
        name = self.volume()
        self.assertEqual(world.OWNER, self.disks.get(name).tags[
            'jacket-owner'])
        self.assertEqual(models.Kind(base.SKU), self.disks.get(name).kind)
