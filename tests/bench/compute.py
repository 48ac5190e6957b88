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

"""A compute driver, and the servers it is asked for."""

import ipaddress
import itertools
import threading
from unittest import mock

import fixtures
from nova import context as nova_context
from nova import objects
from nova.compute import power_state
import nova.conf

from jacket_azure import conf as azure_conf
from jacket_azure.nova import choices
from jacket_azure.nova import driver as azure_driver
from jacket_azure.nova import planning
from tests import orders

CONF = nova.conf.CONF
# behind the addresses Azure reserves
FIRST_ADDRESS = 10


class Compute(orders.Orders, fixtures.Fixture):
    """What nova-compute holds after its start, without the rest of Nova.

    :ivar driver: after ``init_host``
    :ivar options: of ``[azure]``
    """

    # room for all servers of a run
    cidrs = {'private': '10.128.0.0/16', 'backend': '10.129.0.0/16'}

    def __init__(self, options):
        super().__init__()
        self.options = options
        self._numbers = itertools.count(FIRST_ADDRESS)
        self._lock = threading.Lock()

    def _setUp(self):
        objects.register_all()
        CONF([], project='nova', default_config_files=[])
        azure_conf.register_opts(CONF)
        for name, value in self.options.items():
            CONF.set_override(name, value, group=azure_conf.GROUP.name)
            self.addCleanup(
                CONF.clear_override, name, group=azure_conf.GROUP.name)
        self.neutron = orders.FakeNeutron()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.network.neutron.get_client',
            lambda context, admin=False: self.neutron))
        self.context = nova_context.RequestContext('user', 'project')
        self.driver = azure_driver.AzureDriver(mock.sentinel.virtapi)
        self.driver.init_host(orders.HOST)
        self.addCleanup(self.driver.cleanup_host, orders.HOST)

    def warm(self):
        """Make a server and delete it, so that all caches are filled."""
        server, ports = self.order()
        self.create(server, ports)
        self.delete(server, ports)

    @property
    def statistics(self):
        """Counts of what the driver sent."""
        return self.driver._backend.azure.statistics

    def order(self):
        """Return a new server with a key, a zone and two ports."""
        with self._lock:
            number = next(self._numbers)
        server = self.instance(flavor='bench', availability_zone='az1')
        addresses = [str(ipaddress.ip_network(prefix)[number])
                     for prefix in self.cidrs.values()]
        return server, self.network_info(server, *addresses)

    def plan(self, server, ports):
        """Return what the driver would send for it."""
        return planning.Planner(self.driver._backend).plan(
            choices.Order(
                self.context, server, self.image(), [], None, ports, {}))

    def create(self, server, ports):
        """Make a server, and see it run."""
        self.driver.spawn(
            self.context, server, self.image(), [], None, {},
            network_info=ports, block_device_info={})
        if self.driver.get_info(server).state != power_state.RUNNING:
            raise RuntimeError(f'{server.uuid} does not run.')

    def delete(self, server, ports):
        """Delete a server."""
        self.driver.destroy(self.context, server, ports)
