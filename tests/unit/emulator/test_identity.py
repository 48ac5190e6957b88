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

"""Tokens: who gets one, and what ARM says to those it does not like."""

import datetime
import tempfile
import time
from unittest import mock

from azure.core import exceptions
from azure.identity import CertificateCredential
from azure.identity import EnvironmentCredential
from azure.identity import ManagedIdentityCredential
from azure.identity import WorkloadIdentityCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import oid
import fixtures

from tests.unit.emulator import base


def pem():
    """Return a self-signed certificate with its key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, 'test')])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1).not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256()))
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()) + certificate.public_bytes(
            serialization.Encoding.PEM)


class TokenTest(base.EmulatorTestCase):
    """azure-identity's credentials against the token endpoints."""

    options = {'imds_port': 0}

    def setUp(self):
        super().setUp()
        self.scope = f'{self.emulator.audience}/.default'
        self.login = {
            'authority': self.emulator.authority,
            'disable_instance_discovery': True,
            'connection_verify': self.emulator.ca_file}

    def accepted(self, credential):
        token = credential.get_token(self.scope)
        self.assertGreater(token.expires_on, time.time())
        answer = self.call(
            'GET', '/subscriptions', version='2022-12-01',
            headers={'Authorization': f'Bearer {token.token}'})
        return answer.status_code == 200

    def test_client_secret(self):
        self.assertTrue(self.accepted(self.credential()))

    def test_environment(self):
        emulator = self.emulator
        for name, value in (
                ('AZURE_TENANT_ID', emulator.tenant_id),
                ('AZURE_CLIENT_ID', emulator.client_id),
                ('AZURE_CLIENT_SECRET', emulator.client_secret)):
            self.useFixture(fixtures.EnvironmentVariable(name, value))
        self.assertTrue(self.accepted(EnvironmentCredential(**self.login)))

    def test_certificate(self):
        self.assertTrue(self.accepted(CertificateCredential(
            self.emulator.tenant_id, self.emulator.client_id,
            certificate_data=pem(), **self.login)))

    def test_workload_identity(self):
        # a federated token is a JWT of somebody else
        folder = self.useFixture(fixtures.TempDir()).path
        with tempfile.NamedTemporaryFile(
                'w', dir=folder, delete=False) as file:
            file.write(self.token())
        self.assertTrue(self.accepted(WorkloadIdentityCredential(
            tenant_id=self.emulator.tenant_id,
            client_id=self.emulator.client_id, token_file_path=file.name,
            **self.login)))

    def test_managed_identity_of_app_service(self):
        self.useFixture(fixtures.EnvironmentVariable(
            'IDENTITY_ENDPOINT', self.emulator.endpoint + '/msi/token'))
        self.useFixture(fixtures.EnvironmentVariable(
            'IDENTITY_HEADER', self.emulator.client_secret))
        self.assertTrue(self.accepted(ManagedIdentityCredential(
            connection_verify=self.emulator.ca_file)))

    def test_managed_identity_of_a_virtual_machine(self):
        url = self.emulator.endpoint + '/metadata/identity/oauth2/token'
        query = {'api-version': '2018-02-01',
                 'resource': self.emulator.audience}
        refused = self.session.get(url, params=query, timeout=30)
        self.assertEqual(400, refused.status_code)
        answer = self.session.get(url, params=query, timeout=30,
                                  headers={'Metadata': 'true'}).json()
        self.assertEqual('Bearer', answer['token_type'])
        self.emulator.identity.check(f'Bearer {answer["access_token"]}')

    def test_managed_identity_where_the_metadata_service_is(self):
        self.useFixture(fixtures.EnvironmentVariable(
            'AZURE_POD_IDENTITY_AUTHORITY_HOST', self.emulator.imds_url))
        self.assertTrue(self.accepted(ManagedIdentityCredential()))
        url = self.emulator.imds_url + '/metadata/identity/oauth2/token'
        for query, wanted in (
                ({}, 'resource'),
                ({'resource': 'x', 'client_id': 'nobody'}, 'not found')):
            answer = self.session.get(url, params=query, timeout=30,
                                      headers={'Metadata': 'true'})
            self.assertEqual(400, answer.status_code)
            self.assertIn(wanted, answer.json()['error_description'])
        self.assertEqual(404, self.session.get(
            self.emulator.imds_url + '/subscriptions',
            timeout=30).status_code)

    def test_wrong_secret(self):
        error = self.assertRaises(
            exceptions.ClientAuthenticationError,
            self.credential(client_secret='wrong').get_token, self.scope)
        self.assertIn('AADSTS7000215', str(error))

    def test_unknown_client_and_tenant(self):
        nobody = '00000000-0000-0000-0000-000000000001'
        # msal asks for the tenant's configuration first and keeps the
        # AADSTS90002 it gets to itself
        for change, number in (
                ('client_id', 'AADSTS700016'),
                ('tenant_id', 'Unable to get authority configuration')):
            error = self.assertRaises(
                exceptions.ClientAuthenticationError,
                self.credential(**{change: nobody}).get_token, self.scope)
            self.assertIn(number, str(error))

    def test_unknown_tenant(self):
        nobody = '00000000-0000-0000-0000-000000000001'
        base_url = f'{self.emulator.authority}/{nobody}'
        for answer in (
                self.session.get(base_url + '/v2.0/.well-known/'
                                 'openid-configuration', timeout=30),
                self.session.post(base_url + '/oauth2/v2.0/token',
                                  timeout=30)):
            self.assertEqual((400, [90002]), (
                answer.status_code, answer.json()['error_codes']))
            self.assertIn(f"AADSTS90002: Tenant '{nobody}' not found",
                          answer.json()['error_description'])

    def test_cloud_metadata_by_version(self):
        url = self.emulator.endpoint + '/metadata/endpoints'
        found = {version: self.session.get(
            url, params={'api-version': version}, timeout=30).json()
            for version in ('2015-01-01', '2019-05-01', '2022-09-01')}
        self.assertEqual([found['2022-09-01']], found['2019-05-01'])
        for one in (found['2015-01-01'], found['2022-09-01']):
            self.assertEqual(self.emulator.authority,
                             one['authentication']['loginEndpoint'])

    def test_assertion_out_of_time(self):
        credential = CertificateCredential(
            self.emulator.tenant_id, self.emulator.client_id,
            certificate_data=pem(), **self.login)
        for offset in (3600, -3600):
            self.emulator.identity.clock_offset_seconds = offset
            error = self.assertRaises(
                exceptions.ClientAuthenticationError,
                credential.get_token, self.scope)
            self.assertIn('AADSTS700024', str(error))

    def test_no_secret_no_scope_no_client(self):
        url = (f'{self.emulator.authority}/{self.emulator.tenant_id}'
               '/oauth2/v2.0/token')
        form = {'grant_type': 'client_credentials', 'scope': self.scope,
                'client_id': self.emulator.client_id}
        for change, number in ((
                {}, 7000218), ({'scope': ''}, 900144),
                ({'grant_type': 'password'}, 70003),
                ({'client_assertion': 'no', 'client_assertion_type':
                  'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'},
                 50027)):
            answer = self.session.post(url, data={**form, **change},
                                       timeout=30)
            self.assertEqual([number], answer.json()['error_codes'])

    def test_discovery(self):
        for path in ('/metadata/endpoints', '/common/discovery/instance',
                     f'/{self.emulator.tenant_id}/v2.0'
                     '/.well-known/openid-configuration'):
            answer = self.session.get(self.emulator.endpoint + path,
                                      timeout=30)
            self.assertEqual(200, answer.status_code, path)
            self.assertIn(self.emulator.endpoint, answer.text)


