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

"""Disks of a machine: grown through it, cached, of all kinds."""

from tests.unit.emulator.compute import base


class GrowthTest(base.ComputeTestCase):
    """Another diskSizeGB in the model of a machine."""

    def setUp(self):
        super().setUp()
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 0, 'name': 'data', 'createOption': 'Empty',
             'diskSizeGB': 8}]
        self.vm = self.create(body=body)
        self.os_disk = self.vm.properties.storage_profile.os_disk.name

    def resize(self, os_gib=None, data_gib=None):
        vm = self.send('GET', self.path('virtualMachines', 'vm')).json()
        storage = vm['properties']['storageProfile']
        if os_gib:
            storage['osDisk']['diskSizeGB'] = os_gib
        if data_gib:
            storage['dataDisks'][0]['diskSizeGB'] = data_gib
        return self.send('PUT', self.path('virtualMachines', 'vm'), vm)

    def sizes(self):
        return [self.compute.disks.get(base.GROUP, name).properties
                .disk_size_gb for name in (self.os_disk, 'data')]

    def test_offline(self):
        for sizes in ((64, None), (None, 16)):
            answer = self.resize(*sizes)
            self.assertEqual((409, 'Conflict'), (
                answer.status_code, answer.json()['error']['code']))
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        answer = self.resize(64, 16)
        self.assertEqual(200, answer.status_code)
        self.assertEqual([64, 16], self.sizes())
        self.assertEqual(400, self.resize(32).status_code)
        self.assertEqual([64, 16], self.sizes())
        # without a host the machine itself does not tell
        self.vms.begin_start(base.GROUP, 'vm').result()
        storage = self.vms.get(base.GROUP, 'vm').properties.storage_profile
        self.assertEqual((64, 16), (storage.os_disk.disk_size_gb,
                                    storage.data_disks[0].disk_size_gb))


class CachingTest(base.ComputeTestCase):
    """Host caching, and SKUs a machine does not take."""

    def attach(self, disk, **entry):
        vm = self.send('GET', self.path('virtualMachines', 'vm')).json()
        vm['properties']['storageProfile']['dataDisks'] = [
            {'lun': 0, 'createOption': 'Attach',
             'managedDisk': {'id': disk}, **entry}]
        return self.send('PUT', self.path('virtualMachines', 'vm'), vm)

    def test_large_shared_and_adjustable_disks_have_no_cache(self):
        body = self.body(self.nic(), additionalCapabilities={
            'ultraSSDEnabled': True})
        body['zones'] = ['1']
        self.create(body=body)
        for name, sku, size, more in (
                ('large', 'Premium_LRS', 4096, {}),
                ('v2', 'PremiumV2_LRS', 8, {}),
                ('ultra', 'UltraSSD_LRS', 8, {}),
                ('shared', 'Premium_LRS', 256, {'maxShares': 2})):
            disk = self.compute.disks.begin_create_or_update(
                base.GROUP, name, {
                    'location': base.LOCATION, 'zones': ['1'],
                    'sku': {'name': sku}, 'properties': {
                        'creationData': {'createOption': 'Empty'},
                        'diskSizeGB': size, **more}}).result().id
            refused = self.attach(disk, caching='ReadOnly')
            self.assertEqual(
                (400, 'dataDisk.caching'), (
                    refused.status_code, refused.json()['error']['target']))
            self.assertEqual(200, self.attach(disk).status_code, name)
            later = self.attach(disk, caching='ReadOnly')
            self.assertEqual(400, later.status_code, name)

    def test_ultra_disks_need_a_machine_that_says_so(self):
        body = self.body(self.nic())
        body['zones'] = ['1']
        self.create(body=body)
        disk = self.disk(sku={'name': 'UltraSSD_LRS'}, zones=['1'])
        refused = self.attach(disk.id).json()['error']
        self.assertEqual(
            'StorageAccountType UltraSSD_LRS can be used only when '
            'additionalCapabilities.ultraSSDEnabled is set.',
            refused['message'])
        self.assertEqual('managedDisk.storageAccountType', refused['target'])

    def test_premium_v2_is_no_os_disk(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['osDisk']['managedDisk'] = {
            'storageAccountType': 'PremiumV2_LRS'}
        self.refused(400, 'InvalidParameter', self.create, body=body)

    def test_a_data_disk_copied_from_a_snapshot(self):
        self.disk(size_gib=4)
        self.compute.snapshots.begin_create_or_update(base.GROUP, 'snap', {
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'Copy',
                'sourceResourceId': self.path('disks', 'disk')}}}).result()
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 3, 'name': 'copy', 'createOption': 'Copy',
             'sourceResource': {'id': self.path('snapshots', 'snap')}}]
        self.create(body=body)
        copy = self.compute.disks.get(base.GROUP, 'copy')
        self.assertEqual((4, 'Copy'), (
            copy.properties.disk_size_gb,
            copy.properties.creation_data.create_option))
