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

"""Base class of the tests of the blob front: SDK and plain HTTP."""

import datetime
import urllib.parse
from xml.etree import ElementTree

from azure.core import MatchConditions
from azure.core import exceptions
from azure.storage.blob import BlobServiceClient
from azure.storage.blob import generate_blob_sas
import requests

from jacket_azure.emulator.blobs import authentication
from tests import fixtures
from tests import timeout
from tests import world

PAGE = 512
MIB = 1024 ** 2
GIB = 1024 ** 3
IF_NOT_MODIFIED = MatchConditions.IfNotModified


class BlobTestCase(timeout.TestCase):
    """An emulator with contents, and a container ``disks`` to work in."""

    def setUp(self):
        super().setUp()
        self.azure = self.useFixture(fixtures.AzureFixture(contents=True))
        self.emulator = self.azure.emulator
        self.clock = self.azure.clock
        self.faults = self.emulator.faults
        self.endpoint = self.azure.resource(
            'storageAccounts', world.STORAGE_ACCOUNT)[
                'properties']['primaryEndpoints']['blob'].rstrip('/')
        self.client = self.connect(self.keys()[0])
        self.container = self.client.create_container('disks')
        self.session = requests.Session()
        self.addCleanup(self.session.close)
        # else REQUESTS_CA_BUNDLE of the machine would win over verify
        self.session.trust_env = False
        self.session.verify = self.emulator.ca_file

    def keys(self):
        account = self.azure.resource(
            'storageAccounts', world.STORAGE_ACCOUNT)
        return list(self.emulator.store.get(
            account['id']).private['keys'].values())

    def connect(self, key, **options):
        """Return a client without retries."""
        client = BlobServiceClient(
            self.endpoint, {'account_name': world.STORAGE_ACCOUNT,
                            'account_key': key},
            connection_verify=self.emulator.ca_file, retry_total=0,
            **options)
        self.addCleanup(client.close)
        return client

    def blob(self, name='disk', size=None):
        """Return a client of a blob, made as an empty one with *size*."""
        blob = self.container.get_blob_client(name)
        if size is not None:
            blob.create_page_blob(size)
        return blob

    def token(self, audience=authentication.AUDIENCE):
        return self.emulator.identity.issue(audience)['access_token']

    def send(self, method, name='disks/disk', body=b'', token=None,
             url=None, headers=None, **query):
        """Send one request by hand, with a token; never retried."""
        if url is None:
            url = f'{self.endpoint}/{urllib.parse.quote(name)}'
            headers = {'Authorization': f'Bearer {token or self.token()}',
                       **(headers or {})}
        return self.session.request(
            method, url, params=query, data=body, timeout=30, headers={
                'x-ms-version': '2024-11-04', **(headers or {})})

    def put_pages(self, first, last, body=b'', **headers):
        """Send Put Page by hand."""
        return self.send('PUT', comp='page', body=body, headers={
            'x-ms-page-write': 'update' if body else 'clear',
            'x-ms-range': f'bytes={first}-{last}', **headers})

    def assert_answer(self, status, code, answer):
        """Check an error: status, header and XML agree."""
        self.assertEqual((status, code), (
            answer.status_code, answer.headers.get('x-ms-error-code')))
        if answer.request.method != 'HEAD':
            self.assertEqual(code, ElementTree.fromstring(
                answer.content).findtext('Code'))

    def refused(self, status, code, work, *args, **kwargs):
        """Check that the SDK fails; return its exception."""
        error = self.assertRaises(exceptions.HttpResponseError, work, *args,
                                  **kwargs)
        told = getattr(error.error_code, 'value', error.error_code)
        self.assertEqual((status, code), (error.status_code, told))
        return error

    def sas_url(self, blob, permission='r', **options):
        """URL of a blob that lets whoever has it read it for an hour."""
        query = generate_blob_sas(
            world.STORAGE_ACCOUNT, blob.container_name, blob.blob_name,
            snapshot=blob.snapshot, account_key=self.keys()[0],
            permission=permission, **options,
            expiry=datetime.datetime.now(datetime.UTC)
            + datetime.timedelta(hours=1))
        mark = '&' if '?' in blob.url else '?'
        return f'{blob.url}{mark}{query}'
