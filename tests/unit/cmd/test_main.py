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

import os
import subprocess
import sys

import fixtures

from jacket_azure.cmd import main
from tests import timeout


class MainTest(timeout.TestCase):

    def run_program(self, *arguments):
        """Run the program as a user does and return code and output."""
        done = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), 'jacket-azure'),
             *arguments], capture_output=True, text=True, timeout=60,
            cwd=self.useFixture(fixtures.TempDir()).path)
        return done.returncode, done.stdout + done.stderr

    def test_version(self):
        code, output = self.run_program('--version')
        self.assertEqual(0, code)
        self.assertRegex(output, r'^jacket-azure \d')

    def test_help_lists_the_commands(self):
        for arguments in ((), ('--help',)):
            code, output = self.run_program(*arguments)
            self.assertEqual(0, code)
            self.assertIn('usage: jacket-azure', output)
            for name in ('emulator', 'janitor', 'sandbox up', 'sandbox status',
                         'sandbox demo', 'sandbox down'):
                self.assertIn(f'  {name} ', output)

    def test_unknown_command_fails(self):
        code, output = self.run_program('sandbox', 'sideways')
        self.assertEqual(2, code)
        self.assertIn('sandbox up', output)

    def test_start_imports_no_service_and_no_sdk(self):
        script = ('import sys\n'
                  'from jacket_azure.cmd import main, sandbox, emulator\n'
                  'from jacket_azure.cmd import janitor\n'
                  'main.JacketAzure()\n'
                  'print(*sorted({name.partition(".")[0]'
                  ' for name in sys.modules}))')
        loaded = subprocess.run(
            [sys.executable, '-c', script], capture_output=True, text=True,
            timeout=60, check=True).stdout.split()
        self.assertIn('cliff', loaded)
        for name in ('nova', 'cinder', 'neutron', 'openstack', 'azure',
                     'werkzeug', 'requests', 'yaml', 'oslo_config'):
            self.assertNotIn(name, loaded)

    def test_every_entry_point_can_be_loaded(self):
        manager = main.JacketAzure().command_manager
        names = [name for name, point in manager
                 if getattr(point, 'group', '') == 'jacket_azure.command'
                 and point.load()]
        self.assertEqual(
            ['emulator', 'emulator fault add', 'emulator fault clear',
             'emulator fault list', 'emulator requests',
             'emulator resources', 'emulator set', 'image cache',
             'image export', 'image list', 'janitor',
             'sandbox demo', 'sandbox down', 'sandbox status', 'sandbox up'],
            sorted(names))
