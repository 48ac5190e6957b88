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

"""C01, C02, C04 to C06: volumes and snapshots from the first to the last."""

from tests.functional.cinder import base

GIB = 1024 ** 3


@base.on_both_models
class CreateTest(base.AzureVolumesTestCase):

    def test_an_empty_volume(self):
        volume = self.create_volume()
        disk = self.disk(volume)
        self.assertEqual(GIB, disk.size_bytes)
        self.assertEqual(base.DEFAULT_SKU[self.disk_model], disk.kind.sku)
        self.assertEqual(volume['id'], disk.tags['jacket-id'])
        self.contents.check_vhd(disk, 1)
        self.assertEqual([disk.name], self.left_in_azure())

    def test_a_deleted_volume_leaves_nothing(self):
        self.delete_volume(self.create_volume())
        self.assertEqual([], self.left_in_azure())

    def test_a_larger_volume_from_a_snapshot(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'before')
        snapshot = self.create_snapshot(volume)
        self.contents.write(self.disk(volume), 'after')
        copy = self.create_volume(snapshot_id=snapshot['id'], size=2)
        disk = self.disk(copy)
        self.assertEqual(2 * GIB, disk.size_bytes)
        self.assertEqual(digest, self.contents.digest(disk))
        self.contents.check_vhd(disk, 2)

    def test_a_larger_clone(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'source')
        clone = self.create_volume(source_volid=volume['id'], size=3)
        self.contents.write(self.disk(volume), 'later')
        disk = self.disk(clone)
        self.assertEqual(3 * GIB, disk.size_bytes)
        self.assertEqual(digest, self.contents.digest(disk))
        self.contents.check_vhd(disk, 3)

    def test_a_grown_volume_keeps_what_it_holds(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'held')
        grown = self.extend(volume, 2)
        self.assertEqual(2, grown['size'])
        disk = self.disk(volume)
        self.assertEqual(2 * GIB, disk.size_bytes)
        self.assertEqual(digest, self.contents.digest(disk))
        self.contents.check_vhd(disk, 2)
        # the new space is empty, no old footer in it
        self.assertEqual(bytes(4096), self.contents.read(disk, GIB, 4096))


@base.on_both_models
class SnapshotTest(base.AzureVolumesTestCase):

    def test_snapshots_go_in_any_order(self):
        volume = self.create_volume()
        made = []
        for seed in 'abc':
            digest = self.contents.write(self.disk(volume), seed)
            made.append((self.create_snapshot(volume), digest))
        self.delete_snapshot(made[1][0])
        self.delete_snapshot(made[0][0])
        last, digest = made[2]
        copy = self.create_volume(snapshot_id=last['id'])
        self.assertEqual(digest, self.contents.digest(self.disk(copy)))
        self.delete_snapshot(last)
        self.delete_volume(volume)
        self.delete_volume(copy)
        self.assertEqual([], self.left_in_azure())

    def test_the_stamp_of_a_page_blob_is_metadata(self):
        snapshot = self.create_snapshot(self.create_volume())
        name = self.snapshot_record(snapshot).provider_id
        stamp = snapshot['metadata'].get('azure_snapshot_id')
        if self.disk_model == 'page_blob':
            self.assertTrue(name.endswith(f'?snapshot={stamp}'), name)
        else:
            self.assertEqual(f'snapshot-{snapshot["id"]}', name)

    def test_revert_brings_the_old_bytes_back(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'old')
        snapshot = self.create_snapshot(volume)
        self.contents.write(self.disk(volume), 'new')
        self.action(volume, 'revert', {'snapshot_id': snapshot['id']})
        self.wait_for(volume, 'reverting')
        disk = self.disk(volume)
        self.assertEqual(digest, self.contents.digest(disk))
        self.contents.check_vhd(disk, 1)
        # and everything else still works
        self.extend(volume, 2)
        later = self.create_snapshot(volume)
        self.delete_snapshot(later)
        self.delete_snapshot(snapshot)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())
