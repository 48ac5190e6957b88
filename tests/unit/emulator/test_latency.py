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

"""The table of durations."""

from jacket_azure.emulator import latency
from tests import timeout


class LatencyTest(timeout.TestCase):

    def test_observed_medians(self):
        for kind, seconds in (
                ('disks.write', 0.1), ('snapshots.write', 0.8),
                ('virtualMachines.create', 9),
                ('virtualMachines.delete', 23),
                ('virtualMachines.start', 13),
                ('virtualMachines.powerOff', 8),
                ('virtualMachines.deallocate', 24),
                ('virtualMachines.redeploy', 105),
                ('virtualMachines.reapply', 1.6)):
            self.assertEqual(seconds, latency.seconds(kind))

    def test_overrides(self):
        own = {'disks.write': 7.0}
        self.assertEqual(7.0, latency.seconds('disks.write', own))
        self.assertEqual(0.2, latency.seconds('disks.delete', own))

    def test_unknown_kinds_are_an_error(self):
        self.assertRaises(KeyError, latency.seconds, 'disks.paint')
