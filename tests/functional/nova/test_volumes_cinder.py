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


from nova.tests.functional.api import client as api_client
import requests

from jacket_azure.emulator.compute import disk_blobs
from tests.functional.nova import with_cinder


class AttachTest(with_cinder.CinderTestCase):
    """A volume from its creation to its end."""

    def test_n20_n32_life_of_a_volume(self):
        server = self.create_server()
        first, second = self.make(), self.make(2)
        self.attach(server, first)
        volume = self.attach(server, second)
        self.assertEqual({first: 0, second: 1}, self.data_disks(server))
        [attachment] = volume['attachments']
        self.assertEqual(server['id'], attachment['server_id'])
        # Cinder refuses to delete it, and Azure would
        self.ask('DELETE', f'/volumes/{second}', status=400)
        self.grow_attached(server, second)
        self.detach(server, first)
        self.assertEqual({second: 1}, self.data_disks(server))
        self.ask('DELETE', f'/volumes/{first}')
        self._delete_server(server)
        self.wait_for_volume(second, 'available')
        self.ask('DELETE', f'/volumes/{second}')
        self.wait_until(
            lambda: not self.ask('GET', '/volumes')['volumes'], 'deleted')
        self.assertEqual([], self.azure.resource_ids())

    def test_n20_a_disk_that_is_gone(self):
        """Somebody has deleted it in Azure; the others go on."""
        server = self.create_server()
        gone, there, new = [self.make() for _ in range(3)]
        self.attach(server, gone)
        self.attach(server, there)
        self.delete_in_azure(server, 0)
        self.attach(server, new)
        self.detach(server, gone)
        self.assertEqual({there, new}, set(self.data_disks(server)))
        self.detach(server, there)
        self._delete_server(server)
        self.wait_for_volume(new, 'available')

    def delete_in_azure(self, server, index):
        """Delete the disk of a data disk, whoever has it attached."""
        disk = self.vm(server)['properties']['storageProfile']['dataDisks'][
            index]
        self.azure.emulator.store.delete(disk['managedDisk']['id'])

    def grow_attached(self, server, volume_id):
        self.volume_action(volume_id, 'os-extend', {'new_size': 4})
        self.wait_for_volume(volume_id, 'in-use')
        self.wait_until(
            lambda: self.volume(volume_id)['size'] == 4, 'extended')
        # Cinder has told Nova, and Nova the driver
        self.wait_until(
            lambda: f'Volume {volume_id} has 4 GiB now' in self.log.text,
            'Nova has looked')


class BootTest(with_cinder.CinderTestCase):
    """Boot from a volume and from a snapshot, with others."""

    boot_size = 2

    def device(self, uuid, index=0, delete=False, source='volume', **more):
        return {'source_type': source, 'destination_type': 'volume',
                'uuid': uuid, 'boot_index': index,
                'delete_on_termination': delete, **more}

    def boot(self, *devices, **wanted):
        return self.create_server(
            imageRef='', block_device_mapping_v2=list(devices),
            **self.boot_options, **wanted)

    boot_options = {}

    def test_n03_from_volume_and_snapshot(self):
        boot, data, gone = self.make_bootable(), self.make(), self.make()
        server = self.boot(
            self.device(boot), self.device(data, -1),
            self.device(gone, -1, delete=True))
        self.assertEqual(boot, self.os_disk(server))
        self.assertEqual({data: 0, gone: 1}, self.data_disks(server))
        for volume_id in (boot, data, gone):
            self.wait_for_volume(volume_id, 'in-use')
        self._delete_server(server)
        self.wait_for_volume(boot, 'available')
        self.wait_for_volume(data, 'available')
        self.wait_until(
            lambda: len(self.ask('GET', '/volumes')['volumes']) == 2,
            'one deleted')

        made = self.ask('POST', '/snapshots', {'snapshot': {
            'volume_id': boot}})['snapshot']
        self.wait_until(
            lambda: self.ask('GET', f'/snapshots/{made["id"]}')['snapshot'][
                'status'] == 'available', 'snapshot')
        server = self.boot(self.device(
            made['id'], source='snapshot', delete=True, volume_size=3))
        new = self.os_disk(server)
        self.assertNotEqual(boot, new)
        self.assertEqual(
            (3, made['id']), (self.volume(new)['size'],
                              self.volume(new)['snapshot_id']))
        self._delete_server(server)
        self.wait_until(
            lambda: len(self.ask('GET', '/volumes')['volumes']) == 2,
            'the new one deleted')

        # and from a volume that Cinder has cloned
        clone = self.make(2, source_volid=boot)
        server = self.boot(self.device(clone, delete=True))
        self.assertEqual(clone, self.os_disk(server))
        self._delete_server(server)
        self.wait_until(
            lambda: len(self.ask('GET', '/volumes')['volumes']) == 2,
            'the clone deleted')


