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

"""N25, N29: what Azure cannot is refused in words, and nothing changes."""

from nova.tests.functional.api import client as api_client

from tests.functional.nova import base
from tests.functional.nova import more_hosts
from tests.functional.nova import with_cinder


class RefusedTest(more_hosts.MoreHosts, base.AzureServersTestCase):
    """Through Nova's API, Azure is asked for nothing."""

    def check_unharmed(self, server):
        self._wait_for_server_parameter(server, {
            'status': 'ACTIVE', 'OS-EXT-STS:task_state': None})
        self.assertEqual('running', self.power_state(server))

    def writes(self):
        return [each for each in self.azure.requests
                if each.method != 'GET']

    def test_n25_pause(self):
        server = self.create_server()
        before = len(self.writes())
        self.action(server, 'pause')
        event = self._wait_for_instance_action_event(
            server, 'pause', 'compute_pause_instance', 'error')
        self.assertIn('cannot freeze', event['details'])
        self.check_unharmed(server)
        self.assertEqual(before, len(self.writes()))
        # one that is not paused Nova itself refuses to unpause
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.action, server, 'unpause')
        self.assertEqual(409, exc.response.status_code)

    def test_n29_live_migrate(self):
        server = self.create_server()
        before = len(self.writes())
        self.add_host('azure-westeurope')
        self.admin_api.post_server_action(server['id'], {
            'os-migrateLive': {'host': None, 'block_migration': 'auto'}})
        self.wait_until(
            lambda: 'there is no live migration' in self.log.text, 'refused')
        self.check_unharmed(server)
        self.assertEqual(before, len(self.writes()))
        [migration] = self.admin_api.api_get(
            f'/os-migrations?instance_uuid={server["id"]}').body['migrations']
        self.assertEqual('error', migration['status'])


class PageBlobRefusedTest(with_cinder.OnPageBlobs, RefusedTest):
    """The same on Azure Stack Hub."""
