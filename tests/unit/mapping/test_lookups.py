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
from jacket_azure.mapping.flavors import FlavorTarget
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.mapping.networks import NetworkEntry
from jacket_azure.mapping.networks import SubnetTarget
from jacket_azure.mapping.tables import Mapping
from tests import timeout

IMAGE_ID = (
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i'
)
UBUNTU = ImageTarget('Canonical', 'ubuntu', 'server', 'latest',
                     os_type='linux')
MAPPING = Mapping(
    file='mapping.yaml',
    flavors={'m1.small': FlavorTarget('Standard_D2s_v5'),
             '42': FlavorTarget('Standard_B1s', zone='2')},
    images={'ubuntu': UBUNTU, 'id-1': ImageTarget(id=IMAGE_ID,
                                                  os_type='windows')},
    networks={'net': NetworkEntry('vnet', None, {'sub': 'a', 'c/24': 'b'}),
              'all': NetworkEntry('vnet', 'rest', {'sub': 'a'})},
    security_groups={'default': 'nsg', 'same': 'NSG', 'web': 'nsg-web',
                     'open': None},
    zones={'az1': '1', 'nova': None},
)


class FlavorTest(timeout.TestCase):

    def test_by_name_and_by_id(self):
        self.assertEqual('Standard_D2s_v5', MAPPING.flavor('m1.small').size)
        self.assertEqual('Standard_B1s', MAPPING.flavor('other', '42').size)

    def test_extra_specs_override_one_by_one(self):
        target = MAPPING.flavor('other', '42', {
            'azure:vm_size': 'Standard_D4s_v5', 'hw:cpu_policy': 'shared',
            'azure:priority': 'spot', 'azure:max_price': '0.5',
            'azure:security_type': 'trustedlaunch',
            'azure:os_disk_sku': 'Premium_LRS'})
        self.assertEqual(FlavorTarget(
            'Standard_D4s_v5', '2', 'Premium_LRS', 'TrustedLaunch', 'Spot',
            None, 0.5), target)

    def test_extra_spec_alone_is_enough(self):
        target = MAPPING.flavor('new', 'x', {'azure:vm_size': 'Standard_B1s'})
        self.assertEqual(FlavorTarget('Standard_B1s'), target)

    def test_bad_extra_spec(self):
        for spec, value, allowed in (
            ('azure:vm_size', 'm1.small', 'VM size'),
            ('azure:zone', 'east', 'zone number'),
            ('azure:priority', 'low', 'Regular, Spot'),
            ('azure:max_price', 'nan', 'US dollars'),
            ('azure:eviction_policy', 'Delete', 'priority Spot'),
        ):
            error = self.assertRaises(
                exceptions.InvalidRequest,
                MAPPING.flavor, 'm1.small', '1', {spec: value})
            self.assertIn(allowed, str(error))

    def test_missing_names_file_section_and_entries(self):
        error = self.assertRaises(
            exceptions.MappingLookupError, MAPPING.flavor, 'm1.huge')
        for part in ('m1.huge', '"flavors"', 'mapping.yaml', '42, m1.small'):
            self.assertIn(part, str(error))

    def test_missing_names_some_of_many(self):
        many = Mapping('f', {f'f{i:03}': FlavorTarget('S') for i in range(50)})
        error = self.assertRaises(
            exceptions.MappingLookupError, many.flavor, 'x')
        self.assertIn('f019 and 30 more', str(error))
        self.assertNotIn('f020', str(error))


