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

"""The client layer behind a network that misbehaves below HTTP."""

import pathlib

from jacket_azure import exceptions
from tests import base
from tests.matrix import proxy

NIC = 'nic1'
# a client that waits this long for a byte has waited long enough
PATIENCE_SECONDS = 0.5


class BadNetworkTest(base.AzureTestCase):
    """Between the driver and the emulator stands a proxy."""

    def setUp(self):
        super().setUp()
        emulator = self.azure.emulator
        folder = pathlib.Path(emulator.ca_file).parent
        self.proxy = proxy.Proxy(
            emulator.endpoint, emulator.ca_file,
            (folder / 'server.pem', folder / 'server.key')).start()
        self.addCleanup(self.proxy.stop)
        # operations are polled through the proxy as well
        emulator.endpoint = self.proxy.url
        self.azure.configure(self.conf)
        self.nics = self.client.network_interfaces
        self.struck = 0

    def nic(self):
        subnet = {'id': self.azure.subnet_id('private')}
        return {'location': 'eastus', 'properties': {'ipConfigurations': [
            {'name': 'ip', 'properties': {'subnet': subnet}}]}}

    def strike(self, misbehave, times=3):
        """Let the first requests to ARM meet *misbehave*."""
        left = [None] * times

        def handle(exchange):
            if '/oauth2/' not in exchange.path and left:
                left.pop()
                self.struck += 1
                misbehave(exchange)
            else:
                exchange.answer(exchange.forward())

        self.proxy.handle = handle

    def make_and_delete(self):
        self.nics.create_or_update(NIC, self.nic())
        self.assertEqual(NIC, self.nics.get(NIC)['name'])
        self.assertTrue(self.nics.delete(NIC))
        self.assertEqual([], self.azure.resource_ids())

    def test_reset_in_the_handshake(self):
        left = [None] * 3

        def reset(connection):
            if left:
                left.pop()
                proxy.reset_on_close(connection)
                raise proxy.Cut

        self.proxy.at_connection = reset
        self.make_and_delete()
        self.assertEqual([], left)

    def test_handshake_that_is_never_answered(self):
        left = [None]

        def ignore(connection):
            if left:
                left.pop()
                proxy.wait_for_end(connection)
                raise proxy.Cut

        self.be_impatient()
        self.proxy.at_connection = ignore
        self.make_and_delete()
        self.assertEqual([], left)

    def test_connection_that_ends_behind_the_answer(self):
        """It lies in the pool, and the next request finds it dead."""
        def close(exchange):
            exchange.answer(exchange.forward())
            exchange.cut()

        self.strike(close)
        self.make_and_delete()
        self.assertEqual(3, self.struck)

    def test_half_closed_connection(self):
        """No more comes from the other side, which goes on to listen."""
        def half_close(exchange):
            exchange.answer(exchange.forward())
            exchange.half_close()

        self.strike(half_close)
        self.make_and_delete()
        self.assertEqual(3, self.struck)

    def test_reset_in_the_middle_of_the_answer(self):
        def reset(exchange):
            exchange.send(exchange.forward().encoded()[:-5])
            exchange.cut(reset=True)

        self.strike(reset)
        self.make_and_delete()
        self.assertEqual(3, self.struck)

    def test_answer_byte_by_byte(self):
        def trickle(exchange):
            for byte in exchange.forward().encoded():
                exchange.send(bytes([byte]))

        self.strike(trickle)
        self.make_and_delete()

    def test_answer_that_stops_in_the_middle(self):
        """The client gives up after read_timeout and asks again."""
        def stall(exchange):
            whole = exchange.forward().encoded()
            exchange.send(whole[:len(whole) // 2])
            exchange.wait_for_end()
            exchange.cut()

        self.be_impatient()
        self.strike(stall, times=1)
        self.make_and_delete()
        self.assertEqual(1, self.struck)

    def test_nothing_but_noise(self):
        """Whatever speaks there, it is not HTTP."""
        self.strike(lambda exchange: exchange.send(b'\0\1\2\r\n\r\n'), 10**6)
        found = self.assertRaises(
            exceptions.Unavailable, self.nics.get, NIC)
        self.assertIn('the connection broke', str(found))

    def be_impatient(self):
        # the option counts whole seconds
        transport = self.client._client.compute._client._pipeline._transport
        transport.connection_config.read_timeout = PATIENCE_SECONDS
