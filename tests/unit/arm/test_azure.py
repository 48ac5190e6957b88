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

"""connect() reports all wrong options together, and wires the rest."""

import pathlib
import types

import fixtures

from jacket_azure import exceptions
from jacket_azure.arm import azure
from jacket_azure.arm import transport
from tests import timeout
from tests.unit.arm import doubles


class ConnectTest(timeout.TestCase):

    def test_everything_is_there(self):
        made = azure.connect(doubles.options())
        self.addCleanup(made.close)
        self.assertEqual('eastus', made.location)
        self.assertEqual('jacket', made.resource_group)
        self.assertEqual(doubles.SUBSCRIPTION, made.subscription_id)
        self.assertEqual('custom', made.cloud.name)
        for name in (
            'virtual_machines', 'network_interfaces', 'disks', 'snapshots',
            'public_ip_addresses', 'subnets', 'network_security_groups',
            'resource_groups', 'resource_skus', 'usages', 'images',
            'virtual_machine_images',
        ):
            self.assertEqual(name, getattr(made, name).NAME)

    def test_all_mistakes_at_once(self):
        exc = self.assertRaises(
            exceptions.ConfigurationError, azure.connect, doubles.options(
                subscription_id=None, location='West Europe',
                resource_group='ends.', ca_file='/no/such.pem',
                client_secret=None, arm_endpoint=None))
        for part in (
            'subscription_id is missing; it must be a UUID',
            "location is 'West Europe'", "resource_group is 'ends.'",
            'ca_file = /no/such.pem cannot be read',
            'client_secret is missing', 'arm_endpoint is missing',
        ):
            self.assertIn(f'[azure] {part}', str(exc))

    def test_credential_of_the_caller_needs_no_options(self):
        made = azure.connect(
            doubles.options(client_secret=None, tenant_id=None),
            credential=doubles.Credential())
        self.addCleanup(made.close)


class TransportTest(timeout.TestCase):

    def test_one_session_per_process_and_pool(self):
        first = transport.from_conf(doubles.options(http_pool_size=7))
        second = transport.from_conf(doubles.options(http_pool_size=7))
        self.assertIs(first.session, second.session)
        adapter = first.session.get_adapter('https://arm.example.com')
        self.assertEqual(7, adapter._pool_maxsize)
        self.assertEqual(0, adapter.max_retries.total)

    def test_a_child_process_has_its_own(self):
        first = transport.shared_session(9)
        self.patch(transport.os, 'getpid', lambda: -1)
        self.addCleanup(transport._sessions.pop, (-1, 9), None)
        self.assertIsNot(first, transport.shared_session(9))

    def test_netrc_does_not_replace_the_token(self):
        netrc = pathlib.Path(self.useFixture(fixtures.TempDir()).path, 'rc')
        netrc.write_text('default login me password mine')
        self.useFixture(fixtures.EnvironmentVariable('NETRC', str(netrc)))
        session, wire = transport._new_session(1), doubles.Wire(
            doubles.answer())
        session.mount('https://', wire)
        session.get('https://arm.example.com', headers={
            'Authorization': 'Bearer token'})
        self.assertEqual(
            'Bearer token', wire.requests[0].headers['Authorization'])

    def test_closing_a_client_leaves_the_shared_session(self):
        closed = []
        session = transport.from_conf(doubles.options()).session
        self.patch(session, 'close', lambda: closed.append(session))
        azure.connect(doubles.options()).close()
        self.assertEqual([], closed)

    def test_time_outs_and_trust_are_the_options_(self):
        found = transport.from_conf(doubles.options(
            connect_timeout=3, read_timeout=4, ca_file=__file__))
        config = found.connection_config
        self.assertEqual(
            (3, 4, __file__),
            (config.timeout, config.read_timeout, config.verify))
        self.assertIs(True, transport.from_conf(
            doubles.options()).connection_config.verify)

    def test_sleeps_are_the_caller_s(self):
        clock = doubles.Clock()
        transport.from_conf(doubles.options(), clock.sleep).sleep(3)
        self.assertEqual([3], clock.slept)


