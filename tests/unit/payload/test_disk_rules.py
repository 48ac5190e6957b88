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

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.payload import disk_catalogue
from jacket_azure.payload import disk_rules
from jacket_azure.payload import disk_skus
from jacket_azure.payload.volume_kind import Kind
from tests import samples
from tests import timeout

SIZES = st.integers(1, 65536)
SKUS = st.sampled_from(disk_skus.SKUS)


class LimitsTest(timeout.TestCase):
    """The documented numbers."""

    def test_tiers(self):
        for size_gib, tier in ((1, 'P1'), (4, 'P1'), (5, 'P2'), (128, 'P10'),
                               (129, 'P15'), (32767, 'P80'), (65536, 'P80')):
            self.assertEqual(tier, disk_skus.own_tier(size_gib))
        self.assertEqual(('P40', 'P50'), disk_skus.tiers(2048))
        self.assertEqual(('P60', 'P70', 'P80'), disk_skus.tiers(4097))

    def test_shares(self):
        premium = disk_skus.DOCUMENTED['Premium_LRS']
        self.assertEqual([3, 3, 5, 5, 10], [
            premium.most_shares(size) for size in (1, 512, 513, 4096, 4097)])
        self.assertEqual(
            1, disk_skus.DOCUMENTED['Standard_LRS'].most_shares(8))

    def test_performance(self):
        v2 = disk_skus.DOCUMENTED['PremiumV2_LRS']
        self.assertEqual([(3000, 3000), (3000, 50000), (3000, 80000)], [
            v2.iops_range(size) for size in (6, 100, 1000)])
        self.assertEqual([(125, 750), (125, 2000)], [
            v2.mbps_range(iops) for iops in (3000, 8000)])
        ultra = disk_skus.DOCUMENTED['UltraSSD_LRS']
        self.assertEqual([(100, 4000), (1000, 400_000)], [
            ultra.iops_range(size) for size in (4, 1000)])
        self.assertEqual((4, 256), ultra.mbps_range(1000))

    @given(SKUS, SIZES, st.integers(1, 500_000))
    def test_ranges_are_never_empty(self, sku, size_gib, iops):
        limits = disk_skus.DOCUMENTED[sku]
        for least, most in (limits.iops_range(size_gib),
                            limits.mbps_range(iops)):
            self.assertTrue(0 <= least <= most)


class CatalogueTest(timeout.TestCase):

    def parse(self, location='eastus'):
        return disk_catalogue.parse(
            samples.load('disk_skus')['value'], location)

    def test_numbers_of_the_catalogue_come_first(self):
        found = self.parse()
        premium = found['Premium_LRS']
        self.assertEqual((256, 16384, ((512, 2), (16384, 10))), (
            premium.min_size_gib, premium.max_size_gib, premium.shares))
        ultra = found['UltraSSD_LRS']
        self.assertEqual(
            ((100, 160_000), (1, 300), (1, 4000), (4, 256), ('1', '3')),
            (ultra.iops, ultra.iops_per_gib, ultra.mbps, ultra.kb_per_io,
             ultra.zones))

    def test_zones_that_are_refused_are_left_out(self):
        self.assertEqual(('1',), self.parse()['Premium_LRS'].zones)

    def test_not_to_be_had(self):
        found = self.parse()
        self.assertIn('may not use', found['Standard_LRS'].refusal)
        for sku in ('PremiumV2_LRS', 'Premium_ZRS'):
            self.assertIn('eastus has no', found[sku].refusal)

    def test_a_catalogue_without_disks(self):
        self.assertEqual(disk_skus.DOCUMENTED, self.parse('mars'))
        self.assertEqual(disk_skus.DOCUMENTED, disk_catalogue.parse([], 'x'))


