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

"""``jacket-azure emulator`` as a person runs it."""

import configparser
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys

import fixtures
from oslotest import base
import requests


class EmulatorCommandTest(base.BaseTestCase):
    """The command in a process of its own."""

    def start(self, folder, *options, before=()):
        process = subprocess.Popen(
            [sys.executable, '-m', 'jacket_azure.cmd.main', *before,
             'emulator', '--no-contents', '--state-dir', folder, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, 'PYTHONUNBUFFERED': '1'})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def read_until(self, process, text):
        lines = []
        for line in process.stdout:
            lines.append(line)
            if text in line:
                return ''.join(lines)
        self.fail('the command ended early:\n' + ''.join(lines))

    def test_run_and_stop(self):
        folder = self.useFixture(fixtures.TempDir()).path
        authorities = set()
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start(folder, '--location', 'West Europe',
                                 '--resource-group', 'mine')
            told = self.read_until(process, 'az login')
            parser = configparser.ConfigParser(interpolation=None)
            parser.read(pathlib.Path(folder) / 'azure.conf')
            options = dict(parser['azure'])
            self.assertEqual(options, json.loads(
                (pathlib.Path(folder) / 'azure.json').read_text()))
            self.assertEqual(('westeurope', 'mine'), (
                options['location'], options['resource_group']))
            for expected in (options['arm_endpoint'], options['ca_file'],
                             'AZURE_CLIENT_SECRET', '[azure]'):
                self.assertIn(expected, told)
            self.assertEqual(0o600, (
                pathlib.Path(folder) / 'azure.conf').stat().st_mode & 0o777)
            self.check(options)
            authorities.add(pathlib.Path(options['ca_file']).read_text())
            process.send_signal(number)
            self.assertEqual(0, process.wait(30))
        self.assertEqual(1, len(authorities))

    def check(self, options):
        with requests.Session() as session:
            session.trust_env = False
            session.verify = options['ca_file']
            token = session.post(
                f'{options["authority"]}/{options["tenant_id"]}'
                '/oauth2/v2.0/token', timeout=30, data={
                    'grant_type': 'client_credentials',
                    'client_id': options['client_id'],
                    'client_secret': options['client_secret'],
                    'scope': options['token_scope']}).json()
            answer = session.get(
                f'{options["arm_endpoint"]}/subscriptions/'
                f'{options["subscription_id"]}/resourceGroups/mine/providers'
                '/Microsoft.Network/virtualNetworks/vnet1',
                params={'api-version': '2024-05-01'}, timeout=30,
                headers={'Authorization': f'Bearer {token["access_token"]}'})
            self.assertEqual('westeurope', answer.json()['location'])

    def test_limits_lag_and_metadata_service(self):
        folder = self.useFixture(fixtures.TempDir()).path
        process = self.start(
            folder, '--throttling', '--limit', 'PutVMResource=3',
            '--list-lag', '1.5', '--imds-port', '0', before=('--quiet',))
        self.read_until(process, 'AZURE_POD_IDENTITY_AUTHORITY_HOST=http://')
        known = json.loads(
            (pathlib.Path(folder) / 'control.json').read_text())
        with requests.Session() as session:
            session.trust_env = False
            found = session.get(
                known['endpoint'] + '/settings', timeout=30,
                verify=known['ca_file'],
                headers={'X-Emulator-Key': known['key']}).json()
        self.assertEqual(
            ({'PutVMResource': 3}, 1.5, True),
            (found['limits'], found['list_lag'], found['throttling']))
        process.terminate()
        self.assertEqual(0, process.wait(30))

    def test_quiet_prints_no_secret(self):
        folder = self.useFixture(fixtures.TempDir()).path
        process = self.start(folder, before=('--quiet',))
        told = self.read_until(process, 'https://127.0.0.1')
        process.terminate()
        told += process.communicate(timeout=60)[0]
        options = json.loads((pathlib.Path(folder) / 'azure.json').read_text())
        self.assertNotIn(options['client_secret'], told)

    def test_port_in_use(self):
        folder = self.useFixture(fixtures.TempDir()).path
        with socket.create_server(('127.0.0.1', 0)) as taken:
            process = self.start(folder, '--port',
                                 str(taken.getsockname()[1]))
            told, _ = process.communicate(timeout=60)
        self.assertEqual(1, process.returncode)
        self.assertIn('Cannot listen on port', told)

    def test_unknown_region(self):
        folder = self.useFixture(fixtures.TempDir()).path
        process = self.start(folder, '--location', 'atlantis')
        told, _ = process.communicate(timeout=60)
        self.assertEqual(2, process.returncode)
        self.assertIn('There is no region atlantis', told)
