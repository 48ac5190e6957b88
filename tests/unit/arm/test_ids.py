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

"""What a path names."""

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.arm import ids
from tests import timeout
from tests.unit.arm import doubles

VNET = f'{doubles.GROUP}/providers/Microsoft.Network/virtualNetworks/v'
LOCATION = (f'/subscriptions/{doubles.SUBSCRIPTION}/providers/'
            'Microsoft.Compute/locations/eastus')


class ParseTargetTest(timeout.TestCase):

    def test_paths(self):
        machines = 'Microsoft.Compute/virtualMachines'
        for method, url, expected in (
            ('GET', f'https://a.b{doubles.VM}?api-version=1',
             (doubles.VM, machines, 'vm1', None)),
            ('POST', f'{doubles.VM}/powerOff?skipShutdown=true',
             (doubles.VM, machines, 'vm1', 'powerOff')),
            ('GET', doubles.VM.rpartition('/')[0],
             (doubles.VM.rpartition('/')[0], machines, None, None)),
            ('GET', f'{VNET}/subnets/s',
             (f'{VNET}/subnets/s',
              'Microsoft.Network/virtualNetworks/subnets', 's', None)),
            ('GET', doubles.GROUP,
             (doubles.GROUP, ids.RESOURCE_GROUP_TYPE, 'jacket', None)),
            ('GET', f'{LOCATION}/usages',
             (f'{LOCATION}/usages', 'Microsoft.Compute/locations/usages',
              None, None)),
            ('GET', '', ('', None, None, None)),
        ):
            self.assertEqual(expected, tuple(ids.parse_target(url, method)))

    @given(st.text(), st.sampled_from(['GET', 'POST', 'PUT']))
    def test_nothing_is_an_error(self, url, method):
        try:
            ids.parse_target(url, method)
            ids.virtual_machine_of(url)
        except ValueError as exc:
            # urlsplit itself refuses brackets that are no IPv6 address
            self.assertIn('://' if '://' in url else '//', url, exc)

    def test_virtual_machine(self):
        self.assertEqual('vm1', ids.virtual_machine_of(
            doubles.VM.replace('vm1', 'VM1') + '/start'))
        self.assertIsNone(ids.virtual_machine_of(doubles.NIC))
        self.assertIsNone(ids.virtual_machine_of(
            doubles.VM.rpartition('/')[0]))
