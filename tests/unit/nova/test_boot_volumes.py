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


import base64
import email
import json

import fixtures
from nova import exception as nova_exception

from jacket_azure.emulator.compute import guest
from tests import orders
from tests import volumes
from tests.unit.nova import base


class BootTestCase(base.NovaTestCase):
    """Servers with volumes from the first request on."""

    def volume(self, **options):
        options.setdefault('size_gib', 30)
        return volumes.make(
            self.driver._backend.disks, self.conf.azure, **options)

    def boot_volume(self, **options):
        info = self.volume(**options)
        info['data'].update(os_type='Linux', generation='V2')
        return info

    def devices(self, *infos, boot=True):
        mapping = [
            {'boot_index': 0 if boot and not index else None,
             'mount_device': f'/dev/sd{chr(97 + index)}',
             'delete_on_termination': bool(index % 2),
             'connection_info': info}
            for index, info in enumerate(infos)]
        return {'root_device_name': '/dev/sda', 'swap': None,
                'ephemerals': [], 'image': [],
                'block_device_mapping': mapping}

    def server(self, **values):
        return self.instance(image_ref='', **values)

    def storage(self, instance):
        return self.azure.resource('virtualMachines', instance.uuid)[
            'properties']['storageProfile']

    def refused(self, *words, instance=None, devices=None, **options):
        with self.azure.recording() as made:
            exc = self.assertRaises(
                nova_exception.BuildAbortException, self.spawn,
                instance or self.server(), devices=devices, **options)
        for word in words:
            self.assertIn(word, exc.format_message())
        self.assertEqual([], [one for one in made if one.method != 'GET'])


