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

"""N01, N09: a sample of the fault matrix; ``tox -e matrix`` has all of it."""

from tests.matrix import action_rows
from tests.matrix import actions
from tests.matrix import cells
from tests.matrix import rules
from tests.matrix import services


class Sample:
    """Runs some of the cells."""

    stride = cells.STRIDE

    def test_sample(self):
        sample = cells.sample(
            cells.all_cells(self.rows()), stride=self.stride)
        self.assertNotEqual([], sample)
        for cell in sample:
            problems = rules.problems(cell, self.run_cell(cell))
            self.assertEqual([], problems, cell)


class MatrixSampleTest(Sample, services.Services):
    """One request of a create or a delete goes wrong, in one of many ways."""


class ActionsSampleTest(Sample, actions.Actions):
    """The same of two of the actions, which take a server's disk or host."""

    actions = (action_rows.REBUILD, action_rows.EVACUATE)
    # a cell takes seconds, and there are hundreds
    stride = 3 * cells.STRIDE