class RulesTest(timeout.TestCase):

    def refusal(self, size_gib=8, zones=('1', '2'), **kind):
        kind = Kind(**{'sku': 'Premium_LRS', **kind})
        limits = disk_catalogue.parse([{
            'resourceType': 'disks', 'name': kind.sku,
            'locations': ['eastus'], 'locationInfo': [
                {'location': 'eastus', 'zones': zones}]}], 'eastus')
        try:
            disk_rules.check(kind, size_gib, limits[kind.sku])
        except exceptions.InvalidRequest as exc:
            return str(exc)
        return None

    def test_allowed(self):
        for kind in ({}, {'zone': '1'}, {'tier': 'P30'}, {'max_shares': 3},
                     {'caching': 'ReadOnly'}, {'snapshots': 'full'},
                     {'sku': 'PremiumV2_LRS', 'zone': '1', 'iops': 4000,
                      'mbps': 1000, 'sector_bytes': 512}):
            self.assertIsNone(self.refusal(**kind), kind)

    def test_refused(self):
        v2 = {'sku': 'PremiumV2_LRS', 'zone': '1', 'size_gib': 100}
        for kind, words in (
                ({'size_gib': 0}, '1 to 32767 GiB, not 0'),
                ({'zone': '3'}, 'allowed are 1, 2'),
                ({'zone': '1', 'zones': ()}, 'the location has no zones'),
                ({**v2, 'zone': None}, 'needs a zone'),
                ({'sku': 'Premium_ZRS', 'zone': '1'}, 'in all zones'),
                ({'caching': 'ReadOnly', 'size_gib': 4096}, '4096 GiB'),
                ({'caching': 'ReadWrite', 'max_shares': 2}, 'shared'),
                ({**v2, 'caching': 'ReadOnly'}, 'is PremiumV2_LRS'),
                ({'max_shares': 4}, 'to 3 machines at once, not to 4'),
                ({'sku': 'Standard_LRS', 'max_shares': 2}, 'to 1 machine at'),
                ({'iops': 500}, 'follow from its size'),
                ({'mbps': 500}, 'follow from its size'),
                ({**v2, 'iops': 2999}, '3000 to 50000 IOPS, not 2999'),
                ({**v2, 'mbps': 751}, '125 to 750 MB/s, not 751'),
                ({'tier': 'P1'}, 'one of the tiers P2'),
                ({'tier': 'P60'}, 'not P60'),
                ({'sku': 'Standard_LRS', 'tier': 'P30'}, 'no performance'),
                ({'sector_bytes': 4096}, '512 bytes'),
                ({**v2, 'snapshots': 'full'}, 'incremental snapshots only')):
            self.assertIn(words, self.refusal(**kind) or 'allowed', kind)

    def test_no_zone_where_there_are_none(self):
        self.assertIsNone(self.refusal(
            sku='UltraSSD_LRS', zones=()))

    @given(SKUS, SIZES, st.sampled_from(disk_skus.CACHING),
           st.integers(1, 20))
    def test_caching_is_what_azure_takes(self, sku, size_gib, wanted, shares):
        kind = Kind(sku, caching=wanted, max_shares=shares)
        caching = disk_rules.caching_of(kind, size_gib)
        may = (size_gib < 4096 and shares == 1
               and sku not in disk_skus.ADJUSTABLE)
        self.assertEqual(wanted if may else 'None', caching)

    def test_caching_by_default(self):
        self.assertEqual('None', disk_rules.caching_of(Kind('x'), 8))
        self.assertEqual('ReadOnly', disk_rules.caching_of(
            Kind('x', caching='ReadWrite'), 8, 'ReadOnly'))


class ChangeTest(timeout.TestCase):

    def test_in_place(self):
        old = Kind('Standard_LRS', zone='1')
        for new in (old, Kind('Standard_LRS'), Kind('Premium_LRS'),
                    Kind('StandardSSD_LRS', zone='1'),
                    Kind('PremiumV2_LRS')):
            self.assertIsNone(disk_rules.why_new_disk(old, new), new)

    def test_a_new_disk(self):
        key = '/subscriptions/s/resourceGroups/g/providers/' \
            'Microsoft.Compute/diskEncryptionSets/k'
        for old, new in (
                (Kind('Standard_LRS'), Kind('Standard_LRS', zone='1')),
                (Kind('Premium_LRS'), Kind('Premium_ZRS')),
                (Kind('Premium_LRS'), Kind('UltraSSD_LRS')),
                (Kind('PremiumV2_LRS'), Kind('Premium_LRS')),
                (Kind('PremiumV2_LRS', sector_bytes=4096),
                 Kind('PremiumV2_LRS', sector_bytes=512)),
                (Kind('Premium_LRS'),
                 Kind('Premium_LRS', encryption_set=key))):
            self.assertIsNotNone(disk_rules.why_new_disk(old, new), new)
        self.assertIsNone(disk_rules.why_new_disk(
            Kind('x', encryption_set=key),
            Kind('x', encryption_set=key.upper())))

    def test_growth_under_a_running_machine(self):
        for kind, old, new, system, grows in (
                (Kind('Premium_LRS'), 8, 4096, False, True),
                (Kind('Premium_LRS'), 8, 4097, False, False),
                (Kind('Premium_LRS'), 4097, 8000, False, True),
                (Kind('PremiumV2_LRS'), 8, 5000, False, True),
                (Kind('Premium_LRS'), 8, 9, True, False),
                (Kind('Premium_LRS', max_shares=2), 8, 9, False, False)):
            self.assertEqual(grows, disk_rules.why_offline_growth(
                kind, old, new, system) is None, (kind, old, new))
