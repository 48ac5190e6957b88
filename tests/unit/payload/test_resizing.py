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

"""Which machines can get which size."""

import dataclasses

from jacket_azure import exceptions
from jacket_azure.payload import quotas
from jacket_azure.payload import resizing
from jacket_azure.payload import shape
from jacket_azure.payload.vm_sizes import VmSize
from tests import timeout

UUID = 'a0000000-0000-4000-8000-000000000001'
OLD = VmSize(
    'Standard_D2s_v5', 'standardDSv5Family', 2, 8192, max_nics=2,
    max_data_disks=4, generations=('V1', 'V2'), premium_io=True, spot=True,
    zones=('1', '2', '3'), hibernation=True, encryption_at_host=True,
    ultra_zones=('1',))
NEW = dataclasses.replace(OLD, name='Standard_D4s_v5', vcpus=4)
MACHINE = resizing.Machine(
    zone='1', nics=1, os_disk_sku='Premium_LRS', data_disk_skus=(),
    generation='V2', controller='SCSI', security_type='Standard', spot=False,
    ultra=False, hibernation=False, host_encryption=False)
DISKS = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks'


class ResizingTest(timeout.TestCase):

    def refused(self, words, new=None, old=OLD, **machine):
        error = self.assertRaises(
            exceptions.InvalidRequest, resizing.check,
            dataclasses.replace(MACHINE, **machine), old,
            dataclasses.replace(NEW, **(new or {})))
        self.assertIn(words, str(error))
        self.assertTrue(str(error).endswith('.'))

    def test_fine(self):
        resizing.check(MACHINE, OLD, NEW)
        resizing.check(MACHINE, None, NEW)
        resizing.check(
            dataclasses.replace(
                MACHINE, ultra=True, hibernation=True, host_encryption=True,
                spot=True, nics=2, security_type='TrustedLaunch',
                data_disk_skus=('Premium_LRS', None, 'UltraSSD_LRS')),
            OLD, NEW)

    def test_refused(self):
        self.refused('not available in zone 1', {'zones': ('2',)})
        self.refused('not available in zone 1', {'restricted_zones': ('1',)})
        self.refused('(QuotaId)', {'restriction': 'QuotaId'})
        self.refused('at most 2 network interfaces, 3 ports', nics=3)
        self.refused('at most 4 data disks, 5', data_disk_skus=(None,) * 5)
        self.refused('no premium storage, which the OS disk',
                     {'premium_io': False})
        self.refused(
            'no premium storage, which an attached volume of the kind '
            'PremiumV2_LRS', {'premium_io': False},
            os_disk_sku='Standard_LRS', data_disk_skus=('PremiumV2_LRS',))
        self.refused('takes only V1', {'generations': ('V1',)})
        self.refused('is for x64 processors', {'architecture': 'Arm64'})
        self.refused('are on SCSI', {'disk_controllers': ('NVMe',)})
        self.refused('are on NVMe', controller='NVMe')
        self.refused('has no temporary disk, Standard_D4s_v5 has a',
                     {'resource_disk_mb': 1024})
        self.refused('takes no ultra disks here', {'ultra_zones': ('2',)},
                     ultra=True)
        self.refused('takes no ultra disks here', {'ultra_zones': ()},
                     data_disk_skus=('UltraSSD_LRS',))
        self.refused('cannot hibernate', {'hibernation': False},
                     hibernation=True)
        self.refused('no encryption at host', {'encryption_at_host': False},
                     host_encryption=True)
        self.refused('no Trusted Launch', {'trusted_launch_disabled': True},
                     security_type='TrustedLaunch')
        self.refused('not available as Spot', {'spot': False}, spot=True)

    def test_wishes(self):
        for words, wish in (
                ('cannot leave zone 1', {'zone': '2'}),
                ('is for Spot machines', {'spot': True}),
                ('keeps Standard', {'security_type': 'TrustedLaunch'}),
                ('keeps Premium_LRS', {'os_disk_sku': 'Standard_LRS'}),
                ('Ephemeral and swap', {'ephemeral': True})):
            error = self.assertRaises(
                exceptions.InvalidRequest, resizing.check_wish, MACHINE,
                resizing.Wish(**wish))
            self.assertIn(words, str(error))
        for wish in ({}, {'zone': '1', 'security_type': 'Standard',
                          'os_disk_sku': 'Premium_LRS'}):
            resizing.check_wish(MACHINE, resizing.Wish(**wish))

    def test_accelerated_networking(self):
        nics = [{'properties': {'enableAcceleratedNetworking': True}}]
        error = self.assertRaises(
            exceptions.InvalidRequest,
            resizing.check_accelerated_networking, NEW, nics)
        self.assertIn('no accelerated networking', str(error))
        resizing.check_accelerated_networking(NEW, [{'properties': {}}])
        resizing.check_accelerated_networking(
            dataclasses.replace(NEW, accelerated_networking=True), nics)

    def test_machines_are_read(self):
        vm = {
            'zones': ['2'],
            'properties': {
                'priority': 'Spot',
                'storageProfile': {
                    'diskControllerType': 'NVMe',
                    'osDisk': {'managedDisk': {
                        'storageAccountType': 'Premium_LRS'}},
                    'dataDisks': [{'lun': 0}]},
                'securityProfile': {
                    'securityType': 'TrustedLaunch',
                    'encryptionAtHost': True},
                'additionalCapabilities': {
                    'ultraSSDEnabled': True, 'hibernationEnabled': True},
                'networkProfile': {'networkInterfaces': [{}, {}]},
                'instanceView': {'hyperVGeneration': 'V2'}}}
        self.assertEqual(
            resizing.Machine(
                '2', 2, 'Premium_LRS', (None,), 'V2', 'NVMe',
                'TrustedLaunch', True, True, True, True),
            resizing.parse(vm))
        self.assertEqual(
            resizing.Machine(
                None, 0, None, (), None, 'SCSI', 'Standard', False, False,
                False, False),
            resizing.parse({'properties': {'storageProfile': {
                'osDisk': {'vhd': {'uri': 'x'}}}}}))


