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

"""Who is let in, what is counted, what goes wrong on purpose."""

import base64
import contextlib
import datetime
import http.client
import io
import os
import socket
import ssl
from unittest import mock
import urllib.parse
import urllib.request

from azure.core import exceptions
from azure.identity import ClientSecretCredential
from azure.storage.blob import BlobClient
from azure.storage.blob import BlobServiceClient
from azure.storage.blob import ExponentialRetry
import requests

from jacket_azure.emulator import server
from tests import timeout
from tests import world
from tests.unit.emulator.blobs import base
from tests.unit.emulator.blobs.base import MIB
from tests.unit.emulator.blobs.base import PAGE

_BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs'


def crc64(data):
    """CRC-64/NVME by its definition, little-endian as on the wire."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x9a6c9329ac4bc9b5 * (value & 1))
        table.append(value)
    found = 2 ** 64 - 1
    for byte in data:
        found = (found >> 8) ^ table[(found ^ byte) & 0xff]
    return (found ^ 2 ** 64 - 1).to_bytes(8, 'little')


class Crc64Test(timeout.TestCase):
    """The measure of the test below."""

    def test_check_value(self):
        self.assertEqual(0xae8b14860a799888,
                         int.from_bytes(crc64(b'123456789'), 'little'))


class WhoTest(base.BlobTestCase):
    """Keys, tokens and signatures."""

    def test_both_keys(self):
        for number, key in enumerate(self.keys()):
            blob = self.connect(key).get_blob_client(
                'disks', f'a b/ü+{number}%.vhd')
            blob.create_page_blob(PAGE, metadata={'a': 'b', 'B': ''})
            blob.upload_page(b'x' * PAGE, 0, PAGE)
            self.assertEqual(b'x' * PAGE, blob.download_blob().readall())
        self.assertEqual(['a b/ü+0%.vhd', 'a b/ü+1%.vhd'], [
            one.name for one in self.container.list_blobs(
                name_starts_with='a b/')])

    def test_names_of_metadata_are_sorted_by_culture(self):
        blob = self.blob(size=PAGE)
        names = {'a_b': '1', 'a1': '2', 'a__': '3', 'abc': '4', 'a': '5',
                 'a_1': '6', 'jacket_id': '7', 'jacket1': '8'}
        blob.set_blob_metadata(names)
        answer = self.send('PUT', comp='metadata', headers={
            f'x-ms-meta-{name}': value + '0'
            for name, value in names.items()})
        self.assertEqual(200, answer.status_code)
        self.assertEqual({name: value + '0' for name, value in names.items()},
                         blob.get_blob_properties().metadata)

    def test_another_key(self):
        wrong = self.keys()[0][::-1].lstrip('=') + '=='
        self.refused(403, 'AuthenticationFailed',
                     self.connect(wrong).create_container, 'more')

    def test_signatures_get_stale(self):
        blob = self.blob(size=PAGE)
        self.emulator.identity.clock_offset_seconds = 14 * 60
        self.assertTrue(blob.exists())
        for offset in (16 * 60, -16 * 60):
            self.emulator.identity.clock_offset_seconds = offset
            self.refused(403, 'AuthenticationFailed', blob.upload_page,
                         b'x' * PAGE, 0, PAGE)

    def test_the_drivers_credential(self):
        emulator = self.emulator
        credential = ClientSecretCredential(
            emulator.tenant_id, emulator.client_id, emulator.client_secret,
            authority=emulator.authority, disable_instance_discovery=True,
            connection_verify=emulator.ca_file)
        client = BlobServiceClient(
            self.endpoint, credential, retry_total=0,
            connection_verify=emulator.ca_file)
        self.addCleanup(client.close)
        blob = client.get_blob_client('disks', 'ü b')
        blob.create_page_blob(PAGE)
        blob.upload_page(b'x' * PAGE, 0, PAGE)
        self.assertEqual(['disks'], [
            one.name for one in client.list_containers()])
        self.assertEqual(b'x' * PAGE, blob.download_blob().readall())

    def test_tokens_that_do_not_count(self):
        for token, detail in (
                ('no.tok.en', 'Signature'), ('x', 'Signature'),
                (self.token(self.emulator.audience), 'Audience')):
            answer = self.send('GET', token=token)
            self.assert_answer(401, 'InvalidAuthenticationInfo', answer)
            self.assertIn(detail + ' validation failed', answer.text)
            self.assertIn('resource_id=https://storage.azure.com',
                          answer.headers['WWW-Authenticate'])
        token = self.token()
        self.emulator.identity.clock_offset_seconds = 3601
        answer = self.send('GET', token=token)
        self.assertIn('Lifetime validation failed', answer.text)

    def test_audiences(self):
        for audience in ('https://storage.azure.com/',
                         f'https://{world.STORAGE_ACCOUNT}'
                         f'.blob.core.windows.net'):
            self.assert_answer(404, 'BlobNotFound', self.send(
                'GET', token=self.token(audience)))

    def test_nobody(self):
        self.blob(size=PAGE)
        answer = self.send('GET', url=self.blob().url)
        self.assert_answer(401, 'NoAuthenticationInformation', answer)

    def test_signatures(self):
        blob = self.blob(size=PAGE)
        reader = BlobClient.from_blob_url(
            self.sas_url(blob), retry_total=0,
            connection_verify=self.emulator.ca_file)
        self.addCleanup(reader.close)
        self.assertEqual(bytes(PAGE), reader.download_blob().readall())
        self.refused(403, 'AuthorizationPermissionMismatch',
                     reader.upload_page, b'x' * PAGE, 0, PAGE)
        late = self.sas_url(blob, start=datetime.datetime.now(datetime.UTC)
                            + datetime.timedelta(minutes=30))
        self.assertEqual(403, self.send('GET', url=late).status_code)

    def test_rights_that_were_taken_away(self):
        self.faults.deny(f'{_BLOBS}/write')
        headers = {'x-ms-blob-type': 'PageBlob',
                   'x-ms-blob-content-length': '512'}
        answer = self.send('PUT', headers=headers)
        self.assert_answer(403, 'AuthorizationPermissionMismatch', answer)
        self.assert_answer(404, 'BlobNotFound', self.send('GET'))
        # roles are for identities: a key may do anything
        self.blob(size=PAGE)
        self.faults.clear()
        self.assertEqual(201, self.send('PUT', headers=headers).status_code)

    def test_an_account_nobody_knows(self):
        answer = self.send(
            'GET', url=f'{self.emulator.blobs.url}/nobody/disks/disk',
            headers={'Authorization': f'Bearer {self.token()}'})
        self.assert_answer(404, 'ResourceNotFound', answer)


class CountTest(base.BlobTestCase):
    """Blob requests are among the others."""

    def test_types_and_names(self):
        with self.azure.recording() as made:
            blob = self.blob(size=PAGE)
            blob.upload_page(b'x' * PAGE, 0, PAGE)
            blob.clear_page(0, PAGE)
            blob.get_page_ranges()
            blob.acquire_lease(-1).release()
            self.blob('copy').start_copy_from_url(blob.url)
            list(self.container.list_blobs())
            list(self.client.list_containers())
            self.container.get_container_properties()
        self.assertEqual(
            ['PUT blobs disks/disk', 'PUT blobs/page disks/disk',
             'PUT blobs/clearPage disks/disk', 'GET blobs/pageList disks/disk',
             'PUT blobs/lease disks/disk', 'PUT blobs/lease disks/disk',
             'PUT blobs/copy disks/copy', 'GET containers/list disks',
             'GET blobService/list ', 'GET containers disks'],
            [f'{one.method} {one.type} {one.name}' for one in made])
        numbers = [one.number for one in made]
        self.assertEqual(list(range(numbers[0], numbers[0] + len(made))),
                         numbers)
        self.assertEqual([], self.azure.invalid_requests())

    def test_a_signature_is_not_kept(self):
        blob = self.blob(size=PAGE)
        with self.azure.recording() as made:
            self.send('GET', url=self.sas_url(blob))
        [record] = made
        self.assertIn('sig=REDACTED', record.query)
        self.assertNotIn('sig=', record.query.replace('sig=REDACTED', ''))

    def test_codes_and_statuses(self):
        with self.azure.recording() as made:
            self.send('GET')
        self.assertEqual([(404, 'BlobNotFound')],
                         [(one.status, one.code) for one in made])


class FaultTest(base.BlobTestCase):
    """Failures on demand, as for ARM."""

    def setUp(self):
        super().setUp()
        self.page_blob = self.blob(size=PAGE)

    def write(self):
        self.page_blob.upload_page(b'x' * PAGE, 0, PAGE)

    def written(self):
        return bool(self.page_blob.get_page_ranges()[0])

    def test_an_error_by_type_and_name(self):
        self.faults.fail('PUT', 'blobs/page', 503, 'ServerBusy',
                         name='disks/d*', times=1)
        self.blob('other', PAGE).upload_page(b'x' * PAGE, 0, PAGE)
        self.refused(503, 'ServerBusy', self.write)
        self.assertFalse(self.written())
        self.write()

    def test_throttling_in_the_words_of_the_service(self):
        self.faults.throttle('PUT', 'blobs/*', times=1)
        answer = self.put_pages(0, PAGE - 1, b'x' * PAGE)
        self.assert_answer(503, 'ServerBusy', answer)
        self.assertNotIn('Retry-After', answer.headers)
        self.write()

    def test_an_error_by_number(self):
        self.faults.at(2, 'fail', 500, 'InternalError', for_good=True)
        self.assertFalse(self.written())
        self.refused(500, 'InternalError', self.write)
        self.assertFalse(self.written())
        self.refused(500, 'InternalError', self.write)
        # another operation of the same path
        self.page_blob.set_blob_metadata({'a': 'b'})

    def test_the_sdk_tries_again(self):
        self.faults.fail('PUT', 'blobs/page', 503, 'ServerBusy', times=1)
        self.faults.drop_reply('PUT', 'blobs/page', skip=1, times=1)
        with self.azure.recording() as made:
            client = self.connect(self.keys()[0], retry_policy=(
                ExponentialRetry(initial_backoff=0, increment_base=0,
                                 retry_total=3, random_jitter_range=0)))
            client.get_blob_client('disks', 'disk').upload_page(
                b'x' * PAGE, 0, PAGE)
        self.assertEqual([503, 0, 201], [one.status for one in made])

    def test_dropped_requests_and_replies(self):
        self.faults.drop_request('PUT', 'blobs/page', times=1)
        self.assertRaises(exceptions.AzureError, self.write)
        self.assertFalse(self.written())
        self.faults.drop_reply('PUT', 'blobs/page', times=1)
        self.assertRaises(exceptions.AzureError, self.write)
        self.assertTrue(self.written())

    def test_half_an_answer(self):
        self.faults.truncate_reply('GET', 'blobs', times=1)
        self.assertRaises(
            (requests.exceptions.ConnectionError,
             requests.exceptions.ChunkedEncodingError), self.send, 'GET')
        self.assertEqual(PAGE, len(self.send('GET').content))

    def test_a_page_of_a_gateway(self):
        self.faults.garble_reply('GET', 'blobs', times=1)
        answer = self.send('GET')
        self.assertEqual((502, 'text/html'), (
            answer.status_code, answer.headers['Content-Type']))

    def test_refused_connections(self):
        self.faults.refuse_connections(times=1, type='blobs')
        self.client.close()
        with requests.Session() as fresh:
            fresh.trust_env = False
            self.assertRaises(
                requests.exceptions.ConnectionError, fresh.get,
                self.page_blob.url, verify=self.emulator.ca_file, timeout=30)
            self.assertEqual(401, fresh.get(
                self.page_blob.url, verify=self.emulator.ca_file,
                timeout=30).status_code)

    def test_connections_to_arm_only(self):
        self.faults.refuse_connections(type='arm')
        with requests.Session() as fresh:
            fresh.trust_env = False
            self.assertEqual(401, fresh.get(
                self.page_blob.url, verify=self.emulator.ca_file,
                timeout=30).status_code)


class WireTest(base.BlobTestCase):
    """Bytes and connections."""

    def test_bodies_longer_than_memory_should_hold(self):
        data = os.urandom(MIB) * 20
        self.assertEqual(201, self.send(
            'PUT', 'disks/block', io.BytesIO(data),
            headers={'x-ms-blob-type': 'BlockBlob'}).status_code)
        self.assertEqual(data, self.blob('block').download_blob().readall())
        self.assertEqual(data, self.send('GET', 'disks/block').content)
        self.assert_answer(401, 'InvalidAuthenticationInfo', self.send(
            'PUT', 'disks/block', data, token='x',
            headers={'x-ms-blob-type': 'BlockBlob'}))
        self.assertEqual(200, self.send('HEAD', 'disks/block').status_code)

    def test_checksums(self):
        self.blob(size=MIB)
        for length in (PAGE, 3 * PAGE, MIB):
            data = os.urandom(length)
            answer = self.put_pages(0, length - 1, data)
            self.assertEqual(
                crc64(data), base64.b64decode(
                    answer.headers['x-ms-content-crc64']))
        right = base64.b64encode(crc64(data)).decode()
        for sent, status in ((right, 201), ('A' * 11 + '=', 400)):
            self.assertEqual(status, self.put_pages(
                0, length - 1, data,
                **{'x-ms-content-crc64': sent}).status_code)

    def test_a_connection_is_kept(self):
        self.blob(size=PAGE)
        with self.watching_connections() as opened:
            for _ in range(5):
                self.send('HEAD')
                self.send('GET')
                self.send('GET', 'disks/none')
                self.put_pages(0, 2 * PAGE - 1, b'x' * 2 * PAGE)
        self.assertEqual(1, len(opened))

    @contextlib.contextmanager
    def watching_connections(self):
        """Give a list of the connections opened meanwhile."""
        opened = []
        with mock.patch.object(
                self.emulator.blobs._server, 'verify_request',
                lambda *args: opened.append(args) or True):
            yield opened

    def begin(self, query=''):
        """Begin a PUT by hand; return the connection."""
        where = urllib.parse.urlsplit(self.endpoint)
        connection = http.client.HTTPSConnection(
            where.netloc, timeout=30, context=ssl.create_default_context(
                cafile=self.emulator.ca_file))
        self.addCleanup(connection.close)
        connection.putrequest('PUT', f'{where.path}/disks/disk{query}')
        return connection

    def test_half_a_body_does_nothing(self):
        blob = self.blob(size=2 * PAGE)
        for kind, length in (('page', 2 * PAGE), ('block&blockid=MQ==',
                                                  20 * MIB)):
            connection = self.begin(f'?comp={kind}')
            for name, value in {
                    'Authorization': f'Bearer {self.token()}',
                    'x-ms-version': '2024-11-04',
                    'x-ms-page-write': 'update',
                    'x-ms-range': f'bytes=0-{length - 1}',
                    'Content-Length': str(length)}.items():
                connection.putheader(name, value)
            connection.endheaders(b'x' * (length // 2))
            connection.sock.shutdown(socket.SHUT_WR)
            self.assertRaises(
                (http.client.HTTPException, OSError),
                connection.getresponse)
        self.assertEqual([], blob.get_page_ranges()[0])

    def test_a_length_is_told(self):
        connection = self.begin()
        connection.endheaders()
        answer = connection.getresponse()
        self.assertEqual((411, 'MissingContentLengthHeader'), (
            answer.status, answer.getheader('x-ms-error-code')))

    def test_expect_100(self):
        self.blob(size=PAGE)
        answer = self.put_pages(0, PAGE - 1, b'x' * PAGE,
                                Expect='100-continue')
        self.assertEqual(201, answer.status_code)

    def test_ordinary_https(self):
        blob = self.blob(size=PAGE)
        context = ssl.create_default_context(cafile=self.emulator.ca_file)
        with urllib.request.urlopen(self.sas_url(blob),
                                    context=context) as found:
            self.assertEqual(bytes(PAGE), found.read())


class WithoutContentsTest(timeout.TestCase):
    """There is no blob service then."""

    def test_no_port(self):
        with server.Emulator(contents=False) as emulator:
            self.assertRaises(RuntimeError, lambda: emulator.blobs)
            self.assertNotIn('storage_account', emulator.azure_options())
            emulator.seed(storage_account='jacketblobs')
            self.assertEqual('jacketblobs',
                             emulator.azure_options()['storage_account'])
