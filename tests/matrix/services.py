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

import functools
import time

import fixtures
import nova.tests.functional  # noqa: F401 - patches, so it comes first
from oslo_messaging import server as messaging

from tests import orders
from tests.functional.nova import base
from tests.matrix import scene

ZONE = 'az1'
STEPS = ('create', 'delete')
_FIRST_NIC = '?' * 36
# Each of Nova's services would come to 64 in the time of a sweep, and what
# waits once a second for work in so many threads, leaves none for the others.
_RPC_THREADS = 8


class Services(scene.Scene, base.AzureServersTestCase):
    """Nova, Placement and the fakes of Neutron and Glance, for many cells."""

    # Azure Stack Hub has none
    zone = ZONE
    # so that whether machines are listed does not depend on seconds
    azure_options = {'power_state_cache_seconds': 0}

    def setUp(self):
        start = messaging.MessageHandlingServer.start
        self.useFixture(fixtures.MonkeyPatch(
            'oslo_messaging.server.MessageHandlingServer.start',
            # wraps: oslo.messaging puts marks on this method
            functools.wraps(start)(lambda server: start(
                server, override_pool_size=_RPC_THREADS))))
        super().setUp()
        self.connect_wire()
        self.azure.configure(base.CONF)
        self.aggregate = self._create_aggregate('zone one', self.zone)
        self.api.add_host_to_aggregate(self.aggregate, base.HOST)
        self.api.post_keypair({'keypair': {
            'name': 'demo', 'type': 'ssh', 'public_key': orders.KEY}})

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
            # first, as what is shown after the end stays so: a resized
            # server is ACTIVE and nothing is under way while it is deleted
            events = self._events_of_each(server)
            if not all(event['finish_time']
                       for each in events for event in each):
                return None
            try:
                found = self.admin_api.get_server(server['id'])
            except base.api_client.OpenStackApiNotFoundException:
                # without events where the API deletes it by itself
                return 'gone'
            # without events the service has not begun yet
            if not all(events):
                return None
            if found['OS-EXT-STS:task_state'] is not None:
                return None
            if found['status'] == 'ERROR':
                return found if 'fault' in found else None
            return found if found['status'] == 'ACTIVE' else None

        found = self.wait_until(look, f'server {server["id"]} settled')
        return None if found == 'gone' else found

    def _events_of_each(self, server):
        """Return the events of each action, by which the service lets go.

        It asks Azure for what the node has left after the server is gone.
        """
        url = f'/servers/{server["id"]}/os-instance-actions'
        actions = self.admin_api.api_get(url).body['instanceActions']
        found = [
            self.admin_api.api_get(f'{url}/{action["request_id"]}').body
            for action in actions]
        return [each['instanceAction']['events'] for each in found]

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
        """Return the :class:`scene.Outcome` of one cell, in a clean world."""
        began = time.monotonic()
        outcome = scene.Outcome()
        server = None
        if cell.row.step == 'delete':
            self.start_anew()
            server = self._settled(self._create())
        self.start_anew()
        self.wire.step = cell.row.step
        virtual = self.azure.clock.time()
        with self.trouble(cell) as strikes:
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

    def target(self, row):
        """... of the two network interfaces, which differ in their names."""
        second = row.label.endswith(' #2')
        return {**super().target(row),
                'name': f'{_FIRST_NIC}-*' if second else _FIRST_NIC}

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
