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

"""Azure's limits, which Azurite does not keep."""

from tests.unit.emulator.blobs import base
from tests.unit.emulator.blobs.base import MIB
from tests.unit.emulator.blobs.base import PAGE

TIB = 1024 ** 4


class PagesTest(base.BlobTestCase):
    """Put Page."""

    def setUp(self):
        super().setUp()
        self.page_blob = self.blob(size=16 * MIB)

    def test_four_mebibytes_and_no_more(self):
        data = b'x' * 4 * MIB
        self.page_blob.upload_page(data, 0, len(data))
        for more in (PAGE, 4 * MIB):
            self.assert_answer(413, 'RequestBodyTooLarge', self.put_pages(
                0, len(data) + more - 1, data + b'x' * more))
        self.assertEqual([{'start': 0, 'end': 4 * MIB - 1}],
                         self.page_blob.get_page_ranges()[0])

    def test_the_end_of_the_blob(self):
        size = 16 * MIB
        self.page_blob.upload_page(b'x' * PAGE, size - PAGE, PAGE)
        for first, last in ((size - PAGE, size + PAGE - 1),
                            (size, size + PAGE - 1)):
            body = b'x' * (last + 1 - first)
            self.assert_answer(416, 'InvalidPageRange',
                               self.put_pages(first, last, body))
            self.assert_answer(416, 'InvalidPageRange',
                               self.put_pages(first, last))
        self.assertEqual([{'start': size - PAGE, 'end': size - 1}],
                         self.page_blob.get_page_ranges()[0])

    def test_the_end_moves_with_the_blob(self):
        size = 16 * MIB
        self.refused(416, 'InvalidPageRange', self.page_blob.upload_page,
                     b'x' * PAGE, size, PAGE)
        self.page_blob.resize_blob(size + PAGE)
        self.page_blob.upload_page(b'x' * PAGE, size, PAGE)
        self.page_blob.resize_blob(PAGE)
        self.refused(416, 'InvalidPageRange', self.page_blob.upload_page,
                     b'x' * PAGE, PAGE, PAGE)
        self.page_blob.create_page_blob(2 * PAGE)
        self.page_blob.upload_page(b'x' * PAGE, PAGE, PAGE)

    def test_clearing_has_no_limit_but_the_end(self):
        self.page_blob.upload_page(b'x' * PAGE, 8 * MIB, PAGE)
        self.page_blob.clear_page(0, 16 * MIB)
        self.assertEqual([], self.page_blob.get_page_ranges()[0])

    def test_ranges_that_are_none(self):
        page = b'x' * PAGE
        for first, last, body in (
                (1, PAGE, page), (0, PAGE - 2, page[1:]),
                (PAGE, 0, page), (0, PAGE - 1, page * 2),
                (0, 2 * PAGE - 1, page), ('', 5, page), (0, '', page)):
            self.assert_answer(400, 'InvalidHeaderValue',
                               self.put_pages(first, last, body))
        self.assert_answer(400, 'InvalidHeaderValue', self.put_pages(
            0, PAGE - 1, page, **{'x-ms-page-write': 'clear'}))
        self.assert_answer(400, 'MissingRequiredHeader', self.send(
            'PUT', body=page, comp='page',
            headers={'x-ms-page-write': 'update'}))
        self.assert_answer(400, 'MissingRequiredHeader', self.send(
            'PUT', body=page, comp='page',
            headers={'x-ms-range': 'bytes=0-511'}))
        self.assertEqual([], self.page_blob.get_page_ranges()[0])

    def test_range_does_for_the_other_header(self):
        answer = self.send('PUT', body=b'x' * PAGE, comp='page', headers={
            'Range': 'bytes=0-511', 'x-ms-page-write': 'update'})
        self.assertEqual(201, answer.status_code)

    def test_a_blob_that_is_missing_or_none_of_pages(self):
        self.assert_answer(404, 'BlobNotFound', self.send(
            'PUT', 'disks/none', b'x' * PAGE, comp='page', headers={
                'x-ms-range': 'bytes=0-511', 'x-ms-page-write': 'update'}))
        self.container.upload_blob('block', b'')
        self.assert_answer(409, 'InvalidBlobType', self.send(
            'PUT', 'disks/block', b'x' * PAGE, comp='page', headers={
                'x-ms-range': 'bytes=0-511', 'x-ms-page-write': 'update'}))

    def test_who_is_refused_learns_no_size(self):
        answer = self.send(
            'PUT', comp='page', body=b'x' * 8 * MIB, token='no.tok.en',
            headers={'x-ms-page-write': 'update',
                     'x-ms-range': f'bytes=0-{8 * MIB - 1}'})
        self.assertEqual(401, answer.status_code)


