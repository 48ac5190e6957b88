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

"""Snapshots of managed disks, and disks made from them and from images."""

from jacket_azure import exceptions
from jacket_azure.payload import tags
from tests.unit.disks.managed import base

UUID, OTHER, GIB, SNAPSHOT = base.UUID, base.OTHER, base.GIB, base.SNAPSHOT
NAME = f'snapshot-{SNAPSHOT}'
IMAGE = base.IMAGE


class SnapshotTest(base.ManagedTestCase):

    def setUp(self):
        super().setUp()
        self.disk = self.model.create(self.spec(size_gib=4))

    def take(self, **options):
        return self.model.create_snapshot(
            self.snapshot_spec(self.disk.name, **options))

    def test_one_request(self):
        snapshot, sent = self.sent(self.take)
        self.assertEqual([('PUT', 'snapshots.create_or_update')], sent)
        self.assertEqual(
            (NAME, 4 * GIB, self.disk.name, True, True, 'snapshot'),
            (snapshot.name, snapshot.size_bytes, snapshot.source,
             snapshot.incremental, snapshot.usable,
             snapshot.tags[tags.KIND]))
        self.assertEqual(NAME, self.model.snapshot_name(
            SNAPSHOT, self.disk.name))
        self.assertEqual(snapshot, self.model.get_snapshot(NAME))
        self.assertEqual([snapshot], list(self.model.list_snapshots()))
        gone, sent = self.sent(self.model.delete_snapshot, NAME)
        self.assertEqual([('DELETE', 'snapshots.delete')], sent)
        self.assertTrue(gone)
        self.assertFalse(self.model.delete_snapshot(NAME))
        self.assertEqual([], self.azure.invalid_requests())

    def test_a_full_one(self):
        self.assertFalse(self.take(incremental=False).incremental)

    def test_again(self):
        snapshot = self.take()
        for model in (self.make_model(), self.model):
            self.assertEqual(snapshot, model.create_snapshot(
                self.snapshot_spec(self.disk.name)))
        other = self.model.create(self.spec(OTHER))
        for model in (self.make_model(), self.model):
            self.assertRaises(
                exceptions.Conflict, model.create_snapshot,
                self.snapshot_spec(other.name))

    def test_of_a_disk_that_is_not_there(self):
        error = self.assertRaises(
            exceptions.NotFound, self.model.create_snapshot,
            self.snapshot_spec(f'volume-{OTHER}'))
        self.assertIn(OTHER, str(error))

    def test_too_many_in_five_minutes(self):
        """What could not be taken is not left behind."""
        for number in range(7):
            self.take(uuid=f'{number:08}{SNAPSHOT[8:]}')
        error = self.assertRaises(exceptions.AzureError, self.take)
        self.assertIn('SnapshotOperationRateExceeded', str(error))
        self.assertEqual(7, len(list(self.model.list_snapshots())))
        self.azure.clock.advance(300)
        self.assertTrue(self.take().usable)

    def test_a_disk_outlives_its_snapshot(self):
        self.take()
        clone, sent = self.sent(
            self.model.create_from_snapshot, self.spec(OTHER, 6), NAME)
        self.assertEqual([('PUT', 'disks.create_or_update')], sent)
        self.assertEqual(6, clone.size_gib)
        self.model.delete_snapshot(NAME)
        self.model.delete(self.disk.name)
        self.assertEqual([clone], list(self.model.list()))

    def test_too_small(self):
        self.take()
        error = self.assertRaises(
            exceptions.Refused, self.model.create_from_snapshot,
            self.spec(OTHER, 2), NAME)
        self.assertIn('greater than or equal', str(error))

    def test_tags(self):
        self.take()
        snapshot = self.model.tag_snapshot(NAME, {'a': 'b'})
        self.assertEqual({'a': 'b'}, snapshot.tags)
        self.assertRaises(
            exceptions.Conflict, self.model.delete_snapshot, NAME)

    def test_revert(self):
        self.take()
        self.model.grow(self.disk.name, 8)
        disk, sent = self.sent(
            self.model.revert, self.spec(size_gib=8, generation='r1'),
            self.disk.name, NAME)
        self.assertEqual([('PUT', 'disks.create_or_update')], sent)
        self.assertEqual((f'volume-{UUID}-r1', 8),
                         (disk.name, disk.size_gib))
        self.assertEqual(2, len(list(self.model.list())))
        self.assertRaises(
            exceptions.InvalidRequest, self.model.revert, self.spec(),
            self.disk.name, NAME)

    def test_clone(self):
        clone, sent = self.sent(
            self.model.create_from_volume, self.spec(OTHER, 16),
            self.disk.name)
        self.assertEqual([('PUT', 'disks.create_or_update')], sent)
        self.assertEqual((16, True), (clone.size_gib, clone.usable))


class ZoneTest(base.ManagedTestCase):
    """Copies of a disk in another zone than its source."""

    def setUp(self):
        super().setUp()
        self.disk = self.model.create(self.spec(zone='1'))

    def test_a_clone_in_another_zone(self):
        clone = self.model.create_from_volume(
            self.spec(OTHER, 8, zone='2'), self.disk.name)
        self.assertEqual(('2', 8), (clone.kind.zone, clone.size_gib))
        self.assertEqual([], list(self.model.list_snapshots()))

    def test_what_is_left_behind_is_known(self):
        self.azure.fail('DELETE', 'snapshots', 400, 'BadRequest')
        self.model.create_from_volume(
            self.spec(OTHER, zone='2'), self.disk.name)
        snapshot, = self.model.list_snapshots()
        self.assertEqual(('temporary', OTHER), (
            snapshot.tags[tags.KIND], snapshot.tags[tags.ID]))
        self.assertIn('stays behind', self.log.text)

    def test_a_snapshot_is_in_no_zone(self):
        self.model.create_snapshot(self.snapshot_spec(self.disk.name))
        clone = self.model.create_from_snapshot(
            self.spec(OTHER, zone='3'), NAME)
        self.assertEqual('3', clone.kind.zone)


