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

"""Power actions: answers, states by the clock, refusals."""

from azure.core.exceptions import HttpResponseError

from tests.unit.emulator.compute import base


class SlowTest(base.ComputeTestCase):
    """With the observed durations, and a clock that the test moves."""

    latency = 'observed'

    def begin(self, name, **query):
        """Send an action and leave its operation running."""
        return self.send(
            'POST', self.path('virtualMachines', f'vm/{name}'), **query)

    def settled(self):
        """A VM that runs, with its create behind it."""
        nic = self.nic()
        self.send('PUT', self.path('virtualMachines', 'vm'), self.body(nic))
        self.clock.advance(60)

    def nic(self, name='nic'):
        subnet = self.network.subnets.get(base.GROUP, 'vnet1', 'default').id
        body = {'location': base.LOCATION, 'properties': {
            'ipConfigurations': [{'name': 'ip', 'properties': {
                'subnet': {'id': subnet}}}]}}
        found = self.network.network_interfaces.begin_create_or_update(
            base.GROUP, name, body, polling=False)
        self.clock.advance(60)
        return found.result().id

    def test_the_view_says_when_an_operation_ended(self):
        nic = self.nic()
        answer = self.send('PUT', self.path('virtualMachines', 'vm'),
                           self.body(nic))
        for path in (None, 'powerOff'):
            if path:
                answer = self.begin(path)
            self.clock.advance(1000)
            status = self.send(
                'GET', answer.headers['Azure-AsyncOperation']).json()
            [view] = [one for one in self.vms.instance_view(
                base.GROUP, 'vm').as_dict()['statuses']
                if one['code'] == 'ProvisioningState/succeeded']
            self.assertEqual(status['endTime'][:19], view['time'][:19])

    def test_a_create_passes_through_its_states(self):
        self.send('PUT', self.path('virtualMachines', 'vm'),
                  self.body(self.nic()))
        self.assertEqual(['ProvisioningState/creating'], self.statuses())
        self.clock.advance(4)
        self.assertEqual(['ProvisioningState/creating',
                          'PowerState/running'], self.statuses())
        self.clock.advance(3)
        self.assertEqual(
            ['ProvisioningState/creating/osProvisioningInProgress',
             'PowerState/running'], self.statuses())
        self.clock.advance(2)
        self.assertEqual(['ProvisioningState/succeeded',
                          'PowerState/running'], self.statuses())

    def test_each_action_shows_what_it_is_doing(self):
        self.settled()
        for action, seconds, during, after in (
                ('powerOff', 8, 'stopping', 'stopped'),
                ('start', 13, 'starting', 'running'),
                ('deallocate', 24, 'deallocating', 'deallocated')):
            answer = self.begin(action)
            self.assertEqual((202, ''), (answer.status_code, answer.text()))
            self.assertIn('Azure-AsyncOperation', answer.headers)
            self.assertIn('monitor=true', answer.headers['Location'])
            self.clock.advance(seconds - 0.1)
            self.assertEqual(['ProvisioningState/updating',
                              f'PowerState/{during}'], self.statuses())
            self.clock.advance(0.2)
            self.assertEqual(['ProvisioningState/succeeded',
                              f'PowerState/{after}'], self.statuses())

    def test_a_hard_power_off_is_faster(self):
        self.settled()
        self.begin('powerOff', skipShutdown='true')
        self.clock.advance(3)
        self.assertEqual('PowerState/stopped', self.statuses()[-1])

    def test_a_second_write_meanwhile_conflicts(self):
        self.settled()
        self.begin('deallocate')
        for answer in (self.begin('start'), self.send(
                'PATCH', self.path('virtualMachines', 'vm'), {'tags': {}})):
            self.assertEqual((409, 'Conflict'), (
                answer.status_code, answer.json()['error']['code']))
            self.assertIn('conflict with a concurrent request',
                          answer.json()['error']['message'])

    def test_a_deallocated_machine_shows_nothing_of_its_guest(self):
        self.settled()
        view = self.vms.instance_view(base.GROUP, 'vm').as_dict()
        self.assertEqual('guest', view['computerName'])
        self.assertEqual('Ready',
                         view['vmAgent']['statuses'][0]['displayStatus'])
        self.begin('deallocate')
        self.clock.advance(30)
        view = self.vms.instance_view(base.GROUP, 'vm').as_dict()
        for key in ('vmAgent', 'computerName', 'osName'):
            self.assertNotIn(key, view)

    def test_deleting_a_machine_that_is_being_deleted(self):
        self.settled()
        path = self.path('virtualMachines', 'vm')
        first = self.send('DELETE', path)
        self.assertEqual((202, ''), (first.status_code, first.text()))
        self.assertEqual('Deleting', self.vms.get(
            base.GROUP, 'vm').properties.provisioning_state)
        for answer in (self.begin('start'),
                       self.send('PATCH', path, {'tags': {}})):
            error = answer.json()['error']
            self.assertEqual((409, 'OperationNotAllowed'),
                             (answer.status_code, error['code']))
            self.assertIn('since the VM is marked for deletion',
                          error['message'])
        again = self.send('DELETE', path)
        self.assertEqual(first.headers['Azure-AsyncOperation'],
                         again.headers['Azure-AsyncOperation'])
        self.clock.advance(23)
        self.assertEqual(404, self.send('GET', path).status_code)

    def test_nic_and_disk_are_in_use_until_the_delete_has_ended(self):
        self.settled()
        disk = next(self.compute.disks.list())
        self.send('DELETE', self.path('virtualMachines', 'vm'))
        self.refused(400, 'NicInUse',
                     self.network.network_interfaces.begin_delete,
                     base.GROUP, 'nic')
        self.refused(409, 'OperationNotAllowed',
                     self.compute.disks.begin_delete, base.GROUP, disk.name)
        self.clock.advance(23)
        answer = self.send('DELETE', self.path('disks', disk.name),
                           version=base.DISK_API_VERSION)
        self.assertEqual(202, answer.status_code)

    def test_a_delete_overtakes_a_create(self):
        self.send('PUT', self.path('virtualMachines', 'vm'),
                  self.body(self.nic()))
        answer = self.send('DELETE', self.path('virtualMachines', 'vm'))
        self.assertEqual(202, answer.status_code)
        self.clock.advance(60)
        self.assertEqual([], list(self.vms.list(base.GROUP)))
        self.assertNotIn('virtualMachine', self.nic_properties())


