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

"""Base class of tests that drive our code to the emulator over HTTPS."""

from oslo_config import cfg
from oslotest import base
from testtools import content
from testtools import content_type

from tests import debug_log
from tests import fixtures as azure_fixtures
from tests import world

# of a failed test's log
LOG_SHOWN_CHARS = 50000


class AzureTestCase(base.BaseTestCase):
    """Our code, the real Azure SDK, HTTPS, and the emulator.

    :ivar azure: what Azure holds and was asked, see
        :class:`tests.fixtures.AzureFixture`
    :ivar conf: a ConfigOpts of its own with ``[azure]`` set
    :ivar log: everything that was logged
    """

    #: text of the mapping file
    mapping = world.MAPPING
    #: whether disks and blobs have bytes, which takes seconds to start
    contents = False
    #: ``observed`` lets operations take as long as on Azure, in virtual time
    latency = 'none'
    #: ``stack_hub`` has page blobs as disks of machines, and older versions
    profile = 'public'

    def setUp(self):
        super().setUp()
        self.log = self.useFixture(debug_log.DebugLog())
        self.azure = self.useFixture(
            azure_fixtures.AzureFixture(
                self.mapping, contents=self.contents,
                latency=self.latency, profile=self.profile))
        self.conf = cfg.ConfigOpts()
        self.azure.configure(self.conf)
        self._client = None

    def _fake_logs(self):
        # oslotest prints the log of every test, this one's is kept instead
        self.addDetail('log', content.Content(
            content_type.UTF8_TEXT,
            lambda: [self.log.text[-LOG_SHOWN_CHARS:].encode()]))

    def flags(self, **options):
        """Set options of ``[azure]``; call it before :attr:`client`."""
        for name, value in options.items():
            self.conf.set_override(name, value, group='azure')

    @property
    def client(self):
        """An ``Azure`` for :attr:`conf`, connected when first used."""
        if self._client is None:
            self._client = self.azure.connect(self.conf.azure)
        return self._client
