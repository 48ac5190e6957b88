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

"""Gates before the wire, tokens that fail, and what is counted and said."""

import logging
import threading
import traceback
import types

from azure.core import exceptions as sdk
import fixtures

from jacket_azure import exceptions
from tests import timeout
from tests.unit.arm import doubles

GOOD = doubles.answer(200, {'name': 'vm1'})


class GatePolicyTest(timeout.TestCase):

    def test_thirteenth_write_of_one_machine_waits(self):
        made = doubles.connect(GOOD)
        for _ in range(12):
            made.azure.virtual_machines.update('vm1', {})
        self.assertEqual([], made.clock.slept)
        made.azure.virtual_machines.update('VM1', {})
        self.assertEqual(1, len(made.clock.slept))
        self.assertAlmostEqual(15, made.clock.slept[0])
        # another machine has its own limit
        made.azure.virtual_machines.update('vm2', {})
        self.assertEqual(1, len(made.clock.slept))

    def test_retries_pass_the_gate_as_well(self):
        trouble = doubles.error(409, 'AnotherOperationInProgress')
        made = doubles.connect(*[trouble] * 14, GOOD)
        made.azure.virtual_machines.update('vm1', {})
        self.assertEqual(15, len(made.wire.requests))
        # 12 at once, then 4 a minute
        self.assertGreaterEqual(made.clock.now - 1000, 45)

    def test_what_would_be_too_late_is_not_sent(self):
        made = doubles.connect(GOOD, operation_timeout=10.0)
        for _ in range(12):
            made.azure.virtual_machines.update('vm1', {})
        found = self.assertRaises(
            exceptions.Throttled, made.azure.virtual_machines.update, 'vm1',
            {})
        self.assertAlmostEqual(15, found.retry_after)
        self.assertIn('rate limits', str(found))
        self.assertEqual(12, len(made.wire.requests))
        self.assertEqual([], made.clock.slept)

    def throttled(self, details, code='OperationNotAllowed'):
        return doubles.error(
            429, code, 'Too many requests.', details, retry_after=60)

    def pause_of(self, trouble, call):
        """Return how long *call* waits after a PUT of vm1 was throttled."""
        made = doubles.connect(trouble, GOOD)
        # gives up at once, as the server asks for more than it has
        self.assertRaises(
            exceptions.Throttled, made.azure.virtual_machines.create,
            'vm1', {}, timeout_seconds=30)
        self.assertEqual([], made.clock.slept)
        call(made.azure)
        return sum(made.clock.slept)

    def test_throttled_machine_holds_back_only_itself(self):
        trouble = self.throttled(
            [{'code': 'TooManyRequests', 'target': 'PutVMResource'}])
        self.assertAlmostEqual(60, self.pause_of(
            trouble, lambda azure: azure.virtual_machines.create('vm1', {})))
        self.assertEqual(0, self.pause_of(
            trouble, lambda azure: azure.virtual_machines.create('vm2', {})))

    def test_throttled_region_holds_back_all_machines(self):
        trouble = self.throttled([{
            'code': 'TooManyRequests',
            'target': 'PutVMSubscriptionMaximum'}])
        self.assertAlmostEqual(60, self.pause_of(
            trouble, lambda azure: azure.virtual_machines.create('vm2', {})))
        self.assertEqual(0, self.pause_of(
            trouble,
            lambda azure: azure.network_interfaces.create_or_update('n', {})))

    def test_throttled_subscription_holds_back_all_writes(self):
        trouble = self.throttled([], 'SubscriptionRequestsThrottled')
        self.assertAlmostEqual(60, self.pause_of(
            trouble,
            lambda azure: azure.network_interfaces.create_or_update('n', {})))
        self.assertEqual(0, self.pause_of(
            trouble, lambda azure: azure.network_interfaces.get('n')))

    def test_waiting_for_another_write_closes_no_gate(self):
        trouble = doubles.error(
            429, 'RetryableError', 'A retryable error occurred.',
            [{'code': 'ReferencedResourceNotProvisioned'}], retry_after=60)
        self.assertEqual(0, self.pause_of(
            trouble, lambda azure: azure.virtual_machines.create('vm1', {})))

    def test_no_lock_is_held_while_somebody_waits(self):
        """One thread sleeps at the gate; others go on meanwhile."""
        asleep, wake = threading.Event(), threading.Event()

        def sleep(_seconds):
            asleep.set()
            wake.wait(30)

        made = doubles.connect(GOOD, sleep=sleep)
        for _ in range(12):
            made.azure.virtual_machines.update('vm1', {})
        waiting = threading.Thread(
            target=made.azure.virtual_machines.update, args=('vm1', {}))
        waiting.start()
        self.addCleanup(waiting.join)
        self.addCleanup(wake.set)
        self.assertTrue(asleep.wait(30))
        made.azure.virtual_machines.update('vm2', {})
        self.assertTrue(waiting.is_alive())


