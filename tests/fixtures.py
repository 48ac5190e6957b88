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
import base64
import contextlib
import functools
import json
import logging
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

RESOURCE_GROUP = 'jacket'
LOCATION = 'eastus'
OWNER = 'jacket-tests'
VIRTUAL_NETWORK = 'vnet1'
SUBNETS = {'private': '192.168.1.0/24', 'backend': '192.168.2.0/24'}
SECURITY_GROUPS = ('nsg-default', 'nsg-web')

MAPPING = """\
flavors:
  m1.tiny: Standard_B1s
  m1.small: Standard_D2s_v5
  m1.medium: Standard_D4s_v5
  m1.large: Standard_D8s_v5
  azure.small: Standard_D2s_v5
images:
  ubuntu:
    publisher: Canonical
    offer: ubuntu-24_04-lts
    sku: server
    version: latest
    os_type: linux
  windows:
    publisher: MicrosoftWindowsServer
    offer: WindowsServer
    sku: 2022-datacenter-g2
    version: latest
    os_type: windows
networks:
  private:
    virtual_network: vnet1
    subnets: {192.168.1.0/24: private}
  backend:
    virtual_network: vnet1
    subnet: backend
security_groups:
  default: nsg-default
  web: nsg-web
  open: null
zones:
  az1: "1"
  az2: "2"
  az3: "3"
"""

# Test cases move tempfile's directory; what outlives a test stays here.
TEMP_DIRECTORY = tempfile.gettempdir()
MEETING_SECONDS = 20


@functools.cache
def _state_directory():
    """Make the folder whose certificate serves all tests of a process."""
    directory = tempfile.mkdtemp(prefix='jacket-tests-', dir=TEMP_DIRECTORY)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return pathlib.Path(directory)


