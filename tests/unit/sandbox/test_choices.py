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

from jacket_azure.sandbox import choices
from jacket_azure.sandbox import errors
from tests import timeout


class ChoiceTest(timeout.TestCase):
    """What the tour takes from a mapping file."""

    def networks(self, **virtual_networks):
        return choices.networks_of_one_server({'networks': {
            name: {'virtual_network': virtual_network}
            for name, virtual_network in virtual_networks.items()}})

    def test_two_networks_of_one_virtual_network(self):
        self.assertEqual(
            ['b', 'c'], self.networks(a='vnet1', b='vnet2', c='VNet2',
                                      d='vnet2'))

    def test_one_network_where_no_two_fit(self):
        self.assertEqual(['a'], self.networks(a='vnet1', b='vnet2'))

    def test_first_linux_image(self):
        self.assertEqual('b', choices.linux_image({'images': {
            'a': {'os_type': 'windows'}, 'b': {'os_type': 'linux'}}}))

    def test_empty_mapping_is_said(self):
        for choose in (choices.linux_image, choices.networks_of_one_server):
            self.assertRaises(errors.SandboxError, choose, {})

    def test_key_is_one_that_azure_takes(self):
        kind, content, comment = choices.public_key().split()
        self.assertEqual('ssh-rsa', kind)
        self.assertGreater(len(content), 300)
