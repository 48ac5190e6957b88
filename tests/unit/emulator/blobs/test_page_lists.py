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

"""Page ranges: joined, paged; differences to snapshots; pages from a URL."""

from unittest import mock

from azure.storage.blob import BlobClient
import hypothesis
from hypothesis import strategies as st
from oslotest import base as test_base

from jacket_azure.emulator.blobs import page_diffs
from jacket_azure.emulator.blobs import page_lists
from jacket_azure.emulator.blobs.page_lists import Range
from tests.unit.emulator.blobs import base
from tests.unit.emulator.blobs.base import MIB
from tests.unit.emulator.blobs.base import PAGE


def found(*pages):
    """Ranges as the SDK tells them, from first and last page."""
    return [{'start': first * PAGE, 'end': (last + 1) * PAGE - 1}
            for first, last in pages]


class ListTestCase(base.BlobTestCase):
    """A page blob to write to."""

    def setUp(self):
        super().setUp()
        self.page_blob = self.blob(size=MIB)

    def write(self, *pages, data=b'x'):
        for page in pages:
            self.page_blob.upload_page(data * PAGE, page * PAGE, PAGE)


class ListTest(ListTestCase):
    """Get Page Ranges."""

    def test_ranges_that_touch_are_one(self):
        self.write(2, 0, 1, 5, 3)
        self.assertEqual(found((0, 3), (5, 5)),
                         self.page_blob.get_page_ranges()[0])
        self.page_blob.clear_page(PAGE, PAGE)
        self.assertEqual(found((0, 0), (2, 3), (5, 5)),
                         self.page_blob.get_page_ranges()[0])
        self.assertEqual(found((2, 3)), self.page_blob.get_page_ranges(
            offset=PAGE, length=3 * PAGE)[0])

    def test_pages_of_the_list(self):
        self.write(*range(0, 20, 2))
        pages = [[one.start // PAGE for one in page] for page in
                 self.page_blob.list_page_ranges(
                     results_per_page=4).by_page()]
        self.assertEqual([[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]], pages)
        snapshot = self.container.get_blob_client(
            'disk', snapshot=self.page_blob.create_snapshot()['snapshot'])
        self.page_blob.clear_page(0, MIB)
        self.assertEqual(10, len(list(snapshot.list_page_ranges(
            results_per_page=3))))

    def test_unasked_there_are_ten_thousand(self):
        self.write(0, 2, 4)
        with mock.patch.object(page_lists, 'MAX_RESULTS', 2):
            pages = [list(page) for page in
                     self.page_blob.list_page_ranges().by_page()]
        self.assertEqual([2, 1], [len(page) for page in pages])

    def test_a_list_goes_on_where_it_was(self):
        self.write(*range(0, 20, 2))
        pages = self.page_blob.list_page_ranges(results_per_page=4).by_page()
        self.assertEqual(4, len(list(next(pages))))
        self.page_blob.clear_page(0, 4 * PAGE)
        self.write(9)
        self.assertEqual([8 * PAGE, 12 * PAGE, 14 * PAGE, 16 * PAGE],
                         [one.start for one in next(pages)])

    def test_bad_questions(self):
        for query in ({'maxresults': '0'}, {'maxresults': 'x'},
                      {'marker': '2'}, {'marker': 'x!next'}):
            self.assert_answer(400, 'InvalidQueryParameterValue', self.send(
                'GET', comp='pagelist', **query))
        self.assert_answer(404, 'BlobNotFound', self.send(
            'GET', 'disks/none', comp='pagelist'))

    def test_with_a_signature(self):
        self.write(0, 1)
        blob = BlobClient.from_blob_url(
            self.sas_url(self.page_blob),
            connection_verify=self.emulator.ca_file)
        self.addCleanup(blob.close)
        self.assertEqual(1, len(list(blob.list_page_ranges(
            results_per_page=1))))


class DifferenceTest(ListTestCase):
    """Get Page Ranges since a snapshot."""

    def snapshot(self):
        return self.page_blob.create_snapshot()['snapshot']

    def difference(self, since, blob=None, **options):
        return (blob or self.page_blob).get_page_ranges(
            previous_snapshot_diff=since, **options)

    def test_written_and_cleared(self):
        self.write(0, 1, 2, 3, 10)
        since = self.snapshot()
        self.assertEqual(([], []), self.difference(since))
        self.write(1, 5, data=b'y')
        self.page_blob.clear_page(2 * PAGE, 2 * PAGE)
        self.assertEqual((found((1, 1), (5, 5)), found((2, 3))),
                         self.difference(since))
        self.assertEqual((found((5, 5)), found((3, 3))), self.difference(
            since, offset=3 * PAGE, length=4 * PAGE))
        one = [(one.start // PAGE, one.cleared) for one in
               self.page_blob.list_page_ranges(
                   previous_snapshot=since, results_per_page=1)]
        self.assertEqual([(1, False), (2, True), (5, False)], one)

    def test_between_snapshots(self):
        self.write(0)
        first = self.snapshot()
        self.write(1)
        second = self.snapshot()
        self.write(2)
        later = self.container.get_blob_client('disk', snapshot=second)
        self.assertEqual((found((1, 1)), []), self.difference(first, later))
        earlier = self.container.get_blob_client('disk', snapshot=first)
        self.refused(400, 'PreviousSnapshotCannotBeNewer', self.difference,
                     second, earlier)

    def test_sizes(self):
        self.write(0, 2040)
        since = self.snapshot()
        self.page_blob.resize_blob(PAGE)
        self.page_blob.resize_blob(2 * MIB)
        self.write(3000)
        self.assertEqual((found((3000, 3000)), found((2040, 2040))),
                         self.difference(since))

    def test_snapshots_that_do_not_fit(self):
        self.refused(409, 'PreviousSnapshotNotFound', self.difference,
                     '2026-01-01T00:00:00.0000000Z')
        self.refused(400, 'InvalidQueryParameterValue', self.difference,
                     'yesterday')

    def test_a_blob_made_anew(self):
        self.write(0)
        since = self.snapshot()
        self.write(1)
        second = self.snapshot()
        self.page_blob.create_page_blob(MIB)
        self.refused(409, 'BlobOverwritten', self.difference, since)
        # these two were there before
        later = self.container.get_blob_client('disk', snapshot=second)
        self.assertEqual((found((1, 1)), []), self.difference(since, later))
        again = self.snapshot()
        self.page_blob.start_copy_from_url(later.url)
        self.refused(409, 'BlobOverwritten', self.difference, again)

    def test_a_snapshot_by_its_url(self):
        self.write(0, 1)
        other = self.blob('other', MIB)
        other.start_copy_from_url(self.page_blob.url)
        self.page_blob.clear_page(0, PAGE)
        answer = self.send(
            'GET', url=self.sas_url(self.page_blob) + '&comp=pagelist',
            headers={'x-ms-previous-snapshot-url': self.sas_url(other)})
        self.assertIn('<PageList><ClearRange><Start>0</Start><End>511</End>'
                      '</ClearRange><NextMarker>', answer.text)
        answer = self.send(
            'GET', url=self.sas_url(self.page_blob) + '&comp=pagelist',
            headers={'x-ms-previous-snapshot-url': other.url})
        self.assert_answer(404, 'CannotVerifyCopySource', answer)


class CompareTest(test_base.BaseTestCase):
    """The law: what is told makes the earlier blob into the later one."""

    @hypothesis.given(*[st.lists(
        st.sampled_from([None, b'0', b'1', b'2']), min_size=12,
        max_size=12)] * 2)
    def test_the_difference_is_what_it_takes(self, now, before):
        def ranges(pages):
            return page_lists.join([
                Range(index * PAGE, (index + 1) * PAGE)
                for index, page in enumerate(pages) if page is not None])

        def reader(pages):
            data = b''.join((page or b'\0') * PAGE for page in pages)
            return lambda place, length: data[place:place + length]

        changes = page_diffs.compare(ranges(now), ranges(before),
                                     reader(now), reader(before))
        result = list(before)
        for one in changes:
            for index in range(one.start // PAGE, one.end // PAGE):
                self.assertNotEqual(before[index], now[index])
                result[index] = None if one.cleared else now[index]
        self.assertEqual(now, result)
        self.assertEqual(changes, page_lists.join(sorted(changes)))


class FromUrlTest(base.BlobTestCase):
    """Put Page From URL."""

    def setUp(self):
        super().setUp()
        self.source = self.blob('source', MIB)
        self.source.upload_page(b'1' * PAGE + b'2' * PAGE, 0, 2 * PAGE)
        self.target = self.blob('target', MIB)

    def put(self, url, offset=0, length=PAGE, source_offset=PAGE, **options):
        return self.target.upload_pages_from_url(
            url, offset, length, source_offset, **options)

    def test_pages_of_another_blob(self):
        self.put(self.sas_url(self.source), 4 * PAGE)
        self.assertEqual(b'2' * PAGE, self.target.download_blob(
            4 * PAGE, PAGE).readall())
        self.assertEqual(1, len(self.target.get_page_ranges()[0]))
        self.source.upload_page(b'3' * PAGE, PAGE, PAGE)
        self.assertEqual(b'2', self.target.download_blob(
            4 * PAGE, 1).readall())

    def test_a_snapshot_and_a_token(self):
        stamp = self.source.create_snapshot()['snapshot']
        self.source.clear_page(0, MIB)
        snapshot = self.container.get_blob_client('source', snapshot=stamp)
        answer = self.send('PUT', 'disks/target', comp='page', headers={
            'x-ms-page-write': 'update', 'x-ms-range': 'bytes=0-511',
            'x-ms-copy-source': snapshot.url,
            'x-ms-source-range': 'bytes=512-1023',
            'x-ms-copy-source-authorization': f'Bearer {self.token()}'})
        self.assertEqual(201, answer.status_code)
        self.assertEqual(b'2', self.target.download_blob(0, 1).readall())

    def test_all_by_signatures(self):
        answer = self.send(
            'PUT', url=self.sas_url(self.target, 'w') + '&comp=page',
            headers={'x-ms-page-write': 'update',
                     'x-ms-range': 'bytes=0-511',
                     'x-ms-source-range': 'bytes=0-511',
                     'x-ms-copy-source': self.sas_url(self.source)})
        self.assertEqual(201, answer.status_code)
        answer = self.send(
            'PUT', url=self.sas_url(self.target, 'r') + '&comp=page',
            headers={'x-ms-page-write': 'update',
                     'x-ms-range': 'bytes=512-1023',
                     'x-ms-source-range': 'bytes=512-1023',
                     'x-ms-copy-source': self.sas_url(self.source)})
        self.assertEqual(403, answer.status_code)
        self.assertEqual(b'1\0', bytes(self.target.download_blob().readall()[
            place] for place in (0, PAGE)))

    def test_refusals(self):
        url = self.sas_url(self.source)
        # the key of the account is for the target only
        self.refused(404, 'CannotVerifyCopySource', self.put,
                     self.source.url)
        self.refused(403, 'CannotVerifyCopySource', self.put,
                     url.replace('sig=', 'sig=x'))
        self.refused(416, 'InvalidPageRange', self.put, url, MIB)
        self.refused(416, 'InvalidPageRange', self.put, url, 0, PAGE, MIB)
        self.refused(413, 'RequestBodyTooLarge', self.put, url, 0,
                     4 * MIB + PAGE)
        self.refused(412, 'SourceConditionNotMet', self.put, url,
                     source_etag='"0x1"',
                     source_match_condition=base.IF_NOT_MODIFIED)
        self.refused(501, 'EmulatorNotImplemented', self.put, url,
                     source_content_md5=b'x' * 16)
        self.assertEqual([], self.target.get_page_ranges()[0])
