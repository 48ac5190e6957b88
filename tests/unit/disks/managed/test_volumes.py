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

"""Volumes as managed disks, on the emulator over HTTPS."""

from concurrent import futures

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests.unit.disks.managed import base

UUID, OTHER, GIB = base.UUID, base.OTHER, base.GIB


class CreateTest(base.ManagedTestCase):

    def test_an_empty_disk(self):
        spec = self.spec(size_gib=5, sku='Premium_LRS', zone='2')
        disk, sent = self.sent(self.model.create, spec)
        self.assertEqual([('PUT', 'disks.create_or_update')], sent)
        self.assertEqual(
            (f'volume-{UUID}', 5 * GIB, spec.kind, 'Unattached', (), True),
            (disk.name, disk.size_bytes, disk.kind, disk.state,
             disk.attached_to, disk.usable))
        self.assertEqual(self.model.disk_id(disk.name), disk.id)
        self.assertEqual(disk, self.model.get(disk.name))
        self.assertEqual([disk], list(self.model.list()))
        self.assertEqual([], self.azure.invalid_requests())

    def test_nobody_reaches_its_bytes(self):
        self.model.create(self.spec())
        properties = self.azure.resource('disks', f'volume-{UUID}')[
            'properties']
        self.assertEqual(('DenyAll', 'Disabled'), (
            properties['networkAccessPolicy'],
            properties['publicNetworkAccess']))

    def test_every_sku(self):
        for number, sku in enumerate(self.model.skus()):
            zone = '1' if sku in ('PremiumV2_LRS', 'UltraSSD_LRS') else None
            disk = self.model.create(self.spec(
                f'{number:08}{UUID[8:]}', size_gib=8, sku=sku, zone=zone))
            self.assertEqual((sku, zone), (disk.kind.sku, disk.kind.zone))

    def test_performance_sharing_sectors(self):
        disk = self.model.create(self.spec(
            size_gib=100, sku='PremiumV2_LRS', zone='1', iops=5000, mbps=300,
            max_shares=4, sector_bytes=512))
        self.assertEqual((5000, 300, 4, 512), (
            disk.kind.iops, disk.kind.mbps, disk.kind.max_shares,
            disk.kind.sector_bytes))
        disk = self.model.create(self.spec(
            OTHER, sku='Premium_LRS', tier='P30'))
        self.assertEqual('P30', disk.kind.tier)

    def test_what_cannot_be_is_refused_before_a_write(self):
        for size_gib, kind, words in (
                (32768, {}, '1 to 32767 GiB, not 32768'),
                (0, {}, 'not 0'),
                (4, {'sku': 'Fast'}, 'allowed are StandardSSD_LRS'),
                (4, {'sku': 'PremiumV2_LRS'}, 'needs a zone, one of 1, 2'),
                (4, {'sku': 'Premium_ZRS', 'zone': '1'}, 'in all zones'),
                (4, {'zone': '9'}, 'allowed are 1, 2, 3'),
                (4, {'iops': 500}, 'IOPS of a StandardSSD_LRS'),
                (2, {'sku': 'UltraSSD_LRS', 'zone': '1'}, '4 to 65536')):
            error = self.assertRaises(
                exceptions.InvalidRequest, self.model.create,
                self.spec(size_gib=size_gib, **kind))
            self.assertIn(words, str(error))
        self.assertEqual([], self.azure.resource_ids())

    def test_again(self):
        disk = self.model.create(self.spec())
        # another process, which has seen nothing, and one that has
        for model in (self.make_model(), self.model):
            self.assertEqual(disk, model.create(self.spec()))

    def test_the_reply_is_lost(self):
        self.azure.emulator.faults.drop_reply('PUT', 'disks', times=1)
        disk = self.model.create(self.spec())
        self.assertEqual('Unattached', disk.state)
        self.assertEqual(1, len(list(self.model.list())))

    def test_a_disk_of_others(self):
        theirs = models.VolumeSpec(
            f'volume-{UUID}', 8, models.Kind('Standard_LRS'),
            base.tags_of(UUID, owner='somebody'))
        self.make_model().create(theirs)
        before = self.azure.resource('disks', theirs.name)
        seen = self.make_model()
        seen.list()
        for model in (self.make_model(), seen):
            for method in (model.create, model.open_writer):
                error = self.assertRaises(
                    exceptions.Conflict, method, self.spec())
                self.assertIn('is not ours', str(error))
            self.assertRaises(
                exceptions.Conflict, model.delete, theirs.name)
            self.assertRaises(
                exceptions.Conflict, model.grow, theirs.name, 16)
        self.assertEqual(before, self.azure.resource('disks', theirs.name))

    def test_a_disk_with_other_content(self):
        source = self.model.create(self.spec(OTHER))
        self.model.create_from_volume(self.spec(), source.name)
        for model in (self.make_model(), self.model):
            error = self.assertRaises(
                exceptions.Conflict, model.create, self.spec())
            self.assertIn('made from something else', str(error))

    def test_the_name_was_taken_since_the_listing(self):
        """Only a PUT can tell, where another process has made it."""
        source = self.model.create(self.spec(OTHER))
        self.make_model().create(self.spec())
        error = self.assertRaises(
            exceptions.Conflict, self.model.create_from_volume,
            self.spec(), source.name)
        self.assertIn('made from something else', str(error))

    def test_it_was_made_and_has_grown_since_the_listing(self):
        """A PUT of the old size is refused then."""
        other = self.make_model()
        other.create(self.spec())
        grown = other.grow(f'volume-{UUID}', 9)
        self.assertEqual(grown, self.model.create(self.spec()))

    def test_an_operation_that_fails_leaves_nothing(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'disks', code='InternalError', times=1)
        self.assertRaises(
            exceptions.AzureError, self.model.create, self.spec())
        self.assertEqual([], self.azure.resource_ids())
        self.model.create(self.spec())

    def test_no_room(self):
        self.azure.fail(
            'PUT', 'disks', 409, 'OperationNotAllowed',
            'Operation could not be completed as it results in exceeding '
            'approved StandardSSDDiskCount quota.')
        self.assertRaises(
            exceptions.QuotaExceeded, self.model.create, self.spec())