class TokenTest(timeout.TestCase):

    def failure(self, exc, **options):
        self.made = doubles.connect(
            GOOD, credential=doubles.Credential(exc), **options)
        return self.assertRaises(
            exceptions.AzureError, self.made.azure.virtual_machines.get,
            'vm1')

    def wrapped(self, cause):
        """As azure-identity wraps what its own pipeline raises."""
        exc = sdk.ClientAuthenticationError(
            message=f'Authentication failed: {cause}')
        exc.__cause__ = cause
        return exc

    def test_wrong_secret(self):
        found = self.failure(sdk.ClientAuthenticationError(
            'Authentication failed: AADSTS7000215: Invalid client secret '
            'provided. Trace ID: 1f2e Correlation ID: 3d4c'))
        self.assertIs(exceptions.Unauthorized, type(found))
        self.assertEqual(
            'Logging in to Azure failed: Authentication failed: '
            'AADSTS7000215: Invalid client secret provided.; check [azure] '
            'client_secret', str(found))
        self.assertEqual([], self.made.wire.requests)
        self.assertEqual([], self.made.clock.slept)

    def test_what_to_look_at(self):
        for code, option in (
            ('AADSTS7000222', 'client_secret has expired'),
            ('AADSTS700016', 'client_id'), ('AADSTS90002', 'tenant_id'),
            ('Unable to get authority configuration for x', 'tenant_id'),
            ('AADSTS700027', 'certificate_path'),
            ('AADSTS700024', "machine's clock"),
        ):
            found = self.failure(
                sdk.ClientAuthenticationError(f'{code}: No.'))
            self.assertIs(exceptions.Unauthorized, type(found))
            self.assertIn(option, str(found))

    def test_unreachable_token_service_is_tried_until_the_deadline(self):
        found = self.failure(self.wrapped(
            sdk.ServiceRequestError('Connection refused')))
        self.assertIs(exceptions.Unavailable, type(found))
        self.assertIn('the token service did not answer', str(found))
        self.assertIn('refuses connections', str(found))
        self.assertGreater(sum(self.made.clock.slept), 100)
        self.assertEqual([], self.made.wire.requests)

    def test_ailing_token_service_is_no_wrong_secret(self):
        for status, kind in ((503, exceptions.Unavailable),
                             (429, exceptions.Unavailable),
                             (401, exceptions.Unauthorized)):
            found = self.failure(sdk.ClientAuthenticationError(
                'Unexpected response', response=types.SimpleNamespace(
                    status_code=status, reason='')))
            self.assertIs(kind, type(found), status)

    def test_half_an_answer_of_the_token_service(self):
        """It is quoted by what azure-core raises, with half a token in it."""
        text = f'Content: {{"access_token": "{doubles.TOKEN[:25]}'
        for cause, reason in (
                (sdk.DecodeError(f'JSON is invalid: {text}'), 'not what'),
                (TypeError(f'sequence item 0: expected str {text}'), 'not w'),
                (ValueError(f'HTTP Error: 502 {text}'), 'HTTP 502')):
            found = self.failure(self.wrapped(cause))
            self.assertIs(exceptions.Unavailable, type(found))
            self.assertIn('the token service did not answer', str(found))
            self.assertIn(reason, str(found))
            shown = ''.join(traceback.format_exception(found))
            self.assertNotIn(doubles.TOKEN[:25], shown)

    def test_token_service_that_comes_back(self):
        credential = doubles.Credential(
            self.wrapped(sdk.ServiceResponseError('broken')))

        def sleep(_seconds):
            credential.failure = None

        made = doubles.connect(
            doubles.answer(202, azure_asyncoperation=doubles.OPERATION),
            doubles.answer(200, {'status': 'Succeeded'}),
            credential=credential, sleep=sleep)
        # a request that was not sent may be repeated, whatever it does
        made.azure.virtual_machines.restart('vm1')
        self.assertEqual('POST restart', made.wire.lines[0])

    def test_token_goes_along(self):
        made = doubles.connect(GOOD)
        made.azure.virtual_machines.get('vm1')
        self.assertEqual(
            f'Bearer {doubles.TOKEN}',
            made.wire.requests[0].headers['Authorization'])


