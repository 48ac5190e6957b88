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

"""Networks of Nova's Neutron fixture, and ports that share no address."""

import copy
import functools
import ipaddress


def network_ids(fixture):
    """List the ids of the networks a Neutron fixture has, or may add."""
    found = set(fixture._networks)
    for cls in type(fixture).__mro__:
        for value in vars(cls).values():
            if isinstance(value, dict) and 'provider:network_type' in value:
                found.add(value['id'])
    return sorted(found)


def distinct(create_port):
    """Wrap ``NeutronFixture.create_port``.

    Nova's gives every port but the first the same address, and all of them
    to one project, which neither Neutron nor Azure would do. The first keeps
    its address: tests look for it.
    """
    @functools.wraps(create_port)
    def created(fixture, body=None):
        taken = {
            (port['network_id'], address['ip_address'])
            for port in fixture._ports.values()
            for address in port['fixed_ips']}
        answer = create_port(fixture, body)
        port = fixture._ports[answer['port']['id']]
        project = body and body['port'].get('tenant_id')
        if project:
            port['tenant_id'] = port['project_id'] = project
        for address in port['fixed_ips']:
            while (port['network_id'], address['ip_address']) in taken:
                address['ip_address'] = str(
                    ipaddress.ip_address(address['ip_address']) + 1)
        return {'port': copy.deepcopy(port)}

    return created


def of_every_project(list_networks):
    """Wrap ``NeutronFixture.list_networks``.

    A project without a network gets servers without a port.
    """
    @functools.wraps(list_networks)
    def listed(fixture, retrieve_all=True, **params):
        params.pop('tenant_id', None)
        return list_networks(fixture, retrieve_all, **params)

    return listed
