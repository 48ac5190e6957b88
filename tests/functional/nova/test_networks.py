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

"""N06, N07: Neutron's ports are the network interfaces in Azure."""

from tests.functional.nova import base


def address(nic):
    """Return (method, address, subnet) of a NIC's only configuration."""
    [configuration] = nic['properties']['ipConfigurations']
    properties = configuration['properties']
    return (properties['privateIPAllocationMethod'],
            properties['privateIPAddress'],
            properties['subnet']['id'].rpartition('/')[2])


def security_group(nic):
    """Return the name of a NIC's NSG, None when it has none."""
    group = nic['properties'].get('networkSecurityGroup')
    return group and group['id'].rpartition('/')[2]


class NetworksTest(base.AzureServersTestCase):
    """Addresses, order and security groups are Neutron's."""

    def test_n06_two_ports_keep_their_addresses(self):
        first = self.create_port(
            self.neutron.backend,
            security_groups=[self.neutron.groups['web']['id']])
        second = self.create_port(self.neutron.private)
        server = self.create_server(
            networks=[{'port': first['id']}, {'port': second['id']}])

        primary, other = self.nics(server)
        self.assertEqual(
            ('Static', first['fixed_ips'][0]['ip_address'], 'backend'),
            address(primary))
        self.assertEqual(
            ('Static', second['fixed_ips'][0]['ip_address'], 'private'),
            address(other))
        self.assertEqual('nsg-web', security_group(primary))
        self.assertEqual('nsg-default', security_group(other))
        self.assertEqual(server['id'], primary['name'])
        self.assertEqual(f'{server["id"]}-{second["id"]}', other['name'])
        shown = {
            entry['addr'] for entries in server['addresses'].values()
            for entry in entries}
        self.assertEqual(
            {address(primary)[1], address(other)[1]}, shown)

        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())
        # ports that were there before outlive the server
        for port in (first, second):
            found = self.neutron.show_port(port['id'])['port']
            self.assertEqual('', found['device_id'])

    def test_n06_address_the_user_chose(self):
        server = self.create_server(networks=[{
            'uuid': self.neutron.private['id'],
            'fixed_ip': '192.168.1.77'}])
        [nic] = self.nics(server)
        self.assertEqual(('Static', '192.168.1.77', 'private'), address(nic))

    def test_n06_address_somebody_else_has_in_azure(self):
        """A taken address ends the build, and says so."""
        port = self.create_port(
            self.neutron.private, fixed_ips=[{'ip_address': '192.168.1.88'}])
        self.create_server(networks=[{'port': port['id']}])
        held = self.azure.resource_ids()
        twin = self.create_port(
            self.neutron.private, fixed_ips=[{'ip_address': '192.168.1.88'}])
        self.create_server(
            expected_state='ERROR', networks=[{'port': twin['id']}])
        self.assertEqual(held, self.azure.resource_ids())
        self.assertIn('192.168.1.88', self.log.text)

    def test_n07_group_chosen_at_create(self):
        server = self.create_server(security_groups=[{'name': 'web'}])
        [nic] = self.nics(server)
        self.assertEqual('nsg-web', security_group(nic))

    def test_n07_group_mapped_to_none_on_purpose(self):
        server = self.create_server(security_groups=[{'name': 'open'}])
        [nic] = self.nics(server)
        self.assertIsNone(security_group(nic))

    def test_n07_unmapped_group_is_an_error(self):
        fault = self.failed_build(security_groups=[{'name': 'unmapped'}])
        self.assertIn('unmapped', fault)
        self.assertEqual([], self.azure.resource_ids())

    def test_n07_second_group_is_an_error(self):
        fault = self.failed_build(
            security_groups=[{'name': 'web'}, {'name': 'default'}])
        self.assertIn('security group', fault)
        self.assertEqual([], self.azure.resource_ids())