class BootFromVolumeTest(BootTestCase):
    """The OS disk is Cinder's."""

    def test_boot(self):
        info = self.boot_volume()
        self.spawn(server := self.server(), devices=self.devices(info))
        storage = self.storage(server)
        self.assertNotIn('imageReference', storage)
        disk = storage['osDisk']
        self.assertEqual(
            ('Attach', 'Linux', 'Detach', info['data']['disk_id'].lower()),
            (disk['createOption'], disk['osType'], disk['deleteOption'],
             disk['managedDisk']['id'].lower()))
        vm = self.azure.resource('virtualMachines', server.uuid)
        self.assertNotIn('osProfile', vm['properties'])
        self.assertIsNone(
            server.system_metadata.get('azure_image_version'))

    def test_its_deletion_leaves_the_volumes(self):
        infos = [self.boot_volume(), self.volume(), self.volume()]
        self.warm()
        before = self.azure.resource_ids()
        server, ports = self.spawn(
            self.server(), devices=self.devices(*infos))
        with self.azure.recording() as made:
            self.driver.destroy(self.context, server, ports)
        self.assertEqual(['DELETE'], [one.method for one in made])
        self.assertEqual(before, self.azure.resource_ids())
        for info in infos:
            disk = self.driver._backend.disks.get(info['data']['disk_name'])
            self.assertEqual(
                ('Unattached', 'volume'),
                (disk.state, disk.tags['jacket-kind']))

    def test_requests(self):
        self.warm()
        infos = [self.boot_volume(), *[self.volume() for _ in range(3)]]
        with self.azure.recording() as made:
            server, _ = self.spawn(
                self.server(), devices=self.devices(*infos))
        self.assertEqual(['PUT'] * 3, [one.method for one in made])
        self.assertEqual(
            [0, 1, 2],
            [entry['lun'] for entry in self.storage(server)['dataDisks']])

    def sent(self, server):
        body = self.azure.sent('PUT', 'virtualMachines', server.uuid)
        return json.loads(body) if isinstance(body, bytes) else body

    def user_data(self, server):
        return base64.b64decode(self.sent(server)['properties']['userData'])

    def test_key_and_user_data_reach_the_guest(self):
        server = self.server(user_data='IyEvYmluL3NoCg==')
        self.spawn(server, devices=self.devices(self.boot_volume()))
        user, ours = email.message_from_bytes(
            self.user_data(server)).get_payload()
        self.assertEqual(b'#!/bin/sh\n', user.get_payload(decode=True))
        config = json.loads(ours.get_payload().partition('\n')[2])
        self.assertEqual(
            {'ssh_authorized_keys': [server.key_data]}, config)
        self.assertNotIn('Pass-word-1', str(self.sent(server)))

    def test_windows(self):
        info = self.boot_volume()
        info['data']['os_type'] = 'Windows'
        server = self.server(user_data=base64.b64encode(b'rem').decode())
        self.spawn(server, devices=self.devices(info))
        self.assertEqual('Windows', self.storage(server)['osDisk']['osType'])
        self.assertEqual(b'rem', self.user_data(server))

    def test_nothing_to_say(self):
        server = self.server(key_data=None)
        self.spawn(server, devices=self.devices(self.boot_volume()))
        self.assertNotIn('userData', self.sent(server)['properties'])

    def test_os_type_of_the_image_it_was_made_from(self):
        for metadata in (
                {'image_os_type': 'linux'}, {'image_azure_os_type': 'linux'},
                {'image_image_name': 'ubuntu'}):
            info = self.volume()
            server = self.server(system_metadata=metadata)
            _, ports = self.spawn(server, devices=self.devices(info))
            self.assertEqual(
                'Linux', self.storage(server)['osDisk']['osType'])
            self.driver.destroy(self.context, server, ports)

    def test_os_type_nobody_knows(self):
        self.refused('linux or windows', devices=self.devices(self.volume()))

    def test_no_boot_volume(self):
        self.refused('neither an image nor a volume', devices=self.devices(
            self.volume(), boot=False) | {'root_device_name': '/dev/sdz'})

    def test_generation(self):
        info = self.boot_volume()
        info['data']['generation'] = 'V1'
        self.refused(
            'generation V1', devices=self.devices(info),
            instance=self.server(flavor_values={
                'extra_specs': {'azure:vm_size': 'Standard_D2s_v6'}}))

    def test_kinds_that_hold_only_data(self):
        info = self.boot_volume(sku='PremiumV2_LRS', zone='1')
        self.refused('does not boot', devices=self.devices(info))

    def test_old_cloud_and_user_data(self):
        self.lacking('user_data')
        self.refused(
            'no user data', devices=self.devices(self.boot_volume()),
            instance=self.server(user_data='IyEvYmluL3NoCg=='))
        # of a key the guest's agent is told
        server = self.server()
        self.spawn(server, devices=self.devices(self.boot_volume()))
        self.assertEqual(
            [server.key_data], self.guest(server).users['azureuser'].keys)
        self.assertNotIn('userData', self.sent(server)['properties'])

    def guest(self, server):
        emulator = self.azure.emulator
        return guest.of(emulator, emulator.store.get(self.azure.resource(
            'virtualMachines', server.uuid)['id']))

    def test_password_that_was_asked_for(self):
        for key, mode, expected in (
                (None, 'without_key', 'Pass-word-1'),
                (orders.KEY, 'without_key', None),
                (orders.KEY, 'always', 'Pass-word-1')):
            server = self.server(key_data=key)
            self.conf.azure.linux_password = mode
            _, ports = self.spawn(
                server, devices=self.devices(self.boot_volume()))
            users = self.guest(server).users
            found = users['azureuser'].password if users else None
            self.assertEqual(expected, found)
            self.driver.destroy(self.context, server, ports)

    def test_bad_password_is_refused_before_anything_is_made(self):
        self.refused(
            'three of', instance=self.server(key_data=None),
            devices=self.devices(self.boot_volume()), password='weakling')

    def test_guest_without_agent(self):
        """The server is there; an event of its creation says what is not."""
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.payload.diagnostics.Diagnostics.is_agent_ready',
            False))
        server = self.server(key_data=None)
        self.spawn(server, devices=self.devices(self.boot_volume()))
        self.assertEqual({}, self.guest(server).users)
        [started, (_, event, exc)] = self.events
        self.assertEqual('azure_guest_access', event)
        # of another exception the user is shown the name only
        self.assertIsInstance(exc, nova_exception.NovaException)
        self.assertIn('did not answer within 600 seconds', str(exc))
        self.assertNotIn('Pass-word-1', str(exc))

    def test_failed_create_leaves_the_volumes(self):
        infos = [self.boot_volume(), self.volume()]
        before = self.azure.resource_ids()
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'OSProvisioningInternalError')
        server = self.server()
        self.assertRaises(
            nova_exception.BuildAbortException, self.spawn, server,
            devices=self.devices(*infos))
        self.driver.destroy(self.context, server, [])
        self.assertEqual(before, self.azure.resource_ids())

    def test_machine_left_by_another_attempt(self):
        info = self.boot_volume()
        server = self.server(key_data=None)
        _, ports = self.spawn(server, devices=self.devices(info))
        again = self.make_driver()
        made = self.azure.resource('virtualMachines', server.uuid)
        self.spawn(server, ports, devices=self.devices(info), driver=again)
        self.assertEqual(
            made['properties']['vmId'], self.azure.resource(
                'virtualMachines', server.uuid)['properties']['vmId'])
        # other volumes, so another machine
        other = self.volume()
        self.spawn(
            server, ports, devices=self.devices(info, other), driver=again)
        self.assertEqual(1, len(self.storage(server)['dataDisks']))


