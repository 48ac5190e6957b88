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

import re

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.payload import blob_metadata
from tests import timeout

TAG_NAMES = st.one_of(
    st.from_regex(r'jacket(-[a-z0-9]{1,6}){1,3}', fullmatch=True),
    st.text(min_size=1, max_size=30),
    st.sampled_from(('tag_', 'tag_zz', 'jacket_owner', 'Jacket-Owner')))
# surrogates are no characters, and nobody's tags have them
VALUES = st.text(st.characters(exclude_categories=('Cs',)), max_size=60)


class BlobMetadataTest(timeout.TestCase):

    @given(st.dictionaries(
        TAG_NAMES.filter(lambda name: name.isprintable()), VALUES,
        max_size=8))
    def test_tags_read_back(self, tags):
        metadata = blob_metadata.encode(tags)
        self.assertEqual(tags, blob_metadata.decode(metadata))
        # whatever the case HTTP makes of the names
        self.assertEqual(tags, blob_metadata.decode(
            {name.title(): value for name, value in metadata.items()}))

    @given(st.dictionaries(
        TAG_NAMES.filter(lambda name: name.isprintable()), VALUES,
        max_size=8))
    def test_metadata_fits_into_headers(self, tags):
        for name, value in blob_metadata.encode(tags).items():
            self.assertTrue(re.fullmatch('[a-z_][a-z0-9_]*', name), name)
            # neither empty, nor with anything that signing would squeeze
            self.assertTrue(re.fullmatch('[!-~]+( [!-~]+)*', value), value)

    def test_what_operators_see(self):
        self.assertEqual(
            {'jacket_owner': 'east', 'jacket_display_name': "utf-8''%C3%A4",
             'tag_436f7374': '42'},
            blob_metadata.encode({
                'jacket-owner': 'east', 'jacket-display-name': 'ä',
                'Cost': '42'}))

    def test_metadata_of_others_is_shown_as_it_is(self):
        self.assertEqual(
            {'purpose': 'boot', 'tag_zz': '1', 'tag_ff': '2'},
            blob_metadata.decode(
                {'Purpose': 'boot', 'tag_zz': '1', 'tag_ff': '2'}))

    def test_too_much_is_refused(self):
        error = self.assertRaises(
            exceptions.InvalidRequest, blob_metadata.encode,
            {'jacket-owner': 'x' * 9000})
        self.assertIn('9012 bytes', str(error))
        self.assertIn('8192', str(error))
