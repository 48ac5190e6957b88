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

from jacket_azure import exceptions
from jacket_azure.blob import copies
from jacket_azure.blob import properties
from jacket_azure.emulator import storage_accounts
from jacket_azure.emulator.compute import contents
from tests import timeout
from tests import world
from tests.unit.arm import doubles
from tests.unit.blob import base
from tests.unit.blob import canned
from tests.unit.blob.base import GIB

SOURCE = 'https://acct.blob.example.com/volumes/two.vhd?snapshot=2026'
METADATA = {'jacket_id': '1'}


def accepted(status='pending'):
    return (202, {'x-ms-copy-id': 'c1', 'x-ms-copy-status': status,
                  'ETag': '"copy"'}, '')


def looked(status, copy_id='c1', **headers):
    return canned.head(copy_id=copy_id, copy_status=status, **headers)


class FollowTest(timeout.TestCase):
    """Copies that take their time, and such as end badly."""

    def run_copy(self, *answers, **options):
        self.world = canned.blob(*answers, **options)
        started = copies.start(SOURCE, self.world.blob, METADATA)
        return copies.follow(self.world.blob, started)

    def test_an_instant_copy_needs_one_request(self):
        found = self.run_copy(accepted('success'))
        self.assertEqual('"copy"', found.etag)
        [sent] = self.world.wire.requests
        self.assertEqual(SOURCE, sent.headers['x-ms-copy-source'])
        self.assertEqual('*', sent.headers['If-None-Match'])
        self.assertEqual('1', sent.headers['x-ms-meta-jacket_id'])
        self.assertEqual([], self.world.clock.slept)

    def test_a_pending_one_is_followed_to_its_end(self):
        found = self.run_copy(
            accepted(), looked('pending', copy_progress='1/9'),
            looked('pending', copy_progress='5/9'), looked('success'))
        self.assertEqual(properties.SUCCESS, found.copy.status)
        self.assertEqual('"head"', found.etag)
        self.assertEqual([1, 1, 2], self.world.clock.slept)
        self.assertEqual({'blobs.copy': 1, 'blobs.get': 3},
                         dict(self.world.statistics.attempts))

    def test_looks_are_counted_as_polls(self):
        world = canned.blob(accepted(), looked('success'))
        with world.statistics.record() as attempts:
            copies.follow(world.blob, copies.start(
                SOURCE, world.blob, METADATA))
        self.assertEqual([False, True],
                         [attempt.is_poll for attempt in attempts])

    def test_failed_and_aborted_ones_are_told_with_the_reason(self):
        for status, code in (('failed', 'CopyFailed'),
                             ('aborted', 'CopyAborted')):
            error = self.assertRaises(
                exceptions.OperationFailed, self.run_copy, accepted(),
                looked(status, copy_status_description='500 Internal'))
            self.assertEqual(code, error.code)
            self.assertIn(status, str(error))
            self.assertIn('500 Internal', str(error))

    def test_another_copy_in_its_place_is_noticed(self):
        error = self.assertRaises(
            exceptions.OperationFailed, self.run_copy, accepted(),
            looked('success', copy_id='c2'))
        self.assertEqual('CopyReplaced', error.code)

    def test_one_that_never_ends_is_given_up(self):
        error = self.assertRaises(
            exceptions.OperationTimeout, self.run_copy, accepted(),
            looked('pending', copy_progress='7/9'), operation_timeout=60)
        self.assertIn('7/9', str(error))
        self.assertEqual(60, sum(self.world.clock.slept))

    def test_a_network_that_is_away_for_a_while_does_not_end_it(self):
        found = self.run_copy(
            accepted(), doubles.LOST, doubles.REFUSED, looked('success'))
        self.assertEqual(properties.SUCCESS, found.copy.status)

    def test_a_lost_answer_is_settled_by_looking(self):
        found = self.run_copy(
            doubles.LOST, canned.refusal(409, 'BlobAlreadyExists'),
            looked('pending', metadata=METADATA), looked('success'))
        self.assertEqual(properties.SUCCESS, found.copy.status)
        # but not with somebody else's blob
        self.assertRaises(
            exceptions.PreconditionFailed, self.run_copy,
            doubles.LOST, canned.refusal(409, 'BlobAlreadyExists'),
            looked('success', metadata={'jacket_id': '2'}))

    def test_headers_that_break_off_are_a_lost_answer(self):
        found = self.run_copy(
            (202, {'x-ms-copy-id': 'c1'}, ''), accepted('success'))
        self.assertEqual('success', found.copy.status)

    def test_abort(self):
        for answer, expected in (
                ((204, {}, ''), True),
                (canned.refusal(409, 'NoPendingCopyOperation'), False)):
            world = canned.blob(answer)
            self.assertIs(expected, copies.abort(world.blob, 'c1'))
            [sent] = world.wire.requests
            self.assertIn('comp=copy&copyid=c1', sent.url)
        world = canned.blob(canned.refusal(412, 'LeaseIdMissing'))
        self.assertRaises(
            exceptions.InUse, copies.abort, world.blob, 'c1')


