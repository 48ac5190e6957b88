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

"""C05, N03: bootable volumes from images that Azure has, made in Azure."""

import types

from jacket_azure.payload import tags
from tests import world
from tests.functional.cinder import base


class AzureImageTest(base.AzureVolumesTestCase):
    """Nothing is downloaded, whatever the image is."""

    def made_from(self, image, size):
        with self.azure.recording() as made:
            volume = self.create_volume(imageRef=image, size=size)
        self.assertEqual('true', volume['bootable'])
        written = [each for each in made if each.method == 'PUT']
        self.assertEqual(1, len(written), written)
        return self.disk(volume)

    def test_a_marketplace_image_on_a_larger_disk(self):
        disk = self.made_from(self.create_image('ubuntu'), 64)
        self.assertEqual(64, disk.size_gib)
        self.assertEqual('Linux', disk.os_type)
        self.assertEqual('volume', disk.tags[tags.KIND])

    def test_windows_boots_as_windows(self):
        disk = self.made_from(self.create_image('windows'), 128)
        self.assertEqual('Windows', disk.os_type)


@base.on_both_models
class OwnImageTest(base.AzureVolumesTestCase):
    """An image that an operator has in Azure, of the bytes of a disk."""

    def golden(self):
        """Return a disk, or a VHD where page blobs are made from such."""
        if self.disk_model == 'managed':
            return self.disk(self.create_volume())
        self.disks._account.container('images').ensure()
        [account] = [each for each in self.azure.emulator.store
                     if each.name == world.STORAGE_ACCOUNT]
        return types.SimpleNamespace(
            id=self.contents.make_blob('images/golden.vhd', account.id))

    def test_a_larger_volume_of_the_same_bytes(self):
        source = self.golden()
        digest = self.contents.write(source, 'golden')
        image = self.create_image(
            'golden', azure_image_id=source.id, azure_os_type='linux')
        # that it is public is not the operator's word
        self.failed_volume(imageRef=image, size=2)
        self.override_config(
            'image_projects', ['operators'], group='azure')
        volume = self.create_volume(imageRef=image, size=2)
        self.assertEqual('true', volume['bootable'])
        disk = self.disk(volume)
        self.assertEqual(2, disk.size_gib)
        self.assertEqual(digest, self.contents.digest(disk))
        self.contents.check_vhd(disk, 2)
