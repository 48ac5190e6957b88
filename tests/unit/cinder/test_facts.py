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

"""What is kept of a disk in Cinder's record, and names that tell."""

import types

from hypothesis import given
from hypothesis import strategies as st
from oslotest import base

from jacket_azure.cinder import facts
from jacket_azure.cinder import references
from jacket_azure.cinder import volume_names
from jacket_azure.disks import models
from jacket_azure.payload import volume_kind

WORD = st.none() | st.sampled_from(('1', '2', 'Linux', 'V2'))


class FactsTest(base.BaseTestCase):

    @given(st.builds(
        facts.Facts, sku=st.sampled_from(('Premium_LRS', 'UltraSSD_LRS')),
        zone=WORD, shares=st.integers(1, 15), os_type=WORD, generation=WORD,
        security_type=st.sampled_from((None, 'Standard', 'TrustedLaunch'))))
    def test_round_trip(self, known):
        text = facts.dump(known)
        self.assertEqual(known, facts.load(text))
        self.assertLess(len(text), 255)    # Cinder's column

    @given(st.none() | st.text() | st.sampled_from((
        '[1]', '{"sku": "x", "colour": "blue"}', '{}', '"x"', 'null')))
    def test_what_is_not_ours_is_nothing(self, text):
        self.assertIsNone(facts.load(text))


class NamesTest(base.BaseTestCase):

    def test_only_its_own_name_tells_of_a_volume(self):
        volume = types.SimpleNamespace(id='aaaa', name_id='bbbb')
        self.assertTrue(volume_names.tells('volume-aaaa', volume))
        self.assertTrue(
            volume_names.tells('volumes/volume-BBBB-x1.vhd', volume))
        self.assertFalse(volume_names.tells('volume-cccc', volume))


class ReferencesTest(base.BaseTestCase):

    def disk(self, **differing):
        return models.Disk(**{
            'name': 'd', 'id': '/d', 'size_bytes': 1024 ** 3,
            'kind': volume_kind.Kind('Premium_LRS'), 'state': 'Unattached',
            'attached_to': (), 'tags': {}, 'created': None,
            'location': 'eastus', **differing})

    def test_why_a_disk_is_not_taken(self):
        for disk, word in (
                (self.disk(attached_to=('vm1',)), 'vm1'),
                (self.disk(usable=False), 'complete'),
                (self.disk(location='westus'), 'westus')):
            self.assertIn(word, references.why_not_disk(disk, 'eastus'))

    def test_locations_have_two_spellings(self):
        self.assertIsNone(references.why_not_disk(
            self.disk(location='East US'), 'eastus'))
