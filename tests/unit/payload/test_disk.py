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

import datetime

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.disks.managed import facts
from jacket_azure.payload import disk
from jacket_azure.payload import disk_quotas
from jacket_azure.payload import quotas
from jacket_azure.payload import snapshot
from jacket_azure.payload import volume_kind
from tests import samples
from tests import timeout

GROUP = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute'
GIB = 1024**3


class BuildTest(timeout.TestCase):

    def build(self, sku, creation, tags=(('jacket-owner', 'openstack'),),
              kind=(), **options):
        return disk.build(disk.DiskSpec(
            location='eastus',
            kind=volume_kind.Kind(sku, **dict(kind)),
            creation=creation, tags=dict(tags), **options))

    def test_empty(self):
        self.assertEqual(samples.load('disk_empty'), self.build(
            'StandardSSD_LRS', disk.empty(), size_gib=10,
            access=disk.CLOSED))

    def test_copy(self):
        kind = {'zone': '2', 'iops': 5000, 'mbps': 300, 'max_shares': 4,
                'sector_bytes': 512,
                'encryption_set': f'{GROUP}/diskEncryptionSets/keys'}
        self.assertEqual(samples.load('disk_premium_v2_copy'), self.build(
            'PremiumV2_LRS', disk.copy_of(f'{GROUP}/snapshots/snap'),
            kind=kind, size_gib=100))

    def test_upload(self):
        self.assertEqual(samples.load('disk_upload'), self.build(
            'Premium_LRS', disk.upload(10), (), {'tier': 'P20'},
            size_gib=10, access=disk.CLOSED, os_type='Windows',
            generation='V2'))

    def test_import(self):
        self.assertEqual(samples.load('disk_import'), self.build(
            'StandardSSD_LRS', disk.from_blob(
                'https://account.blob.core.windows.net/images/a.vhd',
                '/subscriptions/s/resourceGroups/g/providers/'
                'Microsoft.Storage/storageAccounts/account'),
            kind={'zone': '2'}, size_gib=40, os_type='Linux',
            generation='V2', security_type='TrustedLaunch'))

    def test_images(self):
        wanted = samples.load('disk_from_images')
        image_id = disk.platform_image_id(
            's', 'eastus', 'Canonical', 'ubuntu-24_04-lts', 'server',
            '24.04.202511010')
        self.assertEqual(
            wanted['marketplace'], disk.from_platform_image(image_id))
        self.assertEqual(
            wanted['gallery'], disk.from_gallery_image(
                {'id': f'{GROUP}/galleries/g/images/i/versions/1.0.0'}))

    def test_what_the_disk_was_told_is_read_back(self):
        kind = volume_kind.Kind(
            'PremiumV2_LRS', zone='2', iops=5000, mbps=300, max_shares=4,
            sector_bytes=512,
            encryption_set=f'{GROUP}/diskEncryptionSets/keys')
        self.assertEqual(
            kind, disk.kind_of(samples.load('disk_premium_v2_copy')))

    def test_a_change_names_only_what_changes(self):
        old = volume_kind.Kind('Premium_LRS', zone='1', tier='P30')
        new = volume_kind.Kind('Premium_LRS')
        self.assertEqual(
            {'tags': {}, 'properties': {'tier': 'P10'}},
            disk.build_change(old, new, 100, {}))
        self.assertEqual(
            {'tags': {'a': 'b'}, 'sku': {'name': 'Standard_LRS'},
             'properties': {'maxShares': 2}},
            disk.build_change(
                old, volume_kind.Kind('Standard_LRS', max_shares=2), 100,
                {'a': 'b'}))


