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

"""An operator's own disks, snapshots, managed images and VHDs."""

import dataclasses
import uuid

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.emulator import vhd_footer
from jacket_azure.payload import tags
from tests import world
from tests.unit.blob import base as blob_base
from tests.unit.disks import images
from tests.unit.disks.managed import test_images

TRUSTED = {'publisher': 'MicrosoftWindowsServer', 'offer': 'WindowsServer',
           'sku': '2022-datacenter-g2', 'version': 'latest'}


class OwnImagesTest(images.ImageCase, test_images.ManagedImageCase):
    """An operator's own disks, snapshots, images and VHDs."""

    def blob(self, path='images/golden.vhd', size_gib=1, byte=b'g'):
        """Put a VHD into the storage account; return its URL."""
        azurite = blob_base.Azurite(self.azure.emulator)
        self.vhd(azurite.client, path, size_gib, byte)
        account = self.azure.resource(
            'storageAccounts', world.STORAGE_ACCOUNT)
        return account['properties']['primaryEndpoints']['blob'] + path

    @staticmethod
    def vhd(client, path, size_gib, byte):
        size = size_gib * images.GIB
        client.create_container(path.partition('/')[0])
        client.create_page_blob(path, size + 512)
        client.write_pages(path, 512, byte * 512)
        client.write_pages(path, size, vhd_footer.build(
            size, uuid.UUID(images.UUID)))

    def test_a_vhd_is_taken_over_by_azure(self):
        image = self.model.get_image(self.blob())
        self.assertEqual((images.GIB, None, models.SPECIALIZED), (
            image.size_bytes, image.os_type, image.state))
        self.assert_pattern(image, {512: b'g' * 512})
        image = dataclasses.replace(image, os_type='Linux', generation='V1')
        self.server(image=image)
        [disk] = [body for body in self.azure.resources('disks')]
        self.assertEqual('Import', disk['properties']['creationData'][
            'createOption'])
        self.assertEqual(('Linux', 'V1'), (
            disk['properties']['osType'],
            disk['properties']['hyperVGeneration']))
        made = self.model.capture_image(self.server_spec(), images.SERVER)
        self.assert_pattern(made, {512: b'g' * 512})
        spec = self.spec(size_gib=2)
        self.model.create_from_image(
            dataclasses.replace(spec, os_type='Linux', generation='V1'),
            {'id': image.uri})
        volume = self.model.get(spec.name)
        self.assertEqual(('Linux', 'V1', 2), (
            volume.os_type, volume.generation, volume.size_gib))
        self.assertRaises(
            exceptions.Conflict, self.model.delete_image, image.uri)

    def test_a_generalized_vhd_becomes_an_image_once_for_each_content(self):
        url = self.blob()
        image = dataclasses.replace(
            self.model.get_image(url), os_type='Windows',
            state=models.GENERALIZED)
        boots = [self.model.prepare_os_disk(self.disk_spec(), image)
                 for _ in range(2)]
        self.assertEqual(boots[0], boots[1])
        [made] = self.azure.resources('images')
        self.assertEqual(
            (url, 'Windows', 'Generalized'),
            tuple(made['properties']['storageProfile']['osDisk'][key]
                  for key in ('blobUri', 'osType', 'osState')))
        self.assertEqual('V1', made['properties']['hyperVGeneration'])
        self.check_tagged()
        self.machine(images.SERVER, boots[0])
        azurite = blob_base.Azurite(self.azure.emulator)
        azurite.client.write_pages('images/golden.vhd', 512, b'h' * 512)
        again = self.model.prepare_os_disk(self.disk_spec(), image)
        self.assertNotEqual(boots[0], again)

    def test_vhds_that_are_none(self):
        azurite = blob_base.Azurite(self.azure.emulator)
        url = self.blob()
        azurite.client.write_pages(
            'images/golden.vhd', images.GIB, bytes(512))
        self.assertIn('no fixed VHD', str(self.assertRaises(
            exceptions.InvalidRequest, self.model.get_image, url)))
        self.assertRaises(exceptions.NotFound, self.model.get_image,
                          url.replace('golden', 'silver'))
        for other in (url.replace(world.STORAGE_ACCOUNT, 'others'),
                      url.replace('127.0.0.1', 'localhost'),
                      f'{url}?snapshot=2026-11-21T10:00:00.0000000Z'):
            self.assertRaises(exceptions.InvalidRequest,
                              self.model.get_image, other)

    def test_a_path_is_in_the_account_that_is_configured(self):
        url = self.blob()
        self.assertEqual(url, self.model.get_image('images/golden.vhd').uri)
        self.flags(storage_account=None)
        self.assertIn('storage_account', str(self.assertRaises(
            exceptions.InvalidRequest, self.make_model().get_image,
            'images/golden.vhd')))
        self.assertEqual(url, self.make_model().get_image(url).uri)

    def own_disk(self, zone='1', name='golden', **properties):
        """Make a disk that is not ours."""
        return self.client.disks.create_or_update(name, {
            'location': world.LOCATION, 'zones': [zone],
            'sku': {'name': 'Premium_LRS'}, 'properties': {
                'creationData': {'createOption': 'Empty'}, 'diskSizeGB': 4,
                'osType': 'Linux', 'hyperVGeneration': 'V2', **properties}})

    def test_a_disk_of_another_zone(self):
        image = self.model.get_image(self.own_disk()['id'])
        self.assertEqual(('Linux', 'V2', 4), (
            image.os_type, image.generation, image.size_gib))
        boot = self.model.prepare_os_disk(
            self.disk_spec(zone='2', size_gib=8), image)
        self.machine(images.SERVER, boot, zone='2')
        made = self.azure.resource('disks', images.SERVER)
        self.assertEqual((['2'], 8), (
            made['zones'], made['properties']['diskSizeGB']))
        self.assert_nothing_temporary_of_ours()
        # and one in all zones
        self.model.prepare_os_disk(
            self.disk_spec(images.OTHER_SERVER, sku='StandardSSD_ZRS',
                           zone='2'), image)
        self.assertRaises(exceptions.Conflict,
                          self.model.delete_image, image.uri)

    def assert_nothing_temporary_of_ours(self):
        self.assertEqual([], self.azure.resources('snapshots'))

    def test_a_generalized_disk_and_snapshot(self):
        disk = self.own_disk()
        snapshot = self.client.snapshots.create_or_update('golden', {
            'location': world.LOCATION, 'properties': {'creationData': {
                'createOption': 'Copy', 'sourceResourceId': disk['id']}}})
        made = set()
        for source in (disk, snapshot):
            image = dataclasses.replace(
                self.model.get_image(source['id']), state=models.GENERALIZED)
            boot = self.model.prepare_os_disk(self.disk_spec(), image)
            made.add(boot.image_reference['id'])
        self.assertEqual(2, len(made))
        self.check_only_theirs()
        self.assertRaises(exceptions.Conflict,
                          self.model.delete_image, snapshot['id'])
        self.assertEqual([], self.model.list_images())

    def check_only_theirs(self):
        self.assertEqual(['golden', 'golden'], [
            body['name'] for kind in ('disks', 'snapshots', 'images')
            for body in self.azure.resources(kind)
            if not tags.is_owned(body, world.OWNER)])

    def test_a_managed_image(self):
        disk = self.own_disk()
        made = self.client.images.create_or_update('golden', {
            'location': world.LOCATION, 'properties': {
                'hyperVGeneration': 'V2', 'storageProfile': {'osDisk': {
                    'osType': 'Windows', 'osState': 'Generalized',
                    'managedDisk': {'id': disk['id']}}}}})
        image = self.model.get_image(made['id'])
        self.assertEqual(
            ('Windows', 'V2', models.GENERALIZED, 4, True),
            (image.os_type, image.generation, image.state, image.size_gib,
             image.usable))
        boot = self.model.prepare_os_disk(self.disk_spec(), image)
        self.assertEqual((made['id'], True), (
            boot.image_reference['id'], boot.has_os_profile))
        self.assertRaises(exceptions.InvalidRequest,
                          self.model.open_image_reader, made['id'])
        version = made['id'].replace(
            '/images/golden', '/galleries/g/images/i/versions/1.0.0')
        self.assertRaises(exceptions.InvalidRequest,
                          self.model.get_image, version)
        boot = self.model.prepare_os_disk(
            self.disk_spec(), dataclasses.replace(
                image, uri=version, state=models.SPECIALIZED))
        self.assertEqual((version, False), (
            boot.image_reference['id'], boot.has_os_profile))

    def test_things_elsewhere(self):
        disk = self.own_disk()['id']
        group = disk.partition('/providers/')[0]
        other = disk.replace(group, group + '-other')
        self.assertRaises(exceptions.NotFound, self.model.get_image, other)
        self.assertIn('another subscription', str(self.assertRaises(
            exceptions.InvalidRequest, self.model.get_image, disk.replace(
                disk.split('/')[2], images.CACHED))))
        self.assertRaises(exceptions.InvalidRequest, self.model.get_image,
                          disk.replace('/disks/', '/virtualMachines/'))

    def test_trusted_launch(self):
        boot = dataclasses.replace(
            self.marketplace(images.SERVER), image_reference=TRUSTED)
        self.machine(
            images.SERVER, boot,
            securityProfile={'securityType': 'TrustedLaunch'})
        image = self.model.capture_image(
            self.server_spec(security_type='TrustedLaunch'), images.SERVER)
        self.assertEqual('TrustedLaunch', image.security_type)
        trusted = {'security_type': 'TrustedLaunch'}
        boot = self.model.prepare_os_disk(
            self.disk_spec(images.OTHER_SERVER, **trusted), image)
        self.assertRaises(exceptions.Refused, self.machine,
                          images.OTHER_SERVER, boot)
        self.machine(images.OTHER_SERVER, boot,
                     securityProfile={'securityType': 'TrustedLaunch'})
        for state, told, spec in (
                (models.GENERALIZED, 'gallery', self.disk_spec(
                    images.CACHED, **trusted)),
                (models.SPECIALIZED, 'must be so too', self.disk_spec(
                    images.CACHED, security_type='Standard'))):
            self.assertIn(told, str(self.assertRaises(
                exceptions.InvalidRequest, self.model.prepare_os_disk, spec,
                dataclasses.replace(image, state=state))))

    def test_images_from_glance_for_trusted_launch(self):
        trusted = {'security_type': 'TrustedLaunch'}
        self.assertIn('generation V2', str(self.assertRaises(
            exceptions.InvalidRequest, self.model.open_image_writer,
            self.cached_spec(generation='V1', **trusted), 1)))
        image = self.written(self.cached_spec(**trusted))
        self.assertEqual('TrustedLaunch', image.security_type)
        self.machine(
            images.SERVER,
            self.model.prepare_os_disk(self.disk_spec(**trusted), image),
            securityProfile={'securityType': 'TrustedLaunch'})
        other = self.written(self.cached_spec(
            'f' * 32, security_type='Standard'))
        self.assertIn('not for Trusted', str(self.assertRaises(
            exceptions.InvalidRequest, self.model.prepare_os_disk,
            self.disk_spec(images.CACHED, **trusted), other)))

    def test_a_vhd_for_trusted_launch(self):
        trusted = {'security_type': 'TrustedLaunch'}
        image = dataclasses.replace(
            self.model.get_image(self.blob()), os_type='Linux',
            generation='V2')
        self.machine(
            images.SERVER,
            self.model.prepare_os_disk(self.disk_spec(**trusted), image),
            securityProfile={'securityType': 'TrustedLaunch'})

    def test_others_have_an_image_of_that_name(self):
        self.server()
        name = self.model.image_name(images.UUID)
        disk = self.own_disk()
        self.client.images.create_or_update(name, {
            'location': world.LOCATION, 'properties': {
                'hyperVGeneration': 'V2', 'storageProfile': {'osDisk': {
                    'osType': 'Linux', 'osState': 'Generalized',
                    'managedDisk': {'id': disk['id']}}}}})
        image = self.model.capture_image(
            self.server_spec(state=models.GENERALIZED), images.SERVER)
        self.assertRaises(exceptions.Conflict, self.model.prepare_os_disk,
                          self.disk_spec(images.CACHED), image)
        self.assertTrue(self.model.delete_image(image.name))
        self.assertEqual(1, len(self.azure.resources('images')))
