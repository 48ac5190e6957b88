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

"""Rebuilds that Azure or the driver refuses, and such as are cut short."""

import types

import fixtures
from nova import exception
from nova.compute import vm_states

from jacket_azure.emulator.compute import guest
from jacket_azure.payload import data_disk
from jacket_azure.payload import images as image_facts
from tests import orders
from tests.unit.nova import base
from tests.unit.nova import test_boot_volumes
from tests.unit.nova import test_killed

OTHER_KEY = orders.KEY.replace('AgMEBQ', 'AgMEBg')


class RebuildTestCase(base.NovaTestCase):
    """A server that runs, and its rebuilds as Nova asks for them."""

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.save', lambda *args, **options: None))

    def make(self, **values):
        server = self.instance(**values)
        self.server, self.ports = self.spawn(
            server, self.network_info(server, '192.168.1.10'))
        self.server.vm_state = vm_states.ACTIVE
        return self.server

    def rebuild(self, driver=None, image='ubuntu', password='Pass-word-1',
                **options):
        (driver or self.driver).rebuild(
            self.context, self.server, self.image(image), [], password, {},
            [], None, None, network_info=self.ports,
            block_device_info={}, reimage_boot_volume=True, **options)

    def refused(self, words, **options):
        """Expect that the server is put back, and why."""
        error = self.assertRaises(
            exception.InstanceFaultRollback, self.rebuild, **options)
        self.assertIn(words, str(error.inner_exception))

    def refused_before(self, words, **options):
        """Expect that nothing was written."""
        with self.azure.recording() as made:
            self.refused(words, **options)
        self.assertEqual([], [r for r in made if r.method != 'GET'])

    def vm(self):
        return self.driver._backend.azure.virtual_machines.get(
            self.server.uuid, instance_view=True)

    def shape(self):
        """Return OS disk and power state of the machine."""
        vm = self.vm()
        [power] = [
            status['code'].partition('/')[2]
            for status in vm['properties']['instanceView']['statuses']
            if status['code'].startswith('PowerState/')]
        return data_disk.os_disk_name(vm), power

    def disks(self):
        return sorted(
            each['name'] for each in self.azure.resources('disks'))

    def places(self):
        return self.server.uuid, f'{self.server.uuid}-b'


class RefusedTest(RebuildTestCase):

    def test_windows_of_a_generalized_image(self):
        self.make(image_ref=orders.IMAGE, flavor_values={'root_gb': 128})
        entry = self.azure.emulator.store.get(self.vm()['id'])
        entry.properties['storageProfile']['osDisk']['osType'] = 'Windows'
        self.refused_before('only together with a new machine',
                            image='windows')

    def test_what_the_machine_cannot_boot(self):
        plan = image_facts.Plan('name', 'product', 'publisher')
        self.make()
        for words, facts in (
                ('generation V1', {'generation': 'V1'}),
                ('holds windows', {'os_type': 'windows'}),
                ('purchase plans', {'plan': plan}),
                ('Arm64 processors', {'architecture': 'Arm64'}),
                ('root disk of 30 GiB', {'size_gib': 31}),
                ('data disks of its own', {'data_disks': 1})):
            with fixtures.MonkeyPatch(
                    'jacket_azure.payload.images.parse_marketplace',
                    lambda version, _facts=facts, _parse=(
                        image_facts.parse_marketplace): image_facts.replace(
                        _parse(version), **_facts)):
                self._driver = None
                self.refused_before(words)

    def test_machines_that_keep_their_disk(self):
        self.make()
        entry = self.azure.emulator.store.get(self.vm()['id'])
        disk = entry.properties['storageProfile']['osDisk']
        disk['diffDiskSettings'] = {'option': 'Local'}
        self.refused_before('ephemeral')

    def test_unknown_image_and_bad_password(self):
        self.make(key_data=None)
        self.refused_before('three of', password='weakling')
        self.server.key_data = 'no key'
        self.lacking('user_data')
        self.refused_before('OpenSSH')

    def test_preserve_ephemeral(self):
        self.make()
        self.refused_before('preserv', preserve_ephemeral=True)

    def test_machine_that_is_gone(self):
        self.make()
        self.driver._backend.azure.virtual_machines.delete(self.server.uuid)
        self.refused_before('no virtual machine of this server')


