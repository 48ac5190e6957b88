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


import pathlib
import subprocess
import sys

from tests import timeout

ROOT = pathlib.Path(__file__).parents[3]


class GreenTest(timeout.TestCase):
    """Cinder's volume service may run under eventlet."""

    def test_several_pieces_are_under_way_in_green_threads(self):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-m',
             'tests.unit.imaging.green'],
            cwd=ROOT, capture_output=True, text=True, timeout=90)
        self.assertEqual(
            '0 True True True True True\n', done.stdout, done.stderr)
