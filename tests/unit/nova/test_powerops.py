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

"""Power actions, and what Nova is told about power for how many requests."""

from concurrent import futures

from nova import exception as nova_exception
from nova.compute import power_state

from jacket_azure.nova import listings
from jacket_azure.nova import powerops
from jacket_azure.payload import instance_view
from tests.unit.nova import base

VM = 'virtualMachines'


class PowerTest(base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.server, self.ports = self.spawn()

    def state(self, driver=None):
        return (driver or self.make_driver()).get_info(self.server).state

    def actions(self, work, *args, **kwargs):
        with self.azure.recording() as made:
            work(*args, **kwargs)
        return [r.path.rpartition('/')[2] for r in made if r.method == 'POST']

    def test_stop_deallocates_after_asking_the_guest(self):
        self.assertEqual(['deallocate'], self.actions(
            self.driver.power_off, self.server, 60, 10))
        self.assertEqual(power_state.SHUTDOWN, self.state())

    def test_stop_without_time_pulls_the_plug(self):
        self.assertEqual(['powerOff', 'deallocate'], self.actions(
            self.driver.power_off, self.server))
        power_off = [r for r in self.azure.requests
                     if r.path.endswith('/powerOff')][0]
        self.assertIn('skipshutdown=true', power_off.query.lower())

    def test_stop_keeps_the_hardware_where_told_to(self):
        self.flags(stop_mode='power_off')
        self.assertEqual(['powerOff'], self.actions(
            self.driver.power_off, self.server, 60, 10))
        self.assertEqual(power_state.SHUTDOWN, self.state())

    def test_start(self):
        self.driver.power_off(self.server, 60, 10)
        self.assertEqual(['start'], self.actions(
            self.driver.power_on, self.context, self.server, self.ports))
        self.assertEqual(power_state.RUNNING, self.state())

    def test_start_without_capacity(self):
        self.driver.power_off(self.server, 60, 10)
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed')
        self.assertRaises(
            nova_exception.ComputeResourcesUnavailable, self.driver.power_on,
            self.context, self.server, self.ports)
        self.assertEqual(power_state.SHUTDOWN, self.state(self.driver))

    def test_soft_and_hard_reboot(self):
        self.assertEqual(['restart'], self.actions(
            self.driver.reboot, self.context, self.server, self.ports,
            'SOFT'))
        self.assertEqual(['powerOff', 'start'], self.actions(
            self.driver.reboot, self.context, self.server, self.ports,
            'HARD'))
        self.assertEqual(power_state.RUNNING, self.state())

    def test_resume_starts_only_what_is_stopped(self):
        resume = (self.driver.resume_state_on_host_boot, self.context,
                  self.server, self.ports, None)
        self.assertEqual([], self.actions(*resume))
        self.driver.power_off(self.server, 60, 10)
        self.assertEqual(['start'], self.actions(*resume))

    def test_what_is_not_there(self):
        missing = self.instance()
        for work, args in (
                (self.driver.power_off, (missing,)),
                (self.driver.power_on, (self.context, missing, [])),
                (self.driver.reboot, (self.context, missing, [], 'SOFT')),
                (self.driver.get_info, (missing,))):
            self.assertRaises(nova_exception.InstanceNotFound, work, *args)

    def test_deleted_behind_our_back(self):
        self.client.virtual_machines.delete(self.server.uuid)
        self.assertRaises(
            nova_exception.InstanceNotFound, self.driver.power_off,
            self.server)
        self.assertRaises(
            nova_exception.InstanceNotFound, self.driver.get_info,
            self.server, use_cache=False)

    def test_every_azure_state(self):
        expected = {
            'RUNNING': power_state.RUNNING,
            'STOPPED': power_state.SHUTDOWN,
            'DEALLOCATED': power_state.SHUTDOWN,
            'STARTING': power_state.NOSTATE,
            'STOPPING': power_state.NOSTATE,
            'DEALLOCATING': power_state.NOSTATE,
            'UNKNOWN': power_state.NOSTATE,
        }
        self.assertEqual(expected, {
            power.name: powerops.nova_state(
                listings.Seen('h', 'n', None, power))
            for power in instance_view.Power})
        self.assertEqual(power_state.SUSPENDED, powerops.nova_state(
            listings.Seen('h', 'n', None,
                              instance_view.Power.DEALLOCATED, True)))


class ListingTest(base.NovaTestCase):
    """One listing answers everybody."""

    def setUp(self):
        super().setUp()
        self.servers = []
        for number in range(3):
            instance = self.instance()
            self.spawn(instance, self.network_info(
                instance, f'192.168.1.{number + 10}'))
            self.servers.append(instance)
        self.fresh = self.make_driver()

    def count(self, work):
        with self.azure.recording() as made:
            work()
        return [(r.method, r.type) for r in made]

    def sync(self, driver):
        """Ask what Nova's power sync asks, slowly."""
        driver.get_num_instances()
        for instance in self.servers:
            self.now += 10
            driver.get_info(instance)

    def test_a_slow_sync_costs_one_listing(self):
        self.assertEqual(
            [('GET', VM)], self.count(lambda: self.sync(self.fresh)))
        self.assertEqual(
            [('GET', VM)], self.count(lambda: self.sync(self.fresh)))

    def test_pages_are_all_a_sync_costs(self):
        self.azure.emulator.page_size = 2
        self.assertEqual(
            [('GET', VM)] * 2, self.count(lambda: self.sync(self.fresh)))

    def test_start_of_the_service_reads_no_single_machine(self):
        def start():
            self.fresh.list_instance_uuids()
            for instance in self.servers:
                self.fresh.get_info(instance, use_cache=False)

        self.assertEqual([('GET', VM)], self.count(start))

    def test_second_question_gets_a_new_answer(self):
        instance = self.servers[0]
        self.fresh.get_info(instance)
        self.client.virtual_machines.deallocate(instance.uuid)
        self.now += 4
        self.assertEqual(
            power_state.SHUTDOWN, self.fresh.get_info(instance).state)

    def test_callers_wait_for_the_listing_that_runs(self):
        def ask(instance):
            return self.fresh.get_info(instance, use_cache=False).state

        def all_at_once():
            with futures.ThreadPoolExecutor(12) as pool:
                states = list(pool.map(ask, self.servers * 4))
            self.assertEqual([power_state.RUNNING] * 12, states)

        self.assertEqual([('GET', VM)], self.count(all_at_once))

    def test_own_write_is_newer_than_the_listing(self):
        instance = self.servers[0]
        self.fresh.list_instances()
        self.fresh.power_off(instance, 60, 10)
        with self.azure.recording() as made:
            state = self.fresh.get_info(instance, use_cache=False).state
        self.assertEqual(power_state.SHUTDOWN, state)
        self.assertEqual([], made)

    def test_listing_that_began_before_our_write_ended_is_too_old(self):
        instance = self.servers[0]
        backend = self.fresh._backend
        listing = backend.azure.virtual_machines.list

        def slow_list(**options):
            found = listing(**options)
            self.fresh.power_off(instance, 60, 10)
            self.now += 1
            return found

        self.fresh.list_instances()
        self.now += 10
        backend.azure.virtual_machines.list = slow_list
        self.fresh.list_instances()
        self.assertEqual(power_state.SHUTDOWN, self.fresh.get_info(
            instance, use_cache=False).state)

    def lagging(self):
        """Let listings tell, from now on, what they would tell now."""
        found = self.client.virtual_machines.list(instance_view=True)
        self.fresh._backend.azure.virtual_machines.list = (
            lambda **options: found)

    def test_listing_that_lags_stops_no_server(self):
        instance = self.servers[0]
        self.fresh.power_off(instance, 60, 10)
        self.lagging()
        self.fresh.power_on(self.context, instance, None)
        self.now += 10
        self.fresh.list_instances()
        self.assertEqual(power_state.RUNNING, self.fresh.get_info(
            instance, use_cache=False).state)
        self.assertEqual(
            power_state.RUNNING, self.fresh.get_info(instance).state)

    def test_listing_that_lags_brings_no_server_back(self):
        self.lagging()
        self.fresh.destroy(self.context, self.servers[0], [])
        self.now += 10
        self.fresh.list_instances()
        self.assertRaises(nova_exception.InstanceNotFound,
                          self.fresh.get_info, self.servers[0])

    def test_slow_read_does_not_hide_a_write(self):
        instance = self.servers[0]
        machines = self.fresh._backend.azure.virtual_machines
        get = machines.get

        def slow_get(*args, **options):
            found = get(*args, **options)
            self.now += 1
            self.fresh.power_off(instance, 60, 10)
            return found

        machines.get = slow_get
        self.fresh._backend.power_states.read(instance.uuid)
        machines.get = get
        self.assertEqual(power_state.SHUTDOWN, self.fresh.get_info(
            instance, use_cache=False).state)

    def test_new_tags_make_no_old_state_new(self):
        instance = self.servers[0]
        self.fresh.list_instances()
        self.client.virtual_machines.deallocate(instance.uuid)
        self.now += 10
        states = self.fresh._backend.power_states
        states.record_tags(instance.uuid, {'jacket-owner': 'x'})
        self.assertEqual(
            {'jacket-owner': 'x'}, states.last_seen(instance.uuid).tags)
        self.assertEqual(power_state.SHUTDOWN, self.fresh.get_info(
            instance, use_cache=False).state)

    def test_failed_write_makes_us_ask(self):
        instance = self.servers[0]
        self.fresh.list_instances()
        fault = self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/deallocate', 'InternalError')
        self.assertRaises(
            nova_exception.NovaException, self.fresh.power_off, instance, 60)
        self.azure.emulator.faults.remove(fault)
        with self.azure.recording() as made:
            self.fresh.get_info(instance, use_cache=False)
        self.assertEqual(1, len(made))

    def test_failed_listing_is_never_gone(self):
        fault = self.azure.fail('GET', 'virtualMachines', 500, 'Internal')
        for instance in self.servers:
            exc = self.assertRaises(
                nova_exception.NovaException, self.fresh.get_info, instance)
            self.assertNotIsInstance(exc, nova_exception.InstanceNotFound)
        self.assertRaises(nova_exception.VirtDriverNotReady,
                          self.fresh.list_instance_uuids)
        self.assertRaises(nova_exception.VirtDriverNotReady,
                          self.fresh.get_num_instances)
        self.azure.emulator.faults.remove(fault)
        self.now += 4
        self.assertEqual(
            power_state.RUNNING, self.fresh.get_info(self.servers[0]).state)

    def test_failed_listing_leaves_what_we_just_did(self):
        """A build whose server runs must not fail by it."""
        instance = self.instance()
        self.spawn(instance, self.network_info(instance, '192.168.1.98'))
        self.now += 10
        self.azure.emulator.faults.fail('GET', 'virtualMachines', 500)
        self.assertEqual(
            power_state.RUNNING, self.driver.get_info(instance).state)
        self.now += 60
        self.assertRaises(
            nova_exception.NovaException, self.driver.get_info, instance)

    def test_failed_listing_is_not_repeated_for_everybody(self):
        self.azure.fail('GET', 'virtualMachines', 403, 'AuthorizationFailed')

        def ask_all():
            for instance in self.servers:
                self.assertRaises(nova_exception.NovaException,
                                  self.fresh.get_info, instance)

        self.assertEqual(1, len(self.count(ask_all)))

    def test_absent_is_confirmed_by_a_read(self):
        instance = self.instance()
        self.fresh.list_instances()
        self.spawn(instance, self.network_info(instance, '192.168.1.99'))
        self.assertEqual(
            power_state.RUNNING, self.fresh.get_info(instance).state)

    def test_lists_are_of_this_host_and_owner(self):
        instance = self.instance()
        self.spawn(instance, self.network_info(instance, '192.168.1.99'),
                   driver=self.make_driver('elsewhere'))
        self.assertEqual({i.uuid for i in self.servers},
                         set(self.fresh.list_instance_uuids()))
        self.assertEqual({i.name for i in self.servers},
                         set(self.fresh.list_instances()))
        self.assertEqual(3, self.fresh.get_num_instances())
        self.assertFalse(self.fresh.instance_exists(instance))
        self.assertTrue(self.fresh.instance_on_disk(instance))
        self.assertTrue(self.fresh.instance_exists(self.servers[0]))
        self.flags(owner='other-cloud')
        self.assertEqual([], self.make_driver().list_instances())

    def test_lists_know_what_we_just_did(self):
        self.fresh.list_instances()
        self.fresh.destroy(self.context, self.servers[0], [])
        instance = self.instance()
        self.spawn(instance, self.network_info(instance, '192.168.1.99'),
                   driver=self.fresh)
        self.assertEqual(
            {self.servers[1].uuid, self.servers[2].uuid, instance.uuid},
            set(self.fresh.list_instance_uuids()))
        self.assertRaises(nova_exception.InstanceNotFound,
                          self.fresh.get_info, self.servers[0])