class RebuildTest(RebuildTestCase):

    def test_requests_of_a_second_rebuild(self):
        self.make()
        self.rebuild()
        with self.azure.recording() as made:
            self.rebuild()
        self.assertEqual(
            [('GET', 'virtualMachines'),
             # whether there is one already, and whose
             ('GET', 'disks'), ('PUT', 'disks'),
             ('POST', 'virtualMachines/deallocate'),
             ('GET', 'virtualMachines'), ('PATCH', 'virtualMachines'),
             ('POST', 'virtualMachines/start'),
             ('GET', 'disks'), ('DELETE', 'disks')],
            [(r.method, r.type) for r in made])
        self.assertEqual((self.places()[0], 'running'), self.shape())

    def test_a_server_that_was_being_rescued(self):
        """Its own disk is a data disk then; all but the new one go."""
        self.make()
        a, b = self.places()
        azure = self.driver._backend.azure
        self.driver.power_off(self.server)
        disk = self.azure.resource('disks', a)
        azure.disks.create_or_update(f'{a}-rescue', {
            'location': disk['location'], 'tags': disk['tags'],
            'sku': disk['sku'], 'properties': {
                'creationData': {
                    'createOption': 'Copy', 'sourceResourceId': disk['id']}}})
        vm = self.vm()
        rescue = self.azure.resource('disks', f'{a}-rescue')
        azure.virtual_machines.update(a, {'properties': {'storageProfile': {
            'osDisk': {
                'createOption': 'FromImage', 'name': rescue['name'],
                'managedDisk': {'id': rescue['id']}},
            'dataDisks': [{
                'lun': 0, 'name': a, 'createOption': 'Attach',
                'managedDisk': {'id': disk['id']}}]}}}, etag=vm['etag'])
        self.server.vm_state = vm_states.ERROR
        self.rebuild()
        self.assertEqual((b, 'running'), self.shape())
        self.assertEqual([b], self.disks())
        self.assertEqual(
            [], self.vm()['properties']['storageProfile']['dataDisks'])

    def test_a_key_that_changed_replaces_the_old_one(self):
        server = self.make()
        self.rebuild()
        emulator = self.azure.emulator
        found = emulator.store.get(self.vm()['id'])
        # the same key: nobody waits for the agent
        self.assertEqual({}, guest.of(emulator, found).users)
        server.key_data = OTHER_KEY
        self.rebuild()
        found = emulator.store.get(self.vm()['id'])
        self.assertEqual(
            [OTHER_KEY],
            guest.of(emulator, found).users['azureuser'].keys)
        self.assertEqual(1, len(self.azure.resources('extensions')))
        # and the next guest is not told what that one was
        server.key_data = orders.KEY
        self.rebuild()
        found = emulator.store.get(self.vm()['id'])
        self.assertEqual({}, guest.of(emulator, found).users)
        self.assertEqual([], self.azure.resources('extensions'))

    def test_a_disk_that_does_not_start_gives_way_to_the_old_one(self):
        self.make()
        before = self.vm()
        self.azure.fail('POST', 'virtualMachines/start', 400, 'BadDisk',
                        'Azure does not like the new disk.', times=1)
        self.refused('does not like the new disk')
        a, _ = self.places()
        self.assertEqual((a, 'running'), self.shape())
        self.assertEqual([a], self.disks())
        self.assertEqual(before['tags'], self.vm()['tags'])

    def test_tags_that_somebody_set_stay_when_it_goes_back(self):
        self.make()
        found = self.azure.emulator.store.get(self.vm()['id'])
        found.body['tags']['jacket-image-version'] = 'older'
        self.azure.fail('POST', 'virtualMachines/start', 400, 'BadDisk',
                        'Azure does not like the new disk.', times=1)
        pause = self.driver.rebuildops._pause
        start = pause.start

        others = [('cost-centre', '7')]

        def starting(*arguments):
            # the first time only: the old disk is started in the same way
            while others:
                found.body['tags'].update([others.pop()])
                found.etag += 1
            return start(*arguments)

        self.useFixture(fixtures.MockPatchObject(pause, 'start', starting))
        self.refused('does not like the new disk')
        tags = self.vm()['tags']
        self.assertEqual(('7', 'older'), (
            tags['cost-centre'], tags['jacket-image-version']))

    def test_tags_that_somebody_set_meanwhile_stay(self):
        self.make()
        found = self.azure.emulator.store.get(self.vm()['id'])
        found.body['tags']['jacket-image-version'] = 'older'
        make = self.driver.rebuildops._os_disks.make_disk

        def making(*arguments):
            found.body['tags']['cost-centre'] = '7'
            found.etag += 1
            return make(*arguments)

        self.driver.rebuildops._os_disks.make_disk = making
        self.rebuild()
        tags = self.vm()['tags']
        self.assertEqual('7', tags['cost-centre'])
        self.assertNotEqual('older', tags['jacket-image-version'])

    def test_tags_that_somebody_set_just_before_the_write_stay(self):
        self.make()
        found = self.azure.emulator.store.get(self.vm()['id'])
        found.body['tags']['jacket-image-version'] = 'older'
        machines = self.driver._backend.azure.virtual_machines
        update = machines.update

        def updating(*arguments, **options):
            if 'cost-centre' not in found.body['tags']:
                found.body['tags']['cost-centre'] = '7'
                found.etag += 1
            return update(*arguments, **options)

        self.useFixture(fixtures.MockPatchObject(
            machines, 'update', updating))
        self.rebuild()
        tags = self.vm()['tags']
        self.assertEqual('7', tags['cost-centre'])
        self.assertNotEqual('older', tags['jacket-image-version'])
        self.assertEqual(self.places()[1], self.shape()[0])

    def test_azure_stays_at_work_on_it(self):
        """Then it cannot go back to its old disk either: nobody asks."""
        self.make()
        self.azure.fail('POST', 'virtualMachines/start', 409,
                        'Conflict', 'A concurrent request goes on.')
        with self.azure.recording() as made:
            self.refused('does not start: Azure is still at work on it')
        self.assertEqual(1, len([
            record for record in made if record.method == 'PATCH']))

    def test_no_room_to_start_it_again(self):
        """It has its new disk, and starts once there is room."""
        self.make()
        self.azure.fail('POST', 'virtualMachines/start', 409,
                        'AllocationFailed', 'No room in eastus today.')
        self.refused('The server is rebuilt, but does not start')
        b = self.places()[1]
        self.assertEqual((b, 'deallocated'), self.shape())
        self.assertEqual([b], self.disks())
        self.azure.emulator.faults.clear()
        self.driver.power_on(self.context, self.server, self.ports)
        self.assertEqual((b, 'running'), self.shape())


