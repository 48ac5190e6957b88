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

"""Creates whose answer was lost, conditions, and what exactly is sent."""

import json
from unittest import mock

from azure.mgmt.compute import operations as compute_operations
from testtools import matchers

from jacket_azure import exceptions
from jacket_azure.arm import virtual_machines
from tests import timeout
from tests.unit.arm import doubles

OURS = {'id': doubles.VM, 'tags': {'jacket-id': 'a1'},
        'properties': {'provisioningState': 'Creating'}}
READY = {**OURS, 'properties': {'provisioningState': 'Succeeded'}}
FAILED = {**OURS, 'properties': {
    'provisioningState': 'Failed', 'instanceView': {'statuses': [
        {'code': 'ProvisioningState/failed/AllocationFailed',
         'message': 'Allocation failed.'}]}}}
EXISTS = doubles.error(412, 'PreconditionFailed')
MISSING = doubles.error(404, 'ResourceNotFound')


def owned(machine):
    return machine.get('tags', {}).get('jacket-id') == 'a1'


class CreateTest(timeout.TestCase):

    def create(self, *answers, owned=owned):
        self.made = doubles.connect(*answers)
        return self.made.azure.virtual_machines.create(
            'vm1', {'location': 'eastus'}, owned=owned)

    @property
    def lines(self):
        return self.made.wire.lines

    def test_is_conditional(self):
        self.create(doubles.answer(201, READY))
        sent = self.made.wire.requests[0]
        self.assertEqual('*', sent.headers['If-None-Match'])
        self.assertEqual({'location': 'eastus'}, json.loads(sent.body))

    def test_somebody_else_s_machine_is_left_alone(self):
        self.assertRaises(
            exceptions.PreconditionFailed, self.create, EXISTS)
        self.assertEqual(['PUT vm1'], self.lines)

    def test_existing_machine_is_not_ours_just_because_of_its_tags(self):
        """Only after a lost answer can it be this call's."""
        self.assertRaises(
            exceptions.PreconditionFailed, self.create, doubles.REFUSED,
            EXISTS, doubles.answer(200, READY))

    def test_lost_answer_then_exists_then_ours(self):
        for trouble in (doubles.LOST, doubles.SLOW,
                        doubles.error(500, 'InternalServerError')):
            found = self.create(
                trouble, EXISTS, doubles.answer(200, OURS),
                doubles.answer(200, OURS), doubles.answer(200, READY))
            self.assertEqual(READY, found)
            self.assertEqual(['PUT vm1'] * 2 + ['GET vm1'] * 3, self.lines)

    def test_lost_answer_then_still_being_made(self):
        found = self.create(
            doubles.LOST, doubles.error(409, 'Conflict'),
            doubles.answer(200, OURS), doubles.answer(200, READY))
        self.assertEqual(READY, found)

    def test_lost_answer_and_somebody_else_s(self):
        other = {**READY, 'tags': {'jacket-id': 'b2'}}
        self.assertRaises(
            exceptions.PreconditionFailed, self.create, doubles.LOST, EXISTS,
            doubles.answer(200, other))

    def test_lost_answer_and_gone_again(self):
        self.assertRaises(
            exceptions.PreconditionFailed, self.create, doubles.LOST, EXISTS,
            MISSING)

    def test_lost_answer_without_a_way_to_tell(self):
        self.assertRaises(
            exceptions.PreconditionFailed, self.create, doubles.LOST, EXISTS,
            owned=None)
        self.assertEqual(['PUT vm1'] * 2, self.lines)

    def test_lost_answer_of_a_create_that_failed(self):
        found = self.assertRaises(
            exceptions.NoCapacity, self.create, doubles.LOST, EXISTS,
            doubles.answer(200, OURS), doubles.answer(200, FAILED))
        self.assertIn('Allocation failed', str(found))

    def test_lost_request_is_simply_sent_again(self):
        self.create(doubles.LOST, doubles.answer(201, READY))
        self.assertEqual(['PUT vm1'] * 2, self.lines)

    def test_never_an_answer(self):
        self.assertRaises(
            exceptions.Unavailable, self.create,
            lambda request: (doubles.LOST if request.method == 'PUT'
                             else MISSING))


class RequestsTest(timeout.TestCase):
    """What exactly goes to the SDK and over the wire."""

    def test_etag_makes_writes_conditional(self):
        for verb in ('update', 'create_or_update'):
            made = doubles.connect(doubles.answer(200, READY))
            write = getattr(made.azure.virtual_machines, verb)
            write('vm1', {'tags': {}}, etag='"7"')
            write('vm1', {'tags': {}})
            first, second = made.wire.requests
            self.assertEqual('"7"', first.headers['If-Match'])
            self.assertNotIn('If-Match', second.headers)

    def test_queries(self):
        made = doubles.connect(doubles.answer(200, {'value': []}))
        vms = made.azure.virtual_machines
        vms.list(instance_view=True)
        vms.get('vm1', instance_view=True)
        vms.list()
        made.wire._answers[0] = doubles.answer(204)
        vms.delete('vm1', force=True)
        vms.delete('vm1')
        queries = [sent.url.partition('?')[2] for sent in made.wire.requests]
        for number, part, there in (
            (0, '$expand=instanceView', True),
            (1, '$expand=instanceView', True),
            (2, 'expand', False),
            (3, 'forceDeletion=true', True),
            (4, 'forceDeletion', False),
        ):
            self.assertEqual(there, part in queries[number], queries)

    def test_all_pages_are_read(self):
        second = f'{doubles.ENDPOINT}/next?$skiptoken=2'
        made = doubles.connect(
            doubles.answer(200, {'value': [OURS], 'nextLink': second}),
            doubles.answer(200, {'value': [READY, FAILED]}))
        self.assertEqual(
            [OURS, READY, FAILED], made.azure.virtual_machines.list())
        self.assertThat(
            made.wire.requests[1].url, matchers.StartsWith(second[:30]))

    def test_failing_second_page_is_no_short_list(self):
        first = doubles.answer(200, {
            'value': [OURS], 'nextLink': f'{doubles.ENDPOINT}/next'})
        for second, kind in (
            (doubles.error(400, 'BadRequest'), exceptions.Refused),
            ((403, {}, b'<html>'), exceptions.Unauthorized),
            ((200, {}, b'<html>'), exceptions.Unavailable),
            ((200, {}, b'[1]'), exceptions.Unavailable),
        ):
            made = doubles.connect(first, second)
            self.assertRaises(kind, made.azure.virtual_machines.list)

    def test_bodies_reach_the_sdk_as_bytes(self):
        """A dict would lose what the SDK's models call read-only."""
        sdk = mock.create_autospec(
            compute_operations.VirtualMachinesOperations, instance=True)
        made = doubles.connect(doubles.answer())
        vms = virtual_machines.VirtualMachines(
            made.azure._client, sdk)
        sdk.begin_update.side_effect = exceptions.Refused('no')
        self.assertRaises(
            exceptions.Refused, vms.update, 'vm1', {'tags': {'a': 'b'}})
        args = sdk.begin_update.call_args.args
        self.assertEqual(('jacket', 'vm1', b'{"tags": {"a": "b"}}'), args)

    def test_errors_raised_inside_the_sdk_are_translated(self):
        sdk = mock.create_autospec(
            compute_operations.VirtualMachinesOperations, instance=True)
        sdk.get.side_effect = ValueError('cannot deserialize')
        made = doubles.connect(doubles.answer())
        vms = virtual_machines.VirtualMachines(made.azure._client, sdk)
        self.assertRaises(exceptions.Unavailable, vms.get, 'vm1')
