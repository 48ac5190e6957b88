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


import re
from unittest import mock

from nova.tests.functional.api import client as api_client

from jacket_azure.emulator.compute import guest
from jacket_azure.nova import consoleops
from tests.functional.nova import base
from tests.functional.nova import with_cinder

# of a URL that lets whoever has it read the log
_SIGNATURE = re.compile(r'[?&]sig=(?!REDACTED)[A-Za-z0-9%]{20}')


class ConsoleOutputTest(base.AzureServersTestCase):
    """What the guest has written, through boot diagnostics."""

    emulator_options = {'contents': True}

    def output(self, server, **wanted):
        return self.api.post_server_action(
            server['id'], {'os-getConsoleOutput': wanted})['output']

    def test_n16_console_output(self):
        server = self.create_server()
        text = self.output(server)
        lines = text.split('\n')
        self.assertIn('login:', text)
        self.assertGreater(len(lines), 4)
        for length in (1, 3):
            self.assertEqual(
                '\n'.join(lines[-length:]), self.output(
                    server, length=length))
        self.assertEqual('', self.output(server, length=0))
        # the guest goes on writing, and what it wrote stays
        self.action(server, 'reboot', {'type': 'HARD'})
        self.wait_until(
            lambda: len(self.output(server)) > len(text), 'more')
        self.action(server, 'os-stop')
        self._wait_for_state_change(server, 'SHUTOFF')
        self.assertIn(lines[0], self.output(server))
        self.assertIsNone(_SIGNATURE.search(self.log.text))

    def test_n16_of_a_long_log_the_end(self):
        server = self.create_server()
        whole = self.output(server)
        with mock.patch.object(consoleops, '_MAX_BYTES', 100):
            self.assertEqual(whole[-100:], self.output(server))

    def test_n16_before_the_machine_has_written(self):
        server = self.create_server()
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        guest.of(self.azure.emulator, vm).boots.clear()
        self.assertEqual('', self.output(server))

    def refused(self, server, status):
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.output, server)
        self.assertEqual(status, exc.response.status_code)

    def test_n16_without_boot_diagnostics(self):
        self.flags(group='azure', boot_diagnostics=False)
        server = self.create_server()
        self.refused(server, 404)
        self.assertIn('Boot diagnostics is not enabled', self.log.text)

    def test_n16_of_a_machine_that_is_gone(self):
        server = self.create_server()
        with self.looking() as client:
            client.virtual_machines.delete(server['id'])
        self.refused(server, 404)


class PageBlobConsoleOutputTest(with_cinder.OnPageBlobs, ConsoleOutputTest):
    """The same on Azure Stack Hub."""
