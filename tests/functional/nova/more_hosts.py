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

"""More compute hosts than one, and what becomes of them."""

import uuid

import fixtures
from nova import utils

from jacket_azure.nova import hostops


def _node_uuid(host):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, host))


def _with_node_uuid(available_resource):
    return lambda ops, nodename: {
        **available_resource(ops, nodename), 'uuid': _node_uuid(nodename)}


class MoreHosts:
    """Mixed in: more hosts than one, each with a node of its own.

    Nova keeps the node's uuid in a file of the host, and all hosts here are
    one.
    """

    def setUp(self):
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.driver.AzureDriver.get_nodenames_by_uuid',
            lambda driver, refresh=False: {_node_uuid(driver.host):
                                           driver.host}))
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.hostops.HostOps.available_resource',
            _with_node_uuid(hostops.HostOps.available_resource)))
        super().setUp()

    def add_host(self, name):
        """Start one; return its service."""
        self.computes[name] = self._start_compute(name)
        return self.computes[name]

    def evacuate_to(self, host, server, microversion='2.94'):
        """Ask for it as a client of that version of the API does."""
        with utils.temporary_mutation(
                self.admin_api, microversion=microversion):
            self.admin_api.post_server_action(
                server['id'], {'evacuate': {'host': host}})
