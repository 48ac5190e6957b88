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

"""Sessions on the serial ports of machines, and who answers there."""

import time
import urllib.parse

import websocket

from tests.unit.emulator.compute import base

VERSION = '2018-05-01'
PATIENCE_SECONDS = 20


class SerialConsoleTest(base.ComputeTestCase):

    def setUp(self):
        super().setUp()
        self.create(body=self.body(self.nic(), diagnosticsProfile={
            'bootDiagnostics': {'enabled': True}}))

    def connect(self, version=VERSION, name='vm', port=0):
        return self.send(
            'POST', self.path('virtualMachines', name)
            + f'/providers/Microsoft.SerialConsole/serialPorts/{port}'
            '/connect', version=version)

    def token(self, audience=None):
        return self.emulator.identity.issue(
            audience or self.emulator.audience)['access_token']

    def open(self, token=None, new=True, url=None):
        """Open a session and say the token."""
        token = token or self.token()
        url = url or self.connect().json()['connectionString']
        query = {'authorization': token, **({'new': '1'} if new else {})}
        made = websocket.create_connection(
            f'{url}?{urllib.parse.urlencode(query)}', timeout=20,
            sslopt={'ca_certs': self.emulator.ca_file})
        self.addCleanup(made.shutdown)
        if new:
            made.send(token)
        return made

    def read(self, made, until):
        """Read what appears until *until* does."""
        found = ''
        deadline = time.monotonic() + PATIENCE_SECONDS
        while until not in found and time.monotonic() < deadline:
            found += made.recv()
        self.assertIn(until, found)
        return found

    def closed(self, made):
        """Read until the other side hangs up; return code and words."""
        while True:
            opcode, frame = made.recv_data_frame()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return (int.from_bytes(frame.data[:2], 'big'),
                        frame.data[2:].decode())

    def test_a_login_and_a_shell_that_echoes(self):
        made = self.open()
        self.assertIn('Connecting...', self.read(made, ' login: '))
        made.send('azureuser\r')
        self.assertIn('azureuser\r\n', self.read(made, 'Password: '))
        made.send(base.PASSWORD + '\r')
        # a password is not shown
        self.assertNotIn(base.PASSWORD, self.read(made, ':~$ '))
        made.send('echo hi thezz\x7f\x7fre\r')
        self.assertIn('\r\nhi there\r\n', self.read(made, '$ '))
        made.send_bytes(b'nonsense\r')
        self.read(made, 'nonsense: command not found')
        made.send('\x03\x04')
        self.read(made, ' login: ')

    def test_a_wrong_password(self):
        made = self.open()
        made.send('azureuser\rwrong\r')
        self.read(made, 'Login incorrect')
        made.send('\r\r')
        self.read(made, ' login: ')

    def test_whoever_has_no_token_for_arm_is_not_let_in(self):
        url = self.connect().json()['connectionString']
        outdated = self.token()
        # one of the very second in which they end would be good still
        self.emulator.identity.clock_offset_seconds += 2
        self.emulator.identity.expire_tokens()
        for token in ('eyJ0', self.token('https://elsewhere'), outdated):
            self.assertEqual((1011, 'Connection not trusted'),
                             self.closed(self.open(token, url=url)))
            error = self.assertRaises(
                websocket.WebSocketBadStatusException, self.open, token,
                new=False, url=url)
            self.assertEqual(401, error.status_code)
        self.read(self.open(new=False, url=url), ' login: ')

    def test_a_second_client_takes_the_port(self):
        first = self.open()
        self.read(first, ' login: ')
        self.read(self.open(), ' login: ')
        self.assertEqual((1001, 'Somebody else has connected'),
                         self.closed(first))

    def test_a_machine_that_stops_or_does_not_run(self):
        made = self.open()
        self.read(made, ' login: ')
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.assertEqual((1001, 'The virtual machine has stopped'),
                         self.closed(made))
        self.assertEqual((1001, 'The virtual machine does not run'),
                         self.closed(self.open()))

    def refused(self, status, code, answer):
        self.assertEqual(
            (status, code),
            (answer.status_code, answer.json()['error']['code']))

    def test_refusals(self):
        self.refused(404, 'InvalidResourceType', self.connect('2026-04-01'))
        self.refused(404, 'NotFound', self.connect(port=1))
        self.refused(404, 'ResourceNotFound', self.connect(name='none'))
        self.vms.begin_update(base.GROUP, 'vm', {'properties': {
            'diagnosticsProfile': {'bootDiagnostics': {
                'enabled': False}}}}).result()
        self.refused(409, 'BootDiagnosticsDisabled', self.connect())
        self.emulator.faults.deny(
            'Microsoft.SerialConsole/serialPorts/connect/action')
        self.refused(403, 'AuthorizationFailed', self.connect())

    def test_a_session_that_was_never_made(self):
        url = self.connect().json()['connectionString']
        for path in (url.replace('sessions/', 'sessions/0'), url + '/more'):
            error = self.assertRaises(
                websocket.WebSocketBadStatusException, self.open, url=path)
            self.assertEqual(404, error.status_code)

    def test_a_subscription_that_has_it_disabled(self):
        service = (f'/subscriptions/{self.emulator.subscription_id}/providers'
                   '/Microsoft.SerialConsole/consoleServices/default')
        for action, disabled in (('disable', True), ('enable', False)):
            self.send('POST', f'{service}/{action}Console', version=VERSION)
            self.assertEqual(
                {'properties': {'disabled': disabled}},
                self.send('GET', service, version=VERSION).json())
            answer = self.connect()
            self.assertEqual(403 if disabled else 200, answer.status_code)