class AzureFixture(fixtures.Fixture):
    """An Azure with one resource group, one virtual network, two NSGs.

    :ivar emulator: a new one, as starting it takes some milliseconds
    :ivar clock: its clock, which stands still until something sleeps on it
    :ivar mapping_file: path of a mapping file with :data:`MAPPING`
    :ivar tokens: every access token that was issued

    :param options: of :class:`jacket_azure.emulator.server.Emulator`
    """

    def __init__(self, mapping=MAPPING, **options):
        super().__init__()
        self._mapping = mapping
        self._options = {'contents': False, **options}

    def _setUp(self):
        self.clock = emulator_clock.VirtualClock()
        self.emulator = server.Emulator(
            clock=self.clock, state_dir=_state_directory(), **self._options)
        self.emulator.start()
        self.addCleanup(self.emulator.stop)
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
            resource_group=RESOURCE_GROUP, location=LOCATION,
            virtual_networks={VIRTUAL_NETWORK: SUBNETS},
            nsgs=SECURITY_GROUPS)
        self._seeded = set(self.emulator.store.ids())

    def options(self):
        """Return the options of ``[azure]`` that lead here."""
        return dict(
            self.emulator.azure_options(),
            resource_group=RESOURCE_GROUP, location=LOCATION, owner=OWNER,
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

    # what is there

    def resource_ids(self):
        """List ids of all resources that were not there at the start."""
        return sorted(set(self.emulator.store.ids()) - self._seeded)

    def resources(self, kind):
        """List the bodies of one type, e.g. ``virtualMachines``."""
        suffix = '/' + kind.lower()
        return [
            resource.view() for resource in self.emulator.store
            if resource.type.lower().endswith(suffix)]

    def resource(self, kind, name):
        """Return the body of one resource.

        :raises KeyError: there is none of that name
        """
        for body in self.resources(kind):
            if body['name'].lower() == name.lower():
                return body
        raise KeyError(f'{kind}/{name} is not among {self.resource_ids()}')

    def subnet_id(self, name):
        """Return the full id of one of :data:`SUBNETS`."""
        [resource_id] = [
            body['id'] for body in self.resources('subnets')
            if body['name'] == name]
        return resource_id

    def sent(self, method, kind, name):
        """Return the last body that was sent, secrets included.

        :raises KeyError: none was sent
        """
        return self._sent[method, kind.lower(), name.lower()]

    # what goes wrong

    def fail(self, method, kind, status, code, message='As the test wants.',
             **match):
        """Let requests of a kind fail.

        :param kind: last type of the path, e.g. ``virtualMachines/start``
        :param match: name (a shell pattern) and times, see
            ``jacket_azure.emulator.faults``
        """
        return self.emulator.faults.fail(
            method, kind, status, code, message, **match)

    def count_requests(self, work):
        """Return the numbers, from 1, of the requests that *work* makes.

        It runs once, undisturbed, in an Azure that is emptied afterwards.
        """
        with self.recording() as made:
            work()
        self.empty()
        return range(1, len(made) + 1)

    @contextlib.contextmanager
    def failing_for_good(self, number, status=400, code='MadeToFail'):
        """Let the *number*-th request from now on fail, however repeated."""
        fault = self.emulator.faults.at(
            number, 'fail', status, code, for_good=True)
        try:
            yield fault
        finally:
            self.emulator.faults.remove(fault)

    @contextlib.contextmanager
    def holding(self):
        """Let whoever waits for an operation of Azure's wait on."""
        self._awake.clear()
        try:
            yield
        finally:
            self._awake.set()

    @contextlib.contextmanager
    def meeting(self, method, kind, parties):
        """Let requests of a kind wait for each other before they are served.

        :returns: a :class:`threading.Barrier`; broken when *parties*
            requests were never under way at the same time
        """
        barrier = threading.Barrier(parties, timeout=MEETING_SECONDS)
        strike = self.emulator.faults.strike

        def meet(stage, record):
            if (stage, record.method, record.type) == (
                    'request', method, kind):
                with contextlib.suppress(threading.BrokenBarrierError):
                    barrier.wait()
            return strike(stage, record)

        with fixtures.MonkeyPatch(
                'jacket_azure.emulator.faults.Faults.strike',
                lambda faults, stage, record: meet(stage, record)):
            yield barrier

    # what was asked

    @property
    def requests(self):
        """All requests since the start of the test, polls left out."""
        return self.emulator.requests.without_polls()

    @contextlib.contextmanager
    def recording(self):
        """Give a list that holds, at the end, the requests made meanwhile."""
        made = []
        before = len(self.emulator.requests)
        yield made
        made.extend(record for record in list(self.emulator.requests)[before:]
                    if not record.is_poll)

    def invalid_requests(self):
        """List what did not fit the API documents, and why."""
        return [(record.method, record.path, record.problems)
                for record in list(self.emulator.requests)
                if not record.valid]


class DebugLog(fixtures.Fixture):
    """Everything that is logged, from debug up, as one text."""

    def _setUp(self):
        # one handler beside those that are there: others capture too
        self._lines = []
        handler = logging.Handler()
        handler.setLevel(logging.DEBUG)
        handler.setFormatter(logging.Formatter('%(name)s %(message)s'))
        handler.emit = lambda record: self._lines.append(
            handler.format(record))
        root = logging.getLogger()
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(root.removeHandler, handler)
        root.setLevel(logging.DEBUG)
        root.addHandler(handler)

    @property
    def text(self):
        """All lines so far, with the stack traces."""
        return '\n'.join(list(self._lines))

    def secrets_found(self, secrets, loggers_without=None):
        """List which *secrets* the log holds, as they are or in base64.

        :param loggers_without: leave out loggers of this prefix
        """
        text = '\n'.join(
            line for line in list(self._lines)
            if loggers_without is None
            or not line.startswith(loggers_without))
        found = []
        for secret in secrets:
            if not secret:
                raise ValueError('an empty secret would be everywhere')
            forms = {
                secret, json.dumps(secret)[1:-1],
                base64.b64encode(secret.encode()).decode().rstrip('=')}
            if any(form in text for form in forms):
                found.append(secret)
        return found
