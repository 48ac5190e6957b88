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

"""Managed images: sources, machines made from them, bytes."""

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import storage

GIB = 1024 ** 3


class ImageTest(base.ComputeTestCase):
    """Managed images without looking at their bytes."""

    def generalized(self):
        self.create()
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.vms.generalize(base.GROUP, 'vm')

    def body(self, *args, **kwargs):
        if args:
            return super().body(*args, **kwargs)
        return {'location': base.LOCATION, 'properties': {
            'sourceVirtualMachine': {
                'id': self.path('virtualMachines', 'vm')}}}

    def test_from_a_machine_and_back(self):
        self.generalized()
        answer = self.send('PUT', self.path('images', 'golden'), self.body())
        self.assertEqual(201, answer.status_code)
        self.assertIn('Azure-AsyncOperation', answer.headers)
        self.assertNotIn('Location', answer.headers)
        self.assertEqual('Creating',
                         answer.json()['properties']['provisioningState'])
        again = self.send('PUT', self.path('images', 'golden'), self.body())
        self.assertEqual((200, 'Updating'), (
            again.status_code,
            again.json()['properties']['provisioningState']))
        image = self.compute.images.get(base.GROUP, 'golden').as_dict()
        self.assertEqual('V2', image['properties']['hyperVGeneration'])
        storage = image['properties']['storageProfile']
        self.assertEqual(('Linux', 'Generalized', 30, []), (
            storage['osDisk']['osType'], storage['osDisk']['osState'],
            storage['osDisk']['diskSizeGB'], storage['dataDisks']))
        vm = self.create('new', self.body(
            self.nic('new'), image={'id': image['id']}))
        self.assertEqual(image['id'], vm.properties.storage_profile
                         .image_reference.id)

    def test_the_machine_must_be_generalized(self):
        self.create()
        self.refused(409, 'OperationNotAllowed',
                     self.compute.images.begin_create_or_update,
                     base.GROUP, 'golden', self.body())

    def test_trusted_launch_machines_cannot_be_sources(self):
        self.create(body=self.body(self.nic(), securityProfile={
            'securityType': 'TrustedLaunch'}))
        self.vms.begin_power_off(base.GROUP, 'vm').result()
        self.vms.generalize(base.GROUP, 'vm')
        error = self.refused(400, 'BadRequest',
                             self.compute.images.begin_create_or_update,
                             base.GROUP, 'golden', self.body())
        self.assertIn('security type TrustedLaunch', error.message)

    def test_from_a_disk_needs_a_generation(self):
        disk = self.disk()
        body = {'location': base.LOCATION, 'properties': {
            'storageProfile': {'osDisk': {
                'osType': 'Linux', 'osState': 'Generalized',
                'managedDisk': {'id': disk.id}}}}}
        error = self.refused(400, 'InvalidParameter',
                             self.compute.images.begin_create_or_update,
                             base.GROUP, 'golden', body)
        self.assertEqual('hyperVGeneration', error.target)
        body['properties']['hyperVGeneration'] = 'V1'
        self.compute.images.begin_create_or_update(
            base.GROUP, 'golden', body).result()
        self.assertEqual(['golden'], [
            image.name for image in self.compute.images.list()])
        self.compute.images.begin_delete(base.GROUP, 'golden').result()
        self.assertEqual([], list(
            self.compute.images.list_by_resource_group(base.GROUP)))

    def test_an_image_that_is_missing(self):
        self.refused(404, 'NotFound', self.vms.begin_create_or_update,
                     base.GROUP, 'vm', self.body(self.nic(), image={
                         'id': self.path('images', 'missing')}))

    def test_wishes_that_cannot_be(self):
        self.generalized()
        body = self.body()
        body['properties']['hyperVGeneration'] = 'V1'
        self.refused(400, 'InvalidParameter',
                     self.compute.images.begin_create_or_update,
                     base.GROUP, 'golden', body)
        disk = self.disk()
        for os_disk in (
                {'osState': 'Specialized', 'managedDisk': {'id': disk.id}},
                {'osState': 'Generalized'},
                {'osState': 'Generalized', 'managedDisk': {'id': disk.id},
                 'snapshot': {'id': disk.id}}):
            self.refused(
                400, 'InvalidParameter',
                self.compute.images.begin_create_or_update, base.GROUP,
                'golden', {'location': base.LOCATION, 'properties': {
                    'hyperVGeneration': 'V1', 'storageProfile': {
                        'osDisk': {'osType': 'Linux', **os_disk}}}})
        self.refused(
            404, 'NotFound', self.compute.images.begin_create_or_update,
            base.GROUP, 'golden', {
                'location': base.LOCATION, 'properties': {
                    'sourceVirtualMachine': {
                        'id': self.path('virtualMachines', 'none')}}})

    def test_only_tags_change(self):
        self.generalized()
        images = self.compute.images
        images.begin_create_or_update(
            base.GROUP, 'golden', self.body()).result()
        image = images.begin_update(
            base.GROUP, 'golden', {'tags': {'a': 'b'}}).result()
        self.assertEqual(({'a': 'b'}, 'Succeeded'), (
            image.tags, image.properties.provisioning_state))
        self.refused(409, 'PropertyChangeNotAllowed', images.begin_update,
                     base.GROUP, 'golden', {'properties': {
                         'hyperVGeneration': 'V1'}})