class CopyTest(base.BlobTestCase):
    """Copies that are made."""

    def test_a_copy_of_a_snapshot_is_independent(self):
        source = self.account.blob('volumes/a.vhd')
        target = self.account.blob('volumes/b.vhd')
        source.create(GIB, {'jacket_id': 'a'})
        source.write(512, b'x' * 1024)
        frozen = source.at(source.snapshot({}))
        started = copies.start(frozen.address.url, target, METADATA)
        copies.follow(target, started)
        frozen.delete()
        source.write(0, b'y' * 1024)
        target.write(1024, b'z' * 512)
        self.assertEqual({512: b'x' * 512, 1024: b'z' * 512},
                         self.azurite.pages('volumes/b.vhd'))
        self.assertEqual({0: b'y' * 512, 512: b'y' * 512, 1024: b'x' * 512},
                         self.azurite.pages('volumes/a.vhd'))
        self.assertEqual(METADATA, self.azurite.metadata('volumes/b.vhd'))

    def test_nothing_is_copied_over(self):
        source = self.account.blob('volumes/a.vhd')
        target = self.account.blob('volumes/b.vhd')
        source.create(GIB, {})
        etag = target.create(GIB, {'jacket_id': 'b'})
        self.assertRaises(
            exceptions.PreconditionFailed, copies.start,
            source.address.url, target, METADATA)
        target.write(0, b'x' * 512)
        self.assertRaises(
            exceptions.PreconditionFailed, copies.start,
            source.address.url, target, METADATA, etag)
        self.assertEqual({0: b'x' * 512},
                         self.azurite.pages('volumes/b.vhd'))

    def test_a_source_that_is_missing_is_told(self):
        target = self.account.blob('volumes/b.vhd')
        self.assertRaises(
            exceptions.NotFound, copies.start,
            self.account.blob('volumes/none.vhd').address.url, target, {})
        self.assertIsNone(self.azurite.size('volumes/b.vhd'))

    def test_from_another_account_with_a_signed_url(self):
        other = self.other_account()
        other.create_container('away')
        other.create_page_blob('away/a.vhd', GIB)
        other.write_pages('away/a.vhd', 0, b'x' * 512)
        target = self.account.blob('volumes/b.vhd')
        source = self.account.address('away/a.vhd').url.replace(
            world.STORAGE_ACCOUNT, 'elsewhere')
        error = self.assertRaises(
            exceptions.AzureError, copies.start, source, target, {})
        self.assertIn('CannotVerifyCopySource', str(error))
        signature = other.sas(
            'away/a.vhd', 'r', '2099-01-01T00:00:00Z').partition('?')[2]
        copies.follow(target, copies.start(
            f'{source}?{signature}', target, METADATA))
        self.assertEqual({0: b'x' * 512},
                         self.azurite.pages('volumes/b.vhd'))
        self.assertNotIn(
            signature.partition('sig=')[2].partition('&')[0], self.log.text)

    def other_account(self):
        emulator = self.azure.emulator
        [ours] = [resource for resource in emulator.store
                  if resource.name == world.STORAGE_ACCOUNT]
        storage_accounts.plant(
            emulator, ours.id.replace(world.STORAGE_ACCOUNT, 'elsewhere'),
            'elsewhere', world.LOCATION)
        [stored] = [resource for resource in emulator.store
                    if resource.name == 'elsewhere']
        return contents.of(emulator).client_of(
            'elsewhere', stored.private['keys']['key1'])
