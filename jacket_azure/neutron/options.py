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

"""The options of ``[ml2_jacket_azure]`` in Neutron's configuration."""

from __future__ import annotations

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'ml2_jacket_azure',
    title='Ports of servers on Microsoft Azure',
    help='Which ports the jacket_azure mechanism driver binds.')

ANY_HOST = '*'

OPTS = [
    cfg.ListOpt(
        'hosts',
        default=[],
        help='Hosts whose ports to bind: the [DEFAULT] host values of the '
        'nova-compute services that use jacket_azure, separated by commas, '
        'or * for every host. No port is bound while this is empty, so that '
        'hosts with a real agent are never taken by accident. Example: '
        'azure-west,azure-east'),
]


def list_opts():
    """Return (group, options) pairs, for the sample configuration."""
    return [(GROUP, OPTS)]
