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

"""Who can hibernate, and who cannot and why."""

import dataclasses

from jacket_azure.payload import hibernation
from jacket_azure.payload import images
from jacket_azure.payload import vm_sizes
from tests import timeout

SIZE = vm_sizes.VmSize(
    'Standard_D2s_v5', 'standardDSv5Family', 2, 8192, 2, 4,
    hibernation=True)
IMAGE = images.ImageFacts(hibernation=True, size_gib=30)
VM = {'location': 'eastus', 'properties': {'storageProfile': {
    'osDisk': {'diskSizeGB': 64, 'managedDisk': {
        'storageAccountType': 'StandardSSD_LRS'}}}}}


def with_disk(**disk):
    return {'properties': {'storageProfile': {'osDisk': disk}}}


class HibernationTest(timeout.TestCase):

    def test_who_can(self):
        self.assertIsNone(hibernation.hindrance(VM, SIZE, IMAGE))

    def test_who_cannot(self):
        managed = {'managedDisk': {'id': '/disks/a'}}
        spot = {'properties': {**VM['properties'], 'priority': 'Spot'}}
        for words, vm, size, image in (
                ('VM size', VM, dataclasses.replace(
                    SIZE, hibernation=False), IMAGE),
                ('VM size', VM, dataclasses.replace(
                    SIZE, memory_mb=65 * 1024), IMAGE),
                ('Spot', spot, SIZE, IMAGE),
                ('no managed', with_disk(vhd={'uri': 'x'}), SIZE, IMAGE),
                ('no managed', with_disk(
                    diffDiskSettings={'option': 'Local'}, **managed),
                 SIZE, IMAGE),
                ('image', VM, SIZE, None),
                ('image', VM, SIZE, images.ImageFacts()),
                ('no room', with_disk(diskSizeGB=8, **managed), SIZE,
                 IMAGE)):
            self.assertIn(words, hibernation.hindrance(vm, size, image))

    def test_enabling_keeps_the_rest(self):
        vm = {'tags': {}, 'properties': {
            'additionalCapabilities': {'ultraSSDEnabled': True}, 'a': 1}}
        made = hibernation.enable(vm)
        self.assertEqual({'tags': {}, 'properties': {
            'additionalCapabilities': {
                'ultraSSDEnabled': True, 'hibernationEnabled': True},
            'a': 1}}, made)
        self.assertTrue(hibernation.is_enabled(made))
        self.assertFalse(hibernation.is_enabled(vm))