class SnapshotTest(timeout.TestCase):

    def test_build(self):
        self.assertEqual(
            samples.load('snapshot_incremental'),
            snapshot.build(snapshot.SnapshotSpec(
                'eastus', f'{GROUP}/disks/volume',
                {'jacket-owner': 'openstack'}, access=disk.CLOSED)))

    def test_source(self):
        for source, name in ((f'{GROUP}/disks/volume', 'volume'),
                             (f'{GROUP}/Disks/volume', 'volume'),
                             (f'{GROUP}/snapshots/other', None),
                             ('nonsense', None), (None, None)):
            self.assertEqual(name, snapshot.source_of({
                'properties': {'creationData': {
                    'sourceResourceId': source}}}))

    def test_complete(self):
        for percent, state, complete in (
                (None, 'Succeeded', True), (100, 'Succeeded', True),
                (99.9, 'Succeeded', False), (None, 'Failed', False),
                (100.0, 'Updating', False)):
            self.assertEqual(complete, snapshot.is_complete({
                'properties': {'completionPercent': percent,
                               'provisioningState': state}}))


class FactsTest(timeout.TestCase):

    def test_a_shared_disk(self):
        found = facts.disk_of(samples.load('disk_shown'))
        self.assertEqual(
            (f'{GROUP}/virtualMachines/a', f'{GROUP}/virtualMachines/b'),
            found.attached_to)
        # not whole GiB: rounded up where GiB are told
        self.assertEqual((1099780064768, 1025), (
            found.size_bytes, found.size_gib))
        self.assertEqual(
            volume_kind.Kind('Premium_LRS', zone='1', max_shares=2),
            found.kind)
        self.assertEqual(
            datetime.datetime(2026, 5, 4, 8, 0, 0, 123456,
                              datetime.UTC), found.created)
        self.assertEqual(('Linux', 'V2', 'Attached', True), (
            found.os_type, found.generation, found.state, found.usable))

    def test_sizes_that_are_not_told(self):
        body = samples.load('disk_upload')
        body.update(name='x', id='y')
        found = facts.disk_of(body)
        self.assertEqual(10 * GIB, found.size_bytes)
        body['properties']['diskSizeGB'] = 11
        self.assertEqual(11 * GIB, facts.disk_of(body).size_bytes)

    @given(st.integers(1, 65536 * GIB))
    def test_sizes_are_rounded_up(self, size_bytes):
        body = samples.load('disk_shown')
        body['properties']['diskSizeBytes'] = size_bytes
        found = facts.disk_of(body)
        self.assertEqual(size_bytes, found.size_bytes)
        self.assertTrue(
            (found.size_gib - 1) * GIB < size_bytes <= found.size_gib * GIB)

    @given(st.integers(1, disk.MAX_UPLOAD_GIB))
    def test_an_upload_holds_its_volume_and_a_footer(self, size_gib):
        size_bytes = disk.upload(size_gib)['uploadSizeBytes']
        self.assertEqual(size_gib * GIB + 512, size_bytes)
        # CreationData.uploadSizeBytes of the API
        self.assertTrue(20972032 <= size_bytes <= 35183298347520)

    def test_a_higher_tier_is_part_of_the_kind(self):
        body = samples.load('disk_shown')
        body['properties']['tier'] = 'P50'
        self.assertEqual('P50', facts.disk_of(body).kind.tier)
        # some Standard disks show one that means nothing
        body['sku']['name'] = 'Standard_LRS'
        self.assertIsNone(facts.disk_of(body).kind.tier)


class QuotaTest(timeout.TestCase):

    def free(self, sku, disks=0, **told):
        return disk_quotas.free_gib(quotas.parse(
            {'name': {'value': name}, 'limit': limit, 'currentValue': used}
            for name, (limit, used) in told.items()), sku, disks, 1000)

    def test_count_and_size(self):
        self.assertEqual(5000, self.free(
            'Premium_LRS', PremiumDiskCount=(10, 5)))
        self.assertEqual(0, self.free(
            'Premium_ZRS', PremiumZRSDiskCount=(10, 12)))
        self.assertEqual(7, self.free(
            'UltraSSD_LRS', UltraSSDDiskCount=(10, 1),
            UltraSSDDiskSizeInGB=(100, 93)))
        self.assertEqual(0, self.free(
            'UltraSSD_LRS', UltraSSDDiskCount=(1, 1),
            UltraSSDDiskSizeInGB=(100, 93)))

    def test_not_told(self):
        self.assertEqual(49_990_000, self.free('Standard_LRS', 10))
        self.assertEqual(0, self.free('Standard_LRS', 60_000))
