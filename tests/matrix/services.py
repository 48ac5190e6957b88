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

"""One cell of the matrix, through Nova's API to the emulator and back."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import time

import fixtures
import nova.tests.functional  # noqa: F401 - patches, so it comes first

from jacket_azure.arm import transport
from tests import orders
from tests.functional.nova import base
from tests.matrix import proxy
from tests.matrix import troubles
from tests.matrix import wire

ZONE = 'az1'
STEPS = ('create', 'delete')
# a port nobody listens on: tcpmux, which needs root to be taken
_NOBODY = 'https://127.0.0.1:1'
_FIRST_NIC = '?' * 36


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

    :ivar ok: the server is as it was asked to be
    :ivar text: the fault that the user reads, when it is not
    :ivar left: what Azure still held when the server was in error
    :ivar remains: what was there after all was mended and deleted: of
        Azure, Neutron and Placement
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


class Services(base.AzureServersTestCase):
    """Nova, Placement and the fakes of Neutron and Glance, for many cells."""

    # so that whether machines are listed does not depend on seconds
    azure_options = {'power_state_cache_seconds': 0}

    def setUp(self):
        super().setUp()
        emulator = self.azure.emulator
        emulator.nic_create = 'async'
        self.wire = wire.Wire()
        folder = pathlib.Path(emulator.ca_file).parent
        between = proxy.Proxy(
            emulator.endpoint, emulator.ca_file,
            (folder / 'server.pem', folder / 'server.key'),
            self.wire.handle).start()
        self.addCleanup(between.stop)
        # so the operations' URLs lead through the proxy as well
        emulator.endpoint = between.url
        self.azure.configure(base.CONF)
        self._refuse_where_armed()
        # msal repeats a refusal of the token service to itself for seconds
        self.useFixture(fixtures.MonkeyPatch(
            'msal.individual_cache.time', self.azure.clock))
        aggregate = self._create_aggregate('zone one', ZONE)
        self.api.add_host_to_aggregate(aggregate, base.HOST)
        self.api.post_keypair({'keypair': {
            'name': 'demo', 'type': 'ssh', 'public_key': orders.KEY}})

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

    def start_anew(self):
        """Let the driver be one whose token and facts have grown old."""
        driver = self.compute.manager.driver
        identity = self.azure.emulator.identity
        # so short that the next request asks for another one
        lifetime, identity.lifetime_seconds = identity.lifetime_seconds, 60
        driver.init_host(base.HOST)
        identity.lifetime_seconds = lifetime
        # asked for again, and good enough if that fails
        for name in '_sizes', '_capacity':
            entries = getattr(driver._backend.catalogue, name)._entries
            for key, entry in entries.items():
                entries[key] = entry._replace(expires=0)
        self.wire.disarm()

    # the two steps

    def _create(self):
        return self.ask_for_server(
            networks=[{'uuid': self.neutron.private['id']},
                      {'uuid': self.neutron.backend['id']}],
            availability_zone=ZONE, key_name='demo')

    def _settled(self, server):
        """Return the server once nothing is under way, None when gone."""
        def look():
            try:
                found = self.admin_api.get_server(server['id'])
            except base.api_client.OpenStackApiNotFoundException:
                return 'gone' if self._ended(server) else None
            if found['OS-EXT-STS:task_state'] is not None:
                return None
            if not self._ended(server):
                return None
            if found['status'] == 'ERROR':
                return found if 'fault' in found else None
            return found if found['status'] == 'ACTIVE' else None

        found = self.wait_until(look, f'server {server["id"]} settled')
        return None if found == 'gone' else found

    def _ended(self, server):
        """Tell whether the compute service has let go of the server.

        It asks Azure for what the node has left after the server is gone.
        """
        url = f'/servers/{server["id"]}/os-instance-actions'
        actions = self.admin_api.api_get(url).body['instanceActions']
        return all(
            event['finish_time']
            for action in actions
            for event in self.admin_api.api_get(
                f'{url}/{action["request_id"]}'
            ).body['instanceAction']['events'])

    def rows(self):
        """Make every request once, undisturbed, and return them."""
        found = []
        self.start_anew()
        self.wire.step = 'create'
        server = self._settled(self._create())
        found += self.wire.rows
        self.start_anew()
        self.wire.step = 'delete'
        self._delete(server)
        found += self.wire.rows
        self.wire.disarm()
        firsts = {}
        for at, row in enumerate(found):
            firsts.setdefault((row.step, row.label.split(' #')[0]), at)
        # of what is sent at the same time the order is not always the same
        return sorted(set(found), key=lambda row: (
            row.step, firsts[row.step, row.label.split(' #')[0]], row))

    def _delete(self, server):
        self.api.delete_server(server['id'])
        # the API shows the old state until the compute service has it
        return self._settled(server)

    def run_cell(self, cell):
        """Return the :class:`Outcome` of one cell, in a clean world."""
        began = time.monotonic()
        outcome = Outcome()
        server = None
        if cell.row.step == 'delete':
            self.start_anew()
            server = self._settled(self._create())
        self.start_anew()
        self.wire.step = cell.row.step
        virtual = self.azure.clock.time()
        with self._trouble(cell) as strikes:
            if server is None:
                server = self._create()
                found = self._settled(server)
                outcome.ok = found['status'] == 'ACTIVE'
            else:
                found = self._delete(server)
                outcome.ok = found is None
            outcome.struck = strikes()
            outcome.virtual_seconds = self.azure.clock.time() - virtual
            if not outcome.ok:
                outcome.text = found['fault']['message']
                outcome.left = self.azure.resource_ids()
        if found is not None:
            found = self._delete(server)
        outcome.remains = self._remains(server, found)
        outcome.seconds = time.monotonic() - began
        return outcome

    @contextlib.contextmanager
    def _trouble(self, cell):
        trouble = troubles.BY_NAME[cell.trouble]
        if trouble.plan is None:
            self.wire.arm(cell.row, trouble, cell.for_good)
            try:
                yield lambda: self.wire.struck
            finally:
                self.wire.disarm()
            return
        method, kind, *second = cell.row.label.split()
        fault = trouble.plan(self.azure.emulator.faults, {
            'method': method, 'type': kind,
            'name': f'{_FIRST_NIC}-*' if second else _FIRST_NIC,
            'times': None if cell.for_good else 1})
        try:
            yield lambda: fault.fired
        finally:
            self.azure.emulator.faults.remove(fault)
            for operation in self.azure.emulator.operations.running():
                operation.stuck = False

    def _remains(self, server, found):
        """List what should not be there any more, and remove it."""
        remains = [f'Azure: {each}' for each in self.azure.resource_ids()]
        remains += [f'Neutron: port {port["id"]}'
                    for port in self.neutron.ports_of(server['id'])]
        allocations = self.placement.get(
            f'/allocations/{server["id"]}').body['allocations']
        remains += [f'Placement: {each}' for each in allocations]
        if found is not None:
            remains.append(f'Nova: {found["status"]}, '
                           f'{found.get("fault", {}).get("message")}')
        remains += [f'log: {secret}' for secret in self.log.secrets_found(
            [self.azure.emulator.client_secret, *self.azure.tokens])]
        self.log.clear()
        self.azure.tokens.clear()
        if remains:
            self.azure.empty()
        return remains
