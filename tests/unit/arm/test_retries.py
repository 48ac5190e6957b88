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

"""Sent again is what may be sent again, and nothing else."""

import fixtures
import requests
import urllib3

from jacket_azure import exceptions
from jacket_azure.arm import retries
from tests import timeout
from tests.unit.arm import doubles

GOOD = doubles.answer(200, {'name': 'vm1'})
DONE = doubles.answer(204)
ACCEPTED = doubles.answer(202, azure_asyncoperation=doubles.OPERATION)
ENDED = doubles.answer(200, {'status': 'Succeeded'})
BUSY = doubles.error(429, 'TooManyRequests')
BROKEN = doubles.error(500, 'InternalServerError')
RETRY_TIMEOUT = doubles.options().retry_timeout


class RetryTest(timeout.TestCase):

    def run_get(self, *answers, **options):
        self.made = doubles.connect(*answers, **options)
        return self.made.azure.virtual_machines.get('vm1')

    def run_restart(self, *answers):
        self.made = doubles.connect(*answers)
        return self.made.azure.virtual_machines.restart('vm1')

    @property
    def sent(self):
        return len(self.made.wire.requests)

    def test_reads_are_repeated_whatever_happened(self):
        for trouble in (doubles.REFUSED, doubles.LOST, doubles.SLOW, BUSY,
                        BROKEN, doubles.error(408, 'RequestTimeout'),
                        doubles.error(502, 'BadGateway'),
                        doubles.error(503, 'ServerTimeout'),
                        doubles.error(504, 'GatewayTimeout')):
            self.assertEqual(
                'vm1', self.run_get(trouble, trouble, GOOD)['name'])
            self.assertEqual(3, self.sent, trouble)

    def test_answers_that_end_too_early_are_lost_replies(self):
        self.useFixture(fixtures.FakeLogger())
        status, headers, text = GOOD
        cut = (status, {**headers, 'Content-Length': '500'}, text)
        self.assertEqual('vm1', self.run_get(cut, GOOD)['name'])

    def test_a_clear_no_is_not_repeated(self):
        for status in (400, 401, 403, 404, 405, 409, 412):
            self.assertRaises(exceptions.AzureError, self.run_get,
                              doubles.error(status, 'No'))
            self.assertEqual(1, self.sent, status)

    def test_untrusted_certificate_is_not_repeated(self):
        self.assertRaises(
            exceptions.Unavailable, self.run_get, doubles.UNTRUSTED)
        self.assertEqual(1, self.sent)

    def test_writes_that_may_be_repeated(self):
        for trouble in (doubles.REFUSED, doubles.LOST, doubles.SLOW, BUSY,
                        BROKEN):
            for name in ('start', 'power_off', 'deallocate', 'delete'):
                self.made = doubles.connect(trouble, ACCEPTED, ENDED)
                machines = self.made.azure.virtual_machines
                getattr(machines, name)('vm1')
                self.assertEqual(3, self.sent, name)

    def test_delete_that_finds_nothing_the_second_time_saw_none(self):
        """It may have been ours, or never there: who asks has to look."""
        for trouble in (doubles.LOST, BROKEN, doubles.REFUSED, BUSY):
            for answer in (DONE, doubles.error(404, 'ResourceNotFound')):
                made = doubles.connect(trouble, answer)
                self.assertIs(
                    False, made.azure.virtual_machines.delete('vm1'))

    def test_put_and_patch_are_repeated(self):
        for trouble in (doubles.LOST, BROKEN, BUSY):
            for verb in ('create_or_update', 'update'):
                self.made = doubles.connect(trouble, GOOD)
                getattr(self.made.azure.virtual_machines, verb)('vm1', {})
                self.assertEqual(2, self.sent, verb)

    def test_restart_is_not_repeated_once_it_may_have_arrived(self):
        for trouble in (doubles.LOST, doubles.SLOW, BROKEN,
                        doubles.error(503, 'ServerTimeout')):
            self.assertRaises(
                exceptions.Unavailable, self.run_restart, trouble)
            self.assertEqual(1, self.sent, trouble)

    def test_restart_is_repeated_when_it_cannot_have_been_done(self):
        for trouble in (doubles.REFUSED, BUSY,
                        doubles.error(503, 'Busy', retry_after=2)):
            self.run_restart(trouble, ACCEPTED, ENDED)
            self.assertEqual(
                ['POST restart', 'POST restart'], self.made.wire.lines[:2])

    def test_passing_conflicts_are_repeated(self):
        self.run_get(doubles.error(409, 'AnotherOperationInProgress'), GOOD)
        self.assertEqual(2, self.sent)

    def test_retry_after_is_honoured(self):
        self.run_get(doubles.error(429, 'Throttled', retry_after=40), GOOD)
        self.assertEqual(1, len([
            pause for pause in self.made.clock.slept if 40 <= pause <= 41]))

    def test_pauses_grow_with_jitter_up_to_a_limit(self):
        self.assertRaises(exceptions.Unavailable, self.run_get, BROKEN)
        pauses = self.made.clock.slept
        for number, pause in enumerate(pauses):
            full = min(2 ** number, retries.LONGEST_PAUSE)
            self.assertTrue(full / 2 <= pause <= full, pauses)

    def test_ends_when_an_outage_takes_too_long(self):
        self.assertRaises(exceptions.Unavailable, self.run_get, BROKEN)
        self.assert_spent(RETRY_TIMEOUT)

    def assert_spent(self, seconds, made=None):
        spent = (made or self.made).clock.now - 1000
        self.assertLessEqual(spent, seconds)
        self.assertGreater(spent, seconds - retries.LONGEST_PAUSE)

    def test_does_not_wait_for_what_comes_after_the_deadline(self):
        found = self.assertRaises(
            exceptions.Throttled, self.run_get,
            doubles.error(429, 'Throttled', retry_after=1235))
        self.assertEqual(1235, found.retry_after)
        self.assertEqual([], self.made.clock.slept)
        self.assertEqual(1, self.sent)

    def test_writes_end_when_an_outage_takes_too_long(self):
        for answer in BROKEN, doubles.LOST, doubles.REFUSED:
            made = doubles.connect(answer)
            self.assertRaises(
                exceptions.Unavailable, made.azure.virtual_machines.update,
                'vm1', {})
            self.assert_spent(RETRY_TIMEOUT, made)

    def test_throttled_writes_have_the_operation_s_deadline(self):
        for seconds in {}, {'retry_after': 20}:
            made = doubles.connect(
                doubles.error(429, 'Throttled', **seconds))
            self.assertRaises(
                exceptions.Throttled, made.azure.virtual_machines.update,
                'vm1', {})
            self.assert_spent(1800, made)

    def test_an_outage_counts_from_its_first_sign(self):
        """Being throttled before it does not shorten the patience."""
        made = doubles.connect(
            doubles.error(429, 'Throttled', retry_after=600), BROKEN)
        self.assertRaises(
            exceptions.Unavailable, made.azure.virtual_machines.update,
            'vm1', {})
        self.assertGreater(made.clock.now - 1000, 600 + RETRY_TIMEOUT / 2)

    def test_the_operation_s_deadline_may_be_sooner(self):
        made = doubles.connect(BROKEN, operation_timeout=60.0)
        self.assertRaises(
            exceptions.Unavailable, made.azure.virtual_machines.update,
            'vm1', {})
        self.assert_spent(60, made)

    def test_a_success_that_is_not_json_is_a_lost_reply(self):
        status, headers, text = GOOD
        for garbled in text[:8], b'<html>Welcome to the hotel</html>':
            broken = status, headers, garbled
            self.run_get(broken, GOOD)
            self.assertEqual(2, self.sent)
            found = self.assertRaises(
                exceptions.Unavailable, self.run_get, broken)
            self.assertIn('not what Azure sends', str(found))
            self.assert_spent(RETRY_TIMEOUT)


class NeverSentTest(timeout.TestCase):

    def test_only_connections_that_were_not_made(self):
        broken = requests.exceptions.SSLError(
            urllib3.exceptions.SSLError('EOF occurred in violation'))
        timeout = requests.exceptions.ConnectTimeout('timed out')
        for failure, expected in (
            (doubles.REFUSED, True), (timeout, True),
            (doubles.LOST, False), (doubles.SLOW, False), (broken, False),
        ):
            made = doubles.connect(failure)
            try:
                made.azure.virtual_machines.restart('vm1')
            except exceptions.Unavailable:
                sent = len(made.wire.requests)
            self.assertEqual(expected, sent > 1, failure)
