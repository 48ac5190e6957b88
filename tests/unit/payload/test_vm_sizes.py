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

from jacket_azure.payload import vm_sizes
from jacket_azure.payload.vm_sizes import VmSize
from tests import samples
from tests import timeout


class VmSizesTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.skus = samples.load('resource_skus')['value']
        self.sizes = vm_sizes.parse_skus(self.skus, 'eastus')

    def test_a_size_with_everything(self):
        self.assertEqual(VmSize(
            name='Standard_D2s_v5', family='standardDSv5Family', vcpus=2,
            memory_mb=8192, max_nics=2, max_data_disks=4,
            generations=('V1', 'V2'), premium_io=True,
            accelerated_networking=True, hibernation=True, spot=True,
            encryption_at_host=True, zones=('1', '2', '3'),
            restricted_zones=('3',), ultra_zones=('1', '3'),
        ), self.sizes['standard_d2s_v5'])
        self.assertEqual(
            ('1', '2'), self.sizes['standard_d2s_v5'].usable_zones)

    def test_an_old_size_restricted_in_the_whole_location(self):
        self.assertEqual(VmSize(
            name='Standard_A0', family='standardA0_A7Family', vcpus=1,
            memory_mb=768, max_nics=1, max_data_disks=1,
            resource_disk_mb=20480, trusted_launch_disabled=True,
            restriction='NotAvailableForSubscription',
        ), self.sizes['standard_a0'])

    def test_nvme_only(self):
        self.assertTrue(self.sizes['standard_d2ads_v6'].is_nvme_only)
        self.assertFalse(self.sizes['standard_d2s_v5'].is_nvme_only)

    def test_what_is_left_out(self):
        self.assertEqual(
            {'standard_d2s_v5', 'standard_a0', 'standard_d2ads_v6'},
            set(self.sizes))
        self.assertIn('standard_elsewhere',
                      vm_sizes.parse_skus(self.skus, 'WestUS'))

    def test_restrictions_elsewhere_do_not_count(self):
        skus = copy.deepcopy(self.skus)
        for sku in skus:
            for restriction in sku.get('restrictions', ()):
                restriction['values'] = ['westus']
        sizes = vm_sizes.parse_skus(skus, 'eastus')
        self.assertIsNone(sizes['standard_a0'].restriction)
        self.assertEqual((), sizes['standard_d2s_v5'].restricted_zones)

    def test_zone_details_in_the_documents_spelling(self):
        info = self.skus[1]['locationInfo'][0]
        info['zoneDetails'][0]['name'] = info['zoneDetails'][0].pop('Name')
        size = vm_sizes.parse_skus(self.skus, 'eastus')['standard_d2s_v5']
        self.assertEqual(('1', '3'), size.ultra_zones)

    def test_constrained_vcpus(self):
        self.skus[1]['capabilities'] += [{'name': 'vCPUs', 'value': '8'}]
        size = vm_sizes.parse_skus(self.skus, 'eastus')['standard_d2s_v5']
        self.assertEqual(2, size.vcpus)

    def test_odd_answers(self):
        self.assertEqual({}, vm_sizes.parse_skus([], 'eastus'))
        self.assertEqual({}, vm_sizes.parse_skus([{}], 'eastus'))
        self.assertEqual({}, vm_sizes.parse_skus(
            [{'resourceType': 'virtualMachines', 'name': 'x',
              'locations': None, 'capabilities': None}], 'eastus'))
