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

"""The one waiter, in every style Azure has, on a clock that nobody waits for.
"""

import logging

import fixtures
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from jacket_azure import exceptions
from tests import timeout
from tests.unit.arm import doubles

LOCATION = doubles.OPERATION.replace('operations/', 'operationResults/')
RUNNING = doubles.answer(200, {'status': 'InProgress'})
ENDED = doubles.answer(200, {'status': 'Succeeded'})
CREATING = {'id': doubles.VM, 'etag': '"1"', 'properties': {
    'vmId': 'a1', 'provisioningState': 'Creating'}}
SUCCEEDED = {'id': doubles.VM, 'etag': '"2"', 'properties': {
    'provisioningState': 'Succeeded'}}


def accepted(status=202, body=None, **headers):
    headers.setdefault('azure_asyncoperation', doubles.OPERATION)
    return doubles.answer(status, body, **headers)


def failed(code, message='As the test wants.', status='Failed'):
    return doubles.answer(200, {
        'status': status, 'error': {'code': code, 'message': message}})


class Case(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))

    def connect(self, *answers, **options):
        self.made = doubles.connect(*answers, **options)
        self.vms = self.made.azure.virtual_machines
        return self.vms

    def put(self, *answers, **options):
        return self.connect(*answers, **options).create_or_update('vm1', {})

    @property
    def polled(self):
        return [sent.url for sent in self.made.wire.requests[1:]]

    @property
    def slept(self):
        return self.made.clock.slept


class AsyncOperationTest(Case):

    def test_put_returns_the_first_answer_as_it_has_become(self):
        found = self.put(accepted(201, CREATING), RUNNING, ENDED)
        self.assertEqual(
            {'id': doubles.VM, 'properties': {
                'vmId': 'a1', 'provisioningState': 'Succeeded'}}, found)
        # the query is signed, so it goes back as it came
        self.assertEqual([doubles.OPERATION] * 2, self.polled)

    def test_result_of_the_operation_is_preferred(self):
        disk = {'name': 'd1', 'properties': {'diskState': 'Unattached'}}
        made = doubles.connect(
            accepted(202, {'name': 'd1'}),
            doubles.answer(200, {'status': 'Succeeded',
                                 'properties': {'output': disk}}))
        self.assertEqual(disk, made.azure.disks.create_or_update('d1', {}))

    def test_access_url(self):
        sas = 'https://md/abcd?sig=s1gn3d'
        made = doubles.connect(
            accepted(202, location=LOCATION), RUNNING,
            doubles.answer(200, {'status': 'Succeeded', 'properties': {
                'output': {'accessSAS': sas}}}))
        self.assertEqual(sas, made.azure.disks.grant_access('d1', 3600))
        self.assertIn('disks.grant_access', self.log.output)
        self.assertNotIn('s1gn3d', self.log.output)
        self.assertEqual(
            b'{"access": "Read", "durationInSeconds": 3600}',
            made.wire.requests[0].body)

    def test_two_hundred_may_still_be_running(self):
        self.put(accepted(200, CREATING), RUNNING, RUNNING, ENDED)
        self.assertEqual(3, len(self.polled))

    def test_two_hundred_that_says_succeeded_is_asked_at_once(self):
        self.put(accepted(200, SUCCEEDED, retry_after=10), ENDED)
        self.assertEqual([], self.slept)
        self.assertEqual(1, len(self.polled))

    def test_failure_is_always_read(self):
        for code, kind in (
            ('AllocationFailed', exceptions.NoCapacity),
            ('ZonalAllocationFailed', exceptions.NoCapacity),
            ('OSProvisioningTimedOut', exceptions.OperationFailed),
            ('Conflict', exceptions.Conflict),
        ):
            found = self.assertRaises(
                exceptions.AzureError, self.put, accepted(201, CREATING),
                RUNNING, failed(code))
            self.assertIs(kind, type(found))
            self.assertEqual(code, found.code)
            self.assertIn('As the test wants', str(found))

    def test_canceled_is_a_failure(self):
        found = self.assertRaises(
            exceptions.OperationFailed, self.put, accepted(201, CREATING),
            doubles.answer(200, {'status': 'Canceled'}))
        self.assertEqual('canceled', found.code.lower())

    def test_failure_of_an_action(self):
        self.connect(accepted(), failed('AllocationFailed'))
        self.assertRaises(exceptions.NoCapacity, self.vms.start, 'vm1')

    def test_a_missing_resource_in_a_failure(self):
        found = self.assertRaises(
            exceptions.NotFound, self.put, accepted(201, CREATING),
            failed('NotFound', 'Disk is not there.'))
        self.assertIsNone(found.resource_id)


