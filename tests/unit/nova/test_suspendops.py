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

"""Hibernation over HTTPS: who can, what fails, what Nova is told."""

from nova import exception as nova_exception
from nova.compute import power_state

from tests.unit.nova import base


class SuspendTest(base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.flags(hibernation=True)

    def made(self, **values):
        self.server = self.instance(**values)
        self.ports = self.network_info(self.server, '192.168.1.10')
        self.spawn(self.server, self.ports)

    def suspend(self):
        self.driver.suspend(self.context, self.server)

    def resume(self):
        self.driver.resume(self.context, self.server, self.ports)

    def state(self):
        return self.make_driver().get_info(
            self.server, use_cache=False).state

    def refused(self, work, words):
        exc = self.assertRaises(nova_exception.InstanceFaultRollback, work)
        self.assertIn(words, str(exc.inner_exception))

    def test_suspend_and_resume_twice(self):
        self.made()
        for work, state in ((self.suspend, power_state.SUSPENDED),
                            (self.resume, power_state.RUNNING)):
            for _ in range(2):
                work()
                self.assertEqual(state, self.state())
                self.assertEqual(
                    state, self.driver.get_info(self.server).state)

    def test_making_costs_no_request_more(self):
        self.warm()
        with self.azure.recording() as made:
            self.made()
        self.assertEqual(['PUT', 'PUT'], [each.method for each in made])

    def test_who_was_not_made_to(self):
        self.flags(hibernation=False)
        self.made()
        with self.azure.recording() as made:
            self.refused(self.suspend, 'not made to hibernate')
        self.assertEqual({'GET'}, {each.method for each in made})
        self.assertEqual(power_state.RUNNING, self.state())

    def test_a_size_that_cannot(self):
        self.made(flavor='m1.tiny')
        with self.azure.recording() as made:
            self.refused(self.suspend, 'Standard_B1s cannot hibernate')
        self.assertNotIn('POST', {each.method for each in made})

    def test_a_stopped_one(self):
        self.made()
        self.driver.power_off(self.server)
        self.refused(self.suspend, 'deallocated')

    def test_any_request_may_fail(self):
        self.made()
        for work, state in ((self.suspend, power_state.RUNNING),
                            (self.resume, power_state.SUSPENDED)):
            for number in (1, 2):
                with self.azure.failing_for_good(number):
                    self.refused(work, 'MadeToFail')
                self.assertEqual(state, self.state())
            work()

    def test_an_answer_that_was_lost(self):
        self.made()
        self.azure.emulator.faults.drop_reply(
            'POST', 'virtualMachines/deallocate', times=1)
        self.suspend()
        self.assertEqual(power_state.SUSPENDED, self.state())

    def test_without_capacity_it_stays_suspended(self):
        self.made()
        self.suspend()
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed')
        self.refused(self.resume, 'AllocationFailed')
        self.assertEqual(power_state.SUSPENDED, self.state())

    def test_memory_that_was_lost_meanwhile(self):
        self.made()
        self.suspend()
        self.client.virtual_machines.deallocate(self.server.uuid)
        self.resume()
        self.assertEqual(power_state.RUNNING, self.state())
        self.assertIn('lost its memory', self.log.text)

    def test_of_what_is_not_there(self):
        self.server = self.instance()
        self.assertRaises(nova_exception.InstanceNotFound, self.suspend)
