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

import fixtures
from nova import exception as nova_exception
from nova import objects
from nova.compute import vm_states

from jacket_azure.nova.resize import resize_records
from jacket_azure.payload import shape as shapes
from tests.unit.nova import volumes


class AttachTest(volumes.VolumeTestCase):
    """Through the driver's methods, as Nova calls them."""

    def test_attach_and_detach_are_one_request_each(self):
        info = self.volume()
        with self.azure.recording() as made:
            self.attach(info)
        self.assertEqual(1, len(made))
        self.assertEqual({self.name(info): 0}, self.luns())
        [entry] = self.vm()['properties']['storageProfile']['dataDisks']
        self.assertEqual(
            ('Detach', 'None'), (entry['deleteOption'], entry['caching']))
        with self.azure.recording() as made:
            self.detach(info)
        self.assertEqual(1, len(made))
        self.assertEqual({}, self.luns())

    def test_caching_of_the_volume_type(self):
        info = self.volume(sku='Premium_LRS')
        info['data']['caching'] = 'ReadOnly'
        self.attach(info)
        [entry] = self.vm()['properties']['storageProfile']['dataDisks']
        self.assertEqual('ReadOnly', entry['caching'])

    def refused(self, info, *words, **options):
        with self.azure.recording() as made:
            exc = self.assertRaises(
                nova_exception.InvalidInput, self.attach, info, **options)
        text = exc.format_message()
        for word in words:
            self.assertIn(word, text)
        return self.writes(made)

    def test_refused_before_anything_is_sent(self):
        info = self.volume()
        for word, data in {
            'read-only': {'access_mode': 'ro'},
            'is in westus': {'location': 'westus'},
            'in subscription 1234': {'subscription_id': '1234'},
            'is a page blob': {'disk_model': 'page_blob'},
            'in zone 2, the instance in no zone': {'zone': '2'},
        }.items():
            bad = {**info, 'data': {**info['data'], **data}}
            self.assertEqual([], self.refused(bad, word))
        self.assertEqual([], self.refused(
            {'driver_volume_type': 'rbd', 'data': {}}, "kind 'rbd'"))

    def test_a_size_to_which_a_resize_may_go_back_counts(self):
        info = self.volume(sku='Premium_LRS')
        self.server.system_metadata = {}
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.save', lambda *args, **options: None))
        resize_records.write(
            self.server, mock.Mock(uuid='1'),
            *(shapes.Shape(size, None, 'one') for size in (
                'Standard_A2_v2', self.size)))
        self.server.vm_state = vm_states.RESIZED
        self.assertEqual([], self.refused(
            info, 'Standard_A2_v2 has no premium storage'))
        self.server.vm_state = vm_states.ACTIVE
        self.attach(info)

    def test_encrypted(self):
        self.assertRaises(
            nova_exception.VolumeEncryptionNotSupported, self.attach,
            self.volume(), encryption={'provider': 'luks'})

    def test_attached_to_another_instance(self):
        info = self.volume()
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.77'))
        self.attach(info, other)
        self.refused(
            info, f'Volume {info["serial"]} is in use by {other.uuid}')
        self.assertEqual({}, self.luns())
        self.assertEqual({self.name(info): 0}, self.luns(other))

    def test_no_such_disk(self):
        info = self.volume()
        self.disks.delete(self.name(info))
        self.refused(info, f'Volume {info["serial"]} has no disk')

    def test_no_such_machine(self):
        info = self.volume()
        stranger = self.instance()
        self.assertRaises(
            nova_exception.InstanceNotFound, self.attach, info, stranger)
        # gone without our doing
        self.azure.connect().virtual_machines.delete(self.server.uuid)
        self.assertRaises(nova_exception.InstanceNotFound, self.attach, info)

    def test_shared_disk(self):
        info = self.volume(sku='Premium_LRS', size_gib=256, max_shares=2)
        self.assertTrue(info['data']['shared'])
        info['data']['caching'] = 'ReadOnly'
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.77'))
        third = self.instance()
        self.spawn(third, self.network_info(third, '192.168.1.78'))
        self.attach(info)
        self.attach(info, other)
        self.assertEqual(self.luns(), self.luns(other))
        exc = self.assertRaises(
            nova_exception.InvalidInput, self.attach, info, third)
        self.assertIn('is in use by', exc.format_message())
        self.detach(info)
        self.assertEqual({self.name(info): 0}, self.luns(other))

    def test_detach_of_what_is_not_there(self):
        info = self.volume()
        self.assertRaises(
            nova_exception.DiskNotFound, self.detach, info)
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertRaises(
            nova_exception.DiskNotFound, self.detach, info)

    def test_detach_fails(self):
        info = self.volume()
        self.attach(info)
        self.azure.fail(
            'POST', 'virtualMachines/attachDetachDataDisks', 403,
            'AuthorizationFailed')
        exc = self.assertRaises(
            nova_exception.DeviceDetachFailed, self.detach, info)
        self.assertIn('AuthorizationFailed', exc.format_message())
        self.assertEqual({self.name(info): 0}, self.luns())

    def test_deleting_the_server_keeps_its_volumes(self):
        infos = [self.volume() for _ in range(3)]
        for info in infos:
            self.attach(info)
        with self.azure.recording() as made:
            self.driver.destroy(self.context, self.server, self.ports)
        self.assertEqual(1, len(made))
        for info in infos:
            self.assertEqual('Unattached', self.state(info))

    def test_stopped_server(self):
        info = self.volume()
        self.driver.power_off(self.server)
        self.attach(info)
        self.assertEqual('Reserved', self.state(info))
        self.detach(info)
        self.assertEqual('Unattached', self.state(info))


