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
from jacket_azure.disks import models
from jacket_azure.disks.managed import entries
from tests import timeout

UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'
DISK = ('/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/'
        f'disks/volume-{UUID}')


class OsDiskTest(timeout.TestCase):

    def describe(self, **options):
        return entries.os_disk(
            models.OsDiskSpec(UUID, **options))

    def test_defaults(self):
        self.assertEqual({
            'name': UUID,
            'createOption': 'FromImage',
            'caching': 'ReadWrite',
            'managedDisk': {'storageAccountType': 'StandardSSD_LRS'},
            'deleteOption': 'Delete',
        }, self.describe())

    def test_options(self):
        disk = self.describe(size_gib=4095, caching='None',
                             sku='Premium_ZRS', cascade_delete=False)
        self.assertEqual(4095, disk['diskSizeGB'])
        self.assertEqual('None', disk['caching'])
        self.assertEqual({'storageAccountType': 'Premium_ZRS'},
                         disk['managedDisk'])
        self.assertNotIn('deleteOption', disk)

    def test_refused(self):
        for options in ({'sku': 'UltraSSD_LRS'}, {'sku': 'PremiumV2_LRS'},
                        {'size_gib': 4096}, {'size_gib': 0},
                        {'caching': 'Writeback'}):
            self.assertRaises(
                exceptions.InvalidRequest, self.describe, **options)


class VolumeEntriesTest(timeout.TestCase):

    def test_boot_volume(self):
        self.assertEqual({
            'name': f'volume-{UUID}',
            'createOption': 'Attach',
            'osType': 'Linux',
            'caching': 'ReadWrite',
            'managedDisk': {'id': DISK},
            'deleteOption': 'Detach',
        }, entries.boot_volume(DISK, 'Linux', None, outlives=True))

    def test_data_disk(self):
        self.assertEqual({
            'lun': 3,
            'name': f'volume-{UUID}',
            'createOption': 'Attach',
            'caching': 'None',
            'managedDisk': {'id': DISK},
        }, entries.data_disk(DISK, 3, None, outlives=False))
        self.assertEqual('ReadOnly', entries.data_disk(
            DISK, 3, 'ReadOnly', outlives=True)['caching'])

    def test_refused(self):
        for build in (entries.boot_volume, entries.data_disk):
            self.assertRaises(
                exceptions.InvalidRequest, build, DISK, 0, 'Fast', True)
