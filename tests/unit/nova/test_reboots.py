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

"""Reboots that hang, of which one is in the way of no other."""

from unittest import mock

from nova import exception
from nova.compute import api as compute_api

from jacket_azure.nova import reboots
from tests.unit.nova import base


class RebootsTest(base.NovaTestCase):

    def test_all_are_asked_for_though_one_has_ended(self):
        servers = [self.instance() for _ in range(3)]
        api = mock.create_autospec(compute_api.API, instance=True)
        api.reboot.side_effect = [
            None, exception.InstanceInvalidState(
                attr='task_state', instance_uuid=servers[1].uuid,
                state=None, method='reboot'), None]
        with mock.patch.object(compute_api, 'API', return_value=api):
            reboots.force(servers)
        self.assertEqual(
            [mock.call(mock.ANY, server, 'HARD') for server in servers],
            api.reboot.mock_calls)
        self.assertTrue(api.reboot.mock_calls[0].args[0].is_admin)