class DeleteTest(base.ManagedTestCase):

    def test_one_request(self):
        disk = self.model.create(self.spec())
        gone, sent = self.sent(self.model.delete, disk.name)
        self.assertTrue(gone)
        self.assertEqual([('DELETE', 'disks.delete')], sent)
        self.assertEqual([], self.azure.resource_ids())
        self.assertFalse(self.model.delete(disk.name))

    def test_another_process_looks_whose_it_is(self):
        disk = self.model.create(self.spec())
        _, sent = self.sent(self.make_model().delete, disk.name)
        self.assertEqual(
            [('GET', 'disks.get'), ('DELETE', 'disks.delete')], sent)

    def test_attached(self):
        disk = self.model.create(self.spec())
        self.attach(disk.name)
        self.assertRaises(exceptions.InUse, self.model.delete, disk.name)
        self.assertEqual('Attached', self.model.get(disk.name).state)

    def test_whether_one_that_a_machine_lists_is_gone(self):
        disk = self.model.create(self.spec())
        self.assertIs(False, self.model.is_gone(disk.id.upper()))
        self.model.delete(disk.name)
        self.assertIs(True, self.model.is_gone(disk.id.upper()))
        # where it has no business
        self.assertIs(False, self.model.is_gone(
            disk.id.replace('/resourceGroups/', '/resourceGroups/x')))

    def test_whether_it_could_be_is_told_without_a_change(self):
        check = self.model.check_deletable
        self.assertRaises(exceptions.NotFound, check, f'volume-{UUID}')
        disk = self.model.create(self.spec())
        _, sent = self.sent(check, disk.name)
        self.assertEqual({'GET'}, {method for method, _ in sent})
        self.attach(disk.name)
        self.assertRaises(exceptions.InUse, check, disk.name)
        self.model.tag(disk.name, {})
        self.assertRaises(exceptions.Conflict, check, disk.name)


