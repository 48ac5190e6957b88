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

"""N01, N08, N23: servers are made as asked, or refused before any write."""

from tests.functional.nova import base
from tests.functional.nova import with_cinder


class CreateServerTest(base.AzureServersTestCase):
    """Through Nova's API to a virtual machine in Azure."""

    def test_n01_boot_and_delete_leaves_nothing(self):
        server = self.create_server()

        vm = self.vm(server)
        self.assertEqual(
            'Standard_D2s_v5',
            vm['properties']['hardwareProfile']['vmSize'])
        image = vm['properties']['storageProfile']['imageReference']
        self.assertEqual('Canonical', image['publisher'])
        # "latest" was resolved, so the answer stays true
        self.assertRegex(image['version'], r'^\d+\.\d+\.\d+$')
        disk = vm['properties']['storageProfile']['osDisk']
        # the flavor's root disk
        self.assertEqual(64, disk['diskSizeGB'])
        [nic] = self.nics(server)
        [disk_body] = self.azure.resources('disks')
        self.assertEqual(
            sorted([vm['id'], nic['id'], disk_body['id']]),
            self.azure.resource_ids())
        self.assertEqual(base.HOST, server['OS-EXT-SRV-ATTR:host'])

        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())
        self.assertEqual([], self.neutron.ports_of(server['id']))

    def test_n01_all_we_make_says_whose_it_is(self):
        server = self.create_server()
        for body in (self.vm(server), *self.nics(server),
                     *self.azure.resources('disks')):
            tags = body.get('tags', {})
            self.assertEqual('jacket-tests', tags['jacket-owner'], body)
            self.assertEqual(server['id'], tags['jacket-id'], body)
            self.assertEqual(
                server['tenant_id'], tags['jacket-project'], body)
        self.assertEqual(base.HOST, self.vm(server)['tags']['jacket-host'])

    def test_n01_image_by_its_own_properties(self):
        server = self.create_server(
            imageRef=self.glance.by_property['id'])
        image = self.vm(server)['properties']['storageProfile'][
            'imageReference']
        self.assertEqual('ubuntu-24_04-lts', image['offer'])

    def test_n01_size_by_extra_spec(self):
        flavor = self.create_flavor(
            'unmapped', 2, 8192, 64, **{'azure:vm_size': 'Standard_D4s_v5'})
        server = self.create_server(flavorRef=flavor)
        self.assertEqual(
            'Standard_D4s_v5',
            self.vm(server)['properties']['hardwareProfile']['vmSize'])

    def test_n08_ten_at_once(self):
        self.ask_for_server(min_count=10, max_count=10)
        servers = self.wait_until(self.ten_active, 'ten servers')
        self.assertEqual(10, len(self.azure.resources('virtualMachines')))
        addresses = {
            nic['properties']['ipConfigurations'][0]['properties'][
                'privateIPAddress']
            for nic in self.azure.resources('networkInterfaces')}
        self.assertEqual(10, len(addresses))
        for server in servers:
            self.api.delete_server(server['id'])
        for server in servers:
            self._wait_until_deleted(server)
        self.assertEqual([], self.azure.resource_ids())

    def ten_active(self):
        servers = self.api.get_servers()
        states = [server['status'] for server in servers]
        self.assertNotIn('ERROR', states)
        return servers if states == ['ACTIVE'] * 10 else None

    def test_n23_zone(self):
        aggregate = self._create_aggregate('zone one', 'az1')
        self.api.add_host_to_aggregate(aggregate, base.HOST)
        server = self.create_server(availability_zone='az1')
        self.assertEqual(['1'], self.vm(server)['zones'])
        [disk] = self.azure.resources('disks')
        self.assertEqual(['1'], disk['zones'])
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())


class RefusedServerTestCase(base.AzureServersTestCase):
    """Mistakes are named to the user before Azure is written to."""

    #: Nova lets the driver clean up after it, and there is nothing
    HARMLESS = ('GET', 'DELETE')

    def assert_refused(self, *words, **wanted):
        fault = self.failed_build(**wanted)
        for word in words:
            self.assertIn(word, fault)
        self.assertEqual(
            [], [record for record in self.azure.requests
                 if record.method not in self.HARMLESS])
        self.assertEqual([], self.azure.resource_ids())


class RefusedServerTest(RefusedServerTestCase):

    def test_n01_unmapped_image(self):
        self.assert_refused(
            'unmapped', 'image', imageRef=self.glance.unmapped['id'])

    def test_n01_unmapped_flavor(self):
        flavor = self.create_flavor('m9.unmapped', 2, 8192, 64)
        self.assert_refused('m9.unmapped', flavorRef=flavor)

    def test_n01_size_the_region_does_not_have(self):
        flavor = self.create_flavor(
            'm9.odd', 2, 8192, 64, **{'azure:vm_size': 'Standard_NoSuch'})
        self.assert_refused('Standard_NoSuch', flavorRef=flavor)

    def test_n01_root_disk_smaller_than_the_image(self):
        flavor = self.create_flavor(
            'm9.thin', 2, 8192, 20, **{'azure:vm_size': 'Standard_D2s_v5'})
        self.assert_refused('30', flavorRef=flavor)

    def test_n06_unmapped_network(self):
        self.assert_refused(
            'unmapped', networks=[{'uuid': self.neutron.unmapped['id']}])

    def test_n06_no_network_at_all(self):
        self.assert_refused('at least one port', networks='none')

    def test_n06_more_ports_than_the_size_has_interfaces(self):
        ports = [self.create_port(self.neutron.private) for _ in range(3)]
        self.assert_refused(
            'Standard_D2s_v5', '2',
            networks=[{'port': port['id']} for port in ports])


class PageBlobRefusedServerTest(
        with_cinder.OnPageBlobs, RefusedServerTestCase):
    """On Azure Stack Hub, which lacks more."""

    # page blobs are looked at before they would be deleted
    HARMLESS = ('GET', 'HEAD', 'DELETE')

    def test_n23_no_zones(self):
        words = 'has no availability zones, zone 1 was asked for'
        flavor = self.create_flavor('m9.zonal', 2, 8192, 64, **{
            'azure:vm_size': 'Standard_D2s_v5', 'azure:zone': '1'})
        self.assert_refused(words, flavorRef=flavor)
        # a zone of Nova's that the mapping file has
        aggregate = self._create_aggregate('zone one', 'az1')
        self.api.add_host_to_aggregate(aggregate, base.HOST)
        self.assert_refused(words, availability_zone='az1')
        # nor a page blob
        self.assertEqual([], self.left())
