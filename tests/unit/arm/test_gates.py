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

"""Nobody gets through a gate faster than Azure lets them."""

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from jacket_azure.arm import gates
from tests import timeout
from tests.unit.arm import doubles

VMS = doubles.VM.rpartition('/')[0]
DISK = f'{doubles.GROUP}/providers/Microsoft.Compute/disks/d1'


def keys(method, url, **options):
    return [gate.key for gate in gates.gates_of(method, url, **options)]


class GatesOfTest(timeout.TestCase):

    def test_kinds_of_requests(self):
        write = ('subscription', 'write')
        for method, url, expected in (
            ('GET', doubles.GROUP, [('subscription', 'read')]),
            ('GET', doubles.NIC,
             [('subscription', 'read'), ('network', 'read')]),
            ('PUT', doubles.NIC, [write, ('network', 'write')]),
            ('DELETE', doubles.NIC,
             [('subscription', 'delete'), ('network', 'write')]),
            ('POST', f'{DISK}/beginGetAccess',
             [write, ('microsoft.compute/disks', 'write')]),
            ('GET', DISK.rpartition('/')[0],
             [('subscription', 'read'), ('microsoft.compute/disks', 'list')]),
            ('GET', VMS, [('subscription', 'read'), ('compute', 'list')]),
            ('GET', doubles.VM + '?api-version=1',
             [('subscription', 'read'), ('virtual machine', 'vm1', 'get')]),
            ('PUT', doubles.VM.replace('vm1', 'VM1'),
             [write, ('compute', 'put'), ('virtual machine', 'vm1', 'put')]),
            ('PATCH', doubles.VM,
             [write, ('compute', 'update'),
              ('virtual machine', 'vm1', 'update')]),
            ('POST', doubles.VM + '/restart',
             [write, ('compute', 'update'),
              ('virtual machine', 'vm1', 'update')]),
            ('POST', doubles.VM + '/deallocate',
             [write, ('compute', 'delete'),
              ('virtual machine', 'vm1', 'delete')]),
            ('DELETE', doubles.VM, [
                ('subscription', 'delete'), ('compute', 'delete'),
                ('virtual machine', 'vm1', 'delete')]),
        ):
            self.assertEqual(expected, keys(method, url), (method, url))

    def test_polls_count_for_the_machine_they_belong_to(self):
        self.assertEqual(
            [('subscription', 'read'), ('virtual machine', 'vm1', 'poll')],
            keys('GET', doubles.OPERATION, is_poll=True,
                 virtual_machine='vm1'))
        self.assertEqual(
            [('subscription', 'read')],
            keys('GET', doubles.OPERATION, is_poll=True))


class ReserveTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = doubles.Clock()
        self.gates = gates.Gates(self.clock)
        self.one = gates.Gate('one', gates.Limit(12, 4 / 60))
        self.two = gates.Gate('two', gates.Limit(2, 1))

    def reserve(self, *passed, latest=float('inf')):
        return self.gates.reserve(passed, latest)

    def test_burst_then_four_a_minute(self):
        for _ in range(12):
            self.assertEqual((0, True), self.reserve(self.one))
        seconds = [self.reserve(self.one)[0] for _ in range(3)]
        for expected, found in zip((15, 30, 45), seconds, strict=True):
            self.assertAlmostEqual(expected, found)

    def test_refills_to_the_burst_and_no_further(self):
        for _ in range(12):
            self.reserve(self.one)
        self.clock.now += 100_000
        waits = [self.reserve(self.one)[0] for _ in range(13)]
        self.assertEqual([0] * 12, waits[:12])
        self.assertGreater(waits[12], 0)

    def test_too_late_takes_nothing(self):
        for _ in range(2):
            self.reserve(self.two)
        seconds, taken = self.reserve(
            self.one, self.two, latest=self.clock.now + 0.5)
        self.assertFalse(taken)
        self.assertAlmostEqual(1, seconds)
        # neither of the two gates lost a token
        self.assertAlmostEqual(1, self.reserve(self.two)[0])
        self.assertEqual([0] * 12, [
            self.reserve(self.one)[0] for _ in range(12)])

    def test_closed_gate_holds_back_everybody_for_that_long(self):
        self.gates.close(self.two, 30)
        self.gates.close(self.two, 10)
        self.assertEqual((30, True), self.reserve(self.two))
        self.assertEqual((0, True), self.reserve(self.one))

    def test_full_buckets_are_forgotten(self):
        self.gates.LARGEST = 100
        for number in range(200):
            self.clock.now += 10
            self.reserve(gates.Gate(number, gates.Limit(12, 1)))
        self.assertLessEqual(len(self.gates._states), 102)

    @settings(max_examples=200, deadline=None)
    @given(
        burst=st.integers(1, 20),
        per_second=st.floats(0.05, 50),
        steps=st.lists(st.floats(0, 30), min_size=1, max_size=60),
    )
    def test_never_more_than_burst_and_refill_in_any_window(
            self, burst, per_second, steps):
        clock = doubles.Clock()
        limited = gates.Gates(clock)
        gate = gates.Gate('gate', gates.Limit(burst, per_second))
        sent = []
        for step in steps:
            clock.now += step
            seconds, taken = limited.reserve([gate], float('inf'))
            self.assertTrue(taken)
            self.assertGreaterEqual(seconds, 0)
            sent.append(clock.now + seconds)
        for first, start in enumerate(sent):
            for last in range(first, len(sent)):
                count = last - first + 1
                allowed = burst + per_second * (sent[last] - start)
                self.assertLessEqual(count, allowed + 1e-6)
