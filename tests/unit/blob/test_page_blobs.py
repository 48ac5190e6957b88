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

import os

from azure.core import exceptions as sdk

from jacket_azure import exceptions
from jacket_azure.blob import signed
from tests import world
from tests.unit.blob import base
from tests.unit.blob.base import GIB
from tests.unit.blob.base import MIB

PATH = 'volumes/one.vhd'
METADATA = {'jacket_owner': 'jacket-tests', 'jacket_id': '1'}


class PageBlobTest(base.BlobTestCase):
    """With a token; :class:`KeyTest` does the same with a key."""

    def setUp(self):
        super().setUp()
        self.blob = self.account.blob(PATH)

    def test_life_of_a_blob(self):
        blob, data = self.blob, os.urandom(4 * MIB)
        operations, etag = self.counting(
            blob.create, GIB + 512, METADATA)
        self.assertEqual(['blobs.create'], operations)
        etag = blob.write(MIB, data, etag)
        etag = blob.clear(2 * MIB, MIB, etag)
        etag = blob.resize(2 * GIB, etag)
        etag = blob.tag({'other': 'x'}, etag)
        found = blob.properties()
        self.assertEqual(etag, found.etag)
        self.assertEqual((2 * GIB, 'PageBlob', {'other': 'x'}, False),
                         (found.size_bytes, found.kind,
                          dict(found.metadata), found.is_leased))
        expected = data[:MIB] + bytes(MIB) + data[2 * MIB:]
        self.assertEqual(expected, self.azurite.read(PATH, MIB, 4 * MIB))
        self.assertEqual(expected, blob.read(MIB, 4 * MIB, etag))
        self.assertEqual([(MIB, MIB), (3 * MIB, 2 * MIB)],
                         list(blob.ranges(0, 2 * GIB, etag)))
        self.assertEqual([(MIB + 512, 1024)],
                         list(blob.ranges(MIB + 512, 1024)))
        self.assertIs(True, blob.delete())
        self.assertIs(False, blob.delete())
        self.assertIsNone(self.azurite.size(PATH))
        self.assertRaises(exceptions.NotFound, blob.properties)

    def test_nothing_is_overwritten_by_making(self):
        self.blob.create(GIB, METADATA)
        self.blob.write(0, b'x' * 512)
        error = self.assertRaises(
            exceptions.PreconditionFailed, self.blob.create, MIB, {})
        self.assertEqual('BlobAlreadyExists', error.code)
        self.assertEqual(GIB, self.azurite.size(PATH))
        self.assertEqual(b'x' * 512, self.azurite.read(PATH, 0, 512))

    def test_what_is_missing_is_told(self):
        error = self.assertRaises(
            exceptions.NotFound, self.blob.read, 0, 512)
        self.assertEqual('blob', error.resource_type)
        self.assertTrue(error.resource_id.endswith(PATH))
        elsewhere = self.account.blob('nowhere/x.vhd')
        error = self.assertRaises(
            exceptions.NotFound, elsewhere.create, MIB, {})
        self.assertEqual('blob container', error.resource_type)

    def test_each_change_is_bound_to_its_etag(self):
        old = self.blob.create(GIB, METADATA)
        self.blob.write(0, b'x' * 512)
        for change in (
                lambda: self.blob.write(0, b'y' * 512, old),
                lambda: self.blob.clear(0, 512, old),
                lambda: self.blob.resize(2 * GIB, old),
                lambda: self.blob.tag({}, old),
                lambda: self.blob.replace(GIB, {}, old),
                lambda: self.blob.delete(old),
                lambda: self.blob.read(0, 512, old),
                lambda: list(self.blob.ranges(0, 512, old))):
            self.assertRaises(exceptions.PreconditionFailed, change)
        self.assertEqual(b'x' * 512, self.azurite.read(PATH, 0, 512))
        self.assertEqual(METADATA, self.azurite.metadata(PATH))

    def test_replace_empties(self):
        self.blob.create(GIB, METADATA)
        etag = self.blob.write(0, b'x' * 512)
        self.blob.replace(MIB, {'a': 'b'}, etag)
        self.assertEqual(MIB, self.azurite.size(PATH))
        self.assertEqual({}, self.azurite.pages(PATH))

    def test_snapshots_are_others(self):
        self.blob.create(GIB, METADATA)
        self.blob.write(0, b'x' * 512)
        operations, stamp = self.counting(
            self.blob.snapshot, {'jacket_id': '2'})
        self.assertEqual(['blobs.snapshot'], operations)
        self.blob.write(0, b'y' * 512)
        frozen = self.blob.at(stamp)
        self.assertEqual(b'x' * 512, frozen.read(0, 512))
        self.assertEqual({'jacket_id': '2'},
                         dict(frozen.properties().metadata))
        self.assertEqual([(0, 512)], list(frozen.ranges(0, GIB)))
        error = self.assertRaises(exceptions.InUse, self.blob.delete)
        self.assertEqual('SnapshotsPresent', error.code)
        # Azurite would write on the blob itself
        self.assertRaises(exceptions.InvalidRequest,
                          frozen.write, 0, b'z' * 512)
        self.assertIs(True, frozen.delete())
        self.assertIs(False, frozen.delete())
        self.assertIs(True, self.blob.delete())

    def test_pages_are_checked_before_anything_is_sent(self):
        self.blob.create(GIB, METADATA)
        operations, _ = self.counting(lambda: [
            self.assertRaises(exceptions.InvalidRequest, *arguments)
            for arguments in (
                (self.blob.write, 1, b'x' * 512),
                (self.blob.write, 0, b'x' * 511),
                (self.blob.write, 0, b''),
                (self.blob.write, 0, bytes(4 * MIB + 512)),
                (self.blob.clear, 0, 100))])
        self.assertEqual([], operations)

    def changes(self):
        """Yield all changes, in an order in which each finds its turn."""
        data = os.urandom(1024)
        yield 'create', lambda: self.blob.create(GIB, METADATA)
        yield 'write', lambda: self.blob.write(0, data, self.etag)
        yield 'clear', lambda: self.blob.clear(512, 512, self.etag)
        yield 'resize', lambda: self.blob.resize(2 * GIB, self.etag)
        yield 'tag', lambda: self.blob.tag({'a': 'b'}, self.etag)
        yield 'replace', lambda: self.blob.replace(
            MIB, {'c': 'd'}, self.etag)

    def test_changes_whose_reply_is_lost_are_settled_by_looking(self):
        for name, change in self.changes():
            self.faults.drop_reply('PUT', '*', times=1)
            operations, self.etag = self.counting(change)
            self.assertEqual(
                [f'blobs.{name}'] * 2, operations[:2], operations)
            self.assertEqual(self.etag, self.blob.properties().etag, name)
        self.faults.drop_reply('DELETE', '*', times=1)
        self.assertIs(True, self.blob.delete())

    def test_changes_that_never_arrive_are_sent_again(self):
        for name, change in self.changes():
            self.faults.drop_request('PUT', '*', times=1)
            operations, self.etag = self.counting(change)
            self.assertEqual([f'blobs.{name}'] * 2, operations)
            self.assertEqual(self.etag, self.blob.properties().etag, name)

    def test_anothers_change_is_not_taken_for_a_lost_reply(self):
        etag = self.blob.create(GIB, METADATA)
        other = self.account.blob(PATH)
        other.write(0, b'o' * 512)
        self.faults.drop_reply('PUT', '*', times=1)
        self.assertRaises(exceptions.PreconditionFailed,
                          self.blob.write, 0, b'x' * 512, etag)
        self.assertEqual(b'o' * 512, self.azurite.read(PATH, 0, 512))

    def test_a_snapshot_is_never_taken_twice(self):
        self.blob.create(GIB, METADATA)
        self.faults.drop_reply('PUT', 'blobs/snapshot', times=1)
        operations, _ = self.counting(
            self.assertRaises, exceptions.Unavailable,
            self.blob.snapshot, {'jacket_id': '2'})
        self.assertEqual(['blobs.snapshot'], operations)
        self.assertEqual(2, len(self.azurite.names('volumes')))

    def test_reads_are_repeated_when_cut_short(self):
        data = os.urandom(MIB)
        self.blob.create(GIB, METADATA)
        self.blob.write(0, data)
        self.faults.truncate_reply('GET', '*', times=2)
        self.assertEqual(data, self.blob.read(0, MIB))
        self.faults.truncate_reply('GET', '*', times=2)
        self.assertEqual([(0, MIB)], list(self.blob.ranges(0, GIB)))
        self.faults.garble_reply('GET', '*', status=200, times=1)
        self.assertEqual([(0, MIB)], list(self.blob.ranges(0, GIB)))

    def test_a_busy_service_is_waited_for(self):
        self.faults.fail('PUT', '*', 503, 'ServerBusy', times=2,
                         headers={'Retry-After': '7'})
        before = self.azure.clock.time()
        self.blob.create(GIB, METADATA)
        self.assertTrue(self.azure.clock.time() - before >= 14)
        self.faults.fail('PUT', '*', 503, 'ServerBusy')
        error = self.assertRaises(
            exceptions.Throttled, self.blob.resize, 2 * GIB)
        self.assertEqual('ServerBusy', error.code)
        self.assertTrue(self.azure.clock.time() - before
                        <= 14 + 180 + 60)

    def test_no_secret_is_logged(self):
        self.blob.create(GIB, METADATA)
        self.blob.snapshot({})
        for secret in (*self.azure.tokens, 'SharedKey ', 'sig='):
            self.assertNotIn(secret, self.log.text)


