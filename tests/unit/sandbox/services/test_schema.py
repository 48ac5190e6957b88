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

import sqlite3
import subprocess
import sys
import textwrap

import fixtures

from jacket_azure.sandbox import plan
from jacket_azure.sandbox.services import schema
from tests import timeout


class SchemaTest(timeout.TestCase):

    def code(self, action):
        """Return the exit code of an action run in a fork of a process."""
        return subprocess.run(
            [sys.executable, '-c', textwrap.dedent(f"""
                import sys
                from jacket_azure.sandbox.services import schema
                def action():
                    {action}
                sys.exit(schema.in_fork(action))
                """)], capture_output=True, timeout=60).returncode

    def test_fork_hands_on_how_the_command_ended(self):
        for action, code in (
                ('pass', 0), ('return 3', 3), ('return False', 0),
                ('sys.exit()', 0), ('sys.exit(4)', 4),
                ('sys.exit("a reason")', 1), ('raise ValueError', 1)):
            self.assertEqual(code, self.code(action), action)

    def test_every_service_has_commands(self):
        self.assertEqual(set(plan.SERVICES), set(schema.COMMANDS))

    def test_neutron_gets_its_tables_without_migrations(self):
        file = self.useFixture(fixtures.TempDir()).join('neutron.sqlite')
        subprocess.run(
            [*plan.schema_command('neutron')], check=True, timeout=120,
            capture_output=True, env={'DATABASE_URLS': f'sqlite:///{file}',
                                      'PATH': ''})
        with sqlite3.connect(file) as database:
            tables = {row[0] for row in database.execute(
                'SELECT name FROM sqlite_master')}
        self.assertTrue({'ports', 'ml2_port_bindings', 'subnets'} <= tables)
