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
from jacket_azure.blob import address
from tests import timeout

NAMES = st.lists(
    st.text(st.characters(codec='utf-8', exclude_characters='/'),
            min_size=1, max_size=12).filter(lambda name: name.strip('.')),
    min_size=1, max_size=3).map('/'.join)
ENDPOINTS = st.sampled_from((
    'https://acct.blob.core.windows.net', 'https://127.0.0.1:10000/acct',
    'https://localhost/acct', 'https://[::1]:1/acct',
    'https://md-abc.z1.blob.storage.azure.net'))


class AddressTest(timeout.TestCase):

    @given(ENDPOINTS, st.sampled_from(('volumes', '$root', 'a-b')), NAMES,
           st.none() | st.just('2026-11-21T09:31:49.2780000Z'))
    def test_a_url_is_taken_apart_as_it_was_put_together(
            self, endpoint, container, name, snapshot):
        place = address.Address(endpoint, container, name, snapshot)
        self.assertEqual((place, ''), address.split(place.url))
        joint = '&' if snapshot else '?'
        self.assertEqual(
            (place, 'sv=1&sig=a%2Fb'),
            address.split(f'{place.url}{joint}sv=1&sig=a%2Fb'))

    def test_urls_are_what_azure_wants(self):
        place = address.of_path(
            'https://a.blob.core.windows.net/', 'volumes/ä b.vhd')
        self.assertEqual(
            'https://a.blob.core.windows.net/volumes/%C3%A4%20b.vhd',
            place.url)
        self.assertEqual(f'{place.url}?snapshot=2026', place.at('2026').url)

    def test_what_is_none_is_refused_and_not_quoted(self):
        for url in ('', 'x', 'https://', 'https://a.blob.core/only',
                    'https://127.0.0.1/a/only', '/volumes/x.vhd',
                    'https://a.blob.core/c//?sig=s3cret'):
            error = self.assertRaises(
                exceptions.InvalidRequest, address.split, url)
            self.assertEqual('This is no URL of a blob.', str(error))
        for path in ('', 'volumes', 'volumes/', '/x.vhd'):
            self.assertRaises(exceptions.InvalidRequest, address.of_path,
                              'https://a.blob.core', path)
