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

"""What each SKU of disks can do, and what it refuses."""

from jacket_azure.emulator.compute import usages
from tests.unit.emulator.compute import base

GIB = 1024 ** 3


class DiskCase(base.ComputeTestCase):
    """Steps with disks of all kinds."""

    def make(self, sku='Premium_LRS', size_gib=8, name='disk', zones=None,
             data=None, **properties):
        body = {'location': base.LOCATION, 'sku': {'name': sku},
                'properties': {'creationData': {
                    'createOption': 'Empty', **(data or {})},
                    'diskSizeGB': size_gib, **properties}}
        if zones:
            body['zones'] = zones
        return self.compute.disks.begin_create_or_update(
            base.GROUP, name, body).result().properties

    def update(self, name='disk', sku=None, **properties):
        body = {'properties': properties}
        if sku:
            body['sku'] = {'name': sku}
        return self.compute.disks.begin_update(
            base.GROUP, name, body).result().properties


class SkuTest(DiskCase):
    """IOPS, MB/s, tiers, bursting, sharing, sectors."""

    def test_adjustable_performance(self):
        disk = self.make('UltraSSD_LRS', 512, diskIOPSReadWrite=600,
                         diskMBpsReadWrite=100)
        self.assertEqual((600, 100), (disk.disk_iops_read_write,
                                      disk.disk_m_bps_read_write))
        disk = self.update(diskIOPSReadWrite=2000)
        self.assertEqual((2000, 100), (disk.disk_iops_read_write,
                                       disk.disk_m_bps_read_write))
        disk = self.make('PremiumV2_LRS', 100, 'other', zones=['1'])
        self.assertEqual((3000, 125, 4096), (
            disk.disk_iops_read_write, disk.disk_m_bps_read_write,
            disk.creation_data.logical_sector_size))

    def test_performance_out_of_range(self):
        error = self.refused(400, 'BadRequest', self.make, 'UltraSSD_LRS',
                             512, diskIOPSReadWrite=500)
        self.assertEqual(
            'The value 500 of parameter disk.diskIOPSReadWrite is not valid. '
            'The supported range for a UltraSSD_LRS disk of size 512 GB is '
            'between 512 and 400000.', error.message)
        for sku, name, value in (
                ('PremiumV2_LRS', 'diskIOPSReadWrite', 100),
                ('PremiumV2_LRS', 'diskMBpsReadWrite', 5000),
                ('Premium_LRS', 'diskIOPSReadWrite', 9000)):
            self.refused(400, 'BadRequest', self.make, sku, 8,
                         **{name: value})
        self.assertEqual([], list(self.compute.disks.list()))

    def test_premium_v2_needs_a_zone_where_there_are_some(self):
        self.refused(400, 'BadRequest', self.make, 'PremiumV2_LRS')
        body = {'location': 'westus', 'sku': {'name': 'PremiumV2_LRS'},
                'properties': {'creationData': {'createOption': 'Empty'},
                               'diskSizeGB': 8}}
        self.compute.disks.begin_create_or_update(
            base.GROUP, 'disk', body).result()

    def test_what_was_read_may_be_sent_back(self):
        self.make('Standard_LRS', 8)
        path = self.path('disks', 'disk')
        body = self.send('GET', path, version=base.DISK_API_VERSION).json()
        body['properties']['diskSizeGB'] = 5000
        answer = self.send('PUT', path, body, version=base.DISK_API_VERSION)
        self.assertEqual(202, answer.status_code)
        disk = self.compute.disks.get(base.GROUP, 'disk').properties
        self.assertEqual((1300, 5000 * GIB), (disk.disk_iops_read_write,
                                              disk.disk_size_bytes))

    def test_tiers(self):
        self.assertEqual('P2', self.make().tier)
        disk = self.update(tier='P30')
        self.assertEqual(('P30', 5000, 200), (
            disk.tier, disk.disk_iops_read_write,
            disk.disk_m_bps_read_write))
        # a tier that was bought stays while it is the larger one
        self.assertEqual('P30', self.update(diskSizeGB=64).tier)
        self.assertEqual('P40', self.update(diskSizeGB=2048).tier)
        for wrong in ('P10', 'P60'):
            self.refused(400, 'InvalidParameter', self.update, tier=wrong)
        self.assertIsNone(self.update(sku='Standard_LRS').tier)

    def test_bursting_and_performance_plus(self):
        self.refused(400, 'InvalidParameter', self.make,
                     burstingEnabled=True)
        self.assertTrue(self.make(
            size_gib=1024, burstingEnabled=True).bursting_enabled)
        self.refused(400, 'InvalidParameter', self.make, name='plus',
                     data={'performancePlus': True})
        disk = self.make(name='plus', size_gib=1024,
                         data={'performancePlus': True})
        self.assertEqual((8000, 300), (disk.disk_iops_read_write,
                                       disk.disk_m_bps_read_write))

    def test_sharing(self):
        for sku, size, most in (('Premium_LRS', 256, 3),
                                ('Premium_LRS', 1024, 5),
                                ('StandardSSD_LRS', 8192, 10),
                                ('UltraSSD_LRS', 8, 15),
                                ('Standard_LRS', 8, 1)):
            self.refused(400, 'InvalidParameter', self.make, sku, size,
                         maxShares=most + 1)
            self.make(sku, size, maxShares=most)
            self.compute.disks.begin_delete(base.GROUP, 'disk').result()

    def test_sectors_and_zones(self):
        disk = self.make('UltraSSD_LRS', zones=['1'],
                         data={'logicalSectorSize': 512})
        self.assertEqual(512, disk.creation_data.logical_sector_size)
        for sku, data, zones in (
                ('Premium_LRS', {'logicalSectorSize': 512}, None),
                ('UltraSSD_LRS', {'logicalSectorSize': 520}, None),
                ('Premium_ZRS', {}, ['1'])):
            self.refused(400, 'InvalidParameter', self.make, sku,
                         name='other', data=data, zones=zones)
        self.compute.snapshots.begin_create_or_update(base.GROUP, 'snap', {
            'location': base.LOCATION, 'properties': {
                'incremental': True, 'creationData': {
                    'createOption': 'Copy',
                    'sourceResourceId': self.path('disks', 'disk')}},
        }).result()
        source = {'createOption': 'Copy',
                  'sourceResourceId': self.path('snapshots', 'snap')}
        error = self.refused(
            400, 'BadRequest', self.make, 'UltraSSD_LRS', name='clone',
            zones=['1'], data={**source, 'logicalSectorSize': 4096})
        self.assertEqual('Changing the logical sector size of a disk is not '
                         'permitted.', error.message)
        clone = self.make('UltraSSD_LRS', name='clone', zones=['1'],
                          data=source)
        self.assertEqual(512, clone.creation_data.logical_sector_size)