class BackgroundCopyTest(base.ManagedTestCase):
    """Snapshots of Premium SSD v2 disks are complete later."""

    latency = 'observed'

    def setUp(self):
        super().setUp()
        self.disk = self.model.create(self.spec(
            sku='PremiumV2_LRS', zone='1'))
        self.snapshot = self.model.create_snapshot(
            self.snapshot_spec(self.disk.name))

    def test_not_usable_at_once(self):
        self.assertFalse(self.snapshot.usable)
        self.azure.clock.advance(3600)
        self.assertTrue(self.model.get_snapshot(NAME).usable)

    def test_a_disk_of_it_waits(self):
        spec = self.spec(OTHER, sku='PremiumV2_LRS', zone='1')
        disk = self.model.create_from_snapshot(spec, NAME)
        self.assertTrue(disk.usable)
        self.assertTrue(self.model.get_snapshot(NAME).usable)

    def test_sectors_of_4096_bytes_fit_nowhere_else(self):
        error = self.assertRaises(
            exceptions.Refused, self.model.create_from_snapshot,
            self.spec(OTHER), self.wait())
        self.assertIn('4096 bytes', str(error))

    def wait(self):
        self.azure.clock.advance(3600)
        return NAME

    def test_not_for_ever(self):
        self.flags(operation_timeout=10)
        self._client = None
        model = self.make_model()
        error = self.assertRaises(
            exceptions.OperationTimeout, model.create_from_snapshot,
            self.spec(OTHER, sku='PremiumV2_LRS', zone='1'), NAME)
        self.assertIn('still being copied', str(error))


    def test_the_copy_has_failed(self):
        resource = self.azure.emulator.store.get(self.snapshot.id)
        resource.properties['copyCompletionError'] = {
            'errorCode': 'CopySourceNotFound',
            'errorMessage': 'The source has gone.'}
        error = self.assertRaises(
            exceptions.OperationFailed, self.model.create_from_snapshot,
            self.spec(OTHER, sku='PremiumV2_LRS', zone='1'), NAME)
        self.assertIn('The source has gone', str(error))


class ImageTest(base.ManagedTestCase):

    def test_of_the_marketplace(self):
        for version in ('latest', None):
            image = {**IMAGE, 'version': version}
            disk = self.model.create_from_image(
                self.spec(size_gib=64, sku='Premium_LRS'), image)
        self.assertEqual(('Linux', 'V2', 64, True), (
            disk.os_type, disk.generation, disk.size_gib, disk.usable))
        source = self.azure.resource('disks', disk.name)['properties'][
            'creationData']['imageReference']['id']
        self.assertIn('/Publishers/Canonical/', source)
        self.assertNotIn('latest', source)

    def test_too_small(self):
        self.assertRaises(
            exceptions.Refused, self.model.create_from_image,
            self.spec(size_gib=4), IMAGE)
        self.assertEqual([], self.azure.resource_ids())

    def test_of_a_snapshot(self):
        disk = self.model.create(self.spec())
        copy = self.model.create_from_image(
            self.spec(OTHER), {'id': self.model.disk_id(disk.name)})
        self.assertEqual(f'volume-{OTHER}', copy.name)

    def test_in_the_place_of_a_volume(self):
        disk = self.model.create(self.spec(size_gib=64))
        again = self.spec(size_gib=64, generation='i1')
        made, sent = self.sent(
            self.model.rewrite_from_image, again, disk.name, IMAGE)
        self.assertEqual(('PUT', 'disks.create_or_update'), sent[-1])
        self.assertEqual(
            (f'volume-{UUID}-i1', 'Linux'), (made.name, made.os_type))
        # the caller keeps the new name before the old disk goes
        self.assertEqual(2, len(list(self.model.list())))
        self.assertEqual(made.name, self.model.rewrite_from_image(
            again, disk.name, IMAGE).name)
        self.assertRaises(
            exceptions.InvalidRequest, self.model.rewrite_from_image,
            self.spec(size_gib=64), disk.name, IMAGE)

    def test_what_cannot_be(self):
        group = self.model.disk_id('x').rpartition('/disks/')[0]
        for image, words in (
                ({'id': f'{group}/images/golden'}, 'managed image'),
                ({'id': f'{group}/virtualMachines/vm'}, 'is no image'),
                ({'id': 'golden'}, 'is no image'),
                ({}, 'neither by an id')):
            error = self.assertRaises(
                exceptions.InvalidRequest, self.model.create_from_image,
                self.spec(size_gib=64), image)
            self.assertIn(words, str(error))
        error = self.assertRaises(
            exceptions.InvalidRequest, self.model.create_from_image,
            self.spec(size_gib=64, sku='PremiumV2_LRS', zone='1'), IMAGE)
        self.assertIn('from an image', str(error))
        self.assertEqual([], self.azure.resource_ids())

    def test_of_a_gallery(self):
        group = self.model.disk_id('x').rpartition('/disks/')[0]
        image = f'{group}/galleries/g/images/i/versions/1.0.0'
        error = self.assertRaises(
            exceptions.NotFound, self.model.create_from_image,
            self.spec(size_gib=64), {'id': image})
        self.assertIn('1.0.0', str(error))
        sent = self.azure.sent('PUT', 'disks', f'volume-{UUID}')
        self.assertEqual(
            {'createOption': 'FromImage',
             'galleryImageReference': {'id': image}},
            sent['properties']['creationData'])
