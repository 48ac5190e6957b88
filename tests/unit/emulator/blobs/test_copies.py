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

"""Copies: at once, pending, failed, aborted, and real ones."""

from azure.storage.blob import BlobServiceClient

from tests import world
from tests.unit.emulator.blobs import base
from tests.unit.emulator.blobs.base import MIB
from tests.unit.emulator.blobs.base import PAGE

COPY = ('PUT', 'blobs/copy')


class CopyTestCase(base.BlobTestCase):
    """A source with one page, and a target to copy to."""

    def setUp(self):
        super().setUp()
        self.source = self.blob('source', MIB)
        self.source.upload_page(b'1' * PAGE, PAGE, PAGE)
        self.target = self.blob('target')

    def status(self):
        return self.target.get_blob_properties().copy.status

    def first(self, blob, offset=PAGE):
        return blob.download_blob(offset, 1).readall()


class AtOnceTest(CopyTestCase):
    """Without latency a copy is done when it is answered."""

    def test_what_is_told_of_it(self):
        self.source.set_blob_metadata({'a': 'b'})
        told = self.target.start_copy_from_url(
            self.source.url, requires_sync=None)
        self.assertEqual('success', told['copy_status'])
        found = self.target.get_blob_properties()
        copy = found.copy
        self.assertEqual(
            (told['copy_id'], self.source.url, 'success',
             f'{MIB}/{MIB}', None, {'a': 'b'}, told['etag'], MIB),
            (copy.id, copy.source, copy.status, copy.progress,
             copy.status_description, found.metadata, found.etag,
             found.size))
        self.assertIsNotNone(copy.completion_time)
        self.assertIsNone(self.source.get_blob_properties().copy.id)
        read = self.target.download_blob()
        self.assertEqual(copy.id, read.properties.copy.id)
        self.assertEqual(b'1', read.readall()[PAGE:PAGE + 1])
        self.refused(409, 'NoPendingCopyOperation', self.target.abort_copy,
                     told['copy_id'])

    def test_a_list_tells_of_it(self):
        told = self.target.start_copy_from_url(self.source.url)
        [found] = self.container.list_blobs(
            name_starts_with='target', include=['copy', 'snapshots'])
        self.assertEqual((told['copy_id'], self.source.url, 'success'), (
            found.copy.id, found.copy.source, found.copy.status))

    def test_copies_share_nothing_with_a_snapshot_or_a_blob(self):
        stamp = self.source.create_snapshot()['snapshot']
        snapshot = self.container.get_blob_client('source', snapshot=stamp)
        self.target.start_copy_from_url(snapshot.url)
        # not encoded, as people write it
        answer = self.send('PUT', 'disks/people', headers={
            'x-ms-copy-source': f'{self.source.url}?snapshot={stamp}'})
        self.assertEqual(202, answer.status_code)
        self.assertEqual(b'1', self.first(self.blob('people')))
        other = self.blob('other')
        other.start_copy_from_url(self.source.url)
        for blob, data in ((self.target, b'2'), (other, b'3'),
                           (self.source, b'4')):
            blob.upload_page(data * PAGE, PAGE, PAGE)
            blob.upload_page(data * PAGE, 8 * PAGE, PAGE)
        self.assertEqual(
            [(b'1', b'\0'), (b'2', b'2'), (b'3', b'3'), (b'4', b'4')],
            [(self.first(one), self.first(one, 8 * PAGE))
             for one in (snapshot, self.target, other, self.source)])
        self.assertEqual([{'start': PAGE, 'end': 2 * PAGE - 1}],
                         snapshot.get_page_ranges()[0])

    def test_back_to_a_snapshot(self):
        stamp = self.source.create_snapshot()['snapshot']
        snapshot = self.container.get_blob_client('source', snapshot=stamp)
        self.source.upload_page(b'2' * PAGE, PAGE, PAGE)
        self.source.resize_blob(2 * MIB)
        self.source.start_copy_from_url(snapshot.url)
        self.assertEqual(b'1', self.first(self.source))
        self.assertEqual(MIB, self.source.get_blob_properties().size)
        self.source.upload_page(b'3' * PAGE, PAGE, PAGE)
        self.assertEqual(b'1', self.first(snapshot))

    def test_sources_that_cannot_be(self):
        self.refused(404, 'BlobNotFound', self.target.start_copy_from_url,
                     self.blob('none').url)
        self.refused(404, 'CannotVerifyCopySource',
                     self.target.start_copy_from_url,
                     'https://example.com/disks/disk')
        stale = self.source.get_blob_properties().etag
        self.source.upload_page(b'2' * PAGE, 0, PAGE)
        self.refused(412, 'SourceConditionNotMet',
                     self.target.start_copy_from_url, self.source.url,
                     source_etag=stale,
                     source_match_condition=base.IF_NOT_MODIFIED)
        self.assertFalse(self.target.exists())

    def test_a_target_that_must_not_be_there(self):
        self.blob('target', PAGE)
        self.refused(409, 'BlobAlreadyExists',
                     self.target.start_copy_from_url, self.source.url,
                     headers={'If-None-Match': '*'})
        self.assertEqual(PAGE, self.target.get_blob_properties().size)

    def test_leases_of_the_target(self):
        self.blob('target', MIB)
        lease = self.target.acquire_lease(15)
        copy = self.target.start_copy_from_url
        self.refused(412, 'LeaseIdMissing', copy, self.source.url)
        self.refused(412, 'InfiniteLeaseDurationRequired', copy,
                     self.source.url, destination_lease=lease)
        lease.release()
        lease = self.target.acquire_lease(-1)
        copy(self.source.url, destination_lease=lease)
        self.assertEqual('leased',
                         self.target.get_blob_properties().lease.state)

    def test_from_another_account(self):
        self.emulator.seed(storage_account='othersource', nsgs=(),
                           resource_group=world.RESOURCE_GROUP,
                           virtual_networks={})
        other = self.azure.resource('storageAccounts', 'othersource')
        key = self.emulator.store.get(other['id']).private['keys']['key1']
        client = BlobServiceClient(
            other['properties']['primaryEndpoints']['blob'],
            {'account_name': 'othersource', 'account_key': key},
            connection_verify=self.emulator.ca_file, retry_total=0)
        self.addCleanup(client.close)
        blob = client.create_container('disks').get_blob_client('copy')
        self.refused(404, 'CannotVerifyCopySource',
                     blob.start_copy_from_url, self.source.url)
        self.refused(403, 'CannotVerifyCopySource',
                     blob.start_copy_from_url,
                     self.sas_url(self.source).replace('sig=', 'sig=x'))
        blob.start_copy_from_url(self.sas_url(self.source))
        self.assertEqual(b'1', self.first(blob))
        self.assertEqual(self.source.url,
                         blob.get_blob_properties().copy.source)

    def test_who_comes_with_a_signature_needs_one_for_the_source(self):
        url = self.sas_url(self.target, 'rcw')
        headers = {'x-ms-copy-source': self.source.url}
        self.assert_answer(404, 'CannotVerifyCopySource', self.send(
            'PUT', url=url, headers=headers))
        headers['x-ms-copy-source'] = self.sas_url(self.source)
        self.assertEqual(202, self.send(
            'PUT', url=url, headers=headers).status_code)
        self.assertEqual(b'1', self.first(self.target))
        self.assertNotIn('sig=', self.send('HEAD', 'disks/target').headers[
            'x-ms-copy-source'])

    def test_with_a_token(self):
        answer = self.send('PUT', 'disks/target', headers={
            'x-ms-copy-source': self.source.url})
        self.assertEqual((202, 'success'), (
            answer.status_code, answer.headers['x-ms-copy-status']))


