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

"""The actions' sweep on Azure Stack Hub, whose disks are page blobs."""

from __future__ import annotations

from tests import azurite
from tests.functional.nova import images
from tests.matrix import action_rows
from tests.matrix import actions


class PageBlobActions(images.OnPageBlobs, actions.Actions):
    """On Azure Stack Hub with page blobs, which knows no hibernation."""

    azure_options = {
        **actions.Actions.azure_options, **images.OnPageBlobs.azure_options,
        'hibernation': False}
    actions = tuple(
        each for each in actions.Actions.actions
        if each not in (action_rows.SUSPEND, action_rows.RESUME))
    zone = None
    _image = None

    def setUp(self):
        # its start takes seconds, for which no virtual clock waits
        self.assertIsNotNone(azurite.shared().client)
        super().setUp()

    def image(self):
        """Return one made of a server: Azure copies no marketplace image."""
        if self._image is None:
            self._image = self._make_image()
        return self._image

    def _make_image(self):
        name = f'made of {self.server["id"]}'
        self.action(self.server, 'createImage', {'name': name})
        self.wait_until(
            lambda: self.server_now()['OS-EXT-STS:task_state'] is None,
            'an image made')
        [image] = [each['id'] for each in self.glance.images.values()
                   if each['name'] == name and each['status'] == 'active']
        return image

    def _disks(self):
        disks = self.compute.manager.driver._backend.disks
        return {each.name.rpartition('/')[2].removesuffix('.vhd')
                for each in disks.list()}

    def _remains(self, server, found):
        remains = [f'blob: {each}' for each in self._disks()]
        remains += super()._remains(server, found)
        if remains:
            # an empty world has an empty account
            self._image = None
            self.lead_blobs()
        return remains