class LocationTest(Case):

    def test_delete_of_network(self):
        made = doubles.connect(
            doubles.answer(202, location=LOCATION),
            doubles.answer(202, location=LOCATION + '&second=1'),
            (200, {}, b'null'))
        self.assertTrue(made.azure.network_interfaces.delete('nic1'))
        # the server may move the operation from look to look
        self.assertEqual(LOCATION + '&second=1', made.wire.requests[2].url)

    def test_delete_of_network_answered_by_two_hundred(self):
        made = doubles.connect(
            doubles.answer(200, location=LOCATION), doubles.answer(204))
        self.assertTrue(made.azure.network_interfaces.delete('nic1'))
        self.assertEqual(2, len(made.wire.requests))

    def test_resource_group_moves_and_ends_empty(self):
        first = f'{doubles.ENDPOINT}/subscriptions/s/operationresults/a?x=1'
        second = f'{doubles.ENDPOINT}/subscriptions/s/operationresults/b?x=1'
        made = doubles.connect(
            doubles.answer(202, location=first, retry_after=15),
            doubles.answer(202, location=second), doubles.answer(200))
        self.assertTrue(made.azure.resource_groups.delete('jacket'))
        self.assertEqual(
            [first, second], [sent.url for sent in made.wire.requests[1:]])
        self.assertEqual([15.0, 1.0], made.clock.slept)

    def test_refused_in_the_end(self):
        made = doubles.connect(
            doubles.answer(202, location=LOCATION),
            doubles.error(409, 'OperationNotAllowed', 'Disk is attached to '
                          'VM x.'))
        self.assertRaises(
            exceptions.InUse, made.azure.network_interfaces.delete, 'nic1')


class WithoutHeaderTest(Case):

    def test_finished_at_once(self):
        self.assertEqual(
            SUCCEEDED, self.put(doubles.answer(200, SUCCEEDED)))
        self.assertEqual([], self.polled)
        self.assertEqual([], self.slept)

    def test_created_at_once(self):
        made = doubles.connect(doubles.answer(201, SUCCEEDED))
        self.assertEqual(
            SUCCEEDED, made.azure.network_interfaces.create_or_update(
                'nic1', {}))

    def test_unchanged_put_says_updating_until_the_next_read(self):
        found = self.put(doubles.answer(200, CREATING),
                         doubles.answer(200, SUCCEEDED))
        self.assertEqual(SUCCEEDED, found)
        self.assertTrue(self.polled[0].startswith(
            f'{doubles.ENDPOINT}{doubles.VM}?api-version='))

    def test_failed_at_once(self):
        self.assertRaises(
            exceptions.OperationFailed, self.put, doubles.answer(
                201, {'properties': {'provisioningState': 'Failed'}}))

    def test_accepted_delete_ends_when_it_is_gone(self):
        self.connect(
            doubles.answer(202),
            doubles.answer(200, {'properties': {
                'provisioningState': 'Deleting'}}),
            doubles.error(404, 'ResourceNotFound'))
        self.assertTrue(self.vms.delete('vm1'))


