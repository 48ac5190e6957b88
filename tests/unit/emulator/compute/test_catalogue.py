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

"""SKUs, vmSizes, usages and marketplace images."""

from jacket_azure.emulator.compute import marketplace
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.compute import usages
from tests.unit.emulator.compute import base

CANONICAL = ('eastus', 'canonical', 'Ubuntu-24_04-LTS')


class SkuTest(base.ComputeTestCase):
    """resource_skus and virtual_machine_sizes."""

    def skus(self, location='eastus'):
        return {sku.name: sku for sku in self.compute.resource_skus.list(
            filter=f"location eq '{location}'")
            if sku.resource_type == 'virtualMachines'}

    def test_a_sku(self):
        sku = self.skus()['Standard_D2s_v5']
        self.assertEqual(('Standard', 'D2s_v5', 'standardDSv5Family'),
                         (sku.tier, sku.size, sku.family))
        capabilities = {one.name: one.value for one in sku.capabilities}
        for name, value in (
                ('vCPUs', '2'), ('MemoryGB', '8'), ('MaxDataDiskCount', '4'),
                ('MaxNetworkInterfaces', '2'), ('PremiumIO', 'True'),
                ('HyperVGenerations', 'V1,V2'),
                ('AcceleratedNetworkingEnabled', 'True'),
                ('EphemeralOSDiskSupported', 'False'),
                ('CpuArchitectureType', 'x64'),
                ('MaxResourceVolumeMB', '0')):
            self.assertEqual(value, capabilities[name], name)
        place, = sku.location_info
        self.assertEqual(('eastus', ['1', '2', '3']),
                         (place.location, place.zones))
        self.assertEqual([], sku.restrictions)

    def test_a_constrained_size(self):
        sku = self.skus()['Standard_E4-2ds_v5']
        capabilities = {one.name: one.value for one in sku.capabilities}
        self.assertEqual(('4', '2'), (capabilities['vCPUs'],
                                      capabilities['vCPUsAvailable']))

    def test_restrictions(self):
        skus = self.skus()
        one, = skus['Standard_L8s_v3'].restrictions
        self.assertEqual(
            ('Zone', ['3'], 'NotAvailableForSubscription'),
            (one.type, one.restriction_info.zones, one.reason_code))
        self.assertEqual(['Location', 'Zone'], [
            one.type for one in skus['Standard_NC4as_T4_v3'].restrictions])
        self.assertEqual({'QuotaId'}, {
            one.reason_code for one in skus['Standard_M8ms'].restrictions})
        sizes.restrict(self.emulator, 'Standard_B1s', 'eastus', ['2'])
        one, = self.skus()['Standard_B1s'].restrictions
        self.assertEqual(['2'], one.restriction_info.zones)

    def test_a_region_without_zones(self):
        sku = self.skus('westus')['Standard_D2s_v5']
        self.assertEqual([], sku.location_info[0].zones)

    def test_other_kinds_are_listed_too(self):
        kinds = {sku.resource_type for sku
                 in self.compute.resource_skus.list()}
        self.assertEqual({'virtualMachines', 'disks', 'snapshots',
                          'availabilitySets'}, kinds)

    def test_disks_have_a_row_for_each_size(self):
        rows = [sku for sku in self.compute.resource_skus.list(
            filter="location eq 'eastus'") if sku.resource_type == 'disks']
        self.assertEqual(
            {'Standard_LRS', 'StandardSSD_LRS', 'StandardSSD_ZRS',
             'Premium_LRS', 'Premium_ZRS', 'PremiumV2_LRS', 'UltraSSD_LRS'},
            {row.name for row in rows})
        row, = [row for row in rows if row.size == 'P20'
                and row.name == 'Premium_LRS']
        self.assertEqual(
            {'MaxSizeGiB': '512', 'MinSizeGiB': '256', 'MaxIOps': '2300',
             'MinIOps': '2300', 'MaxBandwidthMBps': '150',
             'MinBandwidthMBps': '150', 'MaxValueOfMaxShares': '3'},
            {one.name: one.value for one in row.capabilities})
        self.assertEqual(['1', '2', '3'], row.location_info[0].zones)
        ultra, = [row for row in rows if row.name == 'UltraSSD_LRS']
        self.assertIn(('MaxIOpsReadWrite', '400000'), [
            (one.name, one.value) for one in ultra.capabilities])

    def test_no_zone_redundant_disks_without_zones(self):
        names = {sku.name for sku in self.compute.resource_skus.list(
            filter="location eq 'westus'") if sku.resource_type == 'disks'}
        self.assertEqual(set(), {n for n in names if n.endswith('_ZRS')})

    def test_an_unknown_filter(self):
        self.refused(400, 'InvalidFilter', list,
                     self.compute.resource_skus.list(filter="name eq 'x'"))

    def test_vm_sizes(self):
        found = {size.name: size.as_dict() for size
                 in self.compute.virtual_machine_sizes.list('eastus')}
        self.assertEqual({
            'name': 'Standard_D2s_v3', 'numberOfCores': 2,
            'osDiskSizeInMB': 1047552, 'resourceDiskSizeInMB': 16384,
            'memoryInMB': 8192, 'maxDataDiskCount': 4},
            found['Standard_D2s_v3'])