class FastTest(base.ComputeTestCase):
    """Actions whose end is enough."""

    def test_disks_of_a_deallocated_machine_are_reserved(self):
        vm = self.create()
        name = vm.properties.storage_profile.os_disk.name
        for action, state in (
                (None, 'Attached'), (self.vms.begin_power_off, 'Attached'),
                (self.vms.begin_deallocate, 'Reserved'),
                (self.vms.begin_start, 'Attached')):
            if action is not None:
                action(base.GROUP, 'vm').result()
            disk = self.compute.disks.get(base.GROUP, name)
            self.assertEqual(state, disk.properties.disk_state)

    def test_generalize_needs_a_stopped_machine(self):
        self.create()
        self.refused(409, 'OperationNotAllowed', self.vms.generalize,
                     base.GROUP, 'vm')
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        answer = self.send('POST', self.path('virtualMachines',
                                             'vm/generalize'))
        self.assertEqual((200, ''), (answer.status_code, answer.text()))
        self.assertEqual('OSState/generalized', self.statuses()[0])
        self.refused(409, 'OperationNotAllowed', self.vms.begin_start,
                     base.GROUP, 'vm')

    def test_restart_needs_an_allocated_machine(self):
        self.create()
        self.vms.begin_restart(base.GROUP, 'vm').result()
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.refused(409, 'OperationNotAllowed', self.vms.begin_restart,
                     base.GROUP, 'vm')

    def test_capacity_refusal_of_a_start(self):
        self.create()
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed', times=1)
        exc = self.assertRaises(
            HttpResponseError, self.vms.begin_start(base.GROUP, 'vm').result)
        self.assertIn('AllocationFailed', str(exc))
        self.assertEqual(['ProvisioningState/failed/AllocationFailed',
                          'PowerState/deallocated'], self.statuses())
        self.vms.begin_start(base.GROUP, 'vm').result()
        self.assertEqual('PowerState/running', self.statuses()[-1])

    def test_redeploy_and_reapply_leave_it_running(self):
        self.create()
        self.vms.begin_redeploy(base.GROUP, 'vm').result()
        self.vms.begin_reapply(base.GROUP, 'vm').result()
        self.assertEqual('PowerState/running', self.statuses()[-1])

    def test_eviction_is_for_spot_machines(self):
        self.create()
        error = self.refused(409, 'OperationNotAllowed',
                             self.vms.simulate_eviction, base.GROUP, 'vm')
        self.assertEqual("Operation 'simulateEviction' is allowed only for "
                         "Spot Virtual Machines", error.message)
        self.create('spot', self.body(self.nic('s'), priority='Spot'))
        self.vms.simulate_eviction(base.GROUP, 'spot')
        self.assertEqual('PowerState/deallocated',
                         self.statuses('spot')[-1])

    def test_hibernation(self):
        self.create('no')
        self.refused(409, 'OperationNotAllowed', self.vms.begin_deallocate,
                     base.GROUP, 'no', hibernate=True)
        self.create('vm', self.body(self.nic(), additionalCapabilities={
            'hibernationEnabled': True}))
        self.vms.begin_deallocate(base.GROUP, 'vm', hibernate=True).result()
        self.assertEqual(['ProvisioningState/succeeded',
                          'PowerState/deallocated',
                          'HibernationState/Hibernated'], self.statuses())
