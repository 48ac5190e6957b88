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

"""Machines whose disks are page blobs, as on Azure Stack Hub."""

from azure.core import exceptions

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import storage

GIB = 1024 ** 3
# what Azure Stack Hub knows
OLD = '2020-06-01'
OLD_DISKS = '2019-07-01'
GEN1 = {**base.IMAGE, 'sku': 'server-gen1'}


class UnmanagedCase(storage.StorageTestCase):
    """Steps with unmanaged disks."""

    def setUp(self):
        super().setUp()
        self.nic_id = self.public_nic('nic')
        self.account_body, self.blobs = self.storage_account()
        self.base_url = self.blobs.url + 'vhds/'

    def public_nic(self, name):
        """The network SDK speaks no api-version of Azure Stack Hub."""
        self.emulator.profile = 'public'
        nic = self.nic(name)
        self.emulator.profile = 'stack_hub'
        return nic

    def storage_account(self):
        self.emulator.profile = 'public'
        found = self.account()
        self.emulator.profile = 'stack_hub'
        return found

    def model(self, os_disk=None, image=GEN1, data=()):
        body = self.body(self.nic_id, size='Standard_D2s_v3', image=image)
        body['properties']['storageProfile'] = {
            'osDisk': {'name': 'os', 'createOption': 'FromImage',
                       'vhd': {'uri': self.base_url + 'os.vhd'},
                       **(os_disk or {})},
            'dataDisks': list(data)}
        if image:
            body['properties']['storageProfile']['imageReference'] = image
        return body

    def put(self, body, name='vm', status=201):
        answer = self.send('PUT', self.path('virtualMachines', name), body,
                           version=OLD)
        self.assertEqual(status, answer.status_code, answer.text())
        return answer.json()

    def get(self, name='vm'):
        return self.send('GET', self.path('virtualMachines', name),
                         version=OLD).json()

    def act(self, action, name='vm', status=202):
        answer = self.send(
            'POST', self.path('virtualMachines', f'{name}/{action}'),
            version=OLD)
        self.assertEqual(status, answer.status_code, answer.text())
        return answer

    def blob(self, name):
        return self.blobs.get_blob_client('vhds', name)

    def data(self, name='data', option='Empty', lun=0, **more):
        return {'lun': lun, 'name': name, 'createOption': option,
                'vhd': {'uri': f'{self.base_url}{name}.vhd'}, **more}


