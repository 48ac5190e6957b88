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

"""The emulator as a fixture, and the options that lead to it."""

from __future__ import annotations

import atexit
import functools
import os
import pathlib
import shutil
import tempfile
import threading

import fixtures
from oslo_config import cfg

from jacket_azure import conf as azure_conf
from jacket_azure.arm import azure as arm_azure
from jacket_azure.emulator import clock as emulator_clock
from jacket_azure.emulator import definitions
from jacket_azure.emulator import server
from tests import azurite
from tests import contents
from tests import mishaps
from tests import world

# Test cases move tempfile's directory; what outlives a test stays here.
TEMP_DIRECTORY = tempfile.gettempdir()
# They move HOME, too; Azurite is installed once for all tests.
CACHE_DIRECTORY = os.environ.get('XDG_CACHE_HOME') or str(
    pathlib.Path.home() / '.cache')


@functools.cache
def _state_directory():
    """Make the folder whose certificate serves all tests of a process."""
    directory = tempfile.mkdtemp(prefix='jacket-tests-', dir=TEMP_DIRECTORY)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return pathlib.Path(directory)


class AzureFixture(contents.Contents, mishaps.Mishaps, fixtures.Fixture):
    """An Azure with one resource group, one virtual network, two NSGs.

    Its storage account is :data:`tests.world.STORAGE_ACCOUNT`; there are
    blobs, and disks have contents, with ``contents=True``.

    :ivar emulator: a new one, as starting it takes some milliseconds
    :ivar clock: its clock, which stands still until something sleeps on it
    :ivar mapping_file: path of a mapping file with :data:`tests.world.MAPPING`
    :ivar tokens: every access token that was issued

    :param options: of :class:`jacket_azure.emulator.server.Emulator`
    """

    def __init__(self, mapping=world.MAPPING, **options):
        super().__init__()
        self._mapping = mapping
        self._options = {'contents': False, **options}

    def _setUp(self):
        self.useFixture(fixtures.EnvironmentVariable(
            'XDG_CACHE_HOME', CACHE_DIRECTORY))
        self.clock = emulator_clock.VirtualClock()
        self.emulator = server.Emulator(
            clock=self.clock, state_dir=_state_directory(), **self._options)
        self.emulator.start()
        self.addCleanup(self.emulator.stop)
        if self.emulator.contents:
            azurite.use(self.emulator)
            self.addCleanup(self.emulator.reset)
        self._plant()
        self._awake = threading.Event()
        self._awake.set()
        self.tokens = []
        self._note_tokens()
        self._sent = {}
        self._note_bodies()
        directory = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.mapping_file = directory / 'mapping.yaml'
        self.mapping_file.write_text(self._mapping)

    def empty(self):
        """Make the world as it was at the start of the test."""
        self.emulator.reset()
        self._plant()

    def _plant(self):
        self.emulator.seed(
            resource_group=world.RESOURCE_GROUP, location=world.LOCATION,
            virtual_networks={world.VIRTUAL_NETWORK: world.SUBNETS},
            nsgs=world.SECURITY_GROUPS,
            storage_account=world.STORAGE_ACCOUNT)
        self._seeded = set(self.emulator.store.ids())

    def options(self):
        """Return the options of ``[azure]`` that lead here."""
        return dict(
            self.emulator.azure_options(),
            resource_group=world.RESOURCE_GROUP, location=world.LOCATION,
            owner=world.OWNER,
            mapping_file=str(self.mapping_file))

    def configure(self, conf):
        """Register ``[azure]`` on *conf* and point it here.

        :returns: the option group
        """
        group = azure_conf.register_opts(conf)
        for name, value in self.options().items():
            conf.set_override(name, value, group=azure_conf.GROUP.name)
        return group

    def connect(self, group=None, **options):
        """Return a client whose waiting moves the clock and takes no time."""
        if group is None:
            conf = cfg.ConfigOpts()
            group = self.configure(conf)
            for name, value in options.items():
                conf.set_override(name, value, group=azure_conf.GROUP.name)
        client = arm_azure.connect(
            group, clock=self.clock.time, sleep=self.sleep)
        self.addCleanup(client.close)
        return client

    def patch_connect(self):
        """Make every client of this process wait on the virtual clock."""
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.arm.azure.connect', functools.partial(
                arm_azure.connect, clock=self.clock.time,
                sleep=self.sleep)))

    def sleep(self, seconds):
        """Move the clock on instead of sleeping; see :meth:`holding`."""
        self._awake.wait()
        self.clock.advance(seconds)

    def _note_tokens(self):
        issue = self.emulator.identity.issue

        def noting(audience):
            answer = issue(audience)
            self.tokens.append(answer['access_token'])
            return answer

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.emulator.identity.Identity.issue',
            lambda identity, audience: noting(audience)))

    def _note_bodies(self):
        # Azure shows no secret it was sent, and nor does the emulator
        check = definitions.check

        def noting(request):
            record = request.record
            self._sent[record.method, record.type.lower(),
                       record.name.lower()] = request.raw_body
            return check(request)

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.emulator.definitions.check', noting))
