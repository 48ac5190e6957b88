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

"""Interfaces over HTTPS: refusals, restarts, failures at each request."""

import fixtures
from nova import exception as nova_exception
from nova.compute import task_states
from nova.compute import vm_states

from tests import world
from tests.unit.nova import base
from tests.unit.nova import test_killed


class InterfaceTestCase(base.NovaTestCase):
    """:ivar server: an instance with one port, stopped"""

    def setUp(self):
        super().setUp()
        self.tasks = []

        def save(instance, expected_task_state=None):
            self.tasks.append((instance.task_state, expected_task_state))

        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.instance.Instance.save', save))
        self.start()

    def start(self):
        self.server = self.instance()
        self.ports = self.network_info(self.server, '192.168.1.10')
        self.spawn(self.server, self.ports)
        self.server.vm_state = vm_states.STOPPED
        self.server.task_state = None
        self.driver.power_off(self.server)
        [self.vif] = self.network_info(self.server, '192.168.2.20')

    def attach(self, vif=None, driver=None):
        (driver or self.driver).attach_interface(
            self.context, self.server, self.image(), vif or self.vif)

    def detach(self, vif=None, driver=None):
        (driver or self.driver).detach_interface(
            self.context, self.server, vif or self.vif)

    def vm(self):
        return self.azure.resource('virtualMachines', self.server.uuid)

    def names(self):
        """Return the interfaces of the machine, and check each is alone."""
        found = [one['id'].rpartition('/')[2] for one in self.vm()[
            'properties']['networkProfile']['networkInterfaces']]
        self.assertEqual(sorted(found), sorted(
            nic['name'] for nic in self.azure.resources('networkInterfaces')))
        return found

    @property
    def both(self):
        return [self.server.uuid, f'{self.server.uuid}-{self.vif["id"]}']

    def runs(self):
        return self.make_driver().get_info(
            self.server, use_cache=False).state == 1

    def refused(self, work, words, *args):
        """Expect a refusal that has written nothing."""
        with self.azure.recording() as made:
            exc = self.assertRaises(
                nova_exception.NovaException, work, *args)
        self.assertIn(words, str(exc))
        self.assertEqual(
            set(), {each.method for each in made} - {'GET'})


class StoppedTest(InterfaceTestCase):

    def test_attach_and_detach(self):
        for _ in range(2):
            # twice is fine
            self.attach()
            self.assertEqual(self.both, self.names())
        nic = self.azure.resource('networkInterfaces', self.both[1])
        self.assertEqual('nsg-default', nic['properties'][
            'networkSecurityGroup']['id'].rpartition('/')[2])
        self.assertEqual(self.server.uuid, nic['tags']['jacket-id'])
        for _ in range(2):
            self.detach()
            self.assertEqual(self.both[:1], self.names())
        self.assertFalse(self.runs())
        self.assertEqual([], self.tasks)

    def test_all_go_with_the_server(self):
        self.attach()
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertEqual([], self.azure.resource_ids())

    def test_last_and_primary_are_refused(self):
        self.refused(self.detach, 'its last', self.ports[0])
        self.attach()
        self.refused(self.detach, 'primary', self.ports[0])

    def test_more_than_the_size_has_are_refused(self):
        self.attach()
        [third] = self.network_info(self.server, '192.168.1.30')
        self.refused(self.attach, 'at most 2', third)
        self.refused(self.driver.network_binding_host_id, 'at most 2',
                     self.context, self.server)

    def test_hardware_that_is_kept(self):
        self.driver.power_on(self.context, self.server, self.ports)
        self.flags(stop_mode='power_off')
        self.driver.power_off(self.server)
        self.refused(self.attach, 'keeps the hardware')
        self.flags(restart_for_interface_change=True)
        self.attach()
        self.assertFalse(self.runs())
        self.assertEqual(self.both, self.names())

    def test_what_is_not_there(self):
        self.server = self.instance()
        self.assertRaises(nova_exception.InstanceNotFound, self.detach)

    def test_waits_for_another_write(self):
        self.azure.fail('PATCH', 'virtualMachines', 409, 'Conflict', times=2)
        self.attach()
        self.assertEqual(self.both, self.names())

    def test_any_failure_of_an_attach_leaves_nothing(self):
        self.attach()
        self.detach()
        with self.azure.recording() as made:
            self.attach()
        self.detach()
        self.assertGreater(len(made), 4)
        for number in range(1, len(made) + 1):
            fault = self.azure.emulator.faults.at(
                number, 'fail', 400, 'MadeToFail')
            self.assertRaises(nova_exception.NovaException, self.attach)
            self.azure.emulator.faults.remove(fault)
            self.assertEqual(self.both[:1], self.names(), number)

    def test_any_failure_of_a_detach_is_mended_by_another(self):
        self.attach()
        with self.azure.recording() as made:
            self.detach()
        for number in range(1, len(made) + 1):
            self.attach()
            with self.azure.failing_for_good(number):
                self.assertRaises(nova_exception.NovaException, self.detach)
            self.detach()
            self.assertEqual(self.both[:1], self.names(), number)

    def test_a_failed_operation_leaves_nothing(self):
        self.azure.emulator.faults.fail_operation(
            'PATCH', 'virtualMachines', 'InternalExecutionError')
        self.assertRaises(nova_exception.NovaException, self.attach)
        self.assertEqual(self.both[:1], self.names())


