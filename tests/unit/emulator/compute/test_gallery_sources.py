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

"""What versions are made of, and what is made of versions."""

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import gallery
from tests.unit.emulator.compute import storage

GIB = 1024 ** 3


class SourceTest(gallery.GalleryMixin, storage.StorageTestCase):
    """Bytes through the SAS of the disks made from a version."""

    def setUp(self):
        super().setUp()
        self.gallery()

    def machine(self, **properties):
        body = self.body(self.nic(), **properties)
        body['properties']['storageProfile']['osDisk']['name'] = 'os'
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 2, 'name': 'data', 'createOption': 'Empty',
             'diskSizeGB': 1}]
        vm = self.create(body=body)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        self.write('os', b'o' * 512)
        self.write('data', b'd' * 512)
        return {'source': {'id': vm.id}}

    def first_bytes(self, name):
        """First bytes of the disks of a machine, which is stopped."""
        self.vms.begin_deallocate(base.GROUP, name).result()
        profile = self.vms.get(base.GROUP, name).properties.storage_profile
        names = [profile.os_disk.name,
                 *(disk.name for disk in profile.data_disks)]
        return [self.read(self.compute.disks, disk, 0, 1) for disk in names]

    def test_a_specialized_machine(self):
        source = self.machine()
        self.definition(state='Specialized')
        version = self.version(source)
        storage_profile = version.properties.storage_profile
        self.assertEqual((30, [2]), (
            storage_profile.os_disk_image.size_in_gb,
            [disk.lun for disk in storage_profile.data_disk_images]))
        self.vms.begin_delete(base.GROUP, 'vm').result()
        for name in ('os', 'data'):
            self.compute.disks.begin_delete(base.GROUP, name).result()
        body = self.body(self.nic('new'), image={'id': version.id})
        error = self.refused(400, 'InvalidParameter', self.create, 'new',
                             body)
        self.assertEqual("Parameter 'osProfile' is not allowed.",
                         error.message)
        del body['properties']['osProfile']
        vm = self.create('new', body)
        self.assertIsNone(vm.properties.os_profile)
        self.assertEqual('OSState/specialized', self.statuses('new')[0])
        self.assertEqual('1.0.0', vm.properties.storage_profile
                         .image_reference.exact_version)
        self.assertEqual([b'o', b'd'], self.first_bytes('new'))
        disk = self.compute.disks.get(
            base.GROUP, vm.properties.storage_profile.os_disk.name)
        self.assertEqual(version.id, disk.properties.creation_data
                         .gallery_image_reference.id)

    def test_a_generalized_machine_and_a_managed_image(self):
        source = self.machine()
        self.definition()
        self.refused(409, 'OperationNotAllowed', self.version, source)
        self.vms.generalize(base.GROUP, 'vm')
        version = self.version(source)
        self.create('new', self.body(self.nic('new'),
                                     image={'id': version.id}))
        self.assertEqual([b'o', b'd'], self.first_bytes('new'))
        image = self.compute.images.begin_create_or_update(
            base.GROUP, 'managed', {
                'location': base.LOCATION, 'properties': {
                    'sourceVirtualMachine': source['source']}}).result()
        self.version({'source': {'id': image.id}}, '2.0.0')
        # and from there into another image of the gallery
        self.definition('copy')
        copied = self.version({'source': {'id': self.path(
            'galleries/gallery/images/image/versions', '2.0.0')}},
            image='copy')
        self.create('last', self.body(self.nic('last'),
                                      image={'id': copied.id}))
        self.assertEqual([b'o', b'd'], self.first_bytes('last'))
        self.definition('other', 'Specialized')
        self.refused(409, 'OperationNotAllowed', self.version, source,
                     image='other')

    def test_disks_snapshots_and_page_blobs(self):
        account, client = self.account()
        self.definition(state='Specialized', generation='V1')
        self.disk(size_gib=1)
        self.write('disk', b's' * 512)
        self.copy(self.compute.snapshots, 'snap',
                  self.compute.disks.get(base.GROUP, 'disk'))
        version = self.version({
            'osDiskImage': {'hostCaching': 'ReadOnly', 'source': {
                'storageAccountId': account['id'],
                'uri': self.vhd(client)}},
            'dataDiskImages': [{'lun': 0, 'source': {
                'id': self.path('snapshots', 'snap')}}]})
        self.assertEqual('ReadOnly', version.properties.storage_profile
                         .os_disk_image.host_caching)
        client.get_container_client('vhds').delete_blob('disk.vhd')
        for lun, data in ((None, b'v'), (0, b's')):
            reference = {'id': version.id}
            if lun is not None:
                reference['lun'] = lun
            name = f'disk{lun}'
            self.compute.disks.begin_create_or_update(base.GROUP, name, {
                'location': base.LOCATION, 'properties': {'creationData': {
                    'createOption': 'FromImage',
                    'galleryImageReference': reference}}}).result()
            self.assertEqual(data, self.read(
                self.compute.disks, name, 0, 1))
        self.refused(
            400, 'InvalidParameter',
            self.compute.disks.begin_create_or_update, base.GROUP, 'none', {
                'location': base.LOCATION, 'properties': {'creationData': {
                    'createOption': 'FromImage', 'galleryImageReference': {
                        'id': version.id, 'lun': 7}}}})