class ExtendTest(volumes.VolumeTestCase):
    """What Cinder has grown is looked at, no more."""

    def test_extend(self):
        info = self.volume(size_gib=4)
        self.attach(info)
        self.disks.grow(self.name(info), 8)
        with self.azure.recording() as made:
            self.driver.extend_volume(
                self.context, info, self.server, 8 * 1024 ** 3)
        self.assertEqual(['GET'], [one.method for one in made])
        exc = self.assertRaises(
            nova_exception.NovaException, self.driver.extend_volume,
            self.context, info, self.server, 9 * 1024 ** 3)
        self.assertIn('has 8 GiB in Azure', exc.format_message())


class DeviceNameTest(volumes.VolumeTestCase):
    """Nova's API asks for a name first: the place to say no."""

    size = 'Standard_D2s_v5'

    def bdms(self, count, boot_index=None):
        return objects.BlockDeviceMappingList(objects=[
            objects.BlockDeviceMapping(
                self.context, device_name=f'/dev/sd{chr(99 + number)}',
                boot_index=boot_index, source_type='volume',
                destination_type='volume', volume_id=str(number))
            for number in range(count)])

    def name_for(self, bdms, instance=None):
        new = objects.BlockDeviceMapping(
            self.context, device_name=None, boot_index=None,
            source_type='volume', destination_type='volume')
        instance = instance or self.server
        instance.root_device_name = '/dev/sda'
        instance.default_ephemeral_device = None
        instance.default_swap_device = None
        return self.driver.get_device_name_for_instance(instance, bdms, new)

    def test_next_name(self):
        self.assertEqual('/dev/sdb', self.name_for(self.bdms(3)))

    def test_one_too_many(self):
        exc = self.assertRaises(
            nova_exception.TooManyDiskDevices, self.name_for, self.bdms(4))
        self.assertIn('(4)', exc.format_message())
        self.assertEqual(403, exc.code)

    def test_the_volume_it_boots_from_does_not_count(self):
        self.assertTrue(self.name_for(self.bdms(4, boot_index=0)))

    def test_server_that_is_not_made_yet(self):
        self.assertRaises(
            nova_exception.TooManyDiskDevices, self.name_for, self.bdms(4),
            self.instance())

    def test_flavor_that_is_not_mapped(self):
        self.assertTrue(
            self.name_for(self.bdms(40), self.instance('m9.none')))


class ConnectorTest(volumes.VolumeTestCase):
    """What Cinder is told of the server."""

    def test_it_names_the_machine(self):
        connector = self.driver.get_volume_connector(self.server)
        self.assertEqual(
            self.vm()['id'].lower(), connector['azure_vm_id'].lower())
        self.assertEqual('managed', connector['azure_disk_model'])
        self.assertIsNone(
            self.driver.get_volume_connector({})['azure_vm_id'])


class CapabilitiesTest(volumes.VolumeTestCase):
    """Only what is true."""

    def test_volumes(self):
        self.assertTrue(self.driver.capabilities['supports_multiattach'])
        self.assertTrue(self.driver.capabilities['supports_extend_volume'])


class ZoneTest(volumes.VolumeTestCase):
    """Zones count, whoever attaches."""

    zone = '1'

    def test_zones(self):
        for zone, sku, word in (
                ('2', 'StandardSSD_LRS', 'in zone 2, the instance in zone 1'),
                (None, 'StandardSSD_LRS', 'in no zone, the instance in')):
            exc = self.assertRaises(
                nova_exception.InvalidInput, self.attach,
                self.volume(zone=zone, sku=sku))
            self.assertIn(word, exc.format_message())
        self.attach(self.volume())
        self.attach(self.volume(zone=None, sku='Premium_ZRS'))
        self.assertEqual(2, len(self.luns()))

    def test_after_a_restart_of_the_service(self):
        restarted = self.make_driver()
        restarted.attach_volume(
            self.context, self.volume(), self.server, '/dev/sdc')
        self.assertEqual([0], list(self.luns().values()))
        seen = restarted._backend.power_states.last_seen(self.server.uuid)
        self.assertEqual('1', seen.zone)
