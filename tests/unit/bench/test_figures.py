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

"""How the benchmark judges what it measured."""

from jacket_azure.arm import gates
from jacket_azure.arm import statistics
from tests import timeout
from tests.bench import carrier
from tests.bench import creates
from tests.bench import images
from tests.bench import report


class FiguresTest(timeout.TestCase):

    def attempts(self, method, number):
        return [statistics.Attempt(method, 'x.y', 200, False)] * number

    def crowd(self, forced):
        return creates.Crowd([1.0, 2.0], forced, 0, 10)

    def test_a_burst_is_not_held_back(self):
        burst = gates.SUBSCRIPTION['write'].burst
        self.assertEqual(
            0, creates.forced_seconds(self.attempts('PUT', burst)))

    def test_the_slowest_kind_decides(self):
        limit = gates.SUBSCRIPTION['delete']
        attempts = [
            *self.attempts('DELETE', limit.burst + 5),
            *self.attempts('GET', gates.SUBSCRIPTION['read'].burst)]
        self.assertEqual(
            5 / limit.per_second, creates.forced_seconds(attempts))

    def test_rate_limits_count_where_they_take_longer_than_one_server(self):
        most = creates.MOST_SPREAD
        self.assertEqual(
            10 * most, creates.limit_seconds(self.crowd(4), 10))
        self.assertEqual(
            10 * most + 2, creates.limit_seconds(self.crowd(12), 10))

    def test_the_median_pair_is_the_overhead(self):
        pairs = [creates.Pair(1, 9), creates.Pair(2, 2.2),
                 creates.Pair(2, 2)]
        self.assertEqual(1.1, creates.overhead(pairs))

    def test_medians_of_turns_are_compared(self):
        times = images.Times([1.0, 9.0, 2.0], [2.0, 2.2, 2.1])
        self.assertEqual(1.05, times.ratio)
        rows = list(times.rows('carried'))
        self.assertEqual([2.0, 2.1], [row.value for row in rows[:2]])
        self.assertTrue(rows[2].is_good)
        times.driver[:] = [2.4]
        self.assertFalse(list(times.rows('carried'))[2].is_good)

    def test_a_process_tells_its_own_memory(self):
        self.assertTrue(10 * 1024 < carrier.peak_kib() < 8 * 1024**2)

    def test_a_figure_over_its_limit_is_told(self):
        rows = [report.Row('one', 2, 2), report.Row('other', 2.5, 2, 's'),
                report.Row('free', 7)]
        self.assertEqual([True, False, True], [row.is_good for row in rows])
        told = report.table(rows)
        self.assertIn('other     2.50 s  2 s    TOO MUCH', told)
