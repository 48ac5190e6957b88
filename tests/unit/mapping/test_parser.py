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

import pathlib
import textwrap

from hypothesis import given

from jacket_azure import exceptions
from jacket_azure.mapping import flavors
from jacket_azure.mapping import parser
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.mapping.networks import NetworkEntry
from tests import strategies
from tests import timeout

SAMPLE = pathlib.Path(__file__).parents[3] / 'etc/jacket_azure'
IMAGE_ID = (
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i'
)
VNET_ID = IMAGE_ID.replace(
    'Microsoft.Compute/images', 'microsoft.network/virtualnetworks')


class ParserTest(timeout.TestCase):

    def parse(self, text):
        return parser.parse(textwrap.dedent(text), 'mapping.yaml')

    def problems(self, text):
        error = self.assertRaises(
            exceptions.MappingError, self.parse, text)
        return [
            (problem.line, problem.where, problem.message)
            for problem in error.problems
        ]

    def one_problem(self, text):
        found = self.problems(text)
        self.assertEqual(1, len(found), found)
        return found[0]

    def test_whole_file(self):
        mapping = self.parse(f"""\
            flavors:
              m1.small: Standard_D2s_v5
              m1.cheap: {{size: Standard_B1s, priority: spot, zone: 2,
                         eviction_policy: Delete, max_price: 0.05}}
            images:
              ubuntu: {{publisher: Canonical, offer: u, sku: server,
                       plan: {{name: n, product: p, publisher: q}}}}
              golden: {{id: {IMAGE_ID}, os_type: Windows, generation: v2}}
            networks:
              net1: {{virtual_network: vnet1, subnet: default}}
              net2:
                virtual_network: {VNET_ID}
                subnets: {{10.0.0.0/24: a}}
            security_groups: {{default: nsg, open: null, empty: }}
            zones: {{nova: ~, az1: "1", az2: 2}}
            """)
        self.assertEqual({
            'm1.small': flavors.FlavorTarget('Standard_D2s_v5'),
            'm1.cheap': flavors.FlavorTarget(
                'Standard_B1s', zone='2', priority='Spot',
                eviction_policy='Delete', max_price=0.05),
        }, mapping.flavors)
        self.assertEqual({
            'ubuntu': ImageTarget(
                publisher='Canonical', offer='u', sku='server',
                version='latest', plan=Plan('n', 'p', 'q')),
            'golden': ImageTarget(
                id=IMAGE_ID, os_type='windows', generation='V2'),
        }, mapping.images)
        self.assertEqual(
            NetworkEntry('vnet1', 'default'), mapping.networks['net1'])
        self.assertEqual(
            {'10.0.0.0/24': 'a'}, mapping.networks['net2'].subnets)
        self.assertEqual({'default': 'nsg', 'open': None, 'empty': None},
                         mapping.security_groups)
        self.assertEqual({'nova': None, 'az1': '1', 'az2': '2'},
                         mapping.zones)

    def test_the_sample_file_is_right(self):
        text = (SAMPLE / 'mapping.yaml.sample').read_text('utf-8')
        mapping = parser.parse(text, 'sample')
        self.assertEqual('Standard_D2s_v5', mapping.flavor('m1.small').size)
        self.assertEqual('Spot', mapping.flavor('m1.cheap').priority)

    def test_sections_may_be_empty(self):
        self.assertEqual({}, self.parse('flavors:\nzones: {}\n').zones)

    def test_every_mistake_is_told_at_once(self):
        found = self.problems("""\
            flavrs: {}
            flavors:
              a: m1.small
              b: {zone: "1"}
            images:
              c: {publisher: P, ofer: O, sku: S}
              d: {id: nope, os_type: linux}
            zones:
              az1: east
            """)
        self.assertEqual(
            [(1, 'flavrs'), (3, 'flavors.a'), (4, 'flavors.b.size'),
             (6, 'images.c.ofer'), (6, 'images.c.offer'),
             (7, 'images.d.id'), (9, 'zones.az1')],
            [(line, where) for line, where, _ in found])

    def test_the_error_reads_like_a_compiler(self):
        error = self.assertRaises(
            exceptions.MappingError, self.parse, 'zones: {a: x}')
        self.assertEqual(
            'mapping.yaml:1: zones.a: is \'x\', must be a zone number such '
            'as "1", or null for no zone on purpose', str(error))

    def test_unknown_key_names_the_nearest(self):
        line, where, message = self.one_problem("""\
            networks:
              n:
                virtual_network: v
                subnet: s
                sub_nets:
                  x: y
            """)
        self.assertEqual((5, 'networks.n.sub_nets'), (line, where))
        self.assertIn('did you mean subnets?', message)
        self.assertIn('allowed: virtual_network, subnet, subnets', message)

    def test_duplicate_key(self):
        self.assertEqual(
            (2, 'zones.a', 'is there twice, first in line 1'),
            self.one_problem('zones: {a: 1,\n  a: 2}'))
        self.assertEqual(
            (2, 'zones', 'is there twice, first in line 1'),
            self.one_problem('zones: {}\nzones: {}\n'))

    def test_list_where_a_map_is_expected(self):
        self.assertEqual(
            (2, 'images', 'is a list, must be a map: Glance image name or '
                          'id: {publisher, offer, sku} or {id}'),
            self.one_problem('images:\n  - ubuntu\n'))
        self.assertIn('must be a map', self.one_problem('- a')[2])
        self.assertIn('must be a map', self.one_problem('hello')[2])

    def test_wrong_type_of_a_value(self):
        for value in ('[x]', '{x: y}', 'true', 'null', '""'):
            line, where, message = self.one_problem(
                f'networks:\n  n: {{virtual_network: v, subnet: {value}}}')
            self.assertEqual((2, 'networks.n.subnet'), (line, where))
            self.assertIn('must be the name of a subnet', message)

    def test_own_image_without_os_type(self):
        self.assertEqual(
            (1, 'images.x.os_type', 'is missing'),
            self.one_problem(f'images: {{x: {{id: {IMAGE_ID}}}}}'))

    def test_os_type_is_linux_or_windows(self):
        _, where, message = self.one_problem(
            f'images: {{x: {{id: {IMAGE_ID}, os_type: bsd}}}}')
        self.assertEqual('images.x.os_type', where)
        self.assertEqual("is 'bsd', must be one of linux, windows", message)

    def test_id_of_the_wrong_type(self):
        vnet = IMAGE_ID.replace('images', 'virtualMachines')
        _, where, message = self.one_problem(
            f'images: {{x: {{id: {vnet}, os_type: linux}}}}')
        self.assertEqual('images.x.id', where)
        self.assertIn('must be the full id of an Azure image', message)
        _, where, _ = self.one_problem(f'security_groups: {{x: {vnet}}}')
        self.assertEqual('security_groups.x', where)

    def test_the_state_of_an_own_image(self):
        mapping = self.parse("""\
            images:
              a: {id: images/a.vhd, os_type: linux, state: Specialized}
            """)
        self.assertEqual(ImageTarget(
            id='images/a.vhd', os_type='linux', state='specialized'),
            mapping.images['a'])
        _, where, message = self.one_problem("""\
            images:
              a: {publisher: p, offer: o, sku: s, state: generalized}
            """)
        self.assertEqual('images.a.state', where)
        self.assertIn('generalized images only', message)

    def test_a_signature_is_not_told(self):
        _, _, message = self.one_problem("""\
            images:
              a: {id: "https://a/images/a.vhd?sig=x", os_type: linux}
            """)
        self.assertNotIn('sig', message.partition('must be')[0])

    def test_id_and_marketplace_exclude_each_other(self):
        _, where, message = self.one_problem(
            f'images: {{x: {{id: {IMAGE_ID}, os_type: linux, sku: s}}}}')
        self.assertEqual('images.x.sku', where)
        self.assertIn('not allowed beside "id"', message)

    def test_plan_must_be_whole(self):
        _, where, _ = self.one_problem(
            'images: {x: {publisher: p, offer: o, sku: s, '
            'plan: {name: n, product: p}}}')
        self.assertEqual('images.x.plan.publisher', where)

    def test_network_needs_a_subnet(self):
        _, where, message = self.one_problem(
            'networks: {n: {virtual_network: v}}')
        self.assertEqual('networks.n', where)
        self.assertIn('"subnet"', message)

    def test_virtual_network_that_is_neither_name_nor_id(self):
        for value in ('/subscriptions/x', 'a b', IMAGE_ID):
            _, where, message = self.one_problem(
                f'networks: {{n: {{virtual_network: {value}, subnet: s}}}}')
            self.assertEqual('networks.n.virtual_network', where)
            self.assertIn('Microsoft.Network/virtualNetworks', message)

    def test_bad_values_inside_a_flavor_and_a_network(self):
        _, where, _ = self.one_problem(
            'flavors: {f: {size: Standard_B1s, os_disk_sku: Ultra}}')
        self.assertEqual('flavors.f.os_disk_sku', where)
        _, where, _ = self.one_problem(
            'networks: {n: {virtual_network: v, subnets: {a: /x}}}')
        self.assertEqual('networks.n.subnets.a', where)

    def test_max_price_is_for_spot(self):
        self.assertIn('Spot', self.one_problem(
            'flavors: {f: {size: Standard_B1s, max_price: 1}}')[2])
        self.assertIn('max_price is 0', self.one_problem(
            'flavors: {f: {size: Standard_B1s, priority: Spot, '
            'max_price: 0}}')[2])

    def test_empty_file(self):
        for text in ('', '\n\n', '# only a comment\n', '---\n', 'null'):
            line, _, message = self.one_problem(text)
            self.assertEqual(1, line)
            self.assertIn('is empty, must have sections', message)

    def test_tabs(self):
        line, _, message = self.one_problem('flavors:\n\ta: Standard_B1s\n')
        self.assertEqual(2, line)
        self.assertIn('never with tabs', message)

    def test_not_yaml(self):
        self.assertEqual(2, self.one_problem('zones: {}\nimages: {\n')[0] - 1)
        self.assertIn('not YAML', self.one_problem('a: *unknown')[2])
        self.assertIn('single document',
                      self.one_problem('zones: {}\n---\nzones: {}')[2])
        self.assertIn('not YAML', self.one_problem('zones: {a: \0}')[2])
        self.assertIn('too deeply', self.one_problem('[' * 5000)[2])

    def test_merge_keys_are_refused(self):
        self.assertIn('merging', self.one_problem(
            'zones: &z {a: 1}\nflavors: {<<: *z}')[2])

    def test_nothing_in_the_file_is_executed(self):
        self.assertIn('must be a map', self.one_problem(
            '!!python/object/apply:os.system [exit 1]')[2])

    @given(strategies.ANY_TEXT)
    def test_no_text_crashes_it(self, text):
        self.assertParses(text)

    @given(strategies.MAPPING_FILES)
    def test_no_tree_crashes_it(self, text):
        self.assertParses(text)

    def assertParses(self, text):
        try:
            parser.parse(text, 'mapping.yaml')
        except exceptions.MappingError as exc:
            lines = len(text.splitlines()) + 1
            self.assertTrue(exc.problems)
            for problem in exc.problems:
                self.assertTrue(1 <= problem.line <= lines, problem)
                self.assertTrue(problem.message)
