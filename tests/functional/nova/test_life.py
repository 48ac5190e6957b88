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

"""N11, N19, N27: what a user does to a server all its life, on both models."""

from nova.tests.functional.api import client as api_client

from jacket_azure.nova import tagops
from tests.functional.nova import base
from tests.functional.nova import periodics
from tests.functional.nova import with_cinder


class Life(periodics.Periodics):
    """Through Nova's API, as the server's user."""

    def now(self, server, status, power):
        """Check what Nova and Azure say."""
        self._wait_for_server_parameter(server, {
            'status': status, 'OS-EXT-STS:task_state': None})
        self.assertEqual(power, self.power_state(server))

    def test_n19_a_server_all_its_life(self):
        server = self.create_server(metadata={'role': 'db'})
        self.action(server, 'os-stop')
        self.now(server, 'SHUTOFF', 'deallocated')
        self.action(server, 'os-start')
        self.now(server, 'ACTIVE', 'running')
        for kind in 'SOFT', 'HARD':
            self.action(server, 'reboot', {'type': kind})
            self.now(server, 'ACTIVE', 'running')
        self.check_lock(server)
        self.check_names(server)
        self.flags(reclaim_instance_interval=3600)
        self.api.delete_server(server['id'])
        self.now(server, 'SOFT_DELETED', 'deallocated')
        self.action(server, 'restore')
        self.now(server, 'ACTIVE', 'running')
        self.action(server, 'forceDelete')
        self._wait_until_deleted(server)
        self.assertEqual([], self.azure.resource_ids())
        self.assertEqual([], self.api.get_servers())

    def check_lock(self, server):
        """Nova refuses what the user asks of a locked server."""
        self.admin_api.post_server_action(server['id'], {'lock': None})
        with self.azure.recording() as made:
            exc = self.assertRaises(
                api_client.OpenStackApiException,
                self.api_fixture.api.post_server_action,
                server['id'], {'os-stop': None})
        self.assertEqual(409, exc.response.status_code)
        self.assertIn('locked', str(exc))
        self.assertEqual([], made)
        self.admin_api.post_server_action(server['id'], {'unlock': None})

    def check_names(self, server):
        """Tags follow the name and the metadata."""
        self.run_own(tagops.TASK)
        self.api.put_server(server['id'], {'server': {'name': 'renamed'}})
        self.api.api_post(f'/servers/{server["id"]}/metadata', {
            'metadata': {'role': 'web'}})
        self.run_own(tagops.TASK)
        self.compute.driver.tagops.wait()
        found = self.vm(server)['tags']
        self.assertEqual(
            ('renamed', 'web'), (found['jacket-display-name'], found['role']))
        [listed] = self.api.get_servers()
        self.assertEqual(
            ('renamed', {'role': 'web'}, 'ACTIVE'),
            (listed['name'], listed['metadata'], listed['status']))


class LifeTest(Life, base.AzureServersTestCase):
    """On managed disks."""


class PageBlobLifeTest(
        with_cinder.OnPageBlobs, Life, base.AzureServersTestCase):
    """On Azure Stack Hub with page blobs."""