class VanishedOperationTest(Case):
    """A 404 for the operation: the resource itself tells."""

    GONE = doubles.error(404, 'NotFound')

    def test_put(self):
        found = self.put(accepted(201, CREATING), self.GONE,
                         doubles.answer(200, CREATING),
                         doubles.answer(200, SUCCEEDED))
        self.assertEqual(SUCCEEDED, found)

    def test_put_that_failed(self):
        broken = {'properties': {
            'provisioningState': 'Failed', 'instanceView': {'statuses': [
                {'code': 'ProvisioningState/failed/AllocationFailed',
                 'message': 'No room.'}]}}}
        found = self.assertRaises(
            exceptions.NoCapacity, self.put, accepted(201, CREATING),
            self.GONE, doubles.answer(200, broken))
        self.assertIn('No room', str(found))

    def test_put_of_what_is_not_there(self):
        self.assertRaises(
            exceptions.NotFound, self.put, accepted(201, CREATING),
            self.GONE, self.GONE)

    def test_action_asks_the_resource_not_the_action(self):
        self.connect(accepted(), self.GONE, doubles.answer(200, SUCCEEDED))
        self.vms.power_off('vm1', skip_shutdown=True)
        self.assertTrue(self.polled[1].startswith(
            f'{doubles.ENDPOINT}{doubles.VM}?api-version='))
        self.assertNotIn('skipShutdown', self.polled[1])

    def test_delete(self):
        self.connect(accepted(), self.GONE, self.GONE)
        self.assertTrue(self.vms.delete('vm1'))

    def test_delete_of_what_is_still_there(self):
        self.connect(accepted(), self.GONE, doubles.answer(200, SUCCEEDED))
        self.assertRaises(
            exceptions.OperationFailed, self.vms.delete, 'vm1')


class TroubleWhilePollingTest(Case):

    def test_is_not_a_failed_operation(self):
        for trouble in (
            doubles.LOST, doubles.REFUSED, doubles.SLOW,
            doubles.error(500, 'InternalServerError'),
            doubles.error(503, 'ServerTimeout'),
            doubles.error(504, 'GatewayTimeout'),
            doubles.error(429, 'TooManyRequests', retry_after=7),
            doubles.error(429, 'TooManyRequests'),
            (200, {}, b'<html>'),
        ):
            found = self.put(accepted(201, CREATING), trouble, trouble, ENDED)
            self.assertEqual(doubles.VM, found['id'])

    def test_the_resource_tells_where_the_operation_stays_unreadable(self):
        for trouble in (
            doubles.LOST, doubles.error(500, 'InternalServerError'),
            doubles.error(429, 'TooManyRequests'), (200, {}, b'<html>'),
            # what is left where an answer breaks off in its headers
            (200, {}, b''),
        ):
            found = self.put(accepted(201, CREATING), self.only(
                '/operations/', trouble, doubles.answer(200, SUCCEEDED)))
            self.assertEqual('Succeeded', found['properties'][
                'provisioningState'])
            failed = {**CREATING, 'properties': {
                'provisioningState': 'Failed'}}
            self.assertRaises(
                exceptions.OperationFailed, self.put, accepted(201, CREATING),
                self.only('/operations/', trouble,
                          doubles.answer(200, failed)))
            self.assertRaises(
                exceptions.OperationTimeout, self.put,
                accepted(201, CREATING), self.only(
                    '/operations/', trouble, doubles.answer(200, CREATING)))

    def test_the_resource_tells_where_the_operation_is_unknown(self):
        for status in 400, 404, 410:
            found = self.put(
                accepted(201, CREATING), doubles.error(status, 'Unknown'),
                doubles.answer(200, SUCCEEDED))
            self.assertEqual('"2"', found['etag'], status)
            self.assertEqual(3, len(self.made.wire.requests))

    def test_an_accepted_write_has_a_body(self):
        """Without one its headers broke off; perhaps one has gone with it."""
        self.put(doubles.answer(201), accepted(201, CREATING), ENDED)
        self.assertEqual(
            ['PUT', 'PUT', 'GET'],
            [request.method for request in self.made.wire.requests])

    @staticmethod
    def only(part, trouble, good):
        """Give *trouble* to requests with *part* in their path."""
        def answer(request):
            return trouble if part in request.path_url else good
        return answer

    def test_ends_at_the_deadline_all_the_same(self):
        self.assertRaises(
            exceptions.OperationTimeout, self.put, accepted(201, CREATING),
            doubles.LOST, operation_timeout=300.0)
        self.assertAlmostEqual(1300, self.made.clock.now)

    def test_lost_right_is_told(self):
        self.assertRaises(
            exceptions.Unauthorized, self.put, accepted(201, CREATING),
            doubles.error(403, 'AuthorizationFailed'))


