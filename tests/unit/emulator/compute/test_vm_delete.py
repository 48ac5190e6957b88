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

"""DELETE and the lists of virtual machines."""

from azure.core.exceptions import HttpResponseError

from tests.unit.emulator.compute import base


class DeleteTest(base.ComputeTestCase):
    """What goes with a machine, and what stays."""

    def machine(self, nic_option, disk_option, data_option):
        """A VM with one data disk and the given deleteOptions."""
        body = self.body(self.nic())
        properties = body['properties']
        properties['networkProfile']['networkInterfaces'][0]['properties'][
            'deleteOption'] = nic_option
        storage = properties['storageProfile']
        storage['osDisk'].update(name='os', deleteOption=disk_option)
        storage['dataDisks'] = [{
            'lun': 0, 'name': 'data', 'createOption': 'Empty',
            'diskSizeGB': 4, 'deleteOption': data_option}]
        self.create(body=body)

    def left(self):
        """Names of NICs and disks, and of those that belong to nobody."""
        disks = list(self.compute.disks.list())
        nics = list(self.network.network_interfaces.list_all())
        for disk in disks:
            self.assertIsNone(disk.managed_by)
            self.assertEqual('Unattached', disk.properties.disk_state)
        for nic in nics:
            self.assertIsNone(nic.properties.virtual_machine)
        return {one.name for one in disks + nics}

    def delete(self, **options):
        self.vms.begin_delete(base.GROUP, 'vm', **options).result()

    def test_everything_goes(self):
        before = self.emulator.store.ids()
        self.machine('Delete', 'Delete', 'Delete')
        self.delete()
        self.assertEqual(before, self.emulator.store.ids())

    def test_everything_stays(self):
        self.machine('Detach', 'Detach', 'Detach')
        self.delete(force_deletion=True)
        self.assertEqual({'nic', 'os', 'data'}, self.left())

    def test_each_as_it_was_asked(self):
        self.machine('Delete', 'Delete', 'Detach')
        self.delete()
        self.assertEqual({'data'}, self.left())

    def test_an_option_changed_later_counts(self):
        self.machine('Detach', 'Detach', 'Detach')
        vm = self.send('GET', self.path('virtualMachines', 'vm')).json()
        vm['properties']['storageProfile']['osDisk']['deleteOption'] = (
            'Delete')
        self.send('PUT', self.path('virtualMachines', 'vm'), vm)
        self.delete()
        self.assertEqual({'nic', 'data'}, self.left())

    def test_a_machine_that_is_not_there(self):
        answer = self.send('DELETE', self.path('virtualMachines', 'gone'))
        self.assertEqual((204, ''), (answer.status_code, answer.text()))

    def test_a_failed_delete_can_be_repeated(self):
        self.machine('Delete', 'Delete', 'Delete')
        self.emulator.faults.fail_operation(
            'DELETE', 'virtualMachines', 'InternalExecutionError', times=1)
        self.assertRaises(HttpResponseError, self.delete)
        self.assertEqual('Failed', self.vms.get(
            base.GROUP, 'vm').properties.provisioning_state)
        self.delete()
        self.assertEqual(set(), self.left())

    def test_the_name_in_another_case(self):
        self.machine('Delete', 'Delete', 'Delete')
        self.vms.begin_delete(base.GROUP.upper(), 'VM').result()
        self.assertEqual(set(), self.left())


class ListTest(base.ComputeTestCase):
    """Lists and what they leave out."""

    def test_lists(self):
        self.create('one')
        self.create('two')
        text = self.send('GET', self.path('virtualMachines')).text()
        self.assertNotIn('\n', text)
        self.assertNotIn('nextLink', text)
        self.assertNotIn('instanceView', text)
        for found in (self.vms.list(base.GROUP), self.vms.list_all(),
                      self.vms.list_by_location('eastus')):
            self.assertEqual(['one', 'two'], [vm.name for vm in found])
        self.assertEqual([], list(self.vms.list_by_location('westus')))

    def test_expand_instance_view(self):
        self.create()
        vm, = self.vms.list(base.GROUP, expand='instanceView')
        self.assertEqual('PowerState/running',
                         vm.properties.instance_view.statuses[-1].code)

    def test_status_only_has_no_model(self):
        self.create()
        path = (f'/subscriptions/{self.emulator.subscription_id}/providers/'
                f'Microsoft.Compute/virtualMachines')
        vm, = self.send('GET', path, statusOnly='true').json()['value']
        self.assertEqual({'vmId', 'provisioningState', 'instanceView'},
                         set(vm['properties']))
        self.assertEqual({'statuses'}, set(vm['properties']['instanceView']))

    def test_group_in_capitals_when_asked_for(self):
        self.create()
        self.emulator.state['compute.upper_case_groups'] = True
        vm, = self.vms.list_all()
        self.assertIn('/resourceGroups/JACKET/', vm.id)
        vm, = self.vms.list(base.GROUP)
        self.assertIn('/resourceGroups/jacket/', vm.id)

    def test_missing_machine(self):
        for path in ('gone', 'gone/instanceView'):
            answer = self.send('GET', self.path('virtualMachines', path))
            error = answer.json()['error']
            self.assertEqual((404, 'ResourceNotFound', 'gateway'), (
                answer.status_code, error['code'],
                answer.headers['x-ms-failure-cause']))
            self.assertIn("'Microsoft.Compute/virtualMachines/gone'",
                          error['message'])

    def test_sizes_a_machine_could_have(self):
        self.create()
        found = {size.name for size
                 in self.vms.list_available_sizes(base.GROUP, 'vm')}
        self.assertIn('Standard_D4s_v5', found)
        self.assertNotIn('Standard_A2_v2', found)       # generation 1 only
        self.assertNotIn('Standard_M8ms', found)        # restricted
