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

"""Virtual machines from their creation to the end of their group."""

from tests.interop import base

VM = 'Microsoft.Compute/virtualMachines'


class MachineTest(base.InteropTestCase):
    """az vm, az disk, az snapshot."""

    def power(self, name):
        return self.in_group('vm', 'show', '--name', name,
                             '--show-details')['powerState']

    def test_own_network_interface(self):
        self.in_group('network', 'nsg', 'create', '--name', 'nsg1')
        self.in_group('network', 'nsg', 'rule', 'create', '--nsg-name',
                      'nsg1', '--name', 'ssh', '--priority', '100',
                      '--destination-port-ranges', '22')
        self.in_group('network', 'vnet', 'create', '--name', 'net1',
                      '--address-prefix', '10.1.0.0/16',
                      '--subnet-name', 'one',
                      '--subnet-prefixes', '10.1.0.0/24')
        self.in_group('network', 'vnet', 'subnet', 'create', '--name', 'two',
                      '--vnet-name', 'net1',
                      '--address-prefixes', '10.1.1.0/24',
                      '--network-security-group', 'nsg1')
        self.in_group('network', 'public-ip', 'create', '--name', 'ip1',
                      '--sku', 'Standard')
        nic = self.in_group(
            'network', 'nic', 'create', '--name', 'nic1',
            '--vnet-name', 'net1', '--subnet', 'two', '--public-ip-address',
            'ip1', '--network-security-group', 'nsg1')['NewNIC']
        [config] = nic['ipConfigurations']
        self.assertEqual('10.1.1.4', config['privateIPAddress'])
        made = self.create_vm('vm1', '--nics', 'nic1')
        self.assertEqual(('VM running', '10.1.1.4'),
                         (made['powerState'], made['privateIpAddress']))
        self.assertEqual(0, self.sent('PUT', 'networkInterfaces') - 1)
        self.assertEqual(1, self.sent('PUT', 'deployments'))
        nic = self.in_group('network', 'nic', 'show', '--name', 'nic1')
        self.assertEqual(
            self.stored(VM, 'vm1').id, nic['virtualMachine']['id'])
        told = self.refused('network', 'nic', 'delete', '--name', 'nic1')
        self.assertIn('NicInUse', told)
        told = self.refused('network', 'nsg', 'delete', '--name', 'nsg1')
        self.assertIn('InUseNetworkSecurityGroupCannotBeDeleted', told)

    def test_network_by_template(self):
        made = self.create_vm('vm1')
        self.assertEqual('VM running', made['powerState'])
        self.assertTrue(made['publicIpAddress'])
        for kind, name in (('virtualNetworks', 'vm1VNET'),
                           ('networkSecurityGroups', 'vm1NSG'),
                           ('publicIPAddresses', 'vm1PublicIP'),
                           ('networkInterfaces', 'vm1VMNic')):
            self.assertIsNotNone(
                self.stored(f'Microsoft.Network/{kind}', name), name)
        [deployment] = self.in_group('deployment', 'group', 'list')
        self.assertEqual('Succeeded',
                         deployment['properties']['provisioningState'])
        steps = self.az(
            'deployment', 'operation', 'group', 'list', '--resource-group',
            self.group, '--name', deployment['name'])
        self.assertEqual(
            {'Succeeded'},
            {one['properties']['provisioningState'] for one in steps})
        self.assertEqual(5, len(steps))
        found = {one['type'].rpartition('/')[2] for one
                 in self.in_group('resource', 'list')}
        self.assertEqual({'virtualMachines', 'disks', 'virtualNetworks',
                          'networkSecurityGroups', 'publicIPAddresses',
                          'networkInterfaces'}, found)
        self.az('group', 'delete', '--name', self.group, '--yes')
        self.assertFalse(self.az('group', 'exists', '--name', self.group))
        self.assertEqual([], [
            one for one in self.emulator.store.ids()
            if f'/{self.group}/' in one])

    def test_failing_deployment(self):
        self.emulator.faults.fail(
            'PUT', 'virtualMachines', 409, 'SkuNotAvailable',
            'The requested size is currently not available.', times=1)
        told = str(self.assertRaises(base.AzError, self.create_vm, 'vm1'))
        self.assertIn('SkuNotAvailable', told)
        [deployment] = self.in_group('deployment', 'group', 'list')
        self.assertEqual('Failed',
                         deployment['properties']['provisioningState'])

    def test_life(self):
        self.create_vm('vm1', '--public-ip-address', '')
        states = []
        for action in ('stop', 'start', 'deallocate', 'start', 'restart'):
            self.in_group('vm', action, '--name', 'vm1')
            states.append(self.power('vm1'))
        self.assertEqual(
            ['VM stopped', 'VM running', 'VM deallocated', 'VM running',
             'VM running'], states)
        self.in_group('vm', 'resize', '--name', 'vm1', '--size',
                      'Standard_D4s_v5')
        self.assertEqual('Standard_D4s_v5', self.stored(VM, 'vm1').properties[
            'hardwareProfile']['vmSize'])
        self.in_group('vm', 'update', '--name', 'vm1', '--set',
                      'tags.stage=test')
        self.assertEqual({'stage': 'test'}, self.stored(VM, 'vm1').tags)
        [one] = self.in_group('vm', 'list')
        self.assertEqual('vm1', one['name'])
        view = self.in_group('vm', 'get-instance-view', '--name', 'vm1')
        self.assertIn('PowerState/running', [
            status['code'] for status in view['instanceView']['statuses']])
        self.in_group('vm', 'delete', '--name', 'vm1', '--yes')
        self.assertEqual([], self.in_group('vm', 'list'))
        self.assertEqual(1, self.sent('DELETE', 'virtualMachines'))

    def test_disks_and_snapshots(self):
        self.create_vm('vm1', '--public-ip-address', '')
        self.in_group('disk', 'create', '--name', 'disk1', '--size-gb', '8',
                      '--sku', 'Standard_LRS')
        self.in_group('vm', 'disk', 'attach', '--vm-name', 'vm1',
                      '--name', 'disk1')
        shown = self.in_group('disk', 'show', '--name', 'disk1')
        self.assertEqual(('Attached', self.stored(VM, 'vm1').id), (
            shown['diskState'], shown['managedBy']))
        self.assertIn('OperationNotAllowed', self.refused(
            'disk', 'delete', '--name', 'disk1', '--yes'))
        self.in_group('snapshot', 'create', '--name', 'snap1', '--source',
                      'disk1', '--incremental', 'true')
        self.assertEqual(['snap1'], [
            one['name'] for one in self.in_group('snapshot', 'list')])
        self.in_group('disk', 'create', '--name', 'disk2', '--source',
                      'snap1')
        self.in_group('vm', 'disk', 'attach', '--vm-name', 'vm1', '--name',
                      'disk3', '--new', '--size-gb', '4')
        for name in ('disk1', 'disk3'):
            self.in_group('vm', 'disk', 'detach', '--vm-name', 'vm1',
                          '--name', name)
        self.assertEqual('Unattached', self.in_group(
            'disk', 'show', '--name', 'disk1')['diskState'])
        self.in_group('disk', 'update', '--name', 'disk1', '--size-gb', '16')
        self.assertEqual(16, self.in_group(
            'disk', 'show', '--name', 'disk1')['diskSizeGB'])
        for name in ('disk1', 'disk2', 'disk3'):
            self.in_group('disk', 'delete', '--name', name, '--yes')
        self.in_group('snapshot', 'delete', '--name', 'snap1')
        self.assertEqual([], self.in_group('snapshot', 'list'))