class PausesTest(Case):

    def test_adaptive(self):
        self.put(accepted(201, CREATING), *[RUNNING] * 9, ENDED)
        self.assertEqual([1, 1, 2, 3, 5, 8, 13, 15, 15, 15], self.slept)

    def test_interval_of_the_option(self):
        self.put(accepted(201, CREATING), *[RUNNING] * 4, ENDED, interval=0.5)
        self.assertEqual([0.5, 0.5, 1, 1.5, 2.5], self.slept)

    def test_retry_after_replaces_the_interval(self):
        waiting = doubles.answer(200, {'status': 'InProgress'},
                                 retry_after=20)
        self.put(accepted(201, CREATING, retry_after=10), waiting, RUNNING,
                 ENDED)
        self.assertEqual([10, 20, 1], self.slept)

    def test_retry_after_as_a_date(self):
        self.put(accepted(201, CREATING,
                          date='Mon, 04 May 2026 08:00:00 GMT',
                          retry_after='Mon, 04 May 2026 08:00:12 GMT'), ENDED)
        self.assertEqual([12], self.slept)

    def test_zero_is_no_wish_for_a_busy_loop(self):
        busy = doubles.answer(200, {'status': 'InProgress'}, retry_after=0)
        self.put(accepted(201, CREATING, retry_after=0), busy, ENDED)
        self.assertEqual([1, 1], self.slept)

    def test_last_look_is_at_the_deadline(self):
        waiting = doubles.answer(200, {'status': 'InProgress'},
                                 retry_after=200)
        found = self.assertRaises(
            exceptions.OperationTimeout, self.put, accepted(201, CREATING),
            waiting, operation_timeout=250.0)
        self.assertEqual([1, 200, 49], self.slept)
        self.assertNotIn('s1gnature', str(found))
        self.assertIn('/locations/eastus/operations/', str(found))

    def test_deadline_counts_from_the_first_request(self):
        self.assertRaises(
            exceptions.OperationTimeout, self.put,
            doubles.error(429, 'Throttled', retry_after=100),
            accepted(201, CREATING), RUNNING, operation_timeout=150.0)
        self.assertAlmostEqual(1150, self.made.clock.now)

    def test_deadline_of_one_create(self):
        self.connect(accepted(201, CREATING), RUNNING)
        self.assertRaises(
            exceptions.OperationTimeout, self.vms.create, 'vm1', {},
            timeout_seconds=60)
        self.assertAlmostEqual(1060, self.made.clock.now)

    @settings(max_examples=40, deadline=None)
    @given(
        asked=st.lists(st.none() | st.integers(0, 100), max_size=30),
        timeout=st.floats(10, 2000),
    )
    def test_never_past_the_deadline_never_without_pause(
            self, asked, timeout):
        looks = [
            doubles.answer(200, {'status': 'InProgress'},
                           **({} if after is None
                              else {'retry_after': after}))
            for after in asked]
        try:
            self.put(accepted(201, CREATING), *looks, ENDED,
                     operation_timeout=timeout)
        except exceptions.OperationTimeout:
            self.assertAlmostEqual(1000 + timeout, self.made.clock.now)
        self.assertLessEqual(self.made.clock.now, 1000 + timeout + 1e-6)
        self.assertTrue(all(pause > 0 for pause in self.slept))


class LogTest(Case):

    def test_operation_is_logged_without_its_signature(self):
        self.put(accepted(201, CREATING), doubles.LOST, RUNNING, ENDED)
        self.assertIn('/locations/eastus/operations/1111', self.log.output)
        for secret in ('s1gnature', 'MIIsigned', doubles.TOKEN):
            self.assertNotIn(secret, self.log.output)