class StatisticsTest(timeout.TestCase):

    def test_every_attempt_counts(self):
        accepted = doubles.answer(
            202, azure_asyncoperation=doubles.OPERATION)
        made = doubles.connect(
            doubles.LOST, accepted,
            doubles.answer(200, {'status': 'Succeeded'}))
        with made.azure.statistics.record() as calls:
            made.azure.virtual_machines.start('vm1')
        self.assertEqual([
            ('POST', 'virtual_machines.start', None, False),
            ('POST', 'virtual_machines.start', 202, False),
            ('GET', 'virtual_machines.start', 200, True),
        ], calls)
        self.assertEqual(
            {'virtual_machines.start': 3}, made.azure.statistics.attempts)
        self.assertIn(
            'virtual_machines.start', made.azure.statistics.seconds)

    def test_recordings_end_and_do_not_disturb_each_other(self):
        made = doubles.connect(GOOD)
        with made.azure.statistics.record() as outer:
            with made.azure.statistics.record() as inner:
                made.azure.virtual_machines.get('vm1')
            made.azure.virtual_machines.get('vm1')
        made.azure.virtual_machines.get('vm1')
        self.assertEqual((2, 1), (len(outer), len(inner)))

    def test_all_threads_are_counted(self):
        made = doubles.connect(GOOD)
        with made.azure.statistics.record() as calls:
            threads = [
                threading.Thread(
                    target=made.azure.virtual_machines.get, args=(f'v{n}',))
                for n in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(20, len(calls))

    def test_limits_azure_tells(self):
        made = doubles.connect(doubles.answer(
            200, {'name': 'vm1'},
            x_ms_ratelimit_remaining_resource='Microsoft.Compute/LowCostGet'
            '3Min;3999,Microsoft.Compute/LowCostGet30Min;31999',
            x_ms_ratelimit_remaining_subscription_global_reads=3749))
        made.azure.virtual_machines.get('vm1')
        self.assertEqual({
            'Microsoft.Compute/LowCostGet3Min': 3999,
            'Microsoft.Compute/LowCostGet30Min': 31999,
            'subscription-global-reads': 3749,
        }, made.azure.statistics.remaining)


class WireLogTest(timeout.TestCase):

    def test_says_what_was_done_and_no_secret(self):
        log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        made = doubles.connect(doubles.error(
            400, 'BadRequest', "'Passw0rd-1' and https://x/?sig=s1gnature "
            'are wrong', x_ms_request_id='77aa'))
        self.assertRaises(
            exceptions.Refused, made.azure.virtual_machines.create, 'vm1',
            {'properties': {'osProfile': {
                'adminPassword': 'Passw0rd-1',
                'customData': 'c2VjcmV0'}}})
        self.assertIn(f'PUT {doubles.VM} for virtual_machines.create: 400 in',
                      log.output)
        self.assertIn('request id 77aa', log.output)
        for secret in ('Passw0rd-1', 'c2VjcmV0', 's1gnature', doubles.TOKEN,
                       'api-version'):
            self.assertNotIn(secret, log.output)
