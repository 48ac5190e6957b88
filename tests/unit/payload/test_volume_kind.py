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
from jacket_azure.payload import disk_skus
from jacket_azure.payload import volume_kind
from jacket_azure.payload.volume_kind import Kind
from tests import timeout

KEYS = (
    'azure:sku', 'azure:zone', 'azure:caching', 'azure:snapshots',
    'azure:tier', 'azure:sector_bytes', 'azure:encryption_set',
    'azure:max_shares', 'multiattach')
SET = ('/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/'
       'diskEncryptionSets/keys')


class ParseTest(timeout.TestCase):

    def parse(self, specs=None, qos=None, sku='StandardSSD_LRS', size_gib=8,
              zone=None):
        return volume_kind.parse(specs or {}, qos or {}, sku, size_gib, zone)

    def refusal(self, *args, **kwargs):
        return str(self.assertRaises(
            exceptions.InvalidRequest, self.parse, *args, **kwargs))

    def test_nothing_said(self):
        self.assertEqual(Kind('StandardSSD_LRS'), self.parse())
        self.assertEqual(
            Kind('StandardSSD_LRS', zone='2'),
            self.parse({'volume_backend_name': 'x'}, zone='2'))

    def test_everything_said(self):
        self.assertEqual(
            Kind('PremiumV2_LRS', zone='1', caching='None', iops=4000,
                 mbps=200, max_shares=3, sector_bytes=512,
                 encryption_set=SET),
            self.parse(
                {'azure:sku': 'PremiumV2_LRS', 'azure:zone': '1',
                 'azure:caching': 'None', 'azure:sector_bytes': '512',
                 'azure:encryption_set': SET, 'azure:max_shares': '3',
                 'azure:snapshots': 'incremental',
                 'multiattach': '<is> True'},
                {'iops': '4000', 'mbps': '200'}, zone='1'))
        self.assertEqual(
            Kind('Premium_LRS', tier='P30', snapshots='full'),
            self.parse({'azure:sku': 'Premium_LRS', 'azure:tier': 'P30',
                        'azure:snapshots': 'full'}))

    def test_multiattach(self):
        multiattach = {'multiattach': '<is> True'}
        for sku, size_gib, shares in (
                ('Premium_LRS', 8, 3), ('Premium_LRS', 5000, 10),
                ('UltraSSD_LRS', 8, 15),
                # so that the model refuses it
                ('Standard_LRS', 8, 2), ('page_blob', 8, 2)):
            self.assertEqual(shares, self.parse(
                multiattach, sku=sku, size_gib=size_gib).max_shares)
        for no in ('<is> False', '', 'no'):
            self.assertEqual(1, self.parse({'multiattach': no}).max_shares)

    def test_zones(self):
        zrs = {'azure:sku': 'Premium_ZRS'}
        self.assertIsNone(self.parse(zrs, zone='1').zone)
        # which the model refuses
        self.assertEqual('1', self.parse({**zrs, 'azure:zone': '1'}).zone)
        self.assertIn("zone '2' of Azure", self.refusal(
            {'azure:zone': '1'}, zone='2'))

    def test_qos_of_cinder(self):
        kind = self.parse(qos={
            'total_iops_sec': '4000', 'total_bytes_sec': '200000001'})
        self.assertEqual((4000, 201), (kind.iops, kind.mbps))
        self.assertIn('two different iops', self.refusal(
            qos={'total_iops_sec': '4000', 'iops': '5000'}))
        self.assertEqual(4000, self.parse(
            qos={'total_iops_sec': '4000', 'iops': '4000'}).iops)

    def test_refused(self):
        for specs, qos, words in (
                ({'azure:sky': 'x'}, {}, 'no extra spec azure:sky; allowed '
                                         'are azure:sku'),
                ({}, {'read_iops_sec': '5'}, 'no qos spec read_iops_sec'),
                ({}, {'iops': '-5'}, "iops is '-5', and must be a whole"),
                ({}, {'iops': '٣'}, 'a whole number'),
                ({'azure:caching': 'x'}, {}, 'one of None, ReadOnly'),
                ({'azure:snapshots': 'x'}, {}, 'one of incremental, full'),
                ({'azure:sector_bytes': '1'}, {}, 'one of 512, 4096'),
                ({'azure:encryption_set': 'x'}, {}, 'full id of a disk'),
                ({'azure:max_shares': '2'}, {}, "multiattach='<is> True'"),
                ({'azure:max_shares': '0'}, {}, 'a whole number above 0'),
                ({'azure:sku': ''}, {}, 'azure:sku')):
            self.assertIn(words, self.refusal(specs, qos))

    @given(
        st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=12),
            st.text(max_size=12) | st.sampled_from((
                'Premium_LRS', '1', '512', 'None', 'full', '<is> True')),
            max_size=4),
        st.dictionaries(
            st.sampled_from(('iops', 'mbps', 'total_bytes_sec')),
            st.integers().map(str) | st.text(max_size=6), max_size=3),
        st.sampled_from(disk_skus.SKUS), st.integers(1, 65536))
    def test_any_type_is_read_or_refused(self, specs, qos, sku, size_gib):
        try:
            kind = self.parse(specs, qos, sku, size_gib)
        except exceptions.InvalidRequest as exc:
            # one sentence
            self.assertTrue(str(exc).endswith('.'), str(exc))
            return
        self.assertTrue(kind.sku and kind.max_shares >= 1)
        for number in (kind.iops, kind.mbps):
            self.assertTrue(number is None or number > 0)
