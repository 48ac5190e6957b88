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

from unittest import mock

import fixtures
from oslotest import base as oslo_base
import websocket

from jacket_azure import exceptions
from jacket_azure.arm import serial_console
from jacket_azure.arm import terminal
from tests import base
from tests.unit.arm import doubles

URL = 'wss://eastus.gateway.serialconsole.example.com/n/connector/c/s/client'


class OpenTest(base.AzureTestCase):
    """Against the emulator's port, where there is no such session."""

    def open(self, **changes):
        url = self.azure.emulator.endpoint.replace('https', 'wss')
        return self.client.serial_console.open(
            changes.get('url', url + '/n/connector/c/sessions/s/client'))

    def refused(self, kind, words, **changes):
        error = self.assertRaises(kind, self.open, **changes)
        self.assertIn(words, str(error))
        for secret in (*self.azure.tokens, '/n/connector/'):
            self.assertNotIn(secret, str(error))
            self.assertNotIn(secret, self.log.text)

    def test_a_session_that_is_not_there(self):
        self.refused(exceptions.Unavailable, 'HTTP 404')

    def test_a_token_goes_over_tls_only(self):
        self.refused(exceptions.Unavailable, 'not what Azure sends',
                     url='ws://127.0.0.1:1/n/connector/c/sessions/s/client')

    def test_whoever_is_not_trusted_learns_nothing(self):
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.arm.serial_console._ca_file',
            lambda verify: serial_console.certifi.where()))
        self.refused(exceptions.Unavailable, 'check [azure] ca_file')

    def test_a_name_and_a_port_that_are_not_there(self):
        self.refused(exceptions.Unavailable, 'cannot be resolved',
                     url='wss://nowhere.invalid/n/connector/c')
        self.refused(exceptions.Unavailable, 'refused',
                     url='wss://127.0.0.1:1/n/connector/c')

    def test_a_login_that_fails(self):
        self.client.wire.credential.get_token = mock.Mock(
            side_effect=serial_console.sdk.ClientAuthenticationError('no'))
        self.refused(exceptions.Unauthorized, 'Logging in')


class RefusedTest(oslo_base.BaseTestCase):
    """What a server other than the emulator may answer."""

    def refused(self, kind, raised):
        with mock.patch.object(
                websocket, 'create_connection', side_effect=raised):
            return str(self.assertRaises(
                kind, terminal.connect, URL, 'eyJtoken', 'ca', 1.0))

    def test_every_answer_is_typed_and_tells_no_secret(self):
        for status, kind in ((401, exceptions.Unauthorized),
                             (403, exceptions.Unauthorized),
                             (502, exceptions.Unavailable)):
            text = self.refused(kind, websocket.WebSocketBadStatusException(
                f'Handshake status {status} eyJtoken', status))
            self.assertIn(f'HTTP {status}', text)
            self.assertNotIn('eyJtoken', text)
        for raised, words in (
                (TimeoutError(), 'too long'),
                (websocket.WebSocketException(f'Invalid {URL}'), 'proxy'),
                (ValueError(URL), 'proxy')):
            text = self.refused(exceptions.Unavailable, raised)
            self.assertIn(words, text)
            self.assertNotIn('/n/connector', text)

    def test_no_redirect_is_followed(self):
        with mock.patch.object(websocket, 'create_connection') as create:
            terminal.connect(URL, 'eyJtoken', 'ca', 7.0)
        self.assertEqual(0, create.call_args.kwargs['redirect_limit'])
        self.assertEqual(7.0, create.call_args.kwargs['timeout'])
        create.return_value.send.assert_called_once_with('eyJtoken')


class ConnectTest(oslo_base.BaseTestCase):

    def test_an_answer_without_a_url(self):
        for body in ({}, {'connectionString': None}, []):
            world = doubles.connect(doubles.answer(200, body))
            error = self.assertRaises(
                exceptions.Unavailable,
                world.azure.serial_console.connect, 'vm1')
            self.assertIn('does not tell', str(error))

    def test_an_answer_without_a_word_on_it_is_no(self):
        for body in ({}, {'properties': None}, {'properties': {}}, []):
            world = doubles.connect(doubles.answer(200, body))
            self.assertFalse(world.azure.serial_console.is_disabled())

    def test_trust(self):
        self.assertEqual('ours.pem', serial_console._ca_file('ours.pem'))
        for name in ('REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
            self.useFixture(fixtures.EnvironmentVariable(name))
        self.assertTrue(serial_console._ca_file(True).endswith('.pem'))
        self.useFixture(fixtures.EnvironmentVariable(
            'REQUESTS_CA_BUNDLE', 'theirs.pem'))
        self.assertEqual('theirs.pem', serial_console._ca_file(True))


class TerminalTest(oslo_base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.channel = mock.create_autospec(
            websocket.WebSocket, instance=True)
        self.channel.sock = mock.Mock()
        self.terminal = terminal.Terminal(self.channel, 5.0)

    def comes(self, *frames, pending=0):
        self.channel.recv_data.side_effect = frames
        self.channel.sock.pending.side_effect = [1] * pending + [0] * 9

    def test_frames_of_text_and_of_bytes(self):
        abnf = websocket.ABNF
        self.comes((abnf.OPCODE_TEXT, b'a'), (abnf.OPCODE_PING, b'?'),
                   (abnf.OPCODE_BINARY, b'\xff'), pending=2)
        self.assertEqual(b'a\xff', self.terminal.read())

    def test_half_a_frame_is_waited_for_once(self):
        self.comes(websocket.WebSocketTimeoutException())
        self.assertEqual(b'', self.terminal.read())

    def test_the_last_words_are_read_before_the_end(self):
        abnf = websocket.ABNF
        self.comes((abnf.OPCODE_TEXT, b'bye'), (abnf.OPCODE_CLOSE, b''),
                   pending=1)
        self.assertEqual(b'bye', self.terminal.read())
        # nothing to wait for comes after that
        self.assertTrue(self.terminal.has_ended)
        for raised in (websocket.WebSocketConnectionClosedException(),
                       ConnectionResetError()):
            self.comes(raised)
            self.assertIsNone(self.terminal.read())

    def test_what_waiting_does_not_show(self):
        self.channel.sock.pending.return_value = 3
        self.assertTrue(self.terminal.has_more())
        self.channel.sock = None
        self.assertFalse(self.terminal.has_more())

    def test_writing_to_who_has_gone(self):
        self.channel.send.side_effect = (
            websocket.WebSocketConnectionClosedException())
        self.assertFalse(self.terminal.write(b'x'))
        # half a character is kept for the other half
        self.assertTrue(self.terminal.write(b'\xc3'))
        self.terminal.close()
        self.terminal.close()
