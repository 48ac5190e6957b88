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

"""Images that are VHDs in page blobs."""

from jacket_azure.payload import tags
from tests import world
from tests.unit.disks import images
from tests.unit.disks.page_blob import base


class PageBlobImageCase(base.PageBlobDisksTestCase):

    def setUp(self):
        super().setUp()
        # as Azure Stack Hub does
        self.azure.emulator.unmanaged_disks = True
        self.model = self.disks

    def make_model(self):
        return self.restarted()

    @staticmethod
    def os_disk_name(uuid_):
        return f'vhds/{uuid_}.vhd'

    def check_tagged(self):
        self.assertEqual([], [
            name for container in ('images', 'snapshots')
            for name in self.names(container)
            if self.azurite.metadata(name)['jacket_owner'] != world.OWNER])

    def assert_nothing_temporary(self):
        """Look for blobs and snapshots that a call should have deleted."""
        self.assertEqual([], [
            name for container in ('images', 'snapshots', 'vhds')
            for name in self.names(container)
            if '?snapshot=' in name or tags.KIND_TEMPORARY
            == self.azurite.metadata(name).get('jacket_kind')])

    def names(self, container):
        try:
            return self.azurite.names(container)
        except Exception as exc:
            self.assertIn('ContainerNotFound', str(exc))
            return []


class PageBlobImageTest(images.ImageTests, PageBlobImageCase):
    """What holds for both models."""


class PageBlobImageFaultsTest(images.ImageFaults, PageBlobImageCase):
    """Every request of every verb goes wrong."""