class GrowTest(base.ManagedTestCase):

    def test_one_request(self):
        disk = self.model.create(self.spec())
        disk, sent = self.sent(self.model.grow, disk.name, 10)
        self.assertEqual([('PATCH', 'disks.update')], sent)
        self.assertEqual(10, disk.size_gib)

    def test_as_large_already(self):
        name = self.model.create(self.spec(size_gib=8)).name
        for size_gib in (8, 4):
            self.assertEqual(8, self.model.grow(name, size_gib).size_gib)

    def test_too_large(self):
        name = self.model.create(self.spec()).name
        error = self.assertRaises(
            exceptions.InvalidRequest, self.model.grow, name, 40000)
        self.assertIn('1 to 32767', str(error))

    def test_attached(self):
        name = self.model.create(self.spec()).name
        self.attach(name)
        self.assertEqual(8, self.model.grow(name, 8).size_gib)
        error = self.assertRaises(
            exceptions.InvalidRequest, self.model.grow, name, 5000)
        self.assertIn('cross 4096 GiB only when detached', str(error))
        self.assertEqual(8, self.model.get(name).size_gib)

    def test_shared_and_attached(self):
        name = self.model.create(self.spec(max_shares=2)).name
        self.attach(name)
        error = self.assertRaises(
            exceptions.InvalidRequest, self.model.grow, name, 8)
        self.assertIn('several machines', str(error))

    def test_an_ultra_disk_gets_the_iops_it_needs(self):
        name = self.model.create(self.spec(
            sku='UltraSSD_LRS', zone='1', iops=500)).name
        disk = self.model.grow(name, 1000)
        self.assertEqual((1000, 1000), (disk.size_gib, disk.kind.iops))

    def test_missing(self):
        self.assertRaises(
            exceptions.NotFound, self.model.grow, f'volume-{UUID}', 8)

    def test_refused_beforehand(self):
        disk = self.model.create(self.spec(size_gib=8))
        for size_gib in (8, 7, 40000):
            self.assertRaises(
                exceptions.InvalidRequest, self.model.check_growth, disk,
                size_gib)
        self.model.check_growth(disk, 9)


class ChangeTest(base.ManagedTestCase):

    def test_sku_and_tags(self):
        disk = self.model.create(self.spec(sku='Standard_LRS', zone='1'))
        new = {**disk.tags, 'jacket-project': 'another'}
        disk = self.model.change(
            disk.name, models.Kind('Premium_LRS', tier='P10'), new)
        self.assertEqual(('Premium_LRS', 'P10', '1', new), (
            disk.kind.sku, disk.kind.tier, disk.kind.zone, disk.tags))
        disk = self.model.change(disk.name, models.Kind('Premium_LRS'), new)
        self.assertIsNone(disk.kind.tier)

    def test_performance(self):
        disk = self.model.create(self.spec(
            size_gib=100, sku='PremiumV2_LRS', zone='1'))
        for iops in (4000, 5000, 6000, 7000):
            kind = models.Kind('PremiumV2_LRS', iops=iops)
            self.assertEqual(iops, self.model.change(
                disk.name, kind, disk.tags).kind.iops)
        error = self.assertRaises(
            exceptions.Conflict, self.model.change, disk.name,
            models.Kind('PremiumV2_LRS', iops=8000), disk.tags)
        self.assertIn('4 times in 24 hours', str(error))

    def test_what_needs_a_new_disk(self):
        disk = self.model.create(self.spec(zone='1'))
        for kind in ({'zone': '2'}, {'sku': 'StandardSSD_ZRS'},
                     {'sku': 'UltraSSD_LRS'}, {'sector_bytes': 512}):
            error = self.assertRaises(
                exceptions.InvalidRequest, self.model.change, disk.name,
                models.Kind(**{'sku': 'StandardSSD_LRS', **kind}), disk.tags)
            self.assertIn('in place', str(error))
        self.assertEqual(disk, self.model.get(disk.name))

    def test_attached(self):
        disk = self.model.create(self.spec(size_gib=8, sku='Premium_LRS'))
        self.attach(disk.name)
        self.assertRaises(
            exceptions.InvalidRequest, self.model.change, disk.name,
            models.Kind('Standard_LRS'), disk.tags)
        # a tier changes while it runs
        changed = self.model.change(
            disk.name, models.Kind('Premium_LRS', tier='P20'), disk.tags)
        self.assertEqual('P20', changed.kind.tier)

    def test_tags_of_what_is_managed_from_now_on(self):
        self.client.disks.create_or_update('legacy', {
            'location': 'eastus', 'properties': {
                'creationData': {'createOption': 'Empty'}, 'diskSizeGB': 4}})
        self.assertRaises(
            exceptions.Conflict, self.model.delete, 'legacy')
        disk = self.model.tag('legacy', base.tags_of(UUID))
        self.assertEqual(UUID, disk.tags[tags.ID])
        _, sent = self.sent(self.model.grow, 'legacy', 8)
        self.assertEqual(1, len(sent))
        self.model.tag('legacy', {})
        self.assertRaises(exceptions.Conflict, self.model.delete, 'legacy')