class UsageTest(base.ComputeTestCase):
    """usage.list follows the machines."""

    def used(self):
        return {usage.name.value: (usage.current_value, usage.limit)
                for usage in self.compute.usage.list('eastus')}

    def test_what_a_machine_uses(self):
        usages.set_limit(self.emulator, 'cores', 10)
        self.assertEqual((0, 10), self.used()['cores'])
        self.create()
        used = self.used()
        self.assertEqual((2, 10), used['cores'])
        self.assertEqual(1, used['virtualMachines'][0])
        self.assertEqual(2, used['standardDSv5Family'][0])
        self.vms.begin_delete(base.GROUP, 'vm').result()
        self.assertEqual((0, 10), self.used()['cores'])

    def test_names(self):
        usage = {one.name.value: one.name.localized_value
                 for one in self.compute.usage.list('eastus')}
        self.assertEqual('Total Regional vCPUs', usage['cores'])
        self.assertEqual('Standard DSv5 Family vCPUs',
                         usage['standardDSv5Family'])


class MarketplaceTest(base.ComputeTestCase):
    """The four lists and one image."""

    def setUp(self):
        super().setUp()
        self.images = self.compute.virtual_machine_images

    def test_lists_are_bare_arrays_with_their_own_casing(self):
        path = (f'/subscriptions/{self.emulator.subscription_id}/providers/'
                f'Microsoft.Compute/locations/eastus/publishers')
        found = self.send('GET', path).json()
        self.assertIn({
            'location': 'eastus', 'name': 'Canonical',
            'id': f'/Subscriptions/{self.emulator.subscription_id}/Providers'
                  f'/Microsoft.Compute/Locations/eastus/Publishers/Canonical',
        }, found)

    def test_going_down(self):
        self.assertIn('ubuntu-24_04-lts', [
            one.name for one in self.images.list_offers(*CANONICAL[:2])])
        self.assertEqual(
            ['server', 'server-gen1', 'server-arm64'],
            [one.name for one in self.images.list_skus(*CANONICAL)])
        versions = self.images.list(*CANONICAL, 'server')
        self.assertEqual(sorted(one.name for one in versions),
                         [one.name for one in versions])
        newest, = self.images.list(*CANONICAL, 'server', top=1,
                                   orderby='name desc')
        self.assertEqual('24.04.202604020', newest.name)
        self.assertTrue(newest.id.endswith(
            # publisher and offer as they were asked for
            '/Publishers/canonical/ArtifactTypes/VMImage/Offers/'
            'Ubuntu-24_04-LTS/Skus/server/Versions/24.04.202604020'))
        error = self.refused(501, 'EmulatorNotImplemented', self.images.list,
                             *CANONICAL, 'server', orderby='location')
        self.assertIn('ordered by location', error.message)

    def test_a_version(self):
        image = self.images.get(*CANONICAL, 'server', '24.04.202604020')
        properties = image.as_dict()['properties']
        self.assertEqual(
            ('V2', 'x64'), (properties['hyperVGeneration'],
                            properties['architecture']))
        self.assertEqual('Linux',
                         properties['osDiskImage']['operatingSystem'])
        # the second generation is told in GiB (43 seen at 2024-07-01)
        self.assertEqual((30, 'Managed', 10, 'Unmanaged'), (
            properties['osDiskImage']['sizeInGb'], properties['replicaType'],
            properties['replicaCount'],
            properties['disallowed']['vmDiskType']))
        self.assertIn({'name': 'DiskControllerTypes', 'value': 'SCSI, NVMe'},
                      properties['features'])

    def test_a_version_of_generation_1(self):
        # 304 seen at 2024-07-01: replicated as a blob, told in bytes
        image = self.images.get('eastus', 'Debian', 'debian-10', '10',
                                '0.20240430.1733')
        properties = image.as_dict()['properties']
        self.assertEqual(30 * 1024 ** 3 + 512,
                         properties['osDiskImage']['sizeInBytes'])
        self.assertEqual(('Unmanaged', 'None'), (
            properties['replicaType'],
            properties['disallowed']['vmDiskType']))

    def test_versions_the_catalogue_does_not_name(self):
        for sku, known, version in (
                (('Canonical', 'ubuntu-24_04-lts', 'server'), True,
                 '24.04.202502210'),
                (('Canonical', 'ubuntu-24_04-lts', 'server'), False,
                 '24.04.202513990'),
                (('Debian', 'debian-12', '12'), True, '0.20240901.1857'),
                (('MicrosoftWindowsServer', 'WindowsServer',
                  '2022-datacenter-g2'), True, '20348.2700.240905'),
                (('MicrosoftWindowsServer', 'WindowsServer',
                  '2022-datacenter-g2'), False, '20349.2700.240905'),
                (('SUSE', 'sles-15-sp5', 'gen2'), True, '2024.02.21'),
                (('SUSE', 'sles-15-sp5', 'gen2'), False, '2024.2.21'),
                (('RedHat', 'RHEL', '9-lvm-gen2'), False, '9.4.latest')):
            self.assertEqual(
                known, marketplace.find(*sku).has(version), version)

    def test_an_image_with_a_plan(self):
        image = self.images.get('eastus', 'resf', 'rockylinux-x86_64',
                                '9-base', 'latest')
        self.assertEqual('9-base', image.properties.plan.name)

    def test_unknown_things(self):
        self.refused(404, 'NotFound', self.images.list_offers, 'eastus', 'x')
        self.refused(404, 'NotFound', self.images.get, *CANONICAL, 'server',
                     '1.2.3')

    def test_every_image_boots_on_some_size(self):
        for image in marketplace.images():
            self.assertTrue(any(
                image.generation in size.generations.split(',')
                and image.architecture == size.architecture
                for size in sizes.by_name().values()), image)
