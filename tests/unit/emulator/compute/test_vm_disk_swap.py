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


from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import test_unmanaged_disks

GROUP = base.GROUP
TRUSTED = {'securityType': 'TrustedLaunch'}


class ManagedSwapTest(base.ComputeTestCase):
    """Managed disks: another id in osDisk.managedDisk."""

    def setUp(self):
        super().setUp()
        self.vm = self.create()
        self.path_of_vm = self.path('virtualMachines', 'vm')
        self.old = self.profile()['osDisk']

    def profile(self):
        return self.send('GET', self.path_of_vm).json()['properties'][
            'storageProfile']

    def new_disk(self, name='new', size=30, **properties):
        return self.compute.disks.begin_create_or_update(GROUP, name, {
            'location': base.LOCATION, 'sku': {'name': 'Premium_LRS'},
            'properties': {
                'creationData': {'createOption': 'Empty'},
                'diskSizeGB': size, 'osType': 'Linux',
                'hyperVGeneration': 'V2', **properties}}).result().id

    def deallocate(self):
        self.vms.begin_deallocate(GROUP, 'vm').result()

    def swap(self, disk_id, data_disks=None, status=200, **entry):
        profile = {'osDisk': {'name': disk_id.rpartition('/')[2],
                              'createOption': 'FromImage',
                              'managedDisk': {'id': disk_id}, **entry}}
        if data_disks is not None:
            profile['dataDisks'] = data_disks
        answer = self.send('PATCH', self.path_of_vm, {
            'properties': {'storageProfile': profile}})
        self.assertEqual(status, answer.status_code, answer.text())
        return answer.json()

    def as_data(self, disk_id, lun=0, **more):
        return {'lun': lun, 'createOption': 'Attach',
                'managedDisk': {'id': disk_id}, **more}

    def owners(self):
        return {disk.name: disk.managed_by
                for disk in self.compute.disks.list()}

    def test_back_and_forth_with_the_old_one_as_data_disk(self):
        new, old = self.new_disk(size=40), self.old['managedDisk']['id']
        self.deallocate()
        self.swap(new, [self.as_data(old, deleteOption='Delete')],
                  deleteOption='Delete', caching='None')
        shown = self.profile()
        self.assertEqual(('new', 'FromImage', 'Delete', 'None'), tuple(
            shown['osDisk'][key] for key in (
                'name', 'createOption', 'deleteOption', 'caching')))
        self.assertEqual([self.old['name']], [
            disk['name'] for disk in shown['dataDisks']])
        self.assertEqual({self.old['name']: self.vm.id, 'new': self.vm.id},
                         self.owners())
        self.swap(old, [], deleteOption='Detach')
        shown = self.profile()
        self.assertEqual((old, 'Detach', []), (
            shown['osDisk']['managedDisk']['id'],
            shown['osDisk']['deleteOption'], shown['dataDisks']))
        self.assertEqual({self.old['name']: self.vm.id, 'new': None},
                         self.owners())

    def test_a_swap_that_fails_changes_nothing(self):
        new, old = self.new_disk(), self.old['managedDisk']['id']
        self.deallocate()
        for disk, data in ((new, [self.as_data(old)]), (old, [])):
            before, owners = self.profile(), self.owners()
            self.emulator.faults.fail_operation(
                'PATCH', 'virtualMachines', 'InternalExecutionError')
            self.swap(disk, data)
            self.assertEqual(before, self.profile())
            self.assertEqual(owners, self.owners())
            self.swap(disk, data)

    def test_what_the_write_must_say(self):
        new, small = self.new_disk(size=40), self.old['diskSizeGB']
        self.swap(new, status=409)
        self.deallocate()
        error = self.swap(new, createOption='Attach', status=409)['error']
        self.assertEqual('osDisk.createOption', error['target'])
        error = self.swap(new, diskSizeGB=small, status=400)['error']
        self.assertIn('cannot be resized down', error['message'])
        self.swap(new, diskSizeGB=50)
        self.assertEqual(50, self.compute.disks.get(
            GROUP, 'new').properties.disk_size_gb)

    def test_disks_of_another_kind(self):
        self.deallocate()
        for words, properties in (
                ('OS type', {'osType': 'Windows'}),
                ('Generation', {'hyperVGeneration': 'V1'}),
                ('Security type', {'securityProfile': TRUSTED})):
            name = words.split()[0]
            error = self.swap(
                self.new_disk(name, **properties), status=409
                if name != 'Security' else 400)['error']
            self.assertIn(words, error['message'])
        self.swap(self.path('disks', 'none'), status=404)

    def test_one_disk_in_two_places(self):
        new, old = self.new_disk(), self.old['managedDisk']['id']
        self.deallocate()
        answer = self.send('PATCH', self.path_of_vm, {'properties': {
            'storageProfile': {'dataDisks': [self.as_data(old)]}}})
        self.assertEqual('ConflictingUserInput',
                         answer.json()['error']['code'])
        self.swap(new, [self.as_data(new)], status=409)
        self.swap(new, [self.as_data(old)])
        # it is a data disk as long as the list says so
        self.swap(old, status=409)

    def test_a_disk_of_another_machine(self):
        body = self.body(self.nic('second'))
        other = self.create('other', body)
        self.deallocate()
        error = self.swap(
            other.storage_profile.os_disk.managed_disk.id,
            status=409)['error']
        self.assertEqual('ConflictingUserInput', error['code'])