class DataVolumesTest(BootTestCase):
    """Volumes of a server that boots from an image."""

    def spawn_with(self, *infos, **values):
        instance = self.instance(**values)
        self.spawn(instance, devices=self.devices(*infos, boot=False))
        return instance

    def test_they_are_there_from_the_start(self):
        infos = [self.volume() for _ in range(4)]
        server = self.spawn_with(*infos)
        entries = self.storage(server)['dataDisks']
        self.assertEqual(
            [info['data']['disk_id'].lower() for info in infos],
            [entry['managedDisk']['id'].lower() for entry in entries])
        self.assertEqual(
            {'Detach'}, {entry['deleteOption'] for entry in entries})
        self.assertIn('imageReference', self.storage(server))

    def test_one_too_many(self):
        infos = [self.volume() for _ in range(5)]
        self.refused(
            'at most 4 data disks, 5 are needed', instance=self.instance(),
            devices=self.devices(*infos, boot=False))

    def test_zone_of_the_volumes_is_taken(self):
        server = self.spawn_with(self.volume(zone='2'))
        vm = self.azure.resource('virtualMachines', server.uuid)
        self.assertEqual(['2'], vm['zones'])

    def test_another_zone(self):
        self.refused(
            'in zone 2, the instance in zone 1',
            instance=self.instance(availability_zone='az1'),
            devices=self.devices(self.volume(zone='2'), boot=False))
        self.refused(
            'in zone 3, the instance in zone 2', instance=self.instance(),
            devices=self.devices(
                self.volume(zone='2'), self.volume(zone='3'), boot=False))

    def test_elsewhere(self):
        for word, data in {
                'westus': {'location': 'westus'},
                'subscription 1234': {'subscription_id': '1234'},
                'page blob': {'disk_model': 'page_blob'},
                'read-only': {'access_mode': 'ro'}}.items():
            info = self.volume()
            info['data'].update(data)
            self.refused(word, instance=self.instance(),
                         devices=self.devices(info, boot=False))

    def test_ultra_disk(self):
        info = self.volume(sku='UltraSSD_LRS', zone='1')
        server = self.spawn_with(info, availability_zone='az1')
        vm = self.azure.resource('virtualMachines', server.uuid)
        self.assertTrue(vm['properties']['additionalCapabilities'][
            'ultraSSDEnabled'])

    def test_premium_for_a_size_without(self):
        boot = self.boot_volume()
        boot['data']['generation'] = 'V1'
        self.refused(
            'has no premium storage', instance=self.server(flavor_values={
                'extra_specs': {'azure:vm_size': 'Standard_A2_v2'}}),
            devices=self.devices(
                boot, self.volume(sku='Premium_LRS')))

    def test_ephemeral_disks_stay_refused(self):
        self.refused('ephemeral disk', instance=self.instance(), devices={
            'ephemerals': [{'size': 1}]})
