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

import socket
import time
from unittest import mock

from nova import exception
import nova.conf

from tests.unit.nova import base

CONF = nova.conf.CONF
PATIENCE_SECONDS = 30


class SerialOpsTest(base.NovaTestCase):

    def setUp(self):
        super().setUp()
        self.addCleanup(lambda: self.driver.serialops.stop())

    def set_option(self, name, value):
        CONF.set_override(name, value, group='serial_console')
        self.addCleanup(CONF.clear_override, name, group='serial_console')

    def console(self, instance):
        return self.driver.get_serial_console(self.context, instance)

    def connect(self, console):
        client = socket.create_connection(
            (console.host, console.port), timeout=PATIENCE_SECONDS)
        self.addCleanup(client.close)
        return client

    def read(self, client, until=None):
        """Read what comes until *until* does, or the end."""
        found = b''
        while until is None or until not in found:
            try:
                data = client.recv(4096)
            except ConnectionResetError:
                break
            if not data:
                break
            found += data
        if until is not None:
            self.assertIn(until, found)
        return found

    def at_login(self, instance):
        client = self.connect(self.console(instance))
        self.read(client, b' login: ')
        return client

    def test_what_is_typed_comes_back(self):
        instance, _ = self.spawn()
        client = self.at_login(instance)
        # a character that arrives in two parts
        client.sendall(b'caf\xc3')
        self.read(client, b'caf')
        client.sendall(b'\xa9\r')
        self.read(client, b'\xc3\xa9\r\nPassword: ')

    def test_nobody_comes_in_without_being_let_in(self):
        instance, _ = self.spawn()
        console = self.console(instance)
        client = self.connect(console)
        self.read(client, b' login: ')
        self.assertEqual(b'', self.read(self.connect(console)))
        client.sendall(b'still here')
        self.read(client, b'still here')
        self.assertEqual(console.port, self.console(instance).port)
        second = self.connect(console)
        self.read(second, b' login: ')
        self.assertIn(b'somebody else', self.read(client))

    def test_an_admission_nobody_uses_ends(self):
        instance, _ = self.spawn()
        client = self.at_login(instance)
        console = self.console(instance)
        self.azure.clock.advance(61)
        self.assertEqual(b'', self.read(self.connect(console)))
        client.sendall(b'still here')
        self.read(client, b'still here')

    def test_a_host_without_a_thread_to_spare(self):
        instance, _ = self.spawn()
        with mock.patch('threading.Thread.start', side_effect=RuntimeError):
            error = self.assertRaises(
                exception.InstanceNotReady, self.console, instance)
        self.assertIn('no room', str(error))
        self.driver.serialops.stop()
        self.at_login(instance)

    def test_a_console_nobody_uses_is_closed(self):
        self.flags(serial_console_idle_timeout=60)
        instance, _ = self.spawn()
        client = self.at_login(instance)
        self.azure.clock.advance(61)
        self.assertIn(b'nothing happened', self.read(client))

    def test_why_azure_does_not_connect_is_shown(self):
        instance, _ = self.spawn()
        self.console(instance)
        # the session that was made for the first has grown old
        self.azure.clock.advance(61)
        console = self.console(instance)
        self.azure.emulator.faults.fail(
            'POST', 'serialPorts/connect', 409, 'NotToday', 'Not today.')
        self.assertIn(b'NotToday: Not today', self.read(self.connect(console)))
        self.assertIn('NotToday: Not today', self.log.text)
        self.azure.emulator.faults.clear()
        self.at_login(instance)

    def test_old_sessions_are_not_used(self):
        instance, _ = self.spawn()
        self.at_login(instance)
        with self.azure.recording() as made:
            self.at_login(instance)
        self.assertEqual(['serialPorts/connect'],
                         [record.type for record in made])
        self.azure.clock.advance(61)
        with self.azure.recording() as made:
            self.console(instance)
        self.assertEqual(['virtualMachines'],
                         [record.type for record in made])

    def ended(self, client):
        """Wait until the console behind *client* is gone."""
        self.read(client)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.driver.serialops._consoles:
            self.assertLess(time.monotonic(), deadline)

    def test_it_ends_with_the_server(self):
        instance, network_info = self.spawn()
        client = self.at_login(instance)
        self.driver.destroy(self.context, instance, network_info)
        self.ended(client)

    def test_it_ends_when_the_server_moves(self):
        instance, network_info = self.spawn()
        client = self.at_login(instance)
        self.driver.destroy(
            self.context, instance, network_info, destroy_disks=False)
        self.ended(client)

    def test_it_ends_with_the_service(self):
        instance, _ = self.spawn()
        console = self.console(instance)
        client = self.connect(console)
        self.read(client, b' login: ')
        self.driver.cleanup_host(base.HOST)
        self.ended(client)
        self.assertRaises(OSError, self.connect, console)

    def test_a_suspended_server(self):
        self.flags(hibernation=True)
        instance, _ = self.spawn()
        self.driver.suspend(self.context, instance)
        error = self.assertRaises(
            exception.InstanceNotReady, self.console, instance)
        self.assertIn('resume it first', str(error))

    def test_more_than_the_host_may_have(self):
        self.flags(serial_console_sessions=1)
        first, _ = self.spawn()
        second = self.instance()
        self.spawn(second, self.network_info(second, '192.168.1.11'))
        port = self.console(first).port
        error = self.assertRaises(
            exception.InstanceNotReady, self.console, second)
        self.assertIn('serial_console_sessions', str(error))
        self.flags(serial_console_sessions=2)
        self.set_option('port_range', f'{port}:{port + 1}')
        self.assertRaises(exception.SocketPortRangeExhaustedException,
                          self.console, second)

    def test_a_range_that_is_none_is_novas_own(self):
        self.set_option('port_range', '20000:10000')
        instance, _ = self.spawn()
        self.assertIn(self.console(instance).port, range(10000, 20000))
