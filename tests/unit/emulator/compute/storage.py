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

"""Tests with storage accounts: page blobs seen through the blob SDK."""

import uuid

from azure.storage.blob import BlobServiceClient

from jacket_azure.emulator import vhd_footer
from tests import azurite
from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import test_access

STORAGE_VERSION = '2023-05-01'
GIB = 1024 ** 3


class StorageTestCase(test_access.ContentsTestCase):
    """One Azurite for all tests of a process, accounts of its own each."""

    def setUp(self):
        super().setUp()
        azurite.use(self.emulator)
        # the accounts must not outlive the test in the shared Azurite
        self.addCleanup(self.emulator.reset)

    def account_path(self, name, action=''):
        return (f'/subscriptions/{self.emulator.subscription_id}'
                f'/resourceGroups/{base.GROUP}/providers/Microsoft.Storage'
                f'/storageAccounts/{name}{action}')

    def send_storage(self, method, path, body=None):
        return self.send(method, path, body, version=STORAGE_VERSION)

    def account(self, name='', location=base.LOCATION, kind='StorageV2'):
        """Make an account; return it, and a client of its blobs."""
        name = name or f'acct{uuid.uuid4().hex[:12]}'
        answer = self.send_storage('PUT', self.account_path(name), {
            'location': location, 'kind': kind,
            'sku': {'name': 'Standard_LRS'}})
        self.assertEqual(202, answer.status_code)
        while answer.status_code == 202:
            answer = self.send('GET', answer.headers['Location'])
        account = answer.json()
        keys = self.send_storage('POST', self.account_path(
            name, '/listKeys')).json()['keys']
        client = BlobServiceClient(
            account['properties']['primaryEndpoints']['blob'],
            {'account_name': name, 'account_key': keys[0]['value']},
            connection_verify=self.emulator.ca_file)
        self.addCleanup(client.close)
        return account, client

    def vhd(self, client, path='vhds/disk.vhd', size=GIB, data=b'v' * 512):
        """Write a VHD with *data* at its start; return its URL."""
        container, _, name = path.partition('/')
        if not client.get_container_client(container).exists():
            client.create_container(container)
        blob = client.get_blob_client(container, name)
        blob.create_page_blob(size + 512)
        blob.upload_page(data, 0, len(data))
        blob.upload_page(vhd_footer.build(size, uuid.uuid4()), size, 512)
        return blob.url

    def first(self, client, url, length=512):
        """First bytes of a blob of that account."""
        path = url.partition(client.account_name + '/')[2]
        container, _, name = path.partition('/')
        return client.get_blob_client(container, name).download_blob(
            0, length).readall()
