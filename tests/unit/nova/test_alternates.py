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

"""Whether another host is left, by what Nova's services say."""

import types
from unittest import mock

import fixtures
from nova import context
from nova import objects
import nova.conf

from jacket_azure.nova import alternates
from tests import timeout

CONF = nova.conf.CONF


class AlternatesTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        objects.register_all()
        self.instance = types.SimpleNamespace(system_metadata={})
        self.up = {'one', 'two', 'three'}
        self.down = set()
        self.disabled = set()
        self.useFixture(fixtures.MockPatch(
            'nova.objects.ServiceList.get_by_binary',
            side_effect=lambda context, binary: [
                mock.Mock(host=host, disabled=host in self.disabled)
                for host in self.up | self.down]))
        self.useFixture(fixtures.MockPatch(
            'nova.servicegroup.API', return_value=mock.Mock(
                service_is_up=lambda service: service.host in self.up)))

    def remain(self, *tried):
        asker = context.RequestContext('user', 'project', is_admin=True)
        return alternates.remain(asker, list(tried))

    def test_hosts_are_noted_once_and_in_order(self):
        for host in ('one', 'two', 'one'):
            found = alternates.note_tried(self.instance, host)
        self.assertEqual(['two', 'one'], found)
        alternates.forget_tried(self.instance)
        self.assertEqual({}, self.instance.system_metadata)

    def test_note_that_would_not_fit_the_database_is_left_as_it_was(self):
        alternates.note_tried(self.instance, 'one')
        found = alternates.note_tried(self.instance, 'x' * 255)
        self.assertEqual(2, len(found))
        self.assertEqual(
            'one', self.instance.system_metadata[alternates.TRIED])

    def test_a_host_that_is_up_and_was_not_tried(self):
        self.assertTrue(self.remain('one', 'two'))
        self.up.remove('three')
        self.down.add('three')
        self.assertFalse(self.remain('one', 'two'))

    def test_a_disabled_host_gets_no_builds(self):
        self.assertTrue(self.remain('one', 'two'))
        self.disabled.add('three')
        self.assertFalse(self.remain('one', 'two'))

    def test_not_more_hosts_than_nova_tries(self):
        self.up = {f'host{number}' for number in range(9)}
        most = CONF.scheduler.max_attempts
        tried = sorted(self.up)[:most]
        self.assertTrue(self.remain(*tried[:-1]))
        self.assertFalse(self.remain(*tried))

    def test_services_that_cannot_be_asked_leave_it_to_nova(self):
        with fixtures.MockPatch(
                'nova.objects.ServiceList.get_by_binary',
                side_effect=RuntimeError('no conductor')):
            self.assertTrue(self.remain('one'))