class LifeTest(UnmanagedCase):
    """Create, lease, grow, attach, delete."""

    def test_from_the_marketplace(self):
        vm = self.put(self.model(data=[self.data(diskSizeGB=1)]))
        disk = vm['properties']['storageProfile']['osDisk']
        self.assertNotIn('managedDisk', disk)
        self.assertNotIn('deleteOption', disk)
        self.assertEqual(('Linux', 30, 'ReadWrite'), (
            disk['osType'], disk['diskSizeGB'], disk['caching']))
        blob = self.blob('os.vhd')
        found = blob.get_blob_properties()
        self.assertEqual((30 * GIB + 512, 'locked', 'infinite'), (
            found.size, found.lease.status, found.lease.duration))
        self.assertEqual('vm', found.metadata['microsoftazurecompute_vmname'])
        self.assertIn(b'/Skus/server-gen1/',
                      blob.download_blob(0, 512).readall())
        self.assertEqual(b'conectix', blob.download_blob(
            30 * GIB, 8).readall())
        error = self.assertRaises(exceptions.HttpResponseError,
                                  blob.delete_blob)
        self.assertEqual('LeaseIdMissing', error.error_code)
        # the lease outlives a deallocation, not the machine
        self.act('deallocate')
        self.assertEqual('locked', blob.get_blob_properties().lease.status)
        self.send('DELETE', self.path('virtualMachines', 'vm'), version=OLD)
        for name in ('os.vhd', 'data.vhd'):
            self.assertEqual('unlocked', self.blob(
                name).get_blob_properties().lease.status)
            self.blob(name).delete_blob()

    def test_attach_grow_and_detach(self):
        self.vhd(self.blobs, 'vhds/data.vhd')
        self.blob('data.vhd').set_blob_metadata({'purpose': 'test'})
        self.put(self.model())
        vm = self.get()
        disks = vm['properties']['storageProfile']['dataDisks']
        disks.append(self.data(option='Attach'))
        self.put(vm, status=200)
        shown, = self.get()['properties']['storageProfile']['dataDisks']
        self.assertEqual((1, 'None', False), (
            shown['diskSizeGB'], shown['caching'], shown['toBeDetached']))
        found = self.blob('data.vhd').get_blob_properties()
        self.assertEqual('locked', found.lease.status)
        # its owner's metadata stay beside Azure's
        self.assertEqual(('test', 'data'), (
            found.metadata['purpose'],
            found.metadata['microsoftazurecompute_diskname']))
        vm = self.get()
        vm['properties']['storageProfile']['dataDisks'][0]['diskSizeGB'] = 2
        self.put(vm, status=409)
        self.act('deallocate')
        self.put(vm, status=200)
        blob = self.blob('data.vhd')
        self.assertEqual(2 * GIB + 512, blob.get_blob_properties().size)
        self.assertEqual(b'v' * 512, blob.download_blob(0, 512).readall())
        self.assertEqual(b'conectix',
                         blob.download_blob(2 * GIB, 8).readall())
        vm = self.get()
        vm['properties']['storageProfile']['dataDisks'] = []
        answer = self.put(vm, status=200)
        self.assertTrue(answer['properties']['storageProfile']['dataDisks'][
            0]['toBeDetached'])
        self.assertEqual([], self.get()['properties']['storageProfile'][
            'dataDisks'])
        self.assertEqual({'purpose': 'test'},
                         blob.get_blob_properties().metadata)
        blob.delete_blob()

    def test_from_a_page_blob_and_from_one_as_it_is(self):
        source = self.vhd(self.blobs, 'images/golden.vhd', data=b'g' * 512)
        self.put(self.model(
            {'osType': 'Linux', 'image': {'uri': source}, 'diskSizeGB': 2},
            image=None, data=[self.data(
                option='FromImage', image={'uri': source})]))
        self.blobs.get_blob_client('images', 'golden.vhd').delete_blob()
        for name, size in (('os.vhd', 2 * GIB), ('data.vhd', GIB)):
            blob = self.blob(name)
            self.assertEqual(b'g' * 512, blob.download_blob(
                0, 512).readall())
            self.assertEqual(size + 512, blob.get_blob_properties().size)
        self.send('DELETE', self.path('virtualMachines', 'vm'), version=OLD)
        body = self.model({'osType': 'Linux', 'createOption': 'Attach'},
                          image=None)
        del body['properties']['osProfile']
        self.put(body)
        self.assertEqual(b'g' * 512, self.blob('os.vhd').download_blob(
            0, 512).readall())

    def test_managed_images_of_unmanaged_machines(self):
        self.put(self.model())
        self.act('deallocate')
        self.act('generalize', status=200)
        answer = self.send('PUT', self.path('images', 'golden'), {
            'location': base.LOCATION, 'properties': {
                'sourceVirtualMachine': {
                    'id': self.path('virtualMachines', 'vm')}}}, version=OLD)
        self.assertEqual(self.base_url + 'os.vhd', answer.json()[
            'properties']['storageProfile']['osDisk']['blobUri'])
        # which makes managed disks only
        body = self.model(image={'id': self.path('images', 'golden')})
        body['properties']['storageProfile']['osDisk']['vhd'][
            'uri'] = self.base_url + 'new.vhd'
        body['properties']['networkProfile'] = {'networkInterfaces': [
            {'id': self.public_nic('second')}]}
        error = self.put(body, 'new', 409)['error']
        self.assertIn('cannot have blob based disks', error['message'])


