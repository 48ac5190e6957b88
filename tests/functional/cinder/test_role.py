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

"""The Azure role we ship has the rights that volumes need."""

import json
import pathlib

import fixtures

from jacket_azure.emulator import identity
from tests.functional.cinder import base
from tests.functional.cinder import images

ROLE = (pathlib.Path(__file__).parents[3]
        / 'etc/jacket_azure/azure-role.json')
# of the role Storage Blob Data Contributor, which comes beside ours
DATA = 'microsoft.storage/storageaccounts/blobservices/'


@base.on_both_models
class RoleTest(images.ImagesTestCase):

    def test_the_role_allows_what_is_asked(self):
        asked = set()
        authorize = identity.Identity.authorize

        def noting(self_, action, scope):
            asked.add(action.lower())
            return authorize(self_, action, scope)

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.emulator.identity.Identity.authorize', noting))
        self.restart_volume_service()
        volume = self.create_volume()
        snapshot = self.create_snapshot(volume)
        copy = self.create_volume(snapshot_id=snapshot['id'])
        self.extend(copy, 2)
        # as Cinder's own copies do
        reader = self.disks.open_snapshot_reader(
            self.snapshot_record(snapshot).provider_id)
        reader.read(0, 512)
        reader.close()
        self.delete_snapshot(snapshot)
        self.delete_volume(copy)
        image = self.make_image('qcow2')
        self.create_volume(imageRef=image['id'])
        self.action(volume, 'os-reimage', {
            'image_id': image['id'], 'reimage_reserved': False})
        self.wait_for(volume, 'downloading')
        self.attach(volume)
        self.action(volume, 'os-volume_upload_image', {
            'image_name': 'made', 'disk_format': 'qcow2', 'force': True})
        self.wait_for(volume, 'uploading', status='in-use')
        for kept in self.images_kept():
            self.disks.delete_image(kept)
        allowed = {action.lower()
                   for action in json.loads(ROLE.read_text())['Actions']}
        self.assertEqual(set(), {
            action for action in asked - allowed
            if not action.startswith(DATA)})
