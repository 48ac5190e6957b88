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

"""Images that are snapshots of managed disks."""

from jacket_azure.payload import tags
from tests import world
from tests.unit.disks import cutting
from tests.unit.disks import images
from tests.unit.disks.managed import base


class ManagedImageCase(cutting.Cutting, base.ManagedTestCase):

    contents = True
    generation = 'V2'

    def setUp(self):
        super().setUp()
        self.disks = self.model

    def restarted(self):
        return self.make_model()

    @staticmethod
    def os_disk_name(uuid_):
        return uuid_

    def check_tagged(self):
        self.assertEqual([], [
            body['name'] for kind in ('disks', 'snapshots', 'images')
            for body in self.azure.resources(kind)
            if not tags.is_owned(body, world.OWNER)])

    def assert_nothing_temporary(self):
        self.assertEqual([], [
            body['name'] for kind in ('disks', 'snapshots')
            for body in self.azure.resources(kind)
            if body['tags'][tags.KIND] == tags.KIND_TEMPORARY])


class ManagedImageTest(images.ImageTests, ManagedImageCase):
    """What holds for both models."""


class ManagedImageFaultsTest(images.ImageFaults, ManagedImageCase):
    """Every request of every verb goes wrong."""
