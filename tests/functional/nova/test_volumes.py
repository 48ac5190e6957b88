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


import threading

from nova.tests.functional.api import client as api_client

from jacket_azure.disks import loader
from tests.functional.nova import base
from tests.functional.nova import volumes

ZONE = 'az1'


class VolumesTestCase(base.AzureServersTestCase):
    """Nova's API down to Azure; Cinder's half is a fixture.

    :ivar volumes: makes volumes, see :class:`.volumes.VolumesFixture`
    """

    def setUp(self):
        super().setUp()
        client = self.azure.connect()
        conf = base.CONF.azure
        self.volumes = self.useFixture(volumes.VolumesFixture(
            self, loader.connect(conf, client), conf))

    def attach(self, server, volume_id, wait=True):
        """Attach a volume and wait until Azure has it."""
        answer = self.api.post_server_volume(
            server['id'], {'volumeAttachment': {'volumeId': volume_id}})
        if wait:
            self.wait_until(
                lambda: self.is_attached(server, volume_id), 'attached')
        return answer

    def is_attached(self, server, volume_id):
        bdm = self.volumes.volume_to_attachment[volume_id]
        return bdm and self.volumes.info(volume_id)['data'][
            'disk_name'] in self.luns(server)

    def detach(self, server, volume_id):
        self.api.delete_server_volume(server['id'], volume_id)
        self.wait_until(
            lambda: volume_id not in self.volumes.volume_ids_for_instance(
                server['id']), 'detached')

    def luns(self, server):
        """Return LUN by disk name, as Azure has it."""
        storage = self.vm(server)['properties']['storageProfile']
        return {disk['name']: disk['lun'] for disk in storage['dataDisks']}

    def name(self, volume_id):
        return self.volumes.info(volume_id)['data']['disk_name']

    def attached(self, server):
        """Return what Nova says is attached."""
        return {each['volumeId']
                for each in self.api.get_server_volumes(server['id'])}

    def failed_event(self, server, action, event):
        """Wait until an action has failed; return what is told of it."""
        def told():
            actions = [each for each in self.admin_api.get_instance_actions(
                server['id']) if each['action'] == action]
            for each in actions:
                found = self.admin_api.api_get(
                    f'/servers/{server["id"]}/os-instance-actions/'
                    f'{each["request_id"]}').body['instanceAction']
                for one in found.get('events', ()):
                    if one['event'] == event and one['result'] == 'Error':
                        return one['details']
            return None

        return self.wait_until(told, f'{action} failed')

    def block_devices(self, *devices):
        return {'block_device_mapping_v2': list(devices)}

    def boot_device(self, volume_id, delete=False):
        return {'source_type': 'volume', 'destination_type': 'volume',
                'uuid': volume_id, 'boot_index': 0,
                'delete_on_termination': delete}

    def data_device(self, volume_id, delete=False):
        return dict(self.boot_device(volume_id, delete), boot_index=-1)

    def image_device(self):
        return {'source_type': 'image', 'destination_type': 'local',
                'uuid': self.glance.ubuntu['id'], 'boot_index': 0,
                'delete_on_termination': True}

    def boot_volume(self, **options):
        return self.volumes.make(
            options.pop('size_gib', 30), bootable=True,
            data={'os_type': 'Linux', 'generation': 'V2'}, **options)


