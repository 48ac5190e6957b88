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

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import ports
from tests import timeout


class PortsTest(timeout.TestCase):

    def listen(self, port=0):
        server = socket.socket()
        self.addCleanup(server.close)
        server.bind((ports.HOST, port))
        server.listen()
        return server.getsockname()[1]

    def test_port_of_a_listener_is_not_free(self):
        self.assertFalse(ports.is_free(self.listen()))

    def test_every_name_gets_a_free_port_of_its_own(self):
        chosen = ports.choose(['a', 'b', 'c'])
        self.assertEqual(['a', 'b', 'c'], list(chosen))
        self.assertEqual(3, len(set(chosen.values())))
        for port in chosen.values():
            self.assertTrue(ports.is_free(port))

    def test_ports_in_use_are_left_out(self):
        taken = self.listen(ports.choose(['x'])['x'])
        self.assertNotIn(
            taken, ports.choose(['a', 'b'], first=taken).values())

    def test_ports_lie_below_those_of_outgoing_connections(self):
        chosen = ports.choose(['a'])
        self.assertTrue(ports.FIRST <= chosen['a'] < ports.LAST < 32768)

    def test_no_free_port_is_said(self):
        self.assertRaises(
            errors.SandboxError, ports.choose, ['a', 'b'],
            first=ports.LAST - 1)