class ReferenceTest(gallery.GalleryMixin, base.ComputeTestCase):
    """Which version a reference means."""

    def setUp(self):
        super().setUp()
        self.gallery()
        self.image = self.definition(state='Specialized', generation='V1').id
        self.source = self.of_disk(self.disk(size_gib=30))

    def machine(self, image, location=base.LOCATION):
        name = f'vm{len(list(self.vms.list_all()))}'
        body = self.body(self.nic(name), image={'id': image},
                         size='Standard_D2s_v3')
        del body['properties']['osProfile']
        body['location'] = location
        vm = self.create(name, body)
        return vm.properties.storage_profile.image_reference.exact_version

    def test_latest(self):
        for name, left_out in (('1.0.9', False), ('1.0.10', False),
                               ('2.0.0', True)):
            self.version(self.source, name,
                         profile={'excludeFromLatest': left_out})
        self.assertEqual('1.0.10', self.machine(self.image))
        self.assertEqual('1.0.10',
                         self.machine(self.image + '/versions/latest'))
        self.assertEqual('2.0.0',
                         self.machine(self.image + '/versions/2.0.0'))

    def test_a_region_may_leave_a_version_out(self):
        self.version(self.source, '1.0.0')
        self.version(self.source, '1.0.1', profile={'targetRegions': [
            {'name': 'eastus', 'excludeFromLatest': True}]})
        self.assertEqual('1.0.0', self.machine(self.image))

    def test_none_there(self):
        error = self.refused(404, 'GalleryImageNotFound', self.machine,
                             self.image)
        self.assertIn('is not available in eastus region', error.message)
        self.version(self.source)
        self.refused(404, 'GalleryImageNotFound', self.machine,
                     self.image + '/versions/9.9.9')
        for name in ('sharedGalleryImageId', 'communityGalleryImageId'):
            self.refused(501, 'EmulatorNotImplemented', self.create, 'vm',
                         self.body(self.nic('shared'),
                                   image={name: '/SharedGalleries/x'}))

    def test_sources_of_another_kind(self):
        self.definition('windows', 'Specialized', 'V2', os_type='Windows')
        vm = {'source': {'id': self.create().id}}
        error = self.refused(400, 'InvalidParameter', self.version, vm)
        self.assertIn("has a different Hypervisor generation ['V2'] than the "
                      "parent gallery image Hypervisor generation ['V1']",
                      error.message)
        self.refused(400, 'InvalidParameter', self.version, vm,
                     image='windows')
        for status, code, wrong in (
                (404, 'NotFound', {'source': {'id': self.path(
                    'virtualMachines', 'none')}}),
                (400, 'InvalidParameter', {}),
                (400, 'InvalidParameter', {
                    **self.source, 'dataDiskImages': [
                        {'lun': 1, **self.source['osDiskImage']}] * 2})):
            self.refused(status, code, self.version, wrong)

    def test_trusted_launch_needs_a_feature(self):
        vm = self.create(body=self.body(self.nic(), securityProfile={
            'securityType': 'TrustedLaunch'}))
        source = {'source': {'id': vm.id}}
        self.definition('plain', 'Specialized')
        self.refused(400, 'BadRequest', self.version, source, image='plain')
        self.definition('trusted', 'Specialized', features=[
            {'name': 'SecurityType', 'value': 'TrustedLaunch'}])
        version = self.version(source, image='trusted')
        body = self.body(self.nic('new'), image={'id': version.id},
                         securityProfile={'securityType': 'TrustedLaunch'})
        del body['properties']['osProfile']
        self.create('new', body)

    def test_images_that_need_a_plan(self):
        plan = {'name': 'p', 'publisher': 'us', 'product': 'linux'}
        self.definition('bought', 'Specialized', 'V1', purchasePlan=plan)
        version = self.version(self.source, image='bought')
        self.refused(200, 'VMMarketplaceInvalidInput', self.machine,
                     version.id)
