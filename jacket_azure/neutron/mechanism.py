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

"""ML2 mechanism driver: binds ports for hosts without an agent.

Azure connects the network interface to its subnet; there is nothing to wire
on a host. Nova however takes only a port that some mechanism driver has
bound, and Neutron's own ones ask for a living agent on the host first.
"""

from __future__ import annotations

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api
from oslo_config import cfg
from oslo_log import log as logging

from jacket_azure.neutron import options

LOG = logging.getLogger(__name__)

# What the driver makes of a port in Azure: an ordinary network interface.
VNIC_TYPES = frozenset({portbindings.VNIC_NORMAL})

# Nova takes any type that is not binding_failed and hands it to its driver;
# ours looks at the addresses alone.
VIF_TYPE = portbindings.VIF_TYPE_OTHER
VIF_DETAILS = {portbindings.CAP_PORT_FILTER: False}


class AzureMechanismDriver(api.MechanismDriver):
    """Binds normal ports of the configured hosts, at once and ACTIVE.

    Source: neutron_lib.plugins.ml2.api.MechanismDriver.
    """

    def initialize(self):
        cfg.CONF.register_group(options.GROUP)
        cfg.CONF.register_opts(options.OPTS, group=options.GROUP)
        self._hosts = frozenset(cfg.CONF[options.GROUP.name].hosts)
        if self._hosts:
            LOG.info('Binding ports of hosts %s', sorted(self._hosts))
        else:
            LOG.warning('[%s] hosts is empty: no port will be bound',
                        options.GROUP.name)

    @property
    def connectivity(self):
        return portbindings.CONNECTIVITY_L2

    def bind_port(self, context):
        """Bind the first segment, or leave the port to other drivers."""
        reason = self._refusal(context)
        if reason:
            LOG.debug('Not binding port %s on host %s: %s',
                      context.current['id'], context.host, reason)
            return
        segment = context.segments_to_bind[0]
        context.set_binding(segment[api.ID], VIF_TYPE, dict(VIF_DETAILS),
                            status=constants.PORT_STATUS_ACTIVE)
        LOG.info('Bound port %s on host %s', context.current['id'],
                 context.host)

    def filter_hosts_with_segment_access(
        self, context, segments, candidate_hosts, agent_getter,
    ):
        """Return the hosts that reach the segments: all that are ours."""
        return {host for host in candidate_hosts if self._is_ours(host)}

    def _is_ours(self, host):
        return options.ANY_HOST in self._hosts or host in self._hosts

    def _refusal(self, context):
        """Return why the port is not ours to bind, or None."""
        if not self._is_ours(context.host):
            return f'the host is not in [{options.GROUP.name}] hosts'
        vnic_type = context.current.get(
            portbindings.VNIC_TYPE, portbindings.VNIC_NORMAL)
        if vnic_type not in VNIC_TYPES:
            return f'Azure has no {vnic_type} interfaces'
        if not context.segments_to_bind:
            return 'the network has no segment'
        return None
