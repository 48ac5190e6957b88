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

from jacket_azure import exceptions
from jacket_azure.payload import checks
from jacket_azure.payload.images import ImageFacts
from jacket_azure.payload.security import Security
from jacket_azure.payload.vm_sizes import VmSize
from tests import timeout

SIZE = VmSize(
    'Standard_D2s_v5', 'standardDSv5Family', 2, 8192, max_nics=2,
    max_data_disks=4, generations=('V1', 'V2'), premium_io=True, spot=True,
    accelerated_networking=True, zones=('1', '2', '3'),
    restricted_zones=('3',))
NVME = dataclasses.replace(
    SIZE, name='Standard_D2ads_v6', generations=('V2',),
    disk_controllers=('NVMe',))
IMAGE = ImageFacts('linux', 'V2', 30, architecture='x64',
                   disk_controllers=('SCSI', 'NVMe'),
                   accelerated_networking=True, trusted_launch=True)
SCSI = dataclasses.replace(IMAGE, disk_controllers=('SCSI',))
TRUSTED = Security('TrustedLaunch', True, True)


class ChecksTest(timeout.TestCase):

    def check(self, size=SIZE, image=IMAGE, nics=1, **options):
        checks.check(checks.Request(size, image, nics, **options))

    def assertRefused(self, *parts, **options):
        error = self.assertRaises(
            exceptions.InvalidRequest, self.check, **options)
        for part in parts:
            self.assertIn(part, str(error))
        self.assertTrue(str(error).endswith('.'))

    def test_fine(self):
        self.check()
        self.check(nics=2, data_disks=4, zone='2', root_gb=30, spot=True,
                   security=TRUSTED, os_disk_sku='Premium_LRS')
        self.check(size=NVME, root_gb=4095)
        # nothing is known of this image, so Azure decides
        self.check(size=NVME, image=ImageFacts(), security=TRUSTED)

    def test_size_restricted_in_the_location(self):
        self.assertRefused(
            'Standard_D2s_v5', 'QuotaId',
            size=dataclasses.replace(SIZE, restriction='QuotaId'))

    def test_zone(self):
        self.assertRefused('zone 3', '1, 2', zone='3')
        self.assertRefused('none', zone='1', size=dataclasses.replace(
            SIZE, zones=()))

    def test_spot(self):
        self.assertRefused(
            'Spot', size=dataclasses.replace(SIZE, spot=False), spot=True)

    def test_network_interfaces(self):
        self.assertRefused('at most 2', '3 ports', nics=3)
        self.assertRefused('at least one port', nics=0)

    def test_data_disks(self):
        self.assertRefused('at most 4', '5', data_disks=5)
        self.assertRefused(
            'at most 4', '5', data_disks=4,
            image=dataclasses.replace(IMAGE, data_disks=1))

    def test_root_disk(self):
        self.assertRefused('29 GiB', '30 GiB', root_gb=29)
        self.assertRefused('4095', '4096', root_gb=4096)

    def test_ephemeral_and_swap(self):
        self.assertRefused('Ephemeral and swap', ephemeral_gb=1)
        self.assertRefused('Ephemeral and swap', swap_mb=1)

    def test_premium(self):
        self.assertRefused(
            'premium', 'Premium_ZRS', os_disk_sku='Premium_ZRS',
            size=dataclasses.replace(SIZE, premium_io=False))

    def test_generation(self):
        self.assertRefused(
            'generation V1', 'only V2', size=NVME,
            image=dataclasses.replace(IMAGE, generation='V1'))

    def test_architecture(self):
        self.assertRefused('Arm64', 'x64', image=dataclasses.replace(
            IMAGE, architecture='Arm64'))

    def test_nvme_only(self):
        self.assertRefused('NVMe', size=NVME, image=SCSI)

    def test_trusted_launch(self):
        self.assertRefused('generation V2', security=TRUSTED,
                           image=dataclasses.replace(IMAGE,
                                                     generation='V1'))
        self.assertRefused('no Trusted Launch', security=TRUSTED,
                           size=dataclasses.replace(
                               SIZE, trusted_launch_disabled=True))
        self.assertRefused('image cannot', security=TRUSTED,
                           image=dataclasses.replace(IMAGE,
                                                     trusted_launch=False))

    def test_find_size(self):
        sizes = {'standard_d2s_v5': SIZE}
        self.assertIs(SIZE, checks.find_size(
            sizes, 'Standard_d2S_v5', 'eastus'))
        error = self.assertRaises(
            exceptions.MappingLookupError,
            checks.find_size, sizes, 'Standard_D2s_v9', 'eastus')
        self.assertIn('Standard_D2s_v9', str(error))
        self.assertIn('eastus', str(error))

    def test_disk_controller(self):
        both = dataclasses.replace(SIZE, disk_controllers=('SCSI', 'NVMe'))
        only_nvme = dataclasses.replace(IMAGE, disk_controllers=('NVMe',))
        for size, image, wanted in (
            (SIZE, IMAGE, None), (NVME, IMAGE, 'NVMe'), (both, IMAGE, 'SCSI'),
            (both, ImageFacts(), 'SCSI'), (both, only_nvme, 'NVMe'),
        ):
            self.assertEqual(wanted, checks.disk_controller(size, image))

    def test_accelerated_networking(self):
        self.assertTrue(checks.accelerated_networking(SIZE, IMAGE))
        self.assertFalse(checks.accelerated_networking(SIZE, ImageFacts()))
        self.assertFalse(checks.accelerated_networking(
            dataclasses.replace(SIZE, accelerated_networking=False), IMAGE))

    def test_os_disk_size(self):
        self.assertIsNone(checks.os_disk_gib(0))
        self.assertEqual(64, checks.os_disk_gib(64))