class KeyTest(PageBlobTest):
    """The same with a key of the account."""

    credential = 'account_key'

    def test_a_renewed_key_is_read_again(self):
        self.blob.create(GIB, METADATA)
        path = (f'/subscriptions/{self.client.subscription_id}'
                f'/resourceGroups/{world.RESOURCE_GROUP}/providers/'
                f'Microsoft.Storage/storageAccounts/'
                f'{world.STORAGE_ACCOUNT}/regenerateKey')
        self.arm('POST', path, {'keyName': 'key1'})
        operations, _ = self.counting(self.blob.properties)
        self.assertEqual(
            ['blobs.get', 'storage_accounts.list_keys', 'blobs.get'],
            operations)
        operations, _ = self.counting(self.blob.properties)
        self.assertEqual(['blobs.get'], operations)

    def arm(self, method, path, body):
        """Send a request that the driver itself never sends."""
        from azure.core.rest import HttpRequest

        from jacket_azure.arm import calls
        call = self.client.wire.read_call('test')
        return self.client._client.resource.send_request(
            HttpRequest(
                method, self.client.cloud.arm_endpoint + path
                + '?api-version=2023-05-01', json=body),
            **{calls.KEYWORD: call})


class SignedTest(base.BlobTestCase):
    """A blob behind a signed URL, as a managed disk has one."""

    def setUp(self):
        super().setUp()
        self.disk = self.client.disks.create_or_update('disk1', {
            'location': world.LOCATION, 'sku': {'name': 'Standard_LRS'},
            'properties': {'creationData': {'createOption': 'Empty'},
                           'diskSizeGB': 1}})
        self.urls = []

    def grant(self):
        self.urls.append(self.client.disks.grant_access(
            'disk1', 3600, write=False))
        return self.urls[-1]

    def test_it_is_read_and_asked_for_again_when_refused(self):
        blob = signed.open_blob(self.client.wire, self.grant)
        found = blob.properties()
        self.assertEqual(GIB + 512, found.size_bytes)
        self.assertEqual(b'conectix', blob.read(GIB, 512)[:8])
        self.assertEqual([(GIB, 512)], list(blob.ranges(0, GIB + 512)))
        self.assertEqual(1, len(self.urls))
        self.client.disks.revoke_access('disk1')
        self.assertEqual(b'conectix', blob.read(GIB, 512)[:8])
        self.assertEqual(2, len(self.urls))

    def test_a_refusal_that_stays_is_told_without_the_signature(self):
        url = self.grant()
        self.client.disks.revoke_access('disk1')
        blob = signed.open_blob(self.client.wire, lambda: url)
        error = self.assertRaises(
            exceptions.Unauthorized, blob.read, 0, 512)
        signature = url.partition('sig=')[2].partition('&')[0]
        self.assertNotIn(signature, str(error))
        self.assertNotIn(signature, self.log.text)

    def test_what_is_not_signed_is_refused(self):
        blob = signed.open_blob(
            self.client.wire, lambda: 'https://127.0.0.1:1/a/b/c')
        self.assertRaises(exceptions.Unauthorized, blob.read, 0, 512)
        error = self.assertRaises(
            exceptions.InvalidRequest, signed.open_blob, self.client.wire,
            lambda: 'https://127.0.0.1:1/?sig=s3cret')
        self.assertNotIn('s3cret', str(error))


class SdkTest(base.BlobTestCase):
    """What we count on in the SDK."""

    def test_our_pipeline_is_the_one_that_is_used(self):
        """Its keyword is no public one, and this tells when it is gone."""
        client = self.account.channel.blob_client(
            self.account.address(PATH))
        error = self.assertRaises(
            KeyError, client.get_blob_properties)
        self.assertEqual("'jacket_azure_call'", str(error))
        self.assertNotIsInstance(error, sdk.AzureError)
