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

"""What every sweep needs: a cell, its outcome, and a wire that goes wrong."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib

import fixtures

from jacket_azure.arm import transport
from tests import world
from tests.matrix import proxy
from tests.matrix import troubles
from tests.matrix import wire

# a port nobody listens on: tcpmux, which needs root to be taken
_NOBODY = 'https://127.0.0.1:1'


@dataclasses.dataclass(frozen=True)
class Cell:
    """One thing that goes wrong, once or until somebody mends it."""

    row: wire.Row
    trouble: str
    for_good: bool

    def __str__(self):
        return (f'{self.row}, {self.trouble}, '
                f'{"for good" if self.for_good else "once"}')


@dataclasses.dataclass
class Outcome:
    """What came of it.

    :ivar ok: the user got what was asked for
    :ivar text: the fault that the user reads, when it is not
    :ivar left: what Azure still held when the user was told of an error
    :ivar remains: what was there after all was mended and deleted, of
        Azure and of every service; and what was lost
    :ivar struck: how often the trouble struck
    :ivar virtual_seconds: how long the step took, by the driver's clock
    """

    ok: bool = False
    text: str = ''
    left: list = dataclasses.field(default_factory=list)
    remains: list = dataclasses.field(default_factory=list)
    struck: int = 0
    virtual_seconds: float = 0.0
    seconds: float = 0.0


class Scene:
    """Part of a test case whose services reach Azure through the wire.

    :ivar azure: a :class:`tests.fixtures.AzureFixture`
    :ivar disk_model: whose requests pass; blobs are asked for as well on
        ``page_blob``
    :ivar wire: what passes between the driver and Azure
    """

    disk_model = None

    def connect_wire(self):
        """Put the wire before Azure; options made from now on lead to it."""
        emulator = self.azure.emulator
        emulator.nic_create = 'async'
        self.wire = wire.Wire()
        # so the operations' URLs lead through the proxy as well
        emulator.endpoint = self._between(emulator.endpoint)
        if self.disk_model == 'page_blob':
            emulator.blobs.url = self._between(emulator.blobs.url)
            self.lead_blobs()
        self._refuse_where_armed()
        # msal repeats a refusal of the token service to itself for seconds
        self.useFixture(fixtures.MonkeyPatch(
            'msal.individual_cache.time', self.azure.clock))

    def lead_blobs(self):
        """Let the storage account say that its blobs are at the wire."""
        emulator = self.azure.emulator
        [account] = [each for each in emulator.store
                     if each.name == world.STORAGE_ACCOUNT]
        account.properties['primaryEndpoints']['blob'] = (
            emulator.blobs.endpoint_of(account.name) + '/')
        self.wire.account = account.name

    def _between(self, endpoint):
        ca_file = self.azure.emulator.ca_file
        folder = pathlib.Path(ca_file).parent
        between = proxy.Proxy(
            endpoint, ca_file, (folder / 'server.pem', folder / 'server.key'),
            self.wire.handle).start()
        self.addCleanup(between.stop)
        return between.url

    def _refuse_where_armed(self):
        send = transport.Transport.send

        def refusing(self_, request, **options):
            if not self.wire.refuses(request.method, request.url):
                return send(self_, request, **options)
            url = request.url
            parts = url.split('/', 3)
            request.url = f'{_NOBODY}/{parts[3]}'
            try:
                return send(self_, request, **options)
            finally:
                request.url = url

        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.arm.transport.Transport.send', refusing))

    @contextlib.contextmanager
    def trouble(self, cell):
        """Let it happen; gives a function that tells how often it did."""
        trouble = troubles.BY_NAME[cell.trouble]
        if trouble.plan is None:
            self.wire.arm(cell.row, trouble, cell.for_good)
            try:
                yield lambda: self.wire.struck
            finally:
                self.wire.disarm()
            return
        fault = trouble.plan(self.azure.emulator.faults, {
            **self.target(cell.row), 'times': None if cell.for_good else 1})
        try:
            yield lambda: fault.fired
        finally:
            self.azure.emulator.faults.remove(fault)
            for operation in self.azure.emulator.operations.running():
                operation.stuck = False

    def target(self, row):
        """Return which operation a row starts, as the emulator knows it."""
        method, kind, *_ = row.label.split()
        return {'method': method, 'type': kind}
