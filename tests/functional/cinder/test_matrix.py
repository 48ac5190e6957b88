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

"""C01 to C06: a sample of the fault matrix; ``tox -e matrix`` has it all."""

from tests.functional.cinder import base
from tests.matrix import cells
from tests.matrix import rules
from tests.matrix import volumes

# to find out what requests there are takes longer than a cell
STEPS = {'managed': ('create snapshot', 'extend volume'),
         'page_blob': ('create volume', 'revert volume')}
CELLS = 3


@base.on_both_models
class MatrixSampleTest(volumes.Volumes):
    """One request goes wrong, in one of many ways."""

    @property
    def steps(self):
        return STEPS[self.disk_model]

    def test_sample(self):
        found = cells.sample(cells.all_cells(self.rows()))[:CELLS]
        self.assertNotEqual([], found)
        for cell in found:
            problems = rules.problems(cell, self.run_cell(cell))
            self.assertEqual([], problems, cell)