class RefusalTest(UnmanagedCase):
    """Blobs that cannot be disks."""

    def code(self, os_disk=None, **kwargs):
        answer = self.send('PUT', self.path('virtualMachines', 'vm'),
                           self.model(os_disk, **kwargs), version=OLD)
        return answer.status_code, answer.json()['error']['code']

    def test_urls_and_blobs(self):
        self.vhd(self.blobs, 'vhds/taken.vhd')
        self.blobs.get_blob_client('vhds', 'block.vhd').upload_blob(b'x')
        leased = self.vhd(self.blobs, 'vhds/leased.vhd')
        self.blob('leased.vhd').acquire_lease()
        here = self.base_url
        for expected, uri in (
                ((400, 'InvalidParameter'), 'nonsense'),
                ((400, 'InvalidParameter'), here + 'os.img'),
                ((400, 'InvalidParameter'), here + 'folder/os.vhd'),
                ((404, 'StorageAccountNotFound'),
                 'https://nobody.blob.core.windows.net/vhds/os.vhd'),
                ((409, 'TargetDiskBlobAlreadyExists'), here + 'taken.vhd')):
            self.assertEqual(expected, self.code({'vhd': {'uri': uri}}), uri)
        for expected, uri in (
                ((404, 'DiskBlobNotFound'), here + 'none.vhd'),
                ((400, 'IncorrectDiskBlobType'), here + 'block.vhd'),
                ((409, 'AcquireDiskLeaseFailed'), leased)):
            self.assertEqual(expected, self.code(data=[
                self.data(option='Attach', vhd={'uri': uri})]), uri)
        self.assertEqual((400, 'InvalidParameter'), self.code({'name': None}))
        _, far = self.storage_account()
        self.assertEqual((409, 'ConflictingUserInput'), self.code(
            {'osType': 'Linux', 'image': {'uri': self.vhd(far)}}, image=None))
        self.assertEqual([], [one.name for one in self.blobs
                              .get_container_client('vhds').list_blobs(
                                  name_starts_with='os')])

    def test_one_blob_has_one_machine(self):
        self.put(self.model())
        body = self.model({'createOption': 'Attach', 'osType': 'Linux'},
                          image=None)
        del body['properties']['osProfile']
        body['properties']['networkProfile']['networkInterfaces'][0]['id'] = (
            self.public_nic('second'))
        error = self.put(body, 'other', 409)['error']
        self.assertEqual('DiskBlobAlreadyInUseByAnotherDisk', error['code'])

    def test_kinds_of_disks_do_not_mix(self):
        self.put(self.model())
        vm = self.get()
        vm['properties']['storageProfile']['dataDisks'] = [
            {'lun': 0, 'name': 'data', 'createOption': 'Empty',
             'diskSizeGB': 1}]
        self.assertEqual(
            'Addition of a managed disk to a VM with blob based disks is not '
            'supported.', self.put(vm, status=409)['error']['message'])
        body = self.model(data=[self.data('x', diskSizeGB=1)])
        body['properties']['storageProfile']['osDisk'].pop('vhd')
        body['properties']['networkProfile']['networkInterfaces'][0]['id'] = (
            self.public_nic('second'))
        self.assertEqual(
            'Addition of a blob based disk to VM with managed disks is not '
            'supported.', self.put(body, 'managed', 409)['error']['message'])

    def test_an_account_in_use_stays(self):
        self.put(self.model())
        answer = self.send('DELETE', self.account_body['id'],
                           version='2019-06-01')
        self.assertEqual((409, 'StorageAccountInUse'), (
            answer.status_code, answer.json()['error']['code']))


class PublicTest(UnmanagedCase):
    """What public Azure still does with such machines."""

    def test_none_is_made_or_started(self):
        self.put(self.model())
        self.act('deallocate')
        self.emulator.profile = 'public'
        error = self.act('start', status=409).json()['error']
        self.assertEqual('OperationNotAllowed', error['code'])
        self.assertIn('retired on March 31, 2026', error['message'])
        body = self.model({'name': 'new',
                           'vhd': {'uri': self.base_url + 'new.vhd'}})
        body['properties']['networkProfile']['networkInterfaces'][0]['id'] = (
            self.nic('second'))
        self.put(body, 'new', 409)
        self.assertFalse(self.blob('new.vhd').exists())

    def test_conversion(self):
        self.put(self.model(data=[self.data(diskSizeGB=1)]))
        self.blob('data.vhd').upload_page(
            b'd' * 512, 0, 512, lease=self.lease('data'))
        self.emulator.profile = 'public'
        error = self.act('convertToManagedDisks', status=409).json()['error']
        self.assertIn('is not deallocated', error['message'])
        self.act('deallocate')
        self.act('convertToManagedDisks')
        profile = self.vms.get(base.GROUP, 'vm').properties.storage_profile
        self.assertIsNone(profile.os_disk.vhd)
        disk = self.compute.disks.get(base.GROUP, 'os')
        self.assertEqual((disk.id, 'Linux', 30, 'Reserved'), (
            profile.os_disk.managed_disk.id, disk.properties.os_type,
            disk.properties.disk_size_gb, disk.properties.disk_state))
        for name in ('os.vhd', 'data.vhd'):
            self.blob(name).delete_blob()
        self.assertEqual(b'd' * 512, self.read(self.compute.disks, 'data'))
        self.act('start')
        error = self.act('convertToManagedDisks', status=409).json()['error']
        self.assertEqual("VM 'vm' is already using managed disks.",
                         error['message'])

    def lease(self, name):
        """The emulator's own lease: what the platform writes with."""
        leases = self.emulator.state['compute.blob_leases']
        return next(lease for key, (lease, _) in leases.items()
                    if key.endswith(f'/{name}.vhd'))
