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

"""Lists that are behind, while whoever asks by id gets the truth."""

from tests.unit.emulator import base

COMPUTE_VERSION = '2024-07-01'
DISK_VERSION = '2024-03-02'


class ListLagTest(base.EmulatorTestCase):
    """Five seconds of lag, on lists of every provider."""

    options = {'list_lag': 5}

    def names(self, path, version=base.NETWORK_VERSION):
        return [one['name'] for one in
                self.call('GET', path, version=version).json()['value']]

    def check(self, collection, name, body, version):
        path = f'{collection}/{name}'
        made = self.call('PUT', path, body, version=version)
        self.assertIn(made.status_code, (200, 201, 202), made.text)
        self.assertEqual(200, self.call(
            'GET', path, version=version).status_code)
        self.assertNotIn(name, self.names(collection, version))
        self.clock.advance(5)
        self.assertIn(name, self.names(collection, version))
        self.call('DELETE', path, version=version)
        self.clock.advance(0)
        self.assertEqual(404, self.call(
            'GET', path, version=version).status_code)
        self.assertIn(name, self.names(collection, version))
        self.clock.advance(5)
        self.assertNotIn(name, self.names(collection, version))

    def test_network_interfaces(self):
        self.clock.advance(5)
        self.check(self.network_path + '/networkInterfaces', 'nic1',
                   self.nic_body(), base.NETWORK_VERSION)

    def test_disks(self):
        self.check(
            self.group_path + '/providers/Microsoft.Compute/disks', 'disk1',
            {'location': 'eastus', 'properties': {
                'diskSizeGB': 1, 'creationData': {'createOption': 'Empty'}}},
            DISK_VERSION)

    def test_groups_and_resources(self):
        groups = self.group_path.rpartition('/')[0]
        self.check(groups, 'other', {'location': 'eastus'},
                   base.RESOURCES_VERSION)
        resources = self.group_path + '/resources'
        nic = self.network_path + '/networkInterfaces/nic1'
        self.call('PUT', nic, self.nic_body())
        self.assertNotIn('nic1', self.names(
            resources, base.RESOURCES_VERSION))
        self.clock.advance(5)
        self.call('DELETE', nic)
        self.clock.advance(0)
        self.assertIn('nic1', self.names(
            resources, base.RESOURCES_VERSION))

    def test_made_and_deleted_within_the_lag_is_never_listed(self):
        nics = self.network_path + '/networkInterfaces'
        for _ in range(2):
            self.call('PUT', nics + '/nic1', self.nic_body())
            self.call('DELETE', nics + '/nic1')
            self.clock.advance(1)
        self.assertEqual([], self.names(nics))

    def test_no_lag_after_a_reset(self):
        self.clock.advance(5)
        nics = self.network_path + '/networkInterfaces'
        self.call('PUT', nics + '/nic1', self.nic_body())
        self.clock.advance(5)
        self.emulator.reset()
        self.emulator.seed(base.GROUP)
        self.assertEqual([], self.names(nics))
