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

"""Questions to Nova's API, and answers that must not mislead."""

import datetime
from unittest import mock
import uuid

import fixtures
from keystoneauth1 import exceptions as keystone_exceptions

from jacket_azure.janitor import facts
from jacket_azure.janitor import nova_api
from tests import timeout
from tests.unit.janitor import doubles


class NovaApiTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.nova = doubles.NovaAdapter()
        self.uuid = str(uuid.uuid4())

    def record(self):
        return nova_api.NovaApi(self.nova).records(
            {self.uuid}).get(self.uuid)

    def unanswered(self):
        return str(self.assertRaises(facts.Unanswered, self.record))

    def test_server_that_is_shown_exists(self):
        self.nova.add(self.uuid)
        self.assertEqual(facts.Record(True), self.record())

    def test_server_of_a_cell_that_is_down_exists(self):
        """It is shown since 2.69 with what is known, and never listed."""
        self.nova.add(self.uuid, status='UNKNOWN')
        self.assertEqual(facts.Record(True), self.record())
        self.assertEqual({'2.69'}, {asked[2] for asked in self.nova.asked})

    def test_deleted_server(self):
        self.nova.delete(self.uuid)
        when = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
        self.assertEqual(facts.Record(False, when), self.record())

    def test_deleted_server_that_was_never_terminated(self):
        self.nova.delete(self.uuid, **{
            'OS-SRV-USG:terminated_at': None,
            'OS-EXT-STS:vm_state': 'error', 'status': 'ERROR'})
        when = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
        self.assertEqual(facts.Record(False, when), self.record())

    def test_soft_deleted_server_exists(self):
        """Nova lists it among the deleted ones."""
        self.nova.delete(self.uuid, **{
            'OS-EXT-STS:vm_state': 'soft-delete', 'status': 'SOFT_DELETED'})
        self.assertEqual(facts.Record(True), self.record())

    def test_server_that_is_shown_and_listed_as_deleted_exists(self):
        self.nova.delete(self.uuid)
        self.nova.add(self.uuid)
        self.assertEqual(facts.Record(True), self.record())

    def test_no_record(self):
        self.assertIsNone(self.record())

    def test_filters_that_are_ignored(self):
        """Nova drops those that only administrators may use."""
        self.nova.answers['/servers/detail'] = doubles.Answer(
            200, {'servers': [{'id': 'another'}]})
        self.assertIn('administrator', self.unanswered())

    def test_answers_that_are_none(self):
        for answer in (
                doubles.Answer(500, {}), doubles.Answer(403, {}),
                doubles.Answer(404, {}), doubles.Answer(200, '<html>'),
                doubles.Answer(200, []), doubles.Answer(200, {}),
                keystone_exceptions.ConnectFailure('down')):
            self.nova.answers = {'/servers/detail': answer}
            self.assertIn('Nova', self.unanswered())
        for answer in (
                doubles.Answer(500, {}), doubles.Answer(403, {}),
                doubles.Answer(200, {'server': {'id': 'another'}}),
                doubles.Answer(200, {}),
                keystone_exceptions.ConnectFailure('down')):
            self.nova.answers = {f'/servers/{self.uuid}': answer}
            self.assertIn('Nova', self.unanswered())


class ConnectTest(timeout.TestCase):

    def connect(self, **connection):
        self.useFixture(fixtures.MonkeyPatch(
            'openstack.connect', mock.Mock(**connection)))
        return nova_api.connect('cloud')

    def roles(self, *names):
        connection = mock.Mock()
        access = connection.session.auth.get_access.return_value
        access.role_names = names
        return {'return_value': connection}

    def test_administrator(self):
        self.assertIsInstance(
            self.connect(**self.roles('reader', 'admin')), nova_api.NovaApi)

    def test_anybody_else_would_miss_servers(self):
        exc = self.assertRaises(
            facts.Unanswered, self.connect, **self.roles('member'))
        self.assertIn('role admin', str(exc))

    def test_wrong_credentials(self):
        exc = self.assertRaises(
            facts.Unanswered, self.connect,
            side_effect=keystone_exceptions.Unauthorized('Wrong password.'))
        self.assertIn('Wrong password.', str(exc))