class PendingTest(CopyTestCase):
    """Copies that take their time, as faults and latency plan them."""

    def begin(self, source=None, **options):
        self.faults.slow_operation(*COPY, seconds=30, times=1)
        return self.target.start_copy_from_url(
            source or self.source.url, **options)

    def test_its_life(self):
        told = self.begin()
        self.assertEqual('pending', told['copy_status'])
        found = self.target.get_blob_properties()
        self.assertEqual(('pending', f'0/{MIB}', None, told['etag'], MIB), (
            found.copy.status, found.copy.progress,
            found.copy.completion_time, found.etag, found.size))
        self.clock.advance(15)
        self.assertEqual(f'{MIB // 2}/{MIB}', self.target
                         .get_blob_properties().copy.progress)
        self.clock.advance(15)
        found = self.target.get_blob_properties()
        self.assertEqual(('success', f'{MIB}/{MIB}'), (
            found.copy.status, found.copy.progress))
        self.assertEqual(self.clock.now(), found.copy.completion_time)
        # what was begun with the blob as it was then has to be asked anew
        self.assertNotEqual(told['etag'], found.etag)
        self.assertEqual(b'1', self.first(self.target))
        self.target.upload_page(b'2' * PAGE, PAGE, PAGE)
        self.assertEqual('success', self.status())

    def test_nothing_shows_before_it_ends(self):
        self.begin()
        self.assertEqual(bytes(2 * PAGE), self.target.download_blob(
            PAGE, 2 * PAGE).readall())
        answer = self.send('GET', 'disks/target')
        self.assertEqual((200, bytes(MIB)), (
            answer.status_code, answer.content))
        self.assertEqual([], self.target.get_page_ranges()[0])
        [listed] = self.container.list_blobs('target', include=['copy'])
        self.assertEqual('pending', listed.copy.status)
        self.assertEqual(self.target.get_blob_properties().etag, listed.etag)

    def test_the_target_is_not_touched_meanwhile(self):
        self.begin()
        target = self.target
        for work, args in (
                (target.upload_page, (b'2' * PAGE, 0, PAGE)),
                (target.clear_page, (0, PAGE)),
                (target.resize_blob, (PAGE,)),
                (target.set_blob_metadata, ({'a': 'b'},)),
                (target.create_snapshot, ()),
                (target.create_page_blob, (PAGE,)),
                (target.start_copy_from_url, (self.source.url,)),
                (target.delete_blob, ())):
            self.refused(409, 'PendingCopyOperation', work, *args)
        self.refused(409, 'PendingCopyOperation',
                     self.blob('other').start_copy_from_url, target.url)
        target.acquire_lease(-1).release()
        self.clock.advance(30)
        target.delete_blob()

    def test_abort(self):
        told = self.begin(metadata={'a': 'b'})
        self.clock.advance(15)
        self.refused(409, 'CopyIdMismatch', self.target.abort_copy, 'other')
        self.assert_answer(400, 'MissingRequiredHeader', self.send(
            'PUT', 'disks/target', comp='copy', copyid=told['copy_id']))
        self.target.abort_copy(told['copy_id'])
        found = self.target.get_blob_properties()
        self.assertEqual(
            ('aborted', f'{MIB // 2}/{MIB}', 0, {'a': 'b'}),
            (found.copy.status, found.copy.progress, found.size,
             found.metadata))
        self.clock.advance(30)
        self.assertEqual('aborted', self.status())
        self.refused(409, 'NoPendingCopyOperation', self.target.abort_copy,
                     told['copy_id'])
        self.target.delete_blob()

    def test_abort_of_a_leased_target(self):
        self.blob('target', PAGE)
        lease = self.target.acquire_lease(-1)
        told = self.begin(destination_lease=lease)
        self.refused(412, 'LeaseIdMissing', self.target.abort_copy,
                     told['copy_id'])
        self.assertEqual('pending', self.status())
        self.target.abort_copy(told['copy_id'], lease=lease)
        self.assertEqual('aborted', self.status())

    def test_a_signature_that_only_reads_does_not_abort(self):
        told = self.begin()
        query = f'&comp=copy&copyid={told["copy_id"]}'
        headers = {'x-ms-copy-action': 'abort'}
        answer = self.send('PUT', url=self.sas_url(self.target) + query,
                           headers=headers)
        self.assertEqual(403, answer.status_code)
        self.assertEqual('pending', self.status())
        answer = self.send('PUT', url=self.sas_url(self.target, 'w') + query,
                           headers=headers)
        self.assertEqual((204, 'aborted'), (
            answer.status_code, self.status()))

    def test_it_fails(self):
        self.faults.fail_operation(
            *COPY, 'InternalError', 'Copy failed.', seconds=30, times=1)
        self.blob('target', PAGE)
        lease = self.target.acquire_lease(-1)
        told = self.target.start_copy_from_url(
            self.source.url, destination_lease=lease)
        self.assertEqual('pending', told['copy_status'])
        self.clock.advance(30)
        found = self.target.get_blob_properties()
        self.assertEqual(('failed', '409 InternalError "Copy failed."', 0), (
            found.copy.status, found.copy.status_description, found.size))
        self.target.start_copy_from_url(
            self.source.url, destination_lease=lease)
        self.assertEqual('success', self.status())

    def test_it_never_ends(self):
        self.faults.stick_operation(*COPY, times=1)
        told = self.target.start_copy_from_url(self.source.url)
        self.clock.advance(10 ** 6)
        self.assertEqual('pending', self.status())
        self.target.abort_copy(told['copy_id'])

    def test_the_service_aborts_it(self):
        self.faults.cancel_operation(*COPY, times=1)
        told = self.target.start_copy_from_url(self.source.url)
        # Azure answers a copy as success or as pending
        self.assertEqual('pending', told['copy_status'])
        found = self.target.get_blob_properties()
        self.assertEqual(('aborted', 0), (found.copy.status, found.size))

    def test_a_source_must_stay_as_it_is(self):
        stamp = self.source.create_snapshot()['snapshot']
        snapshot = self.container.get_blob_client('source', snapshot=stamp)
        for source, work, code in (
                (self.source, lambda: self.source.upload_page(
                    b'2' * PAGE, 0, PAGE), '412 ConditionNotMet'),
                (snapshot, snapshot.delete_blob, '404 BlobNotFound'),
                (self.source, self.source.delete_blob, '404 BlobNotFound')):
            self.begin(source.url)
            work()
            found = self.target.get_blob_properties()
            self.assertEqual(
                ('failed', f'{code} "Copy failed when reading the source."',
                 0), (found.copy.status, found.copy.status_description,
                      found.size))

    def test_a_snapshot_does_not_care_for_its_blob(self):
        stamp = self.source.create_snapshot()['snapshot']
        snapshot = self.container.get_blob_client('source', snapshot=stamp)
        self.begin(snapshot.url)
        self.source.upload_page(b'2' * PAGE, PAGE, PAGE)
        self.source.create_snapshot()
        self.source.acquire_lease(-1).release()
        self.assertEqual('pending', self.status())
        self.clock.advance(30)
        self.assertEqual(b'1', self.first(self.target))

    def test_what_is_written_anew_was_no_copy(self):
        self.target.start_copy_from_url(self.source.url)
        self.target.create_page_blob(PAGE)
        self.assertIsNone(self.target.get_blob_properties().copy.id)

    def test_looking_at_it_is_a_poll(self):
        self.begin()
        with self.azure.recording() as made:
            self.target.get_blob_properties()
        self.assertEqual([], made)
        self.clock.advance(30)
        with self.azure.recording() as made:
            self.target.get_blob_properties()
        self.assertEqual(['blobs'], [one.type for one in made])

    def test_latency(self):
        self.emulator.latency = 'observed'
        self.emulator.state['latency'] = {'blobs.copy': 60.0}
        self.target.start_copy_from_url(self.source.url)
        self.clock.advance(59)
        self.assertEqual('pending', self.status())
        self.clock.advance(1)
        self.assertEqual('success', self.status())

    def test_an_emptied_world_knows_no_copies(self):
        self.begin()
        self.azure.empty()
        self.client.close()
        self.client = self.connect(self.keys()[0])
        self.container = self.client.create_container('disks')
        self.blob('target', PAGE).upload_page(b'x' * PAGE, 0, PAGE)