class AttachTest(VolumesTestCase):
    """Attach, detach and grow volumes of a server that runs."""

    def test_n20_attach_and_detach(self):
        server = self.create_server()
        made = [self.volumes.make() for _ in range(3)]
        for volume_id in made:
            self.attach(server, volume_id)
        self.assertEqual(
            {self.name(each): lun for lun, each in enumerate(made)},
            self.luns(server))
        self.assertEqual(set(made), self.attached(server))
        self.detach(server, made[1])
        self.assertEqual(
            {self.name(made[0]): 0, self.name(made[2]): 2},
            self.luns(server))
        self.assertEqual({made[0], made[2]}, self.attached(server))
        self._delete_server(server)
        for volume_id in made:
            self.assertEqual(
                'Unattached', self.volumes.disk(volume_id).state)
        self.assertEqual([], self.volumes.deleted)

    def test_n20_at_the_limit_of_the_size(self):
        server = self.create_server()
        for _ in range(4):
            self.attach(server, self.volumes.make())
        # later ones ask the compute service after they have answered
        self.api.microversion = '2.100'
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.attach, server,
            self.volumes.make(), False)
        self.assertEqual(403, exc.response.status_code)
        self.assertIn('(4)', str(exc))
        self.assertEqual(4, len(self.luns(server)))

    def test_n20_twenty_asked_for_at_once(self):
        """Nova has them attached one by one, under a lock of its own.

        nova 34 compute/manager.py, attach_volume: synchronized by instance.
        So there is nothing to join, and each is one request.
        """
        server = self.create_server(flavorRef=self.create_flavor(
            'large', 16, 65536, 64, **{'azure:vm_size': 'Standard_D16s_v5'}))
        made = [self.volumes.make() for _ in range(20)]
        with self.azure.recording() as requests:
            threads = [
                threading.Thread(
                    target=self.attach, args=(server, volume_id, False))
                for volume_id in made]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.wait_until(
                lambda: all(self.is_attached(server, volume_id)
                            for volume_id in made), 'attached')
        luns = self.luns(server)
        self.assertEqual(set(map(self.name, made)), set(luns))
        self.assertEqual(set(range(20)), set(luns.values()))
        told = [record.type for record in requests
                if record.type.lower().startswith('virtualmachines')
                and server['id'] in record.path and not record.is_poll]
        self.assertEqual(
            ['virtualMachines/attachDetachDataDisks'] * 20, told)
        # Azure's answers were believed, and are what Azure has
        logged = [
            int(line.split(') at LUN ')[1].split()[0])
            for line in self.log.text.splitlines() if ') at LUN ' in line]
        self.assertEqual(list(range(20)), sorted(logged))

    def test_n20_a_disk_that_is_gone(self):
        server = self.create_server()
        gone, there, new = [self.volumes.make() for _ in range(3)]
        self.attach(server, gone)
        self.attach(server, there)
        self.azure.emulator.store.delete(
            self.volumes.info(gone)['data']['disk_id'])
        self.attach(server, new)
        # Azure shows what a write wants until it fails for the one that is
        # gone, and the next one leaves that out
        wanted = {self.name(there): 1, self.name(new): 2}
        self.wait_until(lambda: self.luns(server) == wanted, 'without it')
        for volume_id in (gone, there, new):
            self.detach(server, volume_id)
        self.assertEqual({}, self.luns(server))
        self._delete_server(server)

    def assert_refused(self, server, volume_id, *words):
        self.attach(server, volume_id, wait=False)
        details = self.failed_event(
            server, 'attach_volume', 'compute_attach_volume')
        for word in words:
            self.assertIn(word, details)
        self.wait_until(
            lambda: volume_id not in self.attached(server), 'given back')
        self.assertEqual({}, self.luns(server))
        self.assertEqual({}, self.volumes.volume_to_attachment[volume_id])
        self.assertEqual('ACTIVE', self.api.get_server(
            server['id'])['status'])

    def test_n20_another_zone(self):
        self.assert_refused(
            self.create_server(), self.volumes.make(zone='2'),
            'in zone 2, the instance in no zone')

    def test_n20_another_location(self):
        self.assert_refused(
            self.create_server(),
            self.volumes.make(data={'location': 'westus'}),
            'is in westus, the instance in eastus')

    def test_n20_another_disk_model(self):
        self.assert_refused(
            self.create_server(),
            self.volumes.make(data={'disk_model': 'page_blob'}), 'page blob')

    def test_n20_read_only(self):
        self.assert_refused(
            self.create_server(),
            self.volumes.make(data={'access_mode': 'ro'}), 'read-only')

    def test_n20_attached_behind_novas_back(self):
        first = self.create_server()
        second = self.create_server()
        volume_id = self.volumes.make()
        with self.looking() as client:
            client.virtual_machines.attach_detach_data_disks(
                first['id'], {'dataDisksToAttach': [{
                    'diskId': self.volumes.info(volume_id)['data'][
                        'disk_id']}]})
        self.assert_refused(
            second, volume_id, f'Volume {volume_id} is in use by', first['id'])

    def test_n20_detach_of_what_is_not_there(self):
        server = self.create_server()
        volume_id = self.volumes.make()
        self.attach(server, volume_id)
        with self.looking() as client:
            client.virtual_machines.attach_detach_data_disks(
                server['id'], {'dataDisksToDetach': [{
                    'diskId': self.volumes.info(volume_id)['data'][
                        'disk_id']}]})
        self.detach(server, volume_id)
        self.assertEqual(set(), self.attached(server))

    def test_n20_detach_that_fails_can_be_asked_for_again(self):
        server = self.create_server()
        volume_id = self.volumes.make()
        self.attach(server, volume_id)
        fault = self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 403,
            'AuthorizationFailed')
        self.api.delete_server_volume(server['id'], volume_id)
        details = self.failed_event(
            server, 'detach_volume', 'compute_detach_volume')
        self.assertIn('AuthorizationFailed', details)
        self.assertEqual({volume_id}, self.attached(server))
        self.azure.emulator.faults.remove(fault)
        self.detach(server, volume_id)
        self.assertEqual({}, self.luns(server))

    def test_n20_multiattach(self):
        servers = [self.create_server() for _ in range(2)]
        volume_id = self.volumes.make(
            256, sku='Premium_LRS', max_shares=2)
        for server in servers:
            self.attach(server, volume_id)
        for server in servers:
            self.assertEqual({self.name(volume_id): 0}, self.luns(server))
        self.detach(servers[0], volume_id)
        self.assertEqual({}, self.luns(servers[0]))
        self.assertEqual({self.name(volume_id): 0}, self.luns(servers[1]))

    def test_n32_extend(self):
        server = self.create_server()
        volume_id = self.volumes.make()
        self.attach(server, volume_id)
        self.volumes.grow(volume_id, 8)
        self.admin_api.create_server_external_events([{
            'name': 'volume-extended', 'server_uuid': server['id'],
            'tag': volume_id}])
        self.wait_until(
            lambda: 'has 8 GiB now' in self.log.text, 'extended')
        entry, = self.vm(server)['properties']['storageProfile']['dataDisks']
        self.assertEqual(self.name(volume_id), entry['name'])

    def test_n32_swap(self):
        server = self.create_server()
        other, old = self.volumes.make(), self.volumes.make(2)
        new = self.volumes.make(8, sku='Premium_LRS')
        for volume_id in (other, old):
            self.attach(server, volume_id)
        # as Cinder does it: only a migration may ask for this
        self.volumes.volumes[old]['migration_status'] = 'migrating'
        self.admin_api.put_server_volume(server['id'], old, new)
        self.wait_until(
            lambda: self.attached(server) == {other, new}, 'swapped')
        self.assertEqual(1, self.luns(server)[self.name(new)])
        self.assertEqual('Unattached', self.volumes.disk(old).state)
        disk = self.azure.resource('disks', self.name(new))
        self.assertEqual(
            self.volumes.info(old)['data']['disk_id'].lower(),
            disk['properties']['creationData']['sourceResourceId'].lower())
        self.detach(server, new)

    def test_n32_swap_that_fails_gives_the_old_one_back(self):
        server = self.create_server()
        old, new = self.volumes.make(), self.volumes.make(8)
        self.attach(server, old)
        self.volumes.volumes[old]['migration_status'] = 'migrating'
        self.azure.fail(
            'PUT', 'disks', 403, 'AuthorizationFailed', times=1,
            name=self.name(new))
        self.admin_api.put_server_volume(server['id'], old, new)
        details = self.failed_event(
            server, 'swap_volume', 'compute_swap_volume')
        self.assertIn('AuthorizationFailed', details)
        self.wait_until(
            lambda: not self.volumes.volume_to_attachment[new], 'given back')
        self.assertEqual({old}, self.attached(server))
        self.assertEqual({self.name(old): 0}, self.luns(server))


