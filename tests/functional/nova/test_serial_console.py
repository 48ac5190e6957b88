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

"""N18: a serial console, typed at through Nova's own proxy."""

import os

from nova.tests.functional.api import client as api_client

from tests.functional.nova import base
from tests.functional.nova import serial_proxy
from tests.functional.nova import with_cinder


class SerialConsoleTestCase(base.AzureServersTestCase):

    def setUp(self):
        super().setUp()
        self.proxy = self.useFixture(serial_proxy.SerialProxyFixture())
        # other workers of the test run have other ports
        first = 10000 + os.getpid() % 450 * 20
        self.flags(enabled=True, base_url=self.proxy.url,
                   port_range=f'{first}:{first + 20}',
                   group='serial_console')

    def ask_for_url(self, server):
        return self.api.api_post(
            f'/servers/{server["id"]}/remote-consoles',
            {'remote_console': {'protocol': 'serial', 'type': 'serial'}},
        ).body['remote_console']['url']

    def refused(self, server, status):
        """Ask for a console; return the words of the refusal."""
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.ask_for_url, server)
        self.assertEqual(status, exc.response.status_code)
        return str(exc)

    def open(self, url):
        client = serial_proxy.Client(url)
        self.addCleanup(client.close)
        return client


class SerialConsoleTest(SerialConsoleTestCase):

    microversion = '2.8'

    def ports(self):
        """Return the ports that lead to serial consoles now."""
        return [console.bridge.port for console in
                self.compute.driver.serialops._consoles.values()]

    def typed(self, client, text, until):
        client.type(text)
        shown = client.read(until)
        self.assertIn(until, shown)
        return shown

    def test_n18_typing_through_novas_proxy(self):
        server = self.create_server()
        with self.azure.recording() as made:
            url = self.ask_for_url(server)
            client = self.open(url)
            self.assertIn(' login: ', client.read(' login: '))
        self.assertEqual(
            [('GET', 'virtualMachines'), ('POST', 'serialPorts/connect')],
            [(record.method, record.type) for record in made])
        self.typed(client, 'azureuser\r', 'Password: ')
        shown = self.typed(client, server['adminPass'] + '\r', ':~$ ')
        self.assertNotIn(server['adminPass'], shown)
        self.assertIn('\r\nhello\r\n',
                      self.typed(client, 'echo hello\r', 'hello\r\n'))
        # whoever comes later takes the console over, as on Azure
        second = self.open(url)
        self.assertIn(' login: ', second.read(' login: '))
        self.assertIn('somebody else', client.read_to_the_end())
        [port] = self.ports()
        self._stop_server(server)
        self.assertIn('Azure has hung up', second.read_to_the_end())
        # the URL leads to the same port as long as it is good
        self.assertIn('Azure has hung up', self.open(url).read_to_the_end())
        self._start_server(server)
        third = self.open(url)
        self.assertIn(' login: ', third.read(' login: '))
        self.assertEqual([port], self.ports())
        self._delete_server(server)
        third.read_to_the_end()
        self.wait_until(lambda: not self.ports(), 'the port is given back')
        self.assertEqual('', self.open(url).read_to_the_end())
        self.assertNotIn('/n/connector/', self.log.text)

    def test_n18_the_port_is_given_back_in_time(self):
        server = self.create_server()
        self.ask_for_url(server)
        [port] = self.ports()
        self.azure.clock.advance(601)
        self.wait_until(lambda: not self.ports(), 'the port is given back')
        self.flags(port_range=f'{port}:{port + 1}', group='serial_console')
        self.ask_for_url(server)
        self.assertEqual([port], self.ports())

    def test_n18_without_boot_diagnostics(self):
        self.flags(group='azure', boot_diagnostics=False)
        server = self.create_server()
        self.assertIn('Boot diagnostics are off', self.refused(server, 400))

    def test_n18_what_is_refused_is_told_in_words(self):
        server = self.create_server()
        self.flags(enabled=False, group='serial_console')
        self.assertIn('Unavailable console type', self.refused(server, 400))
        self.flags(enabled=True, group='serial_console')
        faults = self.azure.emulator.faults
        faults.deny('Microsoft.SerialConsole/serialPorts/connect/action')
        self.assertIn('Microsoft.SerialConsole/serialPorts/connect/action',
                      self.refused(server, 400))
        faults.clear()
        self.azure.emulator.state['serial.disabled'] = True
        self.assertIn('az serial-console enable', self.refused(server, 400))
        # whether it is may be a secret
        faults.deny('Microsoft.SerialConsole/consoleServices/read')
        self.assertIn('Serial Console is disabled',
                      self.refused(server, 400))
        faults.clear()
        faults.fail('POST', 'serialPorts/connect', 503, 'Busy')
        self.refused(server, 409)
        faults.clear()
        self._stop_server(server)
        self.assertIn('deallocated', self.refused(server, 409))
        with self.looking() as client:
            client.virtual_machines.delete(server['id'])
        self.refused(server, 404)
        self.assertEqual([], self.ports())


class StackHubSerialConsoleTest(
        with_cinder.OnPageBlobs, SerialConsoleTestCase):

    microversion = '2.8'

    def test_n18_azure_stack_hub_has_none(self):
        self.assertIn('This cloud has no serial console',
                      self.refused(self.create_server(), 400))
