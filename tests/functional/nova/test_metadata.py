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

"""N27: metadata and tags."""

from nova import context

from tests.functional.nova import base


class MetadataTest(base.AzureServersTestCase):
    """What Nova keeps in its database shows in Azure as tags."""

    def user_tags(self, server):
        return {key: value for key, value in self.vm(server)['tags'].items()
                if not key.startswith('jacket-')}

    def test_n27_tags_carry_the_metadata(self):
        server = self.create_server(metadata={'role': 'db', 'tier': 'gold'})
        self.assertEqual(
            {'role': 'db', 'tier': 'gold'}, self.user_tags(server))

    def test_n27_key_azure_cannot_hold_does_not_hurt(self):
        server = self.create_server(metadata={
            'microsoft-x': 'reserved', 'jacket-owner': 'me', 'good': 'yes'})
        self.assertEqual({'good': 'yes'}, self.user_tags(server))
        self.assertEqual(
            'jacket-tests', self.vm(server)['tags']['jacket-owner'])

    def test_n27_metadata_changes_without_azure(self):
        """Tags follow by a periodic task, so the API makes no request."""
        server = self.create_server(metadata={'role': 'db'})
        path = f'/servers/{server["id"]}/metadata'
        with self.azure.recording() as made:
            self.api.api_post(path, {'metadata': {'tier': 'silver'}})
            self.api.api_delete(f'{path}/role')
        self.assertEqual([], made)
        found = self.api.get_server(server['id'])
        self.assertEqual({'tier': 'silver'}, found['metadata'])

    def test_n27_tags_follow_name_and_metadata(self):
        server = self.create_server(metadata={'role': 'db'})
        # what the periodic task does first is to learn what there is
        self.compute.driver.tagops.follow(context.get_admin_context())
        path = f'/servers/{server["id"]}/metadata'
        self.api.api_post(path, {'metadata': {'tier': 'silver'}})
        self.api.api_delete(f'{path}/role')
        self.api.put_server(server['id'], {'server': {'name': 'renamed'}})
        self.compute.driver.tagops.follow(context.get_admin_context())
        self.wait_until(
            lambda: self.user_tags(server) == {'tier': 'silver'},
            'tags as the metadata')
        self.assertEqual(
            'renamed', self.vm(server)['tags']['jacket-display-name'])

    def test_n27_a_server_is_shown_and_listed(self):
        server = self.create_server()
        self.action(server, 'lock')
        self.assertTrue(self.api.get_server(server['id'])['locked'])
        self.action(server, 'unlock')
        [listed] = self.api.get_servers()
        self.assertEqual(
            ('ACTIVE', 1),
            (listed['status'], listed['OS-EXT-STS:power_state']))