class GrowthTest(DiskCase):
    """Growing and changing the SKU under a running machine."""

    def attach(self, **disk):
        self.create()
        self.make('StandardSSD_LRS', name='data', **disk)
        self.vms.begin_attach_detach_data_disks(base.GROUP, 'vm', {
            'dataDisksToAttach': [{'diskId': self.path('disks', 'data')}],
        }).result()

    def test_data_disks_grow_online_up_to_4_tib(self):
        self.attach()
        self.assertEqual(16, self.update('data', diskSizeGB=16).disk_size_gb)
        error = self.refused(409, 'OperationNotAllowed', self.update, 'data',
                             diskSizeGB=5000)
        self.assertIn('requires the virtual machine to be deallocated',
                      error.message)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.update('data', diskSizeGB=5000)
        self.vms.begin_start(base.GROUP, 'vm').result()
        self.update('data', diskSizeGB=6000)

    def test_shared_disks_grow_offline(self):
        self.attach(maxShares=2)
        self.refused(409, 'OperationNotAllowed', self.update, 'data',
                     diskSizeGB=16)

    def test_the_sku_changes_offline(self):
        self.attach()
        self.refused(409, 'OperationNotAllowed', self.update, 'data',
                     'Premium_LRS')
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.assertEqual('P2', self.update('data', 'Premium_LRS').tier)
        self.refused(409, 'OperationNotAllowed', self.update, 'data',
                     'UltraSSD_LRS')

    def test_the_sku_changes_twice_a_day(self):
        self.make('Standard_LRS')
        self.update(sku='Premium_LRS')
        self.update(sku='Standard_LRS')
        error = self.refused(409, 'OperationNotAllowed', self.update,
                             sku='Premium_LRS')
        self.assertIn('2 times in 24 hours', error.message)
        self.clock.advance(86400)
        self.assertEqual('P2', self.update(sku='Premium_LRS').tier)

    def test_skus_that_do_not_turn_into_each_other(self):
        self.make('Premium_LRS', zones=['1'])
        self.make('Premium_LRS', name='regional')
        self.make('Premium_ZRS', name='redundant')
        self.make('PremiumV2_LRS', name='v2', zones=['1'])
        for name, sku in (('disk', 'UltraSSD_LRS'), ('disk', 'Premium_ZRS'),
                          ('regional', 'PremiumV2_LRS'),
                          ('redundant', 'Premium_LRS'),
                          ('v2', 'Premium_LRS')):
            self.refused(409, 'OperationNotAllowed', self.update, name, sku)
        self.assertEqual(3000, self.update(
            'disk', 'PremiumV2_LRS').disk_iops_read_write)

    def test_performance_changes_four_times_a_day(self):
        self.make('PremiumV2_LRS', 100, zones=['1'])
        for iops in (4000, 5000, 6000, 7000):
            self.update(diskIOPSReadWrite=iops)
        # what it has already is no change
        self.update(diskIOPSReadWrite=7000)
        error = self.refused(409, 'OperationNotAllowed', self.update,
                             diskIOPSReadWrite=8000)
        self.assertIn('4 times in 24 hours', error.message)
        self.clock.advance(86400)
        self.update(diskIOPSReadWrite=8000)

    def test_sharing_changes_offline(self):
        self.attach(maxShares=2)
        self.refused(409, 'OperationNotAllowed', self.update, 'data',
                     maxShares=3)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.assertEqual(3, self.update('data', maxShares=3).max_shares)