class CutTest(test_killed.Killing, RebuildTestCase):
    """Every request of a rebuild is refused once, or the last of all."""

    def each(self):
        """Yield the number of each request of a rebuild of a new server."""
        self.make()
        with self.azure.recording() as made:
            self.rebuild()
        self.azure.empty()
        for number, record in enumerate(made, 1):
            self.neutron.ports.clear()
            self.make()
            yield number, record
            self.azure.empty()

    def check_boots(self, number):
        name, power = self.shape()
        self.assertIn(name, self.places(), number)
        self.assertIn(name, self.disks(), number)
        return power

    def test_killed_anywhere_and_asked_again(self):
        for number, _ in self.each():
            with self.killed_after(number):
                self.rebuild(self.make_driver())
            self.check_boots(number)
            self.server.vm_state = vm_states.ERROR
            self.rebuild(self.make_driver())
            name, power = self.shape()
            self.assertEqual('running', power, number)
            self.assertEqual([name], self.disks(), number)

    def test_refused_anywhere(self):
        for number, record in self.each():
            if record.method in ('GET', 'DELETE'):
                continue
            self.azure.fail(record.method, record.type, 403,
                            'RequestDisallowedByPolicy')
            self.refused('RequestDisallowedByPolicy')
            power = self.check_boots(number)
            if record.type != 'virtualMachines/start':
                self.assertEqual('running', power, record)
                self.assertEqual([self.places()[0]], self.disks(), record)
            self.azure.emulator.faults.clear()


class VolumeRefusedTest(RebuildTestCase, test_boot_volumes.BootTestCase):
    """What Cinder would make another kind of disk of."""

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.image.glance.API.get', lambda api, context, image_id: {
                'id': image_id, 'name': 'ubuntu', 'status': 'active',
                'size': 20, 'properties': {}, 'is_public': True}))

    def make_on(self, size_gib):
        info = self.boot_volume(size_gib=size_gib)
        disk = self.azure.emulator.store.get(info['data']['disk_id'])
        disk.properties['hyperVGeneration'] = 'V2'
        self.server = self.instance(image_ref='')
        _, self.ports = self.spawn(self.server, devices=self.devices(info))
        self.server.vm_state = vm_states.ACTIVE
        self.root = types.SimpleNamespace(
            is_root=True, is_volume=True, is_image=False,
            volume_id=info['data']['volume_id'], volume_size=size_gib)

    def rebuild(self, **options):
        self.driver.rebuild(
            self.context, self.server, self.image(), [], None, {},
            [self.root], None, None, network_info=self.ports,
            block_device_info={}, reimage_boot_volume=True, **options)

    def test_too_small_a_volume(self):
        self.make_on(size_gib=2)
        self.refused_before('extend the volume first')

    def test_another_security_type(self):
        self.make_on(size_gib=64)
        entry = self.azure.emulator.store.get(self.vm()['id'])
        entry.properties['securityProfile'] = {
            'securityType': 'TrustedLaunch', 'uefiSettings': {
                'secureBootEnabled': True, 'vTpmEnabled': True}}
        self.refused_before('Cinder would make a Standard disk')

    def test_an_image_nobody_knows(self):
        self.make_on(size_gib=64)
        with fixtures.MonkeyPatch(
                'nova.image.glance.API.get', lambda api, context, image_id: {
                    'id': image_id, 'name': 'other', 'status': 'active',
                    'size': 0, 'properties': {}, 'is_public': True}):
            self.refused_before('other')