class DataDiskTest(storage.StorageTestCase):
    """Images with data disks, and the bytes of all of them."""

    def machine(self):
        """A generalized machine with bytes on both of its disks."""
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 5, 'name': 'data', 'createOption': 'Empty',
             'diskSizeGB': 2}]
        body['properties']['storageProfile']['osDisk']['name'] = 'os'
        self.create(body=body)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.vms.generalize(base.GROUP, 'vm')
        self.write('os', b'o' * 512)
        self.write('data', b'd' * 512)

    def image(self, properties):
        return self.compute.images.begin_create_or_update(
            base.GROUP, 'golden', {
                'location': base.LOCATION, 'properties': properties},
        ).result()

    def test_bytes_live_on_without_their_source(self):
        self.machine()
        image = self.image({'sourceVirtualMachine': {
            'id': self.path('virtualMachines', 'vm')}})
        data, = image.properties.storage_profile.data_disks
        self.assertEqual((5, 2), (data.lun, data.disk_size_gb))
        self.write('os', b'later' * 100 + b'x' * 12)
        self.vms.begin_delete(base.GROUP, 'vm').result()
        for name in ('os', 'data'):
            self.compute.disks.begin_delete(base.GROUP, name).result()
        new = self.create('new', self.body(
            self.nic('new'), image={'id': image.id}))
        profile = new.properties.storage_profile
        disk, = profile.data_disks
        self.assertEqual((5, 'FromImage', 2), (
            disk.lun, disk.create_option, disk.disk_size_gb))
        self.compute.images.begin_delete(base.GROUP, 'golden').result()
        self.vms.begin_deallocate(base.GROUP, 'new').result()
        disks = self.compute.disks
        self.assertEqual(b'o' * 512, self.read(disks, profile.os_disk.name))
        self.assertEqual(b'd' * 512, self.read(disks, disk.name))
        self.assertEqual(b'conectix', self.read(
            disks, disk.name, 2 * GIB, 8))

    def test_a_request_names_all_data_disks_or_none(self):
        self.machine()
        image = self.image({'sourceVirtualMachine': {
            'id': self.path('virtualMachines', 'vm')}})
        body = self.body(self.nic('new'), image={'id': image.id})
        storage_profile = body['properties']['storageProfile']
        storage_profile['dataDisks'] = [
            {'lun': 0, 'createOption': 'Empty', 'diskSizeGB': 1}]
        error = self.refused(400, 'InvalidParameter', self.create, 'new',
                             body)
        self.assertEqual(
            'StorageProfile.dataDisks.lun does not have required value(s) '
            'for image specified in storage profile.', error.message)
        storage_profile['dataDisks'].append(
            {'lun': 5, 'createOption': 'FromImage', 'diskSizeGB': 1})
        self.refused(409, 'OperationNotAllowed', self.create, 'new', body)
        storage_profile['dataDisks'][1].update(diskSizeGB=3, name='grown')
        self.create('new', body)
        self.vms.begin_deallocate(base.GROUP, 'new').result()
        self.assertEqual(b'd' * 512, self.read(self.compute.disks, 'grown'))
        self.assertEqual(b'conectix', self.read(
            self.compute.disks, 'grown', 3 * GIB, 8))
        storage_profile['dataDisks'][1].update(lun=6, name='other')
        body['properties']['networkProfile']['networkInterfaces'] = [
            {'id': self.nic('more')}]
        self.refused(400, 'InvalidParameter', self.create, 'more', body)

    def test_from_snapshots_and_page_blobs(self):
        _, client = self.account()
        url = self.vhd(client, data=b'b' * 512)
        self.disk(size_gib=1)
        self.write('disk', b's' * 512)
        self.copy(self.compute.snapshots, 'snap',
                  self.compute.disks.get(base.GROUP, 'disk'))
        image = self.image({'hyperVGeneration': 'V1', 'storageProfile': {
            'osDisk': {'osType': 'Linux', 'osState': 'Generalized',
                       'blobUri': url},
            'dataDisks': [{'lun': 0, 'snapshot': {
                'id': self.path('snapshots', 'snap')}}]}})
        self.assertEqual(url, image.properties.storage_profile.os_disk
                         .blob_uri)
        self.assertEqual(1, image.properties.storage_profile.os_disk
                         .disk_size_gb)
        container = client.get_container_client('vhds')
        container.delete_blob('disk.vhd')
        self.create('new', self.body(
            self.nic('new'), size='Standard_D2s_v3',
            image={'id': image.id}))
        self.vms.begin_deallocate(base.GROUP, 'new').result()
        new = self.vms.get(base.GROUP, 'new').properties.storage_profile
        self.assertEqual(b'b' * 512, self.read(
            self.compute.disks, new.os_disk.name))
        self.assertEqual(b's' * 512, self.read(
            self.compute.disks, new.data_disks[0].name))

    def test_blobs_that_are_no_images(self):
        _, client = self.account()
        _, far = self.account(location='westeurope')
        client.create_container('vhds')
        client.get_blob_client('vhds', 'block.vhd').upload_blob(b'text')
        client.get_blob_client('vhds', 'raw.vhd').create_page_blob(GIB)
        base_url = client.url + 'vhds/'
        for status, code, url in (
                (404, 'ImageBlobNotFound', base_url + 'none.vhd'),
                (400, 'IncorrectImageBlobType', base_url + 'block.vhd'),
                (400, 'InvalidVhd', base_url + 'raw.vhd'),
                (400, 'StorageAccountLocationMismatch',
                 far.url + 'vhds/disk.vhd'),
                (404, 'StorageAccountNotFound',
                 'https://nobody.blob.core.windows.net/vhds/disk.vhd'),
                (400, 'InvalidParameter', 'nonsense')):
            self.refused(status, code, self.image, {
                'hyperVGeneration': 'V1', 'storageProfile': {'osDisk': {
                    'osType': 'Linux', 'osState': 'Generalized',
                    'blobUri': url}}})
        self.assertEqual([], list(self.compute.images.list()))
