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

"""N34: a public address for each interface on a network that is mapped so."""

from nova import utils

from jacket_azure.emulator import network_quotas
from tests import world
from tests.functional.nova import base
from tests.functional.nova import with_cinder

MAPPING = world.MAPPING.replace(
    '  backend:\n', '    public_ip: {dns_name: true}\n  backend:\n', 1)


class PublicIps:
    """Public addresses of servers, whichever the cloud."""

    emulator_options = {'mapping': MAPPING}

    def addresses(self):
        """Return the public addresses in Azure."""
        return [address['properties']['ipAddress']
                for address in self.azure.resources('publicIPAddresses')]

    def told(self, server):
        """Return the public addresses that the user is shown."""
        text = self.api.get_server(server['id'])['metadata'].get('public_ip')
        return text.split(', ') if text else []

    def both(self):
        return [{'uuid': network['id']} for network in (
            self.neutron.private, self.neutron.backend)]

    def test_n34_comes_and_goes_with_an_interface(self):
        server = self._stop_server(self.create_server(
            networks=self.both()[1:]))
        self.assertEqual([], self.told(server))
        port_id = self.api.attach_interface(server['id'], {
            'interfaceAttachment': {'net_id': self.neutron.private['id']},
        }).body['interfaceAttachment']['port_id']
        [address] = self.addresses()
        self.assertEqual([address], self.told(server))
        self.api.detach_interface(server['id'], port_id)
        self._wait_for_instance_action_event(
            server, 'detach_interface', 'compute_detach_interface', 'success')
        self.assertEqual([], self.addresses())
        self.assertEqual([], self.told(server))

    def test_n34_a_quota_without_room_is_told_before_anything_is_made(self):
        network_quotas.set_limit(
            self.azure.emulator, 'PublicIPAddresses', 0)
        self.assertIn('no room for 1 public IP addresses',
                      self.failed_build())
        self.assertEqual([], self.azure.resource_ids())
        self.create_server(networks=self.both()[1:])

    def test_n34_what_cannot_be_made_leaves_no_address(self):
        for method, kind in (('PUT', 'publicIPAddresses'),
                             ('PUT', 'networkInterfaces'),
                             ('PUT', 'virtualMachines')):
            self.azure.fail(method, kind, 400, 'NotToday', 'Not today.')
            self.assertIn('Not today', self.failed_build())
            self.azure.emulator.faults.clear()
            self.assertEqual([], self.azure.resource_ids())


class PublicIpTest(PublicIps, base.AzureServersTestCase):
    """On Azure."""

    def test_n34_comes_and_goes_with_the_server(self):
        self._delete_server(self.create_server(networks=self.both()))
        with self.azure.recording() as made:
            server = self.create_server(networks=self.both())
        self.assertEqual(
            [('GET', 'publicIPAddresses'), ('PUT', 'networkInterfaces'),
             ('PUT', 'networkInterfaces'), ('PUT', 'publicIPAddresses'),
             ('PUT', 'virtualMachines')],
            sorted((record.method, record.type) for record in made))
        [address] = self.azure.resources('publicIPAddresses')
        self.assertEqual(server['id'], address['name'])
        self.assertEqual('Standard', address['sku']['name'])
        self.assertEqual(
            ('public-ip', server['id']), (address['tags']['jacket-kind'],
                                          address['tags']['jacket-id']))
        [port, _] = self.neutron.ports_of(server['id'])
        self.assertIn(f'port-{port["id"]}.',
                      address['properties']['dnsSettings']['fqdn'])
        first, second = self.nics(server)
        self.assertEqual(
            address['id'], first['properties']['ipConfigurations'][0][
                'properties']['publicIPAddress']['id'])
        self.assertNotIn('publicIPAddress', second['properties'][
            'ipConfigurations'][0]['properties'])
        self.assertEqual(self.addresses(), self.told(server))
        # which is a tag of the machine from the first, so no more is to do
        self.assertEqual(self.addresses()[0],
                         self.vm(server)['tags']['public_ip'])
        with utils.temporary_mutation(self.admin_api, microversion='2.47'):
            shown = self.admin_api.api_get(
                f'/servers/{server["id"]}/diagnostics').body
        self.assertEqual(self.addresses()[0], shown['nic0_public_ip'])
        with self.azure.recording() as made:
            self._delete_server(server)
        self.assertEqual(['virtualMachines'],
                         [record.type for record in made])
        self.assertEqual([], self.azure.resource_ids())


class StackHubPublicIpTest(
        with_cinder.OnPageBlobs, PublicIps, base.AzureServersTestCase):
    """On Azure Stack Hub, whose machines take nothing along."""

    emulator_options = {
        **with_cinder.OnPageBlobs.emulator_options,
        'mapping': MAPPING.replace('sku: server\n', 'sku: server-gen1\n')}

    def test_n34_comes_and_goes_with_the_server(self):
        server = self.create_server()
        [address] = self.azure.resources('publicIPAddresses')
        self.assertEqual('Basic', address['sku']['name'])
        self.assertEqual(self.addresses(), self.told(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resources('publicIPAddresses'))
