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

"""Reading what Azure answers, however it is written."""

import json
import types

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.arm import answers
from tests import timeout


class RetryAfterTest(timeout.TestCase):

    def test_numbers_and_dates(self):
        date = 'Mon, 04 May 2026 08:00:00 GMT'
        later = 'Mon, 04 May 2026 08:02:05 GMT'
        for headers, expected in (
            ({'retry-after': '17'}, 17.0),
            ({'retry-after': '0'}, 0.0),
            ({'retry-after': '1.5'}, 1.5),
            ({'retry-after-ms': '250'}, 0.25),
            ({'x-ms-retry-after-ms': '3000', 'retry-after': '9'}, 3.0),
            ({'retry-after': later, 'date': date}, 125.0),
            ({'retry-after': date, 'date': later}, 0.0),
            ({'retry-after': '-5'}, None),
            ({'retry-after': 'soon'}, None),
            ({'retry-after': 'inf'}, None),
            ({'retry-after': ''}, None),
            ({}, None),
        ):
            self.assertEqual(
                expected, answers.retry_after_of(headers), headers)

    @given(st.text(), st.text())
    def test_nonsense_is_no_wish_or_a_time(self, text, date):
        found = answers.retry_after_of({'retry-after': text, 'date': date})
        self.assertTrue(found is None or 0 <= found < float('inf'))


class ErrorTest(timeout.TestCase):

    def test_details_speak_where_the_message_does_not(self):
        found = answers.error_of({'error': {
            'code': 'RetryableError',
            'message': 'A retryable error occurred.',
            'details': [{'code': 'ReferencedResourceNotProvisioned',
                         'message': 'Resource x is in Updating state.'}]}})
        self.assertEqual(
            ('RetryableError', 'ReferencedResourceNotProvisioned'),
            found.codes)
        self.assertEqual('Resource x is in Updating state.', found.message)

    @given(st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(['error', 'code', 'message', 'details',
                             'target', 'x']), inner)))
    def test_no_body_breaks_it(self, body):
        found = answers.error_of(body)
        self.assertIsInstance(found.message, str)
        self.assertTrue(all(isinstance(code, str) for code in found.codes))

    def test_no_json_is_no_body(self):
        response = types.SimpleNamespace(json=lambda: json.loads('<html>'))
        self.assertIsNone(answers.body_of(response))
        self.assertEqual((), answers.error_of(None).codes)
