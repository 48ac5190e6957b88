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

"""Evacuations that fail, or are cut short."""

import fixtures
from nova import exception
from nova.compute import task_states

from jacket_azure.nova import ownership
from jacket_azure.nova import strays
from tests.unit.nova import base
from tests.unit.nova import test_killed

OTHER = 'compute2'


class EvacuateTest(test_killed.Killing, base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.states = []
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.save',
            lambda instance, expected_task_state: self.states.append(
                (expected_task_state, instance.task_state))))
        self.server, self.ports = self.spawn()
        self.server.task_state = task_states.REBUILDING
        self.volumes = []
        # what Nova knows of the place of the host that is down
        self.place = ownership.place(self.driver._backend)
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.ownership._place_of',
            lambda context, host, node: self.place))
        self.server.node = base.HOST

    def take_over(self, driver=None):
        (driver or self.make_driver(OTHER)).evacuateops.take_over(
            self.context, self.server, 'bdms',
            lambda context, bdms: self.volumes.append(('detach', bdms)),
            lambda context, instance, bdms: self.volumes.append(
                ('attach', bdms)))

    def vm(self):
        return self.azure.resource('virtualMachines', self.server.uuid)

    def listed(self, host):
        return self.make_driver(host).list_instance_uuids()

    def test_takes_over(self):
        before = self.vm()
        driver = self.make_driver(OTHER)
        self.assertFalse(driver.instance_exists(self.server))
        with self.azure.recording() as made:
            self.take_over(driver)
            driver.get_info(self.server)
        self.assertEqual(
            ['GET', 'PATCH'], [record.method for record in made])
        self.assertEqual(
            [([task_states.REBUILDING],
              task_states.REBUILD_BLOCK_DEVICE_MAPPING),
             ([task_states.REBUILD_BLOCK_DEVICE_MAPPING],
              task_states.REBUILD_SPAWNING)], self.states)
        self.assertEqual(
            [('detach', 'bdms'), ('attach', 'bdms')], self.volumes)
        self.assertEqual(before['properties'], self.vm()['properties'])
        self.assertEqual([], self.listed(base.HOST))
        self.assertEqual([self.server.uuid], self.listed(OTHER))
        # as the old host does with what was evacuated from it
        self.driver.destroy(
            self.context, self.server, self.ports, destroy_disks=False)
        self.assertEqual([self.server.uuid], self.listed(OTHER))

    def test_what_nova_stops_then_may_shut_down(self):
        driver = self.make_driver(OTHER)
        self.take_over(driver)
        self.server.task_state = task_states.POWERING_OFF
        for asked in (['deallocate'], ['powerOff', 'deallocate']):
            with self.azure.recording() as made:
                driver.power_off(self.server, 0, 0)
            self.assertEqual(
                [f'virtualMachines/{one}' for one in asked],
                [record.type for record in made])

    def test_each_request_fails_and_the_next_try_works(self):
        for number in (1, 2):
            before = self.vm()
            with self.azure.failing_for_good(number):
                self.assertRaises(
                    exception.InstanceFaultRollback, self.take_over)
            self.assertEqual(before, self.vm())
            self.assertEqual([], self.volumes)
        self.take_over()
        self.assertEqual([self.server.uuid], self.listed(OTHER))

    def test_killed_after_each_request_and_asked_again(self):
        for number in range(1, 8):
            driver = self.make_driver(OTHER)
            with self.killed_after(number) as sent:
                self.take_over(driver)
            if len(sent) < number:
                break
            driver = self.make_driver(OTHER)
            # else Nova would refuse to try again
            self.assertFalse(driver.instance_exists(self.server))
            self.take_over(driver)
            self.assertEqual([self.server.uuid], self.listed(OTHER), number)
            self.vm_back()
        self.assertGreater(number, 3)

    def test_after_one_that_failed_each_machine_has_its_host_again(self):
        """Nova's database still names the first host."""
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.refresh', lambda instance: None))
        backend = self.driver._backend
        self.take_over()
        self.driver.list_instance_uuids()
        strays.take_back(backend, [self.server])
        self.assertEqual([], self.listed(base.HOST))
        self.server.task_state = None
        self.now += 10
        self.driver.list_instance_uuids()
        strays.take_back(backend, [self.server])
        self.assertEqual([self.server.uuid], self.listed(base.HOST))
        with self.azure.recording() as made:
            strays.take_back(backend, [self.server])
        self.assertEqual([], made)

    def test_a_stray_that_went_to_another_host_meanwhile(self):
        def moved(instance):
            instance.host = OTHER

        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.refresh', moved))
        self.take_over()
        self.now += 10
        self.driver.list_instance_uuids()
        self.server.task_state = None
        strays.take_back(self.driver._backend, [self.server])
        self.assertEqual([self.server.uuid], self.listed(OTHER))

    def vm_back(self):
        found = self.azure.emulator.store.get(self.vm()['id'])
        found.body['tags']['jacket-host'] = base.HOST

    def test_a_machine_that_is_gone_is_an_error(self):
        self.driver.destroy(self.context, self.server, self.ports)
        error = self.assertRaises(exception.NovaException, self.take_over)
        self.assertNotIsInstance(error, exception.InstanceFaultRollback)
        self.assertIn('does not exist in Azure any more', str(error))

    def test_a_machine_elsewhere_is_refused(self):
        self.driver.destroy(self.context, self.server, self.ports)
        self.place = {**self.place, 'azure_location': 'westus'}
        error = self.assertRaises(
            exception.InstanceFaultRollback, self.take_over)
        self.assertIn('the region is westus there and eastus here',
                      str(error.inner_exception))
        self.place = {}
        error = self.assertRaises(
            exception.InstanceFaultRollback, self.take_over)
        self.assertIn(
            'does not tell that it runs servers on Azure',
            str(error.inner_exception))

    def test_a_machine_of_another_region_is_refused(self):
        found = self.azure.emulator.store.get(self.vm()['id'])
        found.body['location'] = 'westus'
        error = self.assertRaises(
            exception.InstanceFaultRollback, self.take_over)
        self.assertIn('is in westus', str(error.inner_exception))
