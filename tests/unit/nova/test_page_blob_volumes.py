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


from unittest import mock
import uuid

from nova import exception as nova_exception

from jacket_azure import exceptions
from jacket_azure.disks import models
from tests import world
from tests.unit.nova import volumes


class PageBlobVolumesTest(volumes.VolumeTestCase):
    """Azure Stack Hub: disks are page blobs, and there is no action."""

    contents = True
    profile = 'stack_hub'
    # page blobs start machines of generation 1 only
    mapping = world.MAPPING.replace('sku: server\n', 'sku: server-gen1\n')
    size = 'Standard_D2s_v3'
    limit = 4
    sku = 'Standard_LRS'

    def make_driver(self, *arguments, **options):
        self.flags(disk_model='page_blob', os_disk_sku='Standard_LRS')
        return super().make_driver(*arguments, **options)

    def volume(self, **options):
        options.setdefault('sku', self.sku)
        options.setdefault('size_gib', 1)
        return super().volume(**options)

    def luns(self, instance=None):
        storage = self.vm(instance)['properties']['storageProfile']
        return {entry['vhd']['uri'].partition('/volumes/')[2]: entry['lun']
                for entry in storage['dataDisks']}

    def name(self, info):
        return info['data']['disk_name'].partition('/')[2]

    def test_attach_and_detach(self):
        infos = [self.volume() for _ in range(2)]
        for info in infos:
            with self.azure.recording() as made:
                self.attach(info)
            self.assertEqual(
                ['GET', 'PATCH'],
                [one.method for one in made if 'blob' not in one.type])
        self.assertEqual(
            {self.name(infos[0]): 0, self.name(infos[1]): 1}, self.luns())
        self.detach(infos[0])
        self.assertEqual({self.name(infos[1]): 1}, self.luns())
        self.assertRaises(
            nova_exception.DiskNotFound, self.detach, infos[0])

    def blobs(self):
        """List our blobs: those of volumes, and of OS disks."""
        return sorted(disk.name for disk in self.disks.list())

    def test_delete_takes_the_os_disk_and_no_volume(self):
        info = self.volume()
        self.attach(info)
        self.assertEqual(2, len(self.blobs()))
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertEqual([info['data']['disk_name']], self.blobs())
        self.assertEqual('Unattached', self.state(info))

    def test_boot_from_a_volume_with_another(self):
        boot, data = self.volume(size_gib=2), self.volume()
        boot['data']['os_type'] = 'Linux'
        server = self.instance(
            image_ref='', key_data=None, flavor_values={
                'extra_specs': {'azure:vm_size': self.size}})
        ports = self.network_info(server, '192.168.1.77')
        self.spawn(server, ports, devices={'block_device_mapping': [
            {'boot_index': 0, 'connection_info': boot},
            {'boot_index': None, 'connection_info': data}]})
        storage = self.vm(server)['properties']['storageProfile']
        self.assertEqual(
            boot['data']['disk_id'], storage['osDisk']['vhd']['uri'])
        self.assertEqual({self.name(data): 0}, self.luns(server))
        self.driver.destroy(self.context, server, ports)
        for info in (boot, data):
            self.assertEqual('Unattached', self.state(info))

    def test_swap(self):
        old, new = self.volume(), self.volume(size_gib=2)
        self.attach(self.volume())
        disk = self.disks.get(old['data']['disk_name'])
        self.disks.delete(disk.name)
        writer = self.disks.open_writer(models.VolumeSpec(
            disk.name, 1, disk.kind, disk.tags))
        writer.write(4096, b'swapped.' * 64)
        writer.close()
        self.attach(old)
        self.driver.swap_volume(
            self.context, old, new, self.server, '/dev/sdc', 0)
        self.assertEqual(1, self.luns()[self.name(new)])
        self.assertEqual('Unattached', self.state(old))
        self.detach(new)
        reader = self.disks.open_reader(new['data']['disk_name'])
        self.addCleanup(reader.close)
        self.assertEqual(2, reader.size_bytes // 1024 ** 3)
        self.assertEqual(b'swapped.' * 64, reader.read(4096, 512))

    def test_swap_to_a_volume_with_snapshots(self):
        old, new = self.volume(), self.volume(size_gib=2)
        self.attach(old)
        name = new['data']['disk_name']
        self.disks.create_snapshot(models.SnapshotSpec(
            str(uuid.uuid4()), name, self.disks.get(name).tags))
        with self.azure.recording() as made:
            exc = self.assertRaises(
                nova_exception.InvalidInput, self.driver.swap_volume,
                self.context, old, new, self.server, '/dev/sdc', 0)
        self.assertIn('has snapshots (1)', exc.format_message())
        self.assertEqual([], self.writes(made))
        self.assertEqual({self.name(old): 0}, self.luns())

    def test_swap_that_fails_keeps_what_the_new_volume_held(self):
        old, new = self.volume(), self.volume(size_gib=2)
        disk = self.disks.get(new['data']['disk_name'])
        self.disks.delete(disk.name)
        writer = self.disks.open_writer(models.VolumeSpec(
            disk.name, 2, disk.kind, disk.tags))
        writer.write(4096, b'precious' * 64)
        writer.close()
        self.attach(old)
        copy = self.disks.create_from_volume

        def failing(spec, source):
            if source == old['data']['disk_name']:
                raise exceptions.OperationFailed('It was aborted.')
            return copy(spec, source)

        with mock.patch.object(self.disks, 'create_from_volume', failing):
            self.assertRaises(
                nova_exception.NovaException, self.driver.swap_volume,
                self.context, old, new, self.server, '/dev/sdc', 0)
        self.assertEqual({self.name(old): 0}, self.luns())
        self.assertEqual(
            3, len(self.blobs()), 'the two volumes and the OS disk')
        reader = self.disks.open_reader(disk.name)
        self.addCleanup(reader.close)
        self.assertEqual(b'precious' * 64, reader.read(4096, 512))

    def test_attached_to_another_instance(self):
        info = self.volume()
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.77'))
        self.attach(info, other)
        exc = self.assertRaises(
            nova_exception.InvalidInput, self.attach, info)
        self.assertIn(
            f'Volume {info["serial"]} is in use', exc.format_message())
