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

"""Azure says that there are too many requests, and not for how long."""

from nova import exception as nova_exception

from tests.unit.nova import base


class ThrottledSpawnTest(base.NovaTestCase):

    def throttle(self, **options):
        return self.azure.emulator.faults.throttle(
            'PUT', 'virtualMachines', retry_after=None, **options)

    def test_without_a_word_on_how_long(self):
        self.warm()
        start = self.azure.clock.time()
        self.throttle(times=3)
        with self.azure.recording() as made:
            instance, _ = self.spawn()
        vm = self.azure.resource('virtualMachines', instance.uuid)
        self.assertEqual('Succeeded', vm['properties']['provisioningState'])
        tries = [record for record in made if record.method == 'PUT'
                 and record.type == 'virtualMachines']
        self.assertEqual([429, 429, 429, 201], [
            record.status for record in tries])
        # 1, 2 and 4 seconds, each cut by up to a half so that not all
        # clients come back together
        waited = self.azure.clock.time() - start
        self.assertTrue(3.5 <= waited < 20, waited)

    def test_for_good_ends_the_build_with_the_reason(self):
        """All hosts share the subscription's limits; nothing is left."""
        self.warm()
        self.throttle()
        exc = self.assertRaises(
            nova_exception.BuildAbortException, self.spawn)
        self.assertIn('too many requests', exc.format_message())
        self.assertEqual([], self.azure.resource_ids())

    def test_machine_that_was_made_is_not_lost(self):
        """The reply got lost, the next request was throttled."""
        self.warm()
        self.azure.emulator.faults.drop_reply(
            'PUT', 'virtualMachines', times=1)
        self.azure.emulator.faults.throttle(
            'GET', 'virtualMachines', retry_after=None, times=2)
        instance, _ = self.spawn()
        self.azure.resource('virtualMachines', instance.uuid)
        self.assertEqual(1, len(self.azure.resources('virtualMachines')))