class SnapshotTest(base.BlobTestCase):
    """Snapshots are read, deleted one by one, and nothing else."""

    def setUp(self):
        super().setUp()
        self.base = self.blob(size=MIB)
        self.base.upload_page(b'1' * PAGE, 0, PAGE)
        stamp = self.base.create_snapshot()['snapshot']
        self.snapshot = self.container.get_blob_client(
            'disk', snapshot=stamp)
        self.etag = self.base.get_blob_properties().etag

    def test_nothing_is_written_through_one(self):
        other = self.blob('other', MIB)
        snapshot = self.snapshot
        for work, args in (
                (snapshot.upload_page, (b'2' * PAGE, 0, PAGE)),
                (snapshot.clear_page, (0, PAGE)),
                (snapshot.resize_blob, (PAGE,)),
                (snapshot.set_blob_metadata, ({'a': 'b'},)),
                (snapshot.acquire_lease, ())):
            self.refused(400, 'InvalidQueryParameterValue', work, *args)
        stamp = snapshot.snapshot
        for headers, query in (
                ({'x-ms-blob-type': 'PageBlob',
                  'x-ms-blob-content-length': '512'}, {}),
                ({'x-ms-copy-source': other.url}, {}),
                ({}, {'comp': 'snapshot'}), ({}, {'comp': 'undelete'}),
                ({}, {'comp': 'tags'})):
            self.assert_answer(400, 'InvalidQueryParameterValue', self.send(
                'PUT', headers=headers, snapshot=stamp, **query))
        found = self.base.get_blob_properties()
        self.assertEqual((self.etag, MIB, {}, 'available'), (
            found.etag, found.size, found.metadata, found.lease.state))
        self.assertEqual(b'1', snapshot.download_blob(0, 1).readall())

    def test_it_is_deleted_alone(self):
        self.assert_answer(400, 'InvalidHeaderValue', self.send(
            'DELETE', snapshot=self.snapshot.snapshot,
            headers={'x-ms-delete-snapshots': 'include'}))
        self.assertTrue(self.base.exists())
        self.refused(409, 'SnapshotsPresent', self.base.delete_blob)
        self.snapshot.delete_blob()
        self.assertFalse(self.snapshot.exists())
        self.assertTrue(self.base.exists())


class SizeTest(base.BlobTestCase):
    """Sizes of blobs and of metadata."""

    def test_eight_tebibytes_and_no_more(self):
        blob = self.blob('big', 8 * TIB)
        blob.upload_page(b'x' * PAGE, 8 * TIB - PAGE, PAGE)
        for size in (8 * TIB + PAGE, PAGE + 1):
            self.refused(400, 'InvalidHeaderValue', blob.resize_blob, size)
            self.assert_answer(400, 'InvalidHeaderValue', self.send(
                'PUT', headers={'x-ms-blob-type': 'PageBlob',
                                'x-ms-blob-content-length': str(size)}))
        self.assertEqual(8 * TIB, blob.get_blob_properties().size)
        self.assertFalse(self.blob().exists())

    def test_a_page_blob_has_a_size_and_no_bytes_at_first(self):
        self.assert_answer(400, 'MissingRequiredHeader', self.send(
            'PUT', headers={'x-ms-blob-type': 'PageBlob'}))
        self.assert_answer(400, 'InvalidHeaderValue', self.send(
            'PUT', body=b'x' * PAGE, headers={
                'x-ms-blob-type': 'PageBlob',
                'x-ms-blob-content-length': '512'}))

    def test_eight_kibibytes_of_metadata(self):
        blob = self.blob(size=PAGE)
        blob.set_blob_metadata({'a': 'x' * 8191})
        too_much = {'a': 'x' * 8191, 'b': ''}
        self.refused(400, 'MetadataTooLarge', blob.set_blob_metadata,
                     too_much)
        self.refused(400, 'MetadataTooLarge', blob.create_snapshot, too_much)
        self.refused(400, 'MetadataTooLarge',
                     self.blob('other').create_page_blob, PAGE,
                     metadata=too_much)
        self.refused(400, 'MetadataTooLarge',
                     self.container.set_container_metadata, too_much)
        self.assertEqual({'a': 'x' * 8191},
                         blob.get_blob_properties().metadata)

    def test_what_is_unknown_is_said_loudly(self):
        blob = self.blob(size=PAGE)
        for kind, headers in (
                ('copyFromUrl', {'x-ms-requires-sync': 'true'}),
                ('putFromUrl', {'x-ms-blob-type': 'BlockBlob'})):
            self.assert_answer(501, 'EmulatorNotImplemented', self.send(
                'PUT', 'disks/' + kind,
                headers={'x-ms-copy-source': blob.url, **headers}))