class SourceTest(DiskCase):
    """What a disk was made from stays."""

    def test_a_disk_cannot_be_made_from_something_else(self):
        self.make(name='a')
        self.make(name='b')
        copy = {'createOption': 'Copy'}
        first = {**copy, 'sourceResourceId': self.path('disks', 'a')}
        self.make(data=first)
        for other in ({**copy, 'sourceResourceId': self.path('disks', 'b')},
                      {'createOption': 'Empty'}):
            self.refused(409, 'PropertyChangeNotAllowed', self.make,
                         data=other)
        self.make(data=first)

    def test_a_copy_is_in_the_zone_of_its_source(self):
        self.make(name='source', zones=['1'])
        copy = {'createOption': 'Copy',
                'sourceResourceId': self.path('disks', 'source')}
        error = self.refused(400, 'InvalidParameter', self.make,
                             zones=['2'], data=copy)
        self.assertEqual(
            f"The resource 'disk' in an availability zone cannot be copied "
            f"from the source '{self.path('disks', 'source')}' in a "
            f"different availability zone.", error.message)
        self.make(name='near', zones=['1'], data=copy)
        self.make(name='regional', data=copy)

    def test_a_snapshot_cannot_be_taken_again(self):
        self.make(name='a')
        self.make(name='b')
        for name, refused in (('a', False), ('b', True), ('a', False)):
            body = {'location': base.LOCATION, 'properties': {
                'creationData': {
                    'createOption': 'Copy',
                    'sourceResourceId': self.path('disks', name)}}}
            arguments = (base.GROUP, 'snap', body)
            if refused:
                self.refused(
                    409, 'PropertyChangeNotAllowed',
                    self.compute.snapshots.begin_create_or_update,
                    *arguments)
            else:
                self.compute.snapshots.begin_create_or_update(
                    *arguments).result()


class QuotaTest(DiskCase):
    """How many disks there may be, and how large in all."""

    def used(self):
        return {usage.name.value: usage.current_value for usage
                in self.compute.usage.list(base.LOCATION)}

    def test_disks_are_counted(self):
        self.make('Premium_LRS')
        self.make('PremiumV2_LRS', 100, 'v2', zones=['1'])
        used = self.used()
        self.assertEqual((1, 1, 100, 0), tuple(used[name] for name in (
            'PremiumDiskCount', 'PremiumV2DiskCount',
            'PremiumV2DiskSizeInGB', 'StandardDiskCount')))

    def test_too_many(self):
        usages.set_limit(self.emulator, 'PremiumDiskCount', 1)
        usages.set_limit(self.emulator, 'PremiumV2DiskSizeInGB', 100)
        self.make('Premium_LRS')
        for sku, size in (('Premium_LRS', 8), ('PremiumV2_LRS', 101)):
            error = self.refused(409, 'OperationNotAllowed', self.make, sku,
                                 size, 'other', zones=['1'])
            self.assertIn('exceeding approved Premium', error.message)
        self.make('PremiumV2_LRS', 100, 'other', zones=['1'])