class QuotaTest(timeout.TestCase):

    def check(self, old, new, spot=False, **free):
        table = {name.lower(): quotas.Quota(name, 10, 10 - number)
                 for name, number in free.items()}
        return quotas.Quotas(table).check_resize(old, new, spot)

    def test_only_what_is_more_counts(self):
        family = {'cores': 2, 'standardDSv5Family': 2}
        self.assertEqual((), self.check(OLD, NEW, **family))
        self.assertEqual((), self.check(NEW, OLD, cores=0))
        self.assertEqual(
            ('cores', 'standardDSv5Family'),
            self.check(OLD, dataclasses.replace(NEW, vcpus=5), **family))

    def test_another_family_needs_all(self):
        new = dataclasses.replace(NEW, family='other')
        self.assertEqual(('other',), self.check(OLD, new, cores=2, other=3))
        self.assertEqual((), self.check(OLD, new, cores=2, other=4))

    def test_spot_machines_have_their_own(self):
        self.assertEqual(
            ('lowPriorityCores',),
            self.check(OLD, NEW, True, cores=0, lowPriorityCores=1))

    def test_of_an_unknown_size_azure_decides(self):
        self.assertEqual((), self.check(None, NEW, cores=0))


class ShapeTest(timeout.TestCase):

    def vm(self, os_disk, **tags):
        return {'tags': {'Jacket-Host': 'one', 'mine': 'too', **tags},
                'properties': {
                    'hardwareProfile': {'vmSize': 'Standard_D2s_v5'},
                    'storageProfile': {'osDisk': os_disk}}}

    def managed(self, name):
        return {'name': name, 'caching': 'ReadWrite',
                'deleteOption': 'Delete', 'createOption': 'FromImage',
                'diskSizeGB': 30, 'managedDisk': {
                    'id': f'{DISKS}/{name}', 'storageAccountType': 'X'}}

    def test_parse(self):
        for name, found in ((UUID, UUID), (UUID.upper(), UUID),
                            (f'{UUID}-b', f'{UUID}-b'),
                            (f'{UUID}-rescue', None), ('volume-1', None)):
            self.assertEqual(
                shape.Shape('Standard_D2s_v5', 'one', found),
                shape.parse(self.vm(self.managed(name)), UUID))

    def test_update_names_only_what_differs(self):
        vm = self.vm(self.managed(UUID))
        found = shape.parse(vm, UUID)
        for wanted, body in (
                (found, {}),
                (shape.Shape('standard_d2S_v5', 'one', None), {}),
                (shape.Shape('Standard_D4s_v5', 'one', None), {
                    'properties': {'hardwareProfile': {
                        'vmSize': 'Standard_D4s_v5'}}}),
                (shape.Shape('Standard_D2s_v5', 'two', None), {
                    'tags': {'mine': 'too', 'jacket-host': 'two'}})):
            self.assertEqual(body, shape.build_update(vm, found, wanted))

    def test_the_other_place(self):
        self.assertEqual(f'{UUID}-b', shape.other_place(UUID, UUID))
        self.assertEqual(UUID, shape.other_place(UUID, f'{UUID}-b'))

    def test_a_disk_beside(self):
        self.assertEqual(
            {'name': f'{UUID}-b', 'caching': 'ReadWrite',
             'deleteOption': 'Delete',
             'managedDisk': {'id': f'{DISKS}/{UUID}-b'}},
            shape.beside(self.managed(UUID), f'{UUID}-b'))
        # Azure lets a machine keep the name it once gave an unmanaged disk
        self.assertEqual(
            {'name': f'{UUID}-b', 'vhd': {'uri': f'https://a/vhds/{UUID}.vhd'}},
            shape.beside(
                {'name': f'{UUID}-b',
                 'vhd': {'uri': f'https://a/vhds/{UUID}-b.vhd'}}, UUID))
