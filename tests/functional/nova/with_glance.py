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

"""Nova with a real Glance, speaking HTTP with it."""

import fixtures
from keystoneauth1 import session
from keystoneauth1 import token_endpoint
from nova.image import glance
from nova.tests import fixtures as nova_fixtures

from tests import glance_process
from tests.functional.nova import base

# the descriptor that stands for bytes which are Azure's
DESCRIPTOR = b'{"azure": "marketplace"}'


class GlanceTestCase(base.AzureServersTestCase):
    """:ivar images: the Glance, see :class:`glance_process.GlanceFixture`

    Whoever asks Nova asks Glance with the same user, project and roles.
    """

    def setUp(self):
        self.images = self.useFixture(glance_process.GlanceFixture())
        super().setUp()
        self.user_token = self.images.token(
            'fake', nova_fixtures.PROJECT_ID, 'member', 'reader')
        self.flags(api_servers=[self.images.endpoint], group='glance')
        # Nova's fixtures have put themselves here
        self.useFixture(fixtures.MonkeyPatch(
            'nova.image.glance.get_default_image_service',
            glance.GlanceImageServiceV2))
        wire = session.Session()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.image.glance._session_and_auth',
            lambda context: (wire, self._authentication(context))))
        self.glance = Mapped(self.images)

    def _authentication(self, context):
        # an elevated context still has its user's token
        roles = ['member', 'reader']
        if context.user_id == 'admin':
            roles.append('admin')
        return token_endpoint.Token(self.images.endpoint, self.images.token(
            context.user_id, context.project_id, *roles))


class Mapped:
    """Images whose names stand in the mapping file, as the base class has.

    :param images: where to make them
    """

    def __init__(self, images):
        self.ubuntu = images.create('ubuntu', DESCRIPTOR)
        self.windows = images.create('windows', DESCRIPTOR)