class ImageTest(timeout.TestCase):

    def refused(self, properties, name='ubuntu'):
        return str(self.assertRaises(
            exceptions.InvalidRequest, MAPPING.image, name, None, properties))

    def test_id_wins_over_name(self):
        # a user may call an image as he likes
        self.assertEqual(IMAGE_ID, MAPPING.image('ubuntu', 'id-1').id)

    def test_urn(self):
        target = MAPPING.image('new', 'x', {
            'azure_urn': 'p:o:s:1.2', 'os_type': 'linux'})
        self.assertEqual('p:o:s:1.2', target.urn)
        self.assertEqual('linux', target.os_type)

    def test_parts_and_plan(self):
        target = MAPPING.image('new', 'x', {
            'azure_publisher': 'p', 'azure_offer': 'o', 'azure_sku': 's',
            'azure_os_type': 'Windows', 'azure_plan_name': 'n',
            'azure_plan_product': 'pr', 'azure_plan_publisher': 'pu'})
        self.assertEqual(ImageTarget(
            'p', 'o', 's', 'latest', os_type='windows',
            plan=Plan('n', 'pr', 'pu')), target)

    def test_version_alone_pins_the_entry(self):
        target = MAPPING.image('ubuntu', 'x', {'azure_version': '24.04.1'})
        self.assertEqual('Canonical:ubuntu:server:24.04.1', target.urn)
        self.assertEqual('linux', target.os_type)

    def test_own_image(self):
        target = MAPPING.image('new', 'x', {
            'azure_image_id': IMAGE_ID, 'azure_os_type': 'linux',
            'azure_generation': 'V2'})
        self.assertEqual(ImageTarget(
            id=IMAGE_ID, os_type='linux', generation='V2'), target)
        self.assertIsNone(target.urn)

    def test_own_images_that_are_snapshots_disks_and_blobs(self):
        group = IMAGE_ID.rpartition('/images/')[0]
        for uri in (f'{group}/snapshots/s', f'{group}/disks/d',
                    'https://acc.blob.core.windows.net/images/a.vhd',
                    'https://127.0.0.1:10000/acc/images/a.vhd',
                    'images/a.vhd', 'snapshots/snapshot-1.VHD'):
            target = MAPPING.image('new', 'x', {
                'azure_uri': uri, 'azure_os_type': 'linux',
                'azure_os_state': 'Specialized'})
            self.assertEqual(ImageTarget(
                id=uri, os_type='linux', state='specialized'), target)

    def test_uris_that_are_none_of_an_image(self):
        for uri in ('https://acc.blob.core.windows.net/images/a.vhd?sig=xyz',
                    'http://acc.blob.core.windows.net/images/a.vhd',
                    'https://user:key@acc/images/a.vhd',
                    'https://acc/a.vhd/', 'https:///images/a.vhd',
                    'volumes/a.vhd', 'images/a.qcow2', 'images/../a.vhd',
                    'images/a.vhd#', f'{IMAGE_ID}/x'):
            told = self.refused({'azure_uri': uri, 'azure_os_type': 'linux'})
            self.assertIn('must be the full id of', told)
            self.assertNotIn('sig=', told)

    def test_the_state_of_a_marketplace_image_is_known(self):
        target = MAPPING.image(
            'ubuntu', 'x', {'azure_os_state': 'specialized'})
        self.assertIsNone(target.state)

    def test_own_image_replaces_a_marketplace_entry(self):
        target = MAPPING.image('ubuntu', 'x', {
            'azure_image_id': IMAGE_ID, 'azure_os_type': 'windows'})
        self.assertEqual(ImageTarget(id=IMAGE_ID, os_type='windows'), target)

    def test_bad_properties(self):
        self.assertIn('azure_os_type', self.refused(
            {'azure_image_id': IMAGE_ID}))
        self.assertIn('full id', self.refused({'azure_image_id': '../x'}))
        self.assertIn('p:o:s', self.refused({'azure_urn': 'p:o:s'}))
        self.assertIn('only one of', self.refused(
            {'azure_urn': 'p:o:s:v', 'azure_image_id': IMAGE_ID}))
        self.assertIn('only one of', self.refused(
            {'azure_uri': 'images/a.vhd', 'azure_image_id': IMAGE_ID}))
        self.assertIn('generalized, specialized', self.refused(
            {'azure_image_id': IMAGE_ID, 'azure_os_type': 'linux',
             'azure_os_state': 'syspreped'}))
        self.assertIn('azure_sku', self.refused(
            {'azure_publisher': 'p', 'azure_offer': 'o'}, name='new'))
        self.assertIn('azure_offer', self.refused(
            {'azure_urn': 'p:o o:s:v'}))
        self.assertIn('azure_plan_product', self.refused(
            {'azure_plan_name': 'n'}))
        self.assertIn('linux, windows', self.refused(
            {'azure_os_type': 'bsd'}))

    def test_missing(self):
        error = self.assertRaises(
            exceptions.MappingLookupError, MAPPING.image, 'cirros', 'x',
            {'os_type': 'linux'})
        for part in ('cirros', '"images"', 'mapping.yaml', 'ubuntu'):
            self.assertIn(part, str(error))


class NetworkTest(timeout.TestCase):

    def test_first_known_key_decides(self):
        self.assertEqual(SubnetTarget('vnet', 'a'),
                         MAPPING.network('net', 'x', ['id', 'sub', 'c/24']))
        self.assertEqual(SubnetTarget('vnet', 'b'),
                         MAPPING.network('x', 'net', ['id', 'c/24']))

    def test_one_subnet_for_the_rest(self):
        self.assertEqual(SubnetTarget('vnet', 'a'),
                         MAPPING.network('all', None, ['sub']))
        self.assertEqual(SubnetTarget('vnet', 'rest'),
                         MAPPING.network('all', None, ['other']))

    def test_missing(self):
        error = self.assertRaises(exceptions.MappingLookupError,
                                  MAPPING.network, 'x', 'y', [])
        self.assertIn('Network x', str(error))
        error = self.assertRaises(exceptions.MappingLookupError,
                                  MAPPING.network, 'net', 'y', ['d/24'])
        self.assertIn('Subnet d/24 of network net', str(error))
        self.assertIn('"networks.net.subnets"', str(error))


class SecurityGroupTest(timeout.TestCase):

    def test_one(self):
        self.assertEqual('nsg', MAPPING.security_group('default', 'x'))
        self.assertIsNone(MAPPING.security_group('x', 'open'))

    def test_unmapped_is_an_error_never_silence(self):
        error = self.assertRaises(exceptions.MappingLookupError,
                                  MAPPING.security_group, 'db', 'x')
        self.assertIn('Security group db', str(error))
        self.assertRaises(exceptions.MappingLookupError,
                          MAPPING.security_group_of,
                          [('default', 'a'), ('db', 'b')])

    def test_groups_of_a_port(self):
        of = MAPPING.security_group_of
        self.assertIsNone(of([]))
        self.assertEqual('nsg', of([('default', None), ('same', None)]))
        for pair in (('default', 'web'), ('default', 'open')):
            error = self.assertRaises(
                exceptions.InvalidRequest, of, [(p, None) for p in pair])
            self.assertIn(', '.join(pair), str(error))


class ZoneTest(timeout.TestCase):

    def test_zones(self):
        self.assertEqual('1', MAPPING.zone('az1'))
        self.assertIsNone(MAPPING.zone('nova'))
        self.assertIsNone(MAPPING.zone(None))
        self.assertIsNone(Mapping('f').zone('anything'))

    def test_missing(self):
        error = self.assertRaises(
            exceptions.MappingLookupError, MAPPING.zone, 'az9')
        self.assertIn('az1, nova', str(error))
