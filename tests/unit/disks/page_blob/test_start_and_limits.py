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

from jacket_azure import exceptions
from jacket_azure.arm import cloud as clouds
from jacket_azure.disks import loader
from jacket_azure.disks import models
from jacket_azure.disks import page_blob
from jacket_azure.disks.page_blob import descriptions
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import names
from tests import base
from tests import timeout
from tests import world

UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'
URL = f'https://acct.blob.example.com/volumes/volume-{UUID}.vhd'
STANDARD = models.Kind('Standard_LRS')


class DescriptionsTest(timeout.TestCase):

    def test_an_os_disk(self):
        url = f'https://acct.blob.example.com/vhds/{UUID}.vhd'
        self.assertEqual(
            {'name': UUID, 'createOption': 'FromImage',
             'caching': 'ReadWrite', 'vhd': {'uri': url}, 'diskSizeGB': 64},
            descriptions.os_disk(models.OsDiskSpec(UUID, 64), url, 4095))
        # as large as the image; Azure never deletes it with the machine
        self.assertEqual(
            {'name': UUID, 'createOption': 'FromImage', 'caching': 'None',
             'vhd': {'uri': url}},
            descriptions.os_disk(
                models.OsDiskSpec(UUID, caching='None'), url, 4095))

    def test_volumes(self):
        self.assertEqual(
            {'name': f'volume-{UUID}', 'createOption': 'Attach',
             'osType': 'Linux', 'caching': 'ReadOnly', 'vhd': {'uri': URL}},
            descriptions.boot_volume(URL, 'Linux', 'ReadOnly'))
        self.assertEqual(
            {'lun': 3, 'name': f'volume-{UUID}', 'createOption': 'Attach',
             'caching': 'None', 'vhd': {'uri': URL}},
            descriptions.data_disk(URL, 3, None))

    def test_refusals(self):
        self.assertRaises(exceptions.InvalidRequest,
                          descriptions.data_disk, URL, 0, 'Sometimes')
        for size_gib in (0, 1024):
            error = self.assertRaises(
                exceptions.InvalidRequest, descriptions.os_disk,
                models.OsDiskSpec(UUID, size_gib), URL, 1023)
            self.assertIn('1023', str(error))


class LimitsTest(timeout.TestCase):

    def refused(self, size_gib=1, max_size_gib=4095, **changes):
        kind = models.Kind(**{'sku': 'Standard_LRS', **changes})
        return str(self.assertRaises(
            exceptions.InvalidRequest, limits.check, size_gib, kind,
            'Standard_LRS', max_size_gib))

    def test_sizes(self):
        for size_gib in (1, 1023, 4095):
            limits.check(size_gib, STANDARD, 'Standard_LRS', 4095)
        for size_gib, most in ((0, 4095), (-1, 4095), (4096, 4095),
                               (1024, 1023)):
            words = self.refused(size_gib, most)
            self.assertIn(f'1 to {most} GiB, not {size_gib}', words)

    def test_what_page_blobs_have_not(self):
        for changes, words in (
                ({'sku': 'Premium_LRS'}, 'Standard_LRS'),
                ({'zone': '1'}, 'zone'), ({'iops': 500}, 'IOPS'),
                ({'mbps': 50}, 'MB/s'), ({'tier': 'P30'}, 'azure:tier'),
                ({'sector_bytes': 512}, 'azure:sector_bytes'),
                ({'encryption_set': '/x'}, 'azure:encryption_set'),
                ({'max_shares': 2}, 'multiattach'),
                ({'snapshots': 'full'}, 'azure:snapshots')):
            self.assertIn(words, self.refused(**changes))


class NamesTest(timeout.TestCase):

    def test_the_design_names(self):
        self.assertEqual(f'volumes/volume-{UUID}.vhd', names.volume(UUID))
        self.assertEqual(f'volumes/volume-{UUID}-r2.vhd',
                         names.volume(UUID, 'r2'))
        self.assertEqual(f'vhds/{UUID}.vhd', names.os_disk(UUID))

    def test_snapshots_read_back(self):
        path = names.volume(UUID)
        self.assertEqual((path, '2026', None), names.parse_snapshot(
            names.snapshot(path, '2026')))
        self.assertEqual((path, None, UUID), names.parse_snapshot(
            names.snapshot_by_id(path, UUID)))


class StartTest(base.AzureTestCase):
    """What stops a service before it makes a disk."""

    def connect(self, **options):
        self.flags(disk_model='page_blob', **options)
        return loader.connect(self.conf.azure, self.client)

    def test_clouds_that_refuse_such_disks(self):
        for name in ('public', 'usgovernment', 'china'):
            [problem] = page_blob.problems_of(
                self.conf.azure, clouds._KNOWN[name])
            for words in (name, '2026-03-31', 'disk_model = managed'):
                self.assertIn(words, problem)
        self.assertEqual([], page_blob.problems_of(
            self.conf.azure, self.client.cloud))
        # managed disks are refused nowhere
        self.assertEqual([], loader.problems_of(
            self.conf.azure, clouds._KNOWN['public']))

    def test_the_start_of_a_service_tells(self):
        client = self.client
        client.cloud = clouds._KNOWN['public']
        error = self.assertRaises(
            exceptions.ConfigurationError, self.connect)
        self.assertIn('2026-03-31', str(error))

    def test_nothing_is_sent_at_first(self):
        with self.azure.recording() as made:
            disks = self.connect()
        self.assertEqual([], made)
        self.assertIsInstance(disks, page_blob.PageBlobDisks)
        self.assertEqual(
            f'vhds/{UUID}.vhd',
            disks.describe_os_disk(models.OsDiskSpec(UUID))['vhd'][
                'uri'].partition(f'{world.STORAGE_ACCOUNT}')[2].split(
                    '/', 1)[1])

    def test_the_account_has_to_be_named_and_there(self):
        error = self.assertRaises(
            exceptions.ConfigurationError, self.connect,
            storage_account=None)
        self.assertIn('storage_account is missing', str(error))
        disks = self.connect(storage_account='nowhere')
        self.assertRaises(exceptions.NotFound, disks.skus)

    def test_accounts_that_hold_no_disks(self):
        disks = self.connect()
        read = disks._account._read
        good = {'kind': 'StorageV2', 'location': 'East US',
                'sku': {'name': 'Standard_GRS'}, 'properties': {
                    'primaryEndpoints': {'blob': 'https://a.example.com/'}}}
        self.assertEqual(
            ('https://a.example.com', 'Standard_GRS', 'eastus'),
            (read(good).endpoint, read(good).sku, read(good).location))
        for change, words in (
                ({'kind': 'BlobStorage'}, 'BlobStorage'),
                ({'location': 'westeurope'}, 'westeurope'),
                ({'properties': {}}, 'holds no page blobs'),
                ({'properties': {'primaryEndpoints': {
                    'blob': 'http://a.example.com/'}}}, 'https')):
            error = self.assertRaises(
                exceptions.ConfigurationError, read, {**good, **change})
            self.assertIn(words, str(error))

    def test_the_limit_is_the_clouds(self):
        client = self.client
        for name, most in (('stack_hub', 1023), ('custom', 4095)):
            client.cloud = clouds.Cloud(
                name, 'https://a', 'https://b', 'c', None,
                clouds._CAPABILITIES[name])
            self.assertEqual(most, self.connect()._max_size_gib)
