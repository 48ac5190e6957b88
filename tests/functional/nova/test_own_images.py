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


"""Images that the operator has in Azure, other zones, and volumes' images."""

import uuid

from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests import world
from tests.functional.nova import images
from tests.functional.nova import with_cinder


class OwnImages:
    """Mixed in: on one disk model."""

    def own(self, size_gib=2, **spec):
        """Make what an operator may have; return what it is booted by."""
        disks = self.compute.manager.driver._backend.disks
        found, _ = tags.build(
            'somebody', tags.KIND_IMAGE, str(uuid.uuid4()), None,
            '2026-01-01T00:00:00Z')
        writer = disks.open_image_writer(models.ImageSpec(
            disks.cached_image_name(uuid.uuid4().hex),
            {**found, tags.OWNER: world.OWNER, tags.DISPLAY_NAME: 'golden'},
            os_type='Linux', **spec), size_gib)
        writer.write(0, b'golden' + bytes(506))
        writer.close()
        [image] = [each for each in disks.list_images()
                   if each.tags.get(tags.DISPLAY_NAME) == 'golden']
        return image

    def map_image(self, **entry):
        """Let the mapping file know the image ``golden``."""
        text = self.azure.mapping_file.read_text()
        lines = ''.join(f'    {key}: {value}\n'
                        for key, value in entry.items())
        self.azure.mapping_file.write_text(text.replace(
            'images:\n', f'images:\n  golden:\n{lines}', 1))

    def test_n02_named_by_the_mapping_file(self):
        kept = self.own()
        self.map_image(id=kept.uri, os_type='linux', state='specialized')
        golden = self.images.create('golden', b'{}')
        made = self.boot(golden)
        self.assertNotIn('osProfile', self.vm(made)['properties'])
        # it is not deleted with an image that is not its own
        self.assertEqual(kept.uri, self.own_still(kept).uri)

    def own_still(self, kept):
        return self.compute.manager.driver._backend.disks.get_image(
            kept.name)

    def test_n02_generalized_by_the_mapping_file(self):
        kept = self.own()
        self.map_image(id=kept.uri, os_type='linux', state='generalized')
        golden = self.images.create('golden', b'{}')
        for _ in range(2):
            made = self.boot(golden)
            self.assertIn('osProfile', self.vm(made)['properties'])

    def test_n02_gone_in_azure(self):
        kept = self.own()
        self.map_image(id=kept.uri, os_type='linux')
        self.compute.manager.driver._backend.disks.delete_image(kept.name)
        before = self.azure.resource_ids()
        fault = self.failed_build(
            imageRef=self.images.create('golden', b'{}')['id'])
        self.assertIn('Azure has no image', fault)
        self.assertEqual(before, self.azure.resource_ids())

    def test_n02_any_single_failure_leaves_nothing_behind(self):
        """Each write of a server of such an image in turn fails."""
        image = self.create_image(self.create_server())
        before = self.azure.resource_ids()
        with self.azure.recording() as made:
            self._delete_server(self.boot(image))
        self.assertEqual(before, self.azure.resource_ids())
        numbers = [number for number, record in enumerate(made, 1)
                   if record.method == 'PUT']
        self.assertGreater(len(numbers), 2)
        for number in numbers:
            with self.azure.failing_for_good(number) as fault:
                server = self.create_server(
                    imageRef=image['id'], expected_state='ERROR')
            self._delete_server(server)
            self.assertEqual(before, self.azure.resource_ids(), number)
            self.assertTrue(fault.fired, number)


class ManagedOwnImagesTest(OwnImages, images.ImageTestCase):
    """On managed disks."""

    def test_n02_in_another_zone(self):
        one, two = (
            self.create_flavor(f'azure.z{zone}', 2, 8192, 64, **{
                'azure:vm_size': 'Standard_D2s_v5', 'azure:zone': zone})
            for zone in '12')
        first = self.create_server(flavorRef=one)
        image = self.create_image(first)
        self._delete_server(first)
        second = self.boot(image, flavorRef=two)
        self.assertEqual(['2'], self.vm(second)['zones'])
        disk = self.azure.resource('disks', second['id'])
        self.assertEqual(['2'], disk['zones'])


class PageBlobOwnImagesTest(
        images.OnPageBlobs, OwnImages, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""


class VolumeImageTest(with_cinder.CinderTestCase, images.ImageTestCase):
    """An image of a server that boots from a volume is Cinder's."""

    def test_n15_of_a_server_with_volumes(self):
        volume = self.make_bootable()
        device = {
            'source_type': 'volume', 'destination_type': 'volume',
            'uuid': volume, 'boot_index': 0, 'delete_on_termination': False}
        server = self.create_server(
            imageRef='', block_device_mapping_v2=[device],
            flavorRef=self.small)
        image = self.create_image(server)
        self.assertIn('block_device_mapping', image)
        self.assertNotIn('azure_uri', image)
        self._delete_server(server)
        again = self.boot(image, flavorRef=self.small)
        self.assertNotEqual(volume, self.os_disk(again))