class OtherNetworkTest(InterfaceTestCase):

    mapping = world.MAPPING.replace(
        '  backend:\n    virtual_network: vnet1',
        '  backend:\n    virtual_network: vnet2')

    def test_is_refused(self):
        self.azure.emulator.seed(
            resource_group=world.RESOURCE_GROUP, location=world.LOCATION,
            virtual_networks={'vnet2': {'backend': '192.168.2.0/24'}})
        self.refused(self.attach, 'another virtual network')


class RunningTest(InterfaceTestCase):

    def start(self):
        super().start()
        self.driver.power_on(self.context, self.server, self.ports)
        self.server.vm_state = vm_states.ACTIVE

    def test_is_refused_in_time_without_the_option(self):
        self.refused(self.attach, 'stop the server first')
        self.refused(self.driver.network_binding_host_id,
                     'stop the server first', self.context, self.server)
        # what is built has no machine yet
        self.server.task_state = task_states.NETWORKING
        self.assertEqual(base.HOST, self.driver.network_binding_host_id(
            self.context, self.server))

    def test_is_stopped_and_started_with_it(self):
        self.flags(restart_for_interface_change=True)
        for work, names in (
                (self.attach, self.both), (self.detach, self.both[:1])):
            self.tasks.clear()
            work()
            self.assertTrue(self.runs())
            self.assertEqual(names, self.names())
            self.assertEqual([
                (task_states.REBOOT_STARTED_HARD, [None]),
                (None, [task_states.REBOOT_STARTED_HARD])], self.tasks)

    def test_runs_again_whatever_fails(self):
        self.flags(restart_for_interface_change=True)
        self.attach()
        self.detach()
        with self.azure.recording() as made:
            self.attach()
        self.detach()
        for number in range(1, len(made) + 1):
            if made[number - 1].path.endswith('/start'):
                continue
            fault = self.azure.emulator.faults.at(
                number, 'fail', 400, 'MadeToFail')
            self.assertRaises(nova_exception.NovaException, self.attach)
            self.azure.emulator.faults.remove(fault)
            self.assertTrue(self.runs(), number)
            self.assertEqual(self.both[:1], self.names(), number)
            self.assertIsNone(self.server.task_state)

    def test_without_capacity_it_stays_off_with_its_interface(self):
        self.flags(restart_for_interface_change=True)
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed')
        self.attach()
        self.assertFalse(self.runs())
        self.assertEqual(self.both, self.names())
        self.assertIn('does not start again', self.log.text)

    def test_suspended_ones_are_refused(self):
        vm = self.azure.emulator.store.get(self.vm()['id'])
        vm.private.update(power='deallocated', hibernated=True)
        self.refused(self.attach, 'suspended')


class KilledTest(test_killed.Killing, InterfaceTestCase):

    def each_kill(self, work):
        """Kill *work* after each of its requests; then see who owns what."""
        with self.killed_after(10 ** 6) as sent:
            work(driver=self.make_driver())
        count = len(sent)
        for number in range(1, count + 1):
            self.azure.empty()
            self.start()
            if work == self.detach:
                self.attach()
            with self.killed_after(number):
                work(driver=self.make_driver())
            for nic in self.azure.resources('networkInterfaces'):
                # what a janitor goes by
                self.assertEqual(
                    (world.OWNER, 'nic', self.server.uuid),
                    tuple(nic['tags'][f'jacket-{name}']
                          for name in ('owner', 'kind', 'id')))
            yield number

    def test_attach_again(self):
        for number in self.each_kill(self.attach):
            self.attach(driver=self.make_driver())
            self.assertEqual(self.both, self.names(), number)

    def test_attach_that_nova_has_forgotten(self):
        for number in self.each_kill(self.attach):
            self.make_driver().detach_interface(
                self.context, self.server, self.vif)
            self.assertEqual(self.both[:1], self.names(), number)

    def test_detach_again(self):
        self.attach()
        for number in self.each_kill(self.detach):
            self.detach(driver=self.make_driver())
            self.assertEqual(self.both[:1], self.names(), number)