class BootTest(VolumesTestCase):
    """Servers with volumes from the start."""

    def test_n03_boot_from_volume(self):
        kept, gone, data = (
            self.boot_volume(), self.volumes.make(), self.volumes.make())
        server = self.create_server(
            imageRef='', **self.block_devices(
                self.boot_device(kept), self.data_device(gone, delete=True),
                self.data_device(data)))
        storage = self.vm(server)['properties']['storageProfile']
        self.assertEqual(self.name(kept), storage['osDisk']['name'])
        self.assertEqual(
            {self.name(gone): 0, self.name(data): 1}, self.luns(server))
        writes = [
            record for record in self.azure.requests
            if record.method != 'GET'
            and record.type.lower().startswith('virtualmachines')]
        self.assertEqual(['PUT'], [record.method for record in writes])
        self._delete_server(server)
        self.wait_until(lambda: self.volumes.deleted, 'volume deleted')
        self.assertEqual([gone], self.volumes.deleted)
        for volume_id in (kept, data):
            self.assertEqual(
                'Unattached', self.volumes.disk(volume_id).state)

    def test_n03_boot_volume_goes_with_the_server(self):
        volume_id = self.boot_volume()
        server = self.create_server(imageRef='', **self.block_devices(
            self.boot_device(volume_id, delete=True)))
        self._delete_server(server)
        self.wait_until(lambda: self.volumes.deleted, 'volume deleted')
        self.assertEqual([], self.azure.resource_ids())

    def test_n03_image_to_volume_to_boot(self):
        server = self.create_server(imageRef='', **self.block_devices({
            'source_type': 'image', 'destination_type': 'volume',
            'uuid': self.glance.ubuntu['id'], 'boot_index': 0,
            'volume_size': 30, 'delete_on_termination': True}))
        storage = self.vm(server)['properties']['storageProfile']
        self.assertEqual('Attach', storage['osDisk']['createOption'])
        self.assertEqual('Linux', storage['osDisk']['osType'])
        self._delete_server(server)
        self.wait_until(lambda: self.volumes.deleted, 'volume deleted')
        self.assertEqual([], self.azure.resource_ids())

    def test_n03_data_volumes_of_a_server_from_an_image(self):
        data = [self.volumes.make() for _ in range(3)]
        server = self.create_server(**self.block_devices(
            self.image_device(), *map(self.data_device, data)))
        self.assertEqual(
            {self.name(each): lun for lun, each in enumerate(data)},
            self.luns(server))
        self.detach(server, data[0])
        self._delete_server(server)
        self.assertEqual([], self.volumes.deleted)

    def assert_refused(self, *words, **wanted):
        fault = self.failed_build(**wanted)
        for word in words:
            self.assertIn(word, fault)
        self.assertEqual([], self.azure.resources('virtualMachines'))
        self.assertEqual([], self.azure.resources('networkInterfaces'))

    def test_n03_too_many_volumes(self):
        data = [self.volumes.make() for _ in range(5)]
        self.assert_refused(
            'at most 4 data disks, 5', **self.block_devices(
                self.image_device(), *map(self.data_device, data)))
        for volume_id in data:
            self.assertEqual({}, self.volumes.volume_to_attachment[volume_id])

    def test_n03_another_zone(self):
        aggregate = self._create_aggregate('zone one', ZONE)
        self.api.add_host_to_aggregate(aggregate, base.HOST)
        self.assert_refused(
            'in zone 2, the instance in zone 1', availability_zone=ZONE,
            **self.block_devices(
                self.image_device(),
                self.data_device(self.volumes.make(zone='2'))))

    def test_n03_volume_of_an_unknown_system(self):
        volume_id = self.volumes.make(30, bootable=True)
        self.assert_refused(
            'linux or windows', imageRef='', **self.block_devices(
                self.boot_device(volume_id)))

    def test_n03_the_volumes_of_a_failed_build_stay(self):
        boot, data = self.boot_volume(), self.volumes.make()
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'InternalExecutionError')
        server = self.create_server(
            expected_state='ERROR', imageRef='', **self.block_devices(
                self.boot_device(boot), self.data_device(data)))
        self._delete_server(server)
        for volume_id in (boot, data):
            self.assertEqual(
                'Unattached', self.volumes.disk(volume_id).state)

    def test_n03_an_image_and_a_volume_to_boot_from(self):
        """Nova calls such a server volume-backed, and so it boots."""
        boot, data = self.boot_volume(), self.volumes.make()
        server = self.create_server(**self.block_devices(
            self.boot_device(boot), self.data_device(data)))
        storage = self.vm(server)['properties']['storageProfile']
        self.assertEqual(self.name(boot), storage['osDisk']['name'])
        self.assertNotIn('imageReference', storage)
        self.assertEqual({self.name(data): 0}, self.luns(server))
        self._delete_server(server)
        self.assertEqual('Unattached', self.volumes.disk(boot).state)
