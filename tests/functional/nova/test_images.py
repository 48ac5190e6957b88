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

"""Images of servers, with a real Glance."""

from tests.functional.nova import with_glance


class GlanceTest(with_glance.GlanceTestCase):
    """The Glance these tests have is one."""

    def test_a_mapped_image_boots(self):
        server = self.create_server()
        self.assertEqual('ubuntu', self.images.get(
            server['image']['id'])['name'])
