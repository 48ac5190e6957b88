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

import copy

from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.payload import images
from jacket_azure.payload.images import ImageFacts
from tests import samples
from tests import timeout


class ImagesTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.version = samples.load('marketplace_image')

    def test_marketplace(self):
        self.assertEqual(ImageFacts(
            os_type='linux', generation='V2', size_gib=30,
            architecture='x64', disk_controllers=('SCSI', 'NVMe'),
            accelerated_networking=True, hibernation=True,
            trusted_launch=True,
        ), images.parse_marketplace(self.version))

    def test_size_is_in_whole_gib(self):
        disk = self.version['properties']['osDiskImage']
        for size, gib in ((30 * 2**30 + 512, 30), (30 * 2**30, 30),
                          (31 * 2**30 + 512, 31), (100, 1)):
            disk['sizeInBytes'] = size
            self.assertEqual(
                gib, images.parse_marketplace(self.version).size_gib)
        del disk['sizeInBytes']
        self.assertIsNone(images.parse_marketplace(self.version).size_gib)
        disk['sizeInGb'] = 127
        self.assertEqual(
            127, images.parse_marketplace(self.version).size_gib)

    def test_plan_and_data_disks(self):
        version = copy.deepcopy(self.version)
        version['properties']['plan'] = {
            'name': 'n', 'product': 'p', 'publisher': 'q'}
        version['properties']['dataDiskImages'] = [{'lun': 0}]
        facts = images.parse_marketplace(version)
        self.assertEqual(Plan('n', 'p', 'q'), facts.plan)
        self.assertEqual(1, facts.data_disks)

    def test_a_version_that_tells_nothing(self):
        facts = images.parse_marketplace({})
        self.assertEqual(ImageFacts(disk_controllers=('SCSI',)), facts)

    def test_managed_image(self):
        self.assertEqual(ImageFacts(
            os_type='windows', generation='V1', size_gib=127,
            trusted_launch=False, data_disks=1,
        ), images.parse_managed_image(samples.load('managed_image')))

    def test_complete(self):
        target = ImageTarget(id='x', os_type='linux', generation='V2',
                             plan=Plan('n', 'p', 'q'))
        self.assertEqual(
            ImageFacts('linux', 'V2', plan=target.plan),
            images.complete(ImageFacts(), target))
        # what Azure tells of a size or an OS is no matter of opinion
        facts = images.complete(ImageFacts('windows', 'V1'), target)
        self.assertEqual(('windows', 'V1'),
                         (facts.os_type, facts.generation))

    def test_what_an_image_is(self):
        compute = ('/subscriptions/s/resourceGroups/g/providers/'
                   'Microsoft.Compute/')
        for target, expected in (
                (ImageTarget('p', 'o', 's', 'v'), (False, False)),
                (ImageTarget(id=f'{compute}snapshots/x'), (True, False)),
                (ImageTarget(id=f'{compute}DISKS/x'), (True, False)),
                (ImageTarget(id='https://a.blob.b/c/d.vhd'), (True, False)),
                (ImageTarget(id=f'{compute}images/x'), (False, True)),
                (ImageTarget(id=f'{compute}galleries/g/images/x'),
                 (False, False))):
            self.assertEqual(expected, (
                images.is_disk(target), images.is_managed_image(target)))
