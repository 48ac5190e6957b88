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

from jacket_azure.mapping import resource_id
from tests import timeout

_WORDS = st.from_regex(r'[A-Za-z0-9._()-]{1,20}', fullmatch=True)


class ResourceIdTest(timeout.TestCase):

    @given(_WORDS, st.none() | _WORDS,
           st.lists(st.tuples(_WORDS, _WORDS), min_size=1, max_size=3))
    def test_round_trip(self, subscription, group, path):
        types, names = zip(*path, strict=True)
        wanted = resource_id.ResourceId(
            subscription, group, 'Microsoft.Compute', types, names)
        self.assertEqual(wanted, resource_id.parse(str(wanted)))

    @given(st.text() | st.text(alphabet='/subscriptonGoupv.Mx'))
    def test_no_text_crashes_it(self, text):
        try:
            parsed = resource_id.parse(text)
        except ValueError:
            return
        self.assertTrue(resource_id.same_id(text, str(parsed)))

    def test_child_and_type(self):
        vnet = resource_id.parse(
            '/Subscriptions/s/resourcegroups/G/Providers/'
            'microsoft.network/virtualNetworks/v')
        self.assertTrue(vnet.is_type('Microsoft.Network/virtualNetworks'))
        subnet = vnet.child('subnets', 'a')
        self.assertEqual('a', subnet.name)
        self.assertEqual('microsoft.network/virtualNetworks/subnets',
                         subnet.type)
        self.assertEqual(
            '/subscriptions/s/resourceGroups/G/providers/microsoft.network/'
            'virtualNetworks/v/subnets/a', str(subnet))

    def test_refused(self):
        good = '/subscriptions/s/resourceGroups/g/providers/M.C/vms/v'
        resource_id.parse(good)
        for bad in ('', '/', 'vm', good[1:], good + '/', good + '/x',
                    good.replace('vms', ''), good.replace('M.C', 'MC'),
                    good.replace('/g/', '/g g/'), good + '?x=y',
                    '/subscriptions/s', '/subscriptions/s/resourceGroups/g'):
            self.assertRaises(ValueError, resource_id.parse, bad)

    def test_same_id_ignores_case_and_none(self):
        self.assertTrue(resource_id.same_id('/A/b', '/a/B'))
        self.assertFalse(resource_id.same_id('/A/b', '/a/c'))
        self.assertFalse(resource_id.same_id(None, None))
