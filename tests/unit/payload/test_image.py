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

from jacket_azure.payload import image
from jacket_azure.payload import tags
from tests import samples
from tests import timeout

OWNED = {'jacket-owner': 'openstack'}


class ImageTest(timeout.TestCase):

    def test_managed_images(self):
        wanted = samples.load('managed_images_made')
        self.assertEqual(wanted['snapshot'], image.build(
            image.ManagedImageSpec(
                'eastus',
                {'snapshot': '/subscriptions/s/resourceGroups/g/providers/'
                             'Microsoft.Compute/snapshots/a'},
                'Linux', 'V2', OWNED, zone_resilient=True)))
        self.assertEqual(wanted['blob'], image.build(
            image.ManagedImageSpec(
                'eastus',
                {'blobUri':
                 'https://account.blob.core.windows.net/images/a.vhd'},
                'Windows', 'V1', OWNED)))

    def test_marks(self):
        made = image.marked(OWNED, 'generalized', 'TrustedLaunch')
        self.assertEqual({
            **OWNED, tags.IMAGE_STATE: 'generalized',
            tags.IMAGE_SECURITY: 'TrustedLaunch'}, made)
        self.assertNotIn(
            tags.IMAGE_SECURITY, image.marked(OWNED, 'specialized', None))
        self.assertEqual({'jacket-owner': 'openstack'}, OWNED)
