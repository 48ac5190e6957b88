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

"""Four ways to log in, and clear words when an option is missing."""

import os
from unittest import mock

from azure import identity
from azure.core import exceptions as sdk
import fixtures

from jacket_azure import exceptions
from jacket_azure.arm import cloud
from jacket_azure.arm import credentials
from jacket_azure.arm import transport
from tests import timeout
from tests.unit.arm import certificates
from tests.unit.arm import doubles


class CredentialsTest(timeout.TestCase):

    def build(self, **options):
        conf = doubles.options(**options)
        return credentials.from_conf(
            conf, cloud.from_conf(conf), transport.from_conf(conf))._credential

    def file(self, name, content):
        path = os.path.join(self.useFixture(fixtures.TempDir()).path, name)
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def test_client_secret(self):
        self.assertIsInstance(
            self.build(), identity.ClientSecretCredential)

    def test_certificate(self):
        path = self.file('sp.pem', certificates.pem())
        self.assertIsInstance(
            self.build(credential='certificate', certificate_path=path),
            identity.CertificateCredential)

    def test_managed_identity_needs_nothing(self):
        self.assertIsInstance(
            self.build(credential='managed_identity', client_id=None,
                       tenant_id=None, client_secret=None),
            identity.ManagedIdentityCredential)

    def test_workload_identity(self):
        path = self.file('token', b'token')
        self.assertIsInstance(
            self.build(credential='workload_identity',
                       federated_token_file=path),
            identity.WorkloadIdentityCredential)

    def test_each_missing_option_is_named(self):
        for kind, options in credentials.REQUIRED.items():
            nothing = dict.fromkeys(options)
            if not nothing:
                continue
            exc = self.assertRaises(
                exceptions.ConfigurationError, self.build, credential=kind,
                **nothing)
            for option in options:
                self.assertIn(f'[azure] {option} is missing', str(exc))

    def test_unreadable_file_is_named(self):
        exc = self.assertRaises(
            exceptions.ConfigurationError, self.build,
            credential='certificate', certificate_path='/no/such.pem')
        self.assertIn('certificate_path = /no/such.pem cannot be read',
                      str(exc))

    def test_broken_certificate_is_a_wrong_option(self):
        path = self.file('sp.pem', b'nonsense')
        self.assertRaises(
            exceptions.ConfigurationError, self.build,
            credential='certificate', certificate_path=path)

    def test_no_user_name_and_password(self):
        self.assertEqual(
            {'client_secret', 'certificate', 'managed_identity',
             'workload_identity'}, set(credentials.REQUIRED))


class RenewedTest(timeout.TestCase):
    """As msal fails for ever once an error was no text."""

    def setUp(self):
        super().setUp()
        self.made = []
        self.renewed = credentials.Renewed(self.make)

    def make(self):
        self.made.append(mock.Mock())
        return self.made[-1]

    def fail_with(self, cause):
        error = sdk.ClientAuthenticationError('Authentication failed')
        error.__cause__ = cause
        self.made[-1].get_token_info.side_effect = error
        self.assertRaises(
            sdk.ClientAuthenticationError,
            self.renewed.get_token_info, 'scope')

    def test_made_anew_after_what_it_cannot_recover_from(self):
        self.fail_with(TypeError('sequence item 0'))
        self.assertIs(
            self.made[1].get_token_info.return_value,
            self.renewed.get_token_info('scope'))
        self.assertIs(
            self.made[1].get_token.return_value,
            self.renewed.get_token('scope'))
        self.assertEqual(2, len(self.made))

    def test_other_failures_keep_it(self):
        self.fail_with(ValueError('wrong secret'))
        self.assertEqual(1, len(self.made))