class RefusalTest(base.EmulatorTestCase):
    """What ARM answers to a bad token."""

    def refused(self, header):
        answer = self.session.get(
            self.emulator.endpoint + '/subscriptions', timeout=30,
            params={'api-version': '2022-12-01'},
            headers={'Authorization': header} if header else {})
        self.assertEqual(401, answer.status_code)
        self.assertIn('authorization_uri=',
                      answer.headers['WWW-Authenticate'])
        self.assertEqual('gateway', answer.headers['x-ms-failure-cause'])
        return answer.json()['error']['code']

    def test_no_token(self):
        self.assertEqual('AuthenticationFailed', self.refused(None))

    def test_foreign_token(self):
        head, claims, _ = self.token().split('.')
        self.assertEqual('InvalidAuthenticationToken',
                         self.refused(f'Bearer {head}.{claims}.xxxx'))
        self.assertEqual('InvalidAuthenticationToken',
                         self.refused('Bearer xxxx'))

    def test_other_audience(self):
        token = self.emulator.identity.issue('https://vault.azure.net')
        self.assertEqual('InvalidAuthenticationTokenAudience',
                         self.refused(f'Bearer {token["access_token"]}'))

    def test_old_token(self):
        token = self.token()
        later = time.time() + 3601
        with mock.patch('time.time', return_value=later):
            self.assertEqual('ExpiredAuthenticationToken',
                             self.refused(f'Bearer {token}'))

    def test_tokens_expired_by_hand(self):
        token = self.token()
        with mock.patch('time.time', return_value=time.time() + 2):
            self.emulator.identity.expire_tokens()
        self.assertEqual('ExpiredAuthenticationToken',
                         self.refused(f'Bearer {token}'))

    def test_denied_action(self):
        self.emulator.faults.deny('Microsoft.Network/networkInterfaces/read')
        error = self.assert_error(
            'AuthorizationFailed', 403,
            lambda: list(self.network.network_interfaces.list(base.GROUP)))
        self.assertIn("perform action 'Microsoft.Network/networkInterfaces/"
                      "read'", error.message)
        # the same client may do everything else
        self.create_nic()

    def test_clocks_an_hour_apart(self):
        token = f'Bearer {self.token()}'
        for offset, code in ((3700, 'ExpiredAuthenticationToken'),
                             (-3700, 'InvalidAuthenticationToken')):
            self.emulator.identity.clock_offset_seconds = offset
            answer = self.session.get(
                self.emulator.endpoint + '/subscriptions', timeout=30,
                params={'api-version': '2022-12-01'},
                headers={'Authorization': token})
            self.assertEqual((401, code), (
                answer.status_code, answer.json()['error']['code']))
        self.emulator.identity.clock_offset_seconds = 0
