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

"""The commands that disturb a running emulator."""

import io
import json
import pathlib
from unittest import mock

from cliff import app as cliff_app

from jacket_azure.cmd import main
from tests.unit.emulator import base


class ControlCommandTest(base.EmulatorTestCase):
    """The command line against an emulator in this process."""

    def run_it(self, *words, folder=None):
        out, err = io.StringIO(), io.StringIO()

        def new(app, *args, **kwargs):
            real(app, *args, **{**kwargs, 'stdout': out, 'stderr': err})

        real = cliff_app.App.__init__
        with mock.patch.object(cliff_app.App, '__init__', new), (
                mock.patch.object(cliff_app.App, 'configure_logging')):
            status = main.main([
                'emulator', *words, '--state-dir',
                str(folder or self.emulator.state_dir)])
        return status, out.getvalue(), err.getvalue()

    def test_faults(self):
        status, told, _ = self.run_it(
            'fault', 'add', 'fail', '--method', 'GET', '--type',
            'resourceGroups', '--status', '503', '--code', 'ServerTimeout')
        self.assertEqual((0, 1), (status, json.loads(told)['id']))
        self.assertEqual(503, self.call(
            'GET', self.group_path, version='2025-04-01').status_code)
        self.run_it('fault', 'add', 'deny', '--permission', 'a/b')
        self.run_it('fault', 'add', 'drop_reply', '--request', '7',
                    '--for-good')
        _, told, _ = self.run_it('fault', 'list', '-f', 'json')
        self.assertEqual(
            [('fail', 1), ('drop_reply', 0), ('deny', None)],
            [(one['action'], one['fired']) for one in json.loads(told)])
        self.run_it('fault', 'clear', '1')
        self.assertEqual(['drop_reply'], [
            one.action for one in self.emulator.faults.planned()])
        self.run_it('fault', 'clear')
        self.assertEqual([], self.emulator.faults.planned())

    def test_looking_in(self):
        self.call('GET', self.group_path, version='2025-04-01')
        _, told, _ = self.run_it('requests', '-f', 'json')
        [one] = json.loads(told)
        self.assertEqual(('GET', 200), (one['method'], one['status']))
        _, told, _ = self.run_it('resources', '-f', 'json')
        self.assertIn(self.group_path,
                      [one['id'] for one in json.loads(told)])

    def test_settings(self):
        _, told, _ = self.run_it('set', 'list_lag=5', 'latency=observed')
        self.assertEqual((5, 'observed'), (
            self.emulator.list_lag, json.loads(told)['latency']))
        _, told, _ = self.run_it('set')
        self.assertEqual(5, json.loads(told)['list_lag'])

    def test_mistakes_are_told_in_a_sentence(self):
        for words, wanted in (
                (('fault', 'add', 'explode'), 'action is one of'),
                (('fault', 'clear', '9'), 'there is no fault 9'),
                (('set', 'nothing=1'), 'nothing: there are')):
            status, _, told = self.run_it(*words)
            self.assertEqual(1, status)
            self.assertIn(wanted, told)
        folder = pathlib.Path(self.emulator.state_dir) / 'nowhere'
        status, _, told = self.run_it('fault', 'list', folder=folder)
        self.assertEqual(1, status)
        self.assertIn('No emulator has run with the folder', told)
        self.emulator._server.stop()
        status, _, told = self.run_it('fault', 'list')
        self.assertEqual(1, status)
        self.assertIn('No emulator answers at', told)
