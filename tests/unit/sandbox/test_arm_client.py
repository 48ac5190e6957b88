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

import pathlib

import fixtures

from jacket_azure.emulator import server
from jacket_azure.sandbox import arm_client
from jacket_azure.sandbox import errors
from jacket_azure.sandbox import inventory
from jacket_azure.sandbox import render
from jacket_azure.sandbox import settings
from jacket_azure.sandbox import world
from jacket_azure.sandbox.bootstrap import compute
from jacket_azure.sandbox.bootstrap import networks
from tests import timeout


class ArmClientTest(timeout.TestCase):
    """Against the emulator, over HTTPS."""

    def setUp(self):
        super().setUp()
        self.emulator = server.Emulator(contents=False, page_size=2)
        self.emulator.start()
        self.addCleanup(self.emulator.stop)
        self.options = self.emulator.azure_options()
        self.arm = arm_client.ArmClient(self.options)
        world.ensure(self.arm)

    def addresses(self, count):
        for number in range(count):
            self.arm.put(
                f'{self.arm.group}/providers/Microsoft.Network'
                f'/publicIPAddresses/ip{number}', arm_client.NETWORK,
                {'location': self.arm.location, 'properties': {}})

    def test_what_is_not_there_is_none(self):
        self.assertIsNone(self.arm.get(
            f'{self.arm.group}/providers/Microsoft.Compute'
            '/virtualMachines/none', arm_client.COMPUTE))

    def test_world_of_the_sandbox_is_empty_and_made_once(self):
        writes = [record for record in self.emulator.requests
                  if record.method == 'PUT']
        world.ensure(self.arm)
        self.assertEqual(writes, [
            record for record in self.emulator.requests
            if record.method == 'PUT'])
        self.assertEqual({}, self.arm.resources())

    def test_all_pages_are_read(self):
        self.addresses(5)
        held = self.arm.resources()
        self.assertEqual(5, len(held))
        self.assertEqual(
            5, len(inventory.describe(held).splitlines()) - 1)

    def test_subnets_of_the_mapping_exist_in_the_world(self):
        self.assertEqual('10.0.1.0/24', networks.azure_prefix(
            self.arm, world.VIRTUAL_NETWORK, 'second'))

    def test_sizes_of_the_mapping_exist_in_the_region(self):
        self.assertEqual((2, 8192),
                         compute.sizes(self.arm)['standard_d2s_v5'])

    def test_refused_credentials_are_told_without_the_secret(self):
        arm = arm_client.ArmClient(
            {**self.options, 'client_secret': 'not-the-secret'})
        error = self.assertRaises(errors.SandboxError, arm.resources)
        self.assertIn('credentials', str(error))
        self.assertNotIn('not-the-secret', str(error))

    def test_refusal_is_told_with_azures_reason(self):
        error = self.assertRaises(
            errors.SandboxError, self.arm.put,
            f'{self.arm.group}/providers/Microsoft.Network'
            '/publicIPAddresses/x', arm_client.NETWORK, {'nonsense': 1})
        self.assertIn('400', str(error))

    def test_azure_away_is_told(self):
        self.emulator.stop()
        arm = arm_client.ArmClient(self.options)
        error = self.assertRaises(errors.SandboxError, arm.resources)
        self.assertIn('cannot be reached', str(error))

    def test_requests_are_valid(self):
        self.addresses(1)
        self.arm.resources()
        compute.sizes(self.arm)
        self.assertEqual([], self.emulator.invalid_requests)


class AzureSectionTest(timeout.TestCase):

    def test_options_of_the_emulator_reach_nova(self):
        with server.Emulator(contents=False) as emulator:
            options = emulator.azure_options()
        made = settings.load_or_create(pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state'))
        text = render.service(made, 'nova', options)['nova.conf']
        for name, value in options.items():
            self.assertIn(f'{name} = {value}\n', text)
