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

"""Rights on what a request refers to."""

from tests.unit.emulator import base

JOIN = 'Microsoft.Network/virtualNetworks/subnets/join/action'


class LinkedRightsTest(base.EmulatorTestCase):
    """Interfaces and machines by hand."""

    def put(self):
        return self.call(
            'PUT', f'{self.network_path}/networkInterfaces/nic1',
            self.nic_body())

    def test_a_subnet_that_may_not_be_joined(self):
        self.emulator.faults.deny(JOIN)
        answer = self.put()
        error = answer.json()['error']
        self.assertEqual((403, 'LinkedAuthorizationFailed'),
                         (answer.status_code, error['code']))
        self.assertEqual('gateway', answer.headers['x-ms-failure-cause'])
        for words in (
                "has permission to perform action 'Microsoft.Network/"
                "networkInterfaces/write' on scope '",
                f"does not have permission to perform action '{JOIN}' on the "
                f"linked scope(s) '{self.network_path}/virtualNetworks/vnet1"
                f"/subnets/default'"):
            self.assertIn(words, error['message'])
        self.assertEqual(404, self.call(
            'GET', f'{self.network_path}/networkInterfaces/nic1'
        ).status_code)
        self.emulator.faults.clear()
        self.assertEqual(201, self.put().status_code)

    def test_the_right_to_write_comes_first(self):
        self.emulator.faults.deny('Microsoft.Network/*')
        self.assertEqual('AuthorizationFailed',
                         self.put().json()['error']['code'])

    def test_what_the_request_itself_is_needs_no_link(self):
        self.emulator.faults.deny(JOIN)
        path = f'{self.network_path}/virtualNetworks/vnet1'
        known = self.call('GET', path).json()
        self.assertEqual(200, self.call('PUT', path, known).status_code)
        self.assertEqual(200, self.call(
            'GET', path + '/subnets/default').status_code)

    def test_machines_take_interfaces_and_read_disks(self):
        self.create_nic()
        compute = self.group_path + '/providers/Microsoft.Compute'
        body = {'location': 'eastus', 'properties': {
            'hardwareProfile': {'vmSize': 'Standard_D2s_v5'},
            'storageProfile': {'osDisk': {
                'createOption': 'Attach', 'osType': 'Linux',
                'managedDisk': {'id': compute + '/disks/os'}}},
            'networkProfile': {'networkInterfaces': [{
                'id': f'{self.network_path}/networkInterfaces/nic1'}]}}}
        for right in ('Microsoft.Network/networkInterfaces/join/action',
                      'Microsoft.Compute/disks/read'):
            self.emulator.faults.deny(right)
            error = self.call('PUT', compute + '/virtualMachines/vm', body,
                              '2024-07-01').json()['error']
            self.assertEqual('LinkedAuthorizationFailed', error['code'])
            self.assertIn(right, error['message'])
            self.emulator.faults.clear()
