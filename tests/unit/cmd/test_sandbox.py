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

import argparse
import os
import pathlib
from unittest import mock

import fixtures

from jacket_azure.cmd import sandbox
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import settings
from tests import timeout


class SandboxCommandTest(timeout.TestCase):
    """The commands, with the cloud itself left out."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.state = self.folder / 'state'
        self.stdout = self.useFixture(fixtures.StringStream('out')).stream
        self.stderr = self.useFixture(fixtures.StringStream('err')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stdout', self.stdout))
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', self.stderr))
        self.bring_up = self.replace(
            'up.bring_up', return_value=argparse.Namespace(mapping={}))
        self.show = self.replace('demo.show')
        self.useFixture(fixtures.MonkeyPatch(
            'signal.signal', lambda number, handler: None))

    def replace(self, name, **kwargs):
        replacement = mock.Mock(**kwargs)
        self.useFixture(fixtures.MonkeyPatch(
            f'jacket_azure.sandbox.{name}', replacement))
        return replacement

    def run_command(self, command, *arguments):
        command = command(None, None)
        parser = command.get_parser('jacket-azure sandbox')
        return command.take_action(parser.parse_args(
            ['--state', str(self.state), *arguments]))

    def said(self, name='out'):
        stream = self.stdout if name == 'out' else self.stderr
        stream.seek(0)
        return stream.read()

    def test_up_prints_how_to_use_it(self):
        self.assertEqual(0, self.run_command(sandbox.Up))
        self.assertIn('OS_CLOUD=sandbox', self.said())

    def test_up_passes_its_options_on(self):
        self.run_command(sandbox.Up, '--transport-url', 'rabbit://a',
                         '--database-url', 'mysql://b', '--debug-logs',
                         '--latency', 'none')
        made, _, debug = self.bring_up.call_args.args
        self.assertEqual(('rabbit://a', 'mysql://b', 'none', True), (
            made.transport_url, made.database_url, made.latency, debug))

    def test_file_of_azure_is_found_from_everywhere(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        self.run_command(sandbox.Up, '--azure', 'my.ini')
        made = self.bring_up.call_args.args[0]
        self.assertEqual(os.path.abspath('my.ini'), made.azure_file)

    def test_failure_is_a_sentence_and_code_1(self):
        self.bring_up.side_effect = errors.SandboxError('no luck today')
        self.assertEqual(1, self.run_command(sandbox.Up))
        self.assertIn('no luck today', self.said('err'))
        self.assertIn(str(self.state / 'log'), self.said('err'))
        self.assertNotIn('Traceback', self.said('err'))

    def test_interruption_has_the_code_of_one(self):
        self.show.side_effect = KeyboardInterrupt
        self.assertEqual(130, self.run_command(sandbox.Demo))

    def test_demo_ends_with_a_summary(self):
        self.assertEqual(0, self.run_command(sandbox.Demo))
        self.assertIn('all together', self.said())

    def test_fresh_demo_begins_anew(self):
        self.run_command(sandbox.Up)
        old = settings.load(self.state)
        self.run_command(sandbox.Demo, '--fresh')
        self.assertNotEqual(
            old.password, self.show.call_args.args[0].password)

    def test_demo_without_fresh_uses_what_is_there(self):
        self.run_command(sandbox.Up)
        old = settings.load(self.state)
        self.run_command(sandbox.Demo)
        self.assertEqual(old, self.show.call_args.args[0])

    def test_status_without_a_sandbox(self):
        self.assertEqual(1, self.run_command(sandbox.Status))
        self.assertFalse(self.state.exists())

    def test_status_lists_what_is_down(self):
        self.run_command(sandbox.Up)
        self.assertEqual(1, self.run_command(sandbox.Status))
        self.assertRegex(self.said(), r'keystone +down +- ')

    def test_down_keeps_the_folder_and_purge_does_not(self):
        self.run_command(sandbox.Up)
        self.assertEqual(0, self.run_command(sandbox.Down))
        self.assertIsNotNone(settings.load(self.state))
        self.assertEqual(0, self.run_command(sandbox.Down, '--purge'))
        self.assertFalse(self.state.exists())

    def test_down_without_a_sandbox_is_fine(self):
        self.assertEqual(0, self.run_command(sandbox.Down, '--purge'))
        self.assertFalse(self.state.exists())

    def test_foreign_folder_is_never_purged(self):
        self.state.mkdir()
        (self.state / 'thesis.txt').touch()
        self.assertEqual(1, self.run_command(sandbox.Down, '--purge'))
        self.assertTrue((self.state / 'thesis.txt').exists())
