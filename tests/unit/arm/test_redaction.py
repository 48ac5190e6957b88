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

"""What is secret stays secret, what is not stays readable."""

import logging

from azure.identity._internal import get_token_mixin
import fixtures
from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.arm import redaction
from tests import timeout
from tests.unit.arm import doubles


class TextTest(timeout.TestCase):

    def test_signatures_and_tokens_are_hidden(self):
        for text, left in (
            ('https://a/b?sv=1&sig=abc%2Fdef%3D&se=2 is gone',
             'https://a/b?sv=1&sig=***&se=2 is gone'),
            ('Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ***'),
            (f'token {doubles.TOKEN} bad', 'token *** bad'),
            ('client_secret=abc&x=1', 'client_secret=***&x=1'),
            ('the design=good one', 'the design=good one'),
        ):
            self.assertEqual(left, redaction.text(text))

    @given(st.text(min_size=6), st.text(), st.text())
    def test_given_secrets_never_stay(self, secret, before, after):
        shown = redaction.text(before + secret + after, [secret])
        if secret not in before + redaction.HIDDEN + after:
            self.assertNotIn(secret, shown)

    def test_path_has_no_query(self):
        self.assertNotIn('s1gnature', redaction.path(doubles.OPERATION))
        self.assertTrue(
            redaction.path(doubles.OPERATION).startswith('/subscriptions/'))


class SecretsOfTest(timeout.TestCase):

    def test_finds_them_wherever_they_are(self):
        body = {
            'name': 'vm1',
            'properties': {
                'osProfile': {
                    'adminUsername': 'azureuser', 'adminPassword': 'Passw0rd',
                    'customData': 'I2Nsb3VkLWNvbmZpZw=='},
                'list': [{'protectedSettings': {'any': {'key': 'k3y'}}}],
            },
        }
        self.assertEqual(
            ('I2Nsb3VkLWNvbmZpZw==', 'Passw0rd', 'k3y'),
            redaction.secrets_of(body))

    def test_no_body(self):
        self.assertEqual((), redaction.secrets_of(None))


class ConnectionLogTest(timeout.TestCase):

    def test_urllib3_shows_no_query(self):
        redaction.quiet_libraries()
        redaction.quiet_libraries()
        log = self.useFixture(fixtures.FakeLogger(
            'urllib3.connectionpool', level=logging.DEBUG))
        logging.getLogger('urllib3.connectionpool').debug(
            '%s://%s:%s "%s %s %s" %s %s', 'https', 'arm.example.com', 443,
            'GET', '/subscriptions/x?sig=s1gnature', 'HTTP/1.1', 200, None)
        self.assertEqual(
            'https://arm.example.com:443 "GET /subscriptions/x HTTP/1.1" '
            '200 None\n', log.output)

    def test_azure_identity_shows_no_half_token(self):
        """As logged for a reply of the token service that broke off."""
        name = get_token_mixin.__name__
        redaction.quiet_libraries()
        log = self.useFixture(fixtures.FakeLogger(name, level=logging.DEBUG))
        for token in 'eyJhbGciOiJub25lIn0.eyJzdWIi', 'opaque-t0ken':
            try:
                raise ValueError(f'Content: {{"access_token": "{token}')
            except ValueError as exc:
                logging.getLogger(name).warning(
                    '%s failed: %s', 'get_token', exc, exc_info=True)
            self.assertIn('get_token failed', log.output)
            self.assertNotIn(token, log.output)