class RefusedTest(with_cinder.CinderTestCase):
    """Limits of the size, shared disks, zones: one clear answer each."""

    def test_n20_limit_multiattach_and_zone(self):
        first, second = self.create_server(), self.create_server()
        shared = self.make(256, volume_type=self.volume_type(
            'shared', **{'azure:sku': 'Premium_LRS',
                         'multiattach': '<is> True'}))
        self.attach(first, shared)
        self.attach(second, shared)
        self.wait_until(
            lambda: self.data_disks(second) == {shared: 0}, 'attached twice')
        self.assertEqual({shared: 0}, self.data_disks(first))
        zonal = self.make(volume_type=self.volume_type(
            'zonal', **{'azure:zone': '2'}))
        self.api.post_server_volume(
            first['id'], {'volumeAttachment': {'volumeId': zonal}})
        self.wait_until(
            lambda: 'in zone 2, the instance in no zone' in self.log.text,
            'refused')
        self.wait_for_volume(zonal, 'available')
        for _ in range(3):
            self.attach(first, self.make())
        # later ones ask the compute service after they have answered
        self.api.microversion = '2.100'
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.api.post_server_volume,
            first['id'], {'volumeAttachment': {'volumeId': self.make()}})
        self.assertEqual(403, exc.response.status_code)
        self.assertEqual(4, len(self.data_disks(first)))


class MigrateTest(with_cinder.CinderTestCase):
    """Cinder has Nova exchange a volume that is attached."""

    cinder_hosts = 2

    def test_n32_to_another_back_end(self):
        server = self.create_server()
        first, volume_id = self.make(), self.make(2)
        for each in (first, volume_id):
            self.attach(server, each)
        before = self.vm(server)['properties']['storageProfile'][
            'dataDisks'][1]['name']
        host = self.volume(volume_id)['os-vol-host-attr:host']
        others = {'azure': '@azure2#', 'azure2': '@azure#'}
        backend, _, pool = host.partition('@')[2].partition('#')
        self.volume_action(volume_id, 'os-migrate_volume', {
            'host': f'{host.partition("@")[0]}{others[backend]}{pool}',
            'force_host_copy': True})
        volume = self.wait_until(
            lambda: self.moved(volume_id, host), 'migrated')
        self.wait_until(lambda: self.is_over(server), 'exchanged')
        self.assertEqual('in-use', volume['status'])
        [attachment] = volume['attachments']
        self.assertEqual(server['id'], attachment['server_id'])
        disks = self.vm(server)['properties']['storageProfile']['dataDisks']
        self.assertEqual([0, 1], [disk['lun'] for disk in disks])
        self.assertNotEqual(before, disks[1]['name'])
        # nothing but the two of them is left, and both can go
        self.wait_until(
            lambda: len(self.ask('GET', '/volumes?all_tenants=1')[
                'volumes']) == 2, 'old one deleted')
        for each in (volume_id, first):
            self.detach(server, each)
            self.ask('DELETE', f'/volumes/{each}')
        self._delete_server(server)
        self.wait_until(
            lambda: not self.ask('GET', '/volumes')['volumes'], 'deleted')
        self.assertEqual([], self.azure.resource_ids())

    def moved(self, volume_id, host):
        found = self.volume(volume_id)
        self.assertNotEqual(
            'error', found['os-vol-mig-status-attr:migstat'],
            self.cinder.log_file.read_text()[-6000:])
        # its host is told first, its attachment last
        return found if found['os-vol-host-attr:host'] != host and (
            found['status'] == 'in-use' and found['attachments']) else None

    def is_over(self, server):
        """Tell whether Nova has ended its part as well."""
        [asked] = [each for each in self.admin_api.get_instance_actions(
            server['id']) if each['action'] == 'swap_volume']
        found = self.admin_api.api_get(
            f'/servers/{server["id"]}/os-instance-actions/'
            f'{asked["request_id"]}').body['instanceAction']
        return [event['result'] for event in found['events']] == ['Success']


class PageBlobAttachTest(with_cinder.OnPageBlobs, AttachTest):
    """The same on Azure Stack Hub."""

    def delete_in_azure(self, server, index):
        machine = self.vm(server)
        disk = machine['properties']['storageProfile']['dataDisks'][index]
        address = disk_blobs.address_of(
            self.azure.emulator, disk, machine['location'])
        blob = address.blob()
        url = blob.client.sas(blob.path, 'd', '2099-01-01T00:00:00Z')
        answer = requests.delete(url, timeout=60, headers={
            'x-ms-lease-id': disk_blobs.lease_of(address)})
        self.assertEqual(202, answer.status_code, answer.text)

    def grow_attached(self, server, volume_id):
        # Azure grows no page blob that a machine has leased
        self.volume_action(volume_id, 'os-extend', {'new_size': 4})
        self.wait_until(
            lambda: self.volume(volume_id)['status'] in (
                'error_extending', 'in-use'), 'refused')
        self.assertEqual(2, self.volume(volume_id)['size'])
        self.volume_action(
            volume_id, 'os-reset_status', {'status': 'in-use'})


class PageBlobBootTest(with_cinder.OnPageBlobs, BootTest):
    """The same on Azure Stack Hub."""

    # it has no userData, by which a key would reach the guest
    boot_options = {}


class PageBlobMigrateTest(with_cinder.OnPageBlobs, MigrateTest):
    """The same on Azure Stack Hub."""