class PlacesTest(timeout.TestCase):
    """Names in our group, full ids in any."""

    def test_networks_in_other_groups(self):
        made = doubles.connect(doubles.answer(200, {}))
        other = doubles.GROUP.replace('/jacket', '/net-rg')
        azure_, nets = made.azure, f'{other}/providers/Microsoft.Network'
        azure_.subnets.get('vnet1', 's1')
        azure_.subnets.get(f'{nets}/virtualNetworks/vnet2', 's2')
        azure_.network_security_groups.get(
            f'{nets}/networkSecurityGroups/nsg')
        azure_.images.get(
            f'{other}/providers/Microsoft.Compute/images/golden')
        ends = [sent.url.partition('?')[0].partition('/resourceGroups/')[2]
                for sent in made.wire.requests]
        self.assertEqual([
            'jacket/providers/Microsoft.Network/virtualNetworks/vnet1/'
            'subnets/s1',
            'net-rg/providers/Microsoft.Network/virtualNetworks/vnet2/'
            'subnets/s2',
            'net-rg/providers/Microsoft.Network/networkSecurityGroups/nsg',
            'net-rg/providers/Microsoft.Compute/images/golden',
        ], ends)

    def test_what_is_neither_is_refused_before_it_is_sent(self):
        made = doubles.connect(doubles.answer(200, {}))
        for wrong in ('a/b', '/subscriptions/x/resourceGroups', 'x/'):
            self.assertRaises(
                exceptions.Refused, made.azure.network_security_groups.get,
                wrong)
        self.assertEqual([], made.wire.requests)


class NetworkInterfacesTest(timeout.TestCase):

    RESERVED = doubles.error(400, 'NicReservedForAnotherVm')

    def test_reservation_is_waited_out_only_when_asked(self):
        made = doubles.connect(self.RESERVED)
        self.assertRaises(
            exceptions.InUse, made.azure.network_interfaces.delete, 'nic1')
        self.assertEqual([], made.clock.slept)

    def test_reservation_that_ends(self):
        made = doubles.connect(
            *[self.RESERVED] * 9, doubles.answer(204))
        self.assertFalse(made.azure.network_interfaces.delete(
            'nic1', wait_reserved=True))
        self.assertEqual([20] * 9, made.clock.slept)

    def test_reservation_that_does_not_end(self):
        made = doubles.connect(self.RESERVED)
        self.assertRaises(
            exceptions.InUse, made.azure.network_interfaces.delete, 'nic1',
            wait_reserved=True)
        self.assertEqual(200, sum(made.clock.slept))

    def test_other_use_is_not_waited_for(self):
        made = doubles.connect(doubles.error(400, 'NicInUse'))
        self.assertRaises(
            exceptions.InUse, made.azure.network_interfaces.delete, 'nic1',
            wait_reserved=True)
        self.assertEqual([], made.clock.slept)


class CatalogueTest(timeout.TestCase):

    def latest(self, *names):
        made = doubles.connect(
            doubles.answer(200, [{'name': name} for name in names]))
        return made.azure.virtual_machine_images.latest_version(
            'eastus', 'Canonical', 'ubuntu', 'server')

    def test_latest_is_by_number(self):
        self.assertEqual('24.04.10', self.latest('24.04.9', '24.04.10'))
        self.assertEqual('1.10.0', self.latest('1.9.9', '1.10.0', '1.2.3'))

    def test_no_version_is_not_found(self):
        self.assertRaises(exceptions.NotFound, self.latest)

    def test_location_cannot_break_the_filter(self):
        made = doubles.connect(doubles.answer(200, {'value': []}))
        made.azure.resource_skus.list("x' or name eq 'y")
        self.assertIn("x'' or name eq ''y".replace("'", '%27').replace(
            ' ', '%20'), made.wire.requests[0].url)

    def test_stack_hub_is_asked_with_its_versions(self):
        conf = doubles.options(cloud='stack_hub')
        made = azure.connect(conf, credential=doubles.Credential())
        self.addCleanup(made.close)
        self.assertEqual(
            {'api_version': '2019-07-01'}, made.disks._version)
        self.assertEqual(
            {'api_version': '2020-06-01'}, made.virtual_machines._version)
        self.assertEqual(
            {'api_version': '2018-11-01'}, made.subnets._version)

    def test_stack_hub_is_asked_for_groups_with_its_version(self):
        made = doubles.connect(
            doubles.answer(200, {'name': 'g'}),
            cloud='stack_hub')
        self.assertEqual({'name': 'g'}, made.azure.resource_groups.get('g'))
        self.assertIn('api-version=2019-10-01', made.wire.requests[0].url)

    def test_options_may_be_any_object(self):
        values = vars(doubles.options())
        azure.connect(types.SimpleNamespace(**values)).close()