class PoolTest(base.ManagedTestCase):

    def test_pools(self):
        self.model.create(self.spec(size_gib=8, sku='Premium_LRS'))
        pools = {pool.sku: pool for pool in self.model.pools()}
        self.assertEqual(self.model.skus(), tuple(pools))
        premium = pools['Premium_LRS']
        self.assertEqual((1, 8, 49999 * 32767), (
            premium.volumes, premium.provisioned_gib, premium.free_gib))
        self.assertEqual(102400, pools['PremiumV2_LRS'].total_gib)
        self.assertEqual(
            (True, False, 65536), (
                pools['UltraSSD_LRS'].performance,
                pools['Standard_LRS'].shared,
                pools['UltraSSD_LRS'].max_size_gib))

    def test_a_listing_is_enough(self):
        list(self.model.pools())
        _, sent = self.sent(self.model.pools)
        self.assertEqual([('GET', 'disks.list')], sent)

    def test_from_then_on_everything_is_one_request(self):
        """Nobody has listed anything but the pools, as Cinder does."""
        self.model = self.make_model()
        list(self.model.pools())
        disk, sent = self.sent(self.model.create, self.spec())
        self.assertEqual(1, len(sent))
        _, sent = self.sent(
            self.model.create_snapshot, self.snapshot_spec(disk.name))
        self.assertEqual(1, len(sent))

    def test_the_catalogue_cannot_be_read(self):
        self.azure.fail('GET', 'skus', 403, 'AuthorizationFailed')
        model = self.make_model()
        self.assertEqual(7, len(list(model.pools())))
        model.create(self.spec())
        self.assertIn('documented limits', self.log.text)


class StackHubTest(base.ManagedTestCase):
    """Azure Stack Hub has fewer SKUs, and speaks older versions."""

    profile = 'stack_hub'

    def test_two_skus(self):
        self.assertEqual(
            {'Standard_LRS', 'Premium_LRS'},
            {pool.sku for pool in self.model.pools()})
        error = self.assertRaises(
            exceptions.InvalidRequest, self.model.create, self.spec())
        self.assertIn('has no StandardSSD_LRS', str(error))

    def test_a_life(self):
        name = self.model.create(self.spec(sku='Standard_LRS')).name
        self.assertEqual(8, self.model.grow(name, 8).size_gib)
        snapshot = self.model.create_snapshot(self.snapshot_spec(name))
        self.assertFalse(snapshot.incremental)
        copy = self.model.create_from_snapshot(
            self.spec(OTHER, 9, sku='Premium_LRS'), snapshot.name)
        self.assertEqual(9, copy.size_gib)
        changed = self.model.change(
            name, models.Kind('Premium_LRS'), copy.tags)
        self.assertEqual('Premium_LRS', changed.kind.sku)
        self.model.delete_snapshot(snapshot.name)
        for disk in (name, copy.name):
            self.model.delete(disk)
        self.assertEqual([], self.azure.resource_ids())
        self.assertEqual([], self.azure.invalid_requests())
        entry = self.model.describe_data_disk(copy.id, 1, 'ReadOnly')
        self.assertNotIn('deleteOption', entry)


class ThreadsTest(base.ManagedTestCase):
    """One model serves all threads of a process."""

    def test_each_gets_its_own(self):
        def live(number):
            uuid = f'{number:08}{UUID[8:]}'
            name = self.model.create(self.spec(uuid, 4)).name
            self.model.grow(name, 4 + number)
            snapshot = self.model.create_snapshot(self.snapshot_spec(
                name, f'{number:08}{base.SNAPSHOT[8:]}'))
            if number % 2:
                self.model.delete_snapshot(snapshot.name)
                self.model.delete(name)

        def all_of_them():
            with futures.ThreadPoolExecutor(8) as pool:
                list(pool.map(live, range(1, 25)))

        _, sent = self.sent(all_of_them)
        self.assertEqual(
            {disk.size_gib for disk in self.model.list()},
            {4 + number for number in range(2, 25, 2)})
        self.assertEqual(12, len(list(self.model.list_snapshots())))
        # and nobody had to look twice
        self.assertEqual(24 * 3 + 12 * 2, len(sent))