class BlobSwapTest(test_unmanaged_disks.UnmanagedCase):
    """Page blobs: another osDisk.vhd.uri."""

    def setUp(self):
        super().setUp()
        self.put(self.model())
        self.old = self.base_url + 'os.vhd'
        self.new = self.vhd(self.blobs, 'vhds/new.vhd')

    def profile(self):
        return self.get()['properties']['storageProfile']

    def swap(self, url, data_disks=None, status=200, **entry):
        profile = {'osDisk': {'createOption': 'FromImage',
                              'vhd': {'uri': url}, **entry}}
        if data_disks is not None:
            profile['dataDisks'] = data_disks
        answer = self.send('PATCH', self.path('virtualMachines', 'vm'), {
            'properties': {'storageProfile': profile}},
            version=test_unmanaged_disks.OLD)
        self.assertEqual(status, answer.status_code, answer.text())
        return answer.json()

    def leases(self):
        return {name: (found.lease.status, found.metadata.get(
            'microsoftazurecompute_disktype')) for name, found in (
                (name, self.blob(name).get_blob_properties())
                for name in ('os.vhd', 'new.vhd'))}

    def test_leases_move(self):
        self.swap(self.new, status=409)
        self.act('deallocate')
        original = self.data('original', 'Attach', vhd={'uri': self.old})
        self.swap(self.new, [original])
        shown = self.profile()
        self.assertEqual((self.new, 'os', 1), (
            shown['osDisk']['vhd']['uri'], shown['osDisk']['name'],
            shown['osDisk']['diskSizeGB']))
        self.assertEqual([self.old], [
            disk['vhd']['uri'] for disk in shown['dataDisks']])
        self.assertEqual({'os.vhd': ('locked', 'DataDisk'),
                          'new.vhd': ('locked', 'OSDisk')}, self.leases())
        self.act('start')
        self.act('deallocate')
        self.swap(self.old, [])
        self.assertEqual((self.old, 30, []), (
            self.profile()['osDisk']['vhd']['uri'],
            self.profile()['osDisk']['diskSizeGB'],
            self.profile()['dataDisks']))
        self.assertEqual({'os.vhd': ('locked', 'OSDisk'),
                          'new.vhd': ('unlocked', None)}, self.leases())

    def test_a_swap_that_fails_changes_nothing(self):
        self.act('deallocate')
        before = self.profile()
        self.emulator.faults.fail_operation(
            'PATCH', 'virtualMachines', 'InternalExecutionError')
        self.swap(self.new, [self.data(
            'original', 'Attach', vhd={'uri': self.old})])
        self.assertEqual(before, self.profile())
        self.assertEqual({'os.vhd': ('locked', 'OSDisk'),
                          'new.vhd': ('unlocked', None)}, self.leases())

    def test_what_cannot_be(self):
        self.act('deallocate')
        error = self.swap(self.new, name='new', status=409)['error']
        self.assertEqual('osDisk.name', error['target'])
        error = self.swap(self.base_url + 'none.vhd', status=404)['error']
        self.assertEqual('DiskBlobNotFound', error['code'])
        self.blob('new.vhd').acquire_lease()
        error = self.swap(self.new, status=409)['error']
        self.assertEqual('AcquireDiskLeaseFailed', error['code'])
        error = self.swap(self.old, [self.data(
            'twice', 'Attach', vhd={'uri': self.old})], status=409)['error']
        self.assertEqual('ConflictingUserInput', error['code'])
