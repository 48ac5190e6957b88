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

import textwrap

from jacket_azure import exceptions
from jacket_azure.mapping import parser
from jacket_azure.mapping.public_ips import PublicIp
from tests import timeout

TEXT = """\
networks:
  net1:
    virtual_network: vnet1
    subnet: default
    public_ip: {value}
  net2: {{virtual_network: vnet1, subnet: default}}
"""


class PublicIpTest(timeout.TestCase):

    def parse(self, value):
        return parser.parse(
            textwrap.dedent(TEXT).format(value=value), 'mapping.yaml')

    def test_values(self):
        for value, expected in (
                ('true', PublicIp()), ('false', None), ('{}', PublicIp()),
                ('{sku: standard}', PublicIp('Standard')),
                ('{sku: Basic, dns_name: true, idle_timeout_minutes: 30}',
                 PublicIp('Basic', 30, True))):
            mapping = self.parse(value)
            self.assertEqual(expected, mapping.public_ip('net1', 'id-1'))
            self.assertIsNone(mapping.public_ip('net2', 'id-2'))
            self.assertIsNone(mapping.public_ip('net3', 'id-3'))
            self.assertEqual(expected is not None, mapping.has_public_ips)

    def test_mistakes_are_named(self):
        where = 'networks.net1.public_ip'
        for value, at, told in (
                ('yes', where, 'one of true, false'),
                ('1.2.3.4', where, 'one of true, false'),
                ('', where, 'is empty, must be true, false, or a map'),
                ('[true]', where, 'is a list'),
                ('{sku: Premium}', f'{where}.sku', 'Standard, Basic'),
                ('{dns_name: vm}', f'{where}.dns_name', 'true, false'),
                ('{idle_timeout_minutes: 3}',
                 f'{where}.idle_timeout_minutes', 'from 4 to 30'),
                ('{zone: 1}', f'{where}.zone', 'allowed: sku')):
            error = self.assertRaises(
                exceptions.MappingError, self.parse, value)
            [problem] = error.problems
            self.assertEqual(('mapping.yaml', 5, at),
                             (problem.file, problem.line, problem.where))
            self.assertIn(told, problem.message)
