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

"""Neutron and Glance as the functional tests need them.

Nova's own fixtures hand every port the same address, which Azure refuses,
and addresses that Azure keeps for itself.
"""

import copy
import ipaddress
import uuid

from neutronclient.common import exceptions as neutron_exceptions
from nova import exception
from nova.tests import fixtures as nova_fixtures
from nova.tests.fixtures import glance

PROJECT_ID = nova_fixtures.PROJECT_ID


def _network(name, cidr):
    """Return (network, subnet) in Neutron's words, both of made-up ids."""
    network_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.network'))
    subnet_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.subnet'))
    net = ipaddress.ip_network(cidr)
    network = dict(
        copy.deepcopy(nova_fixtures.NeutronFixture.network_1),
        id=network_id, name=name, subnets=[subnet_id])
    subnet = dict(
        copy.deepcopy(nova_fixtures.NeutronFixture.subnet_1),
        id=subnet_id, name=f'{name}-subnet', network_id=network_id,
        cidr=cidr, gateway_ip=str(net[1]),
        # Azure keeps the first four addresses and the last
        allocation_pools=[{'start': str(net[10]), 'end': str(net[-2])}])
    return network, subnet


def _security_group(name):
    group = copy.deepcopy(nova_fixtures.NeutronFixture.security_group)
    if name != group['name']:
        group['id'] = str(uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.group'))
        group['name'] = name
    return group


class NeutronFixture(nova_fixtures.NeutronFixture):
    """Two networks, several security groups, and no address twice.

    Ports are bound the way our ML2 mechanism driver binds them.
    """

    private, private_subnet = _network('private', '192.168.1.0/24')
    backend, backend_subnet = _network('backend', '192.168.2.0/24')
    # in Neutron, but not in the mapping file
    unmapped, unmapped_subnet = _network('unmapped', '192.168.3.0/24')

    def __init__(self, test):
        super().__init__(test)
        self._ports = {}
        self._networks = {
            network['id']: network
            for network in (self.private, self.backend, self.unmapped)}
        self._subnets = {
            subnet['id']: subnet
            for subnet in (self.private_subnet, self.backend_subnet,
                           self.unmapped_subnet)}
        self.groups = {
            name: _security_group(name)
            for name in ('default', 'web', 'open', 'unmapped')}
        self._security_groups = {
            group['id']: group for group in self.groups.values()}
        self._next = dict.fromkeys(self._networks, 10)

    def list_subnets(self, retrieve_all=True, **params):
        return {'subnets': self._list_resource(
            self._subnets, retrieve_all, **params)}

    def find_resource(self, resource, name_or_id, *args, **kwargs):
        """Find a security group as neutronclient does."""
        for group in self._security_groups.values():
            if name_or_id in (group['id'], group['name']):
                return {'id': group['id']}
        raise neutron_exceptions.NotFound()

    def create_port(self, body=None):
        """Create a port with the next free address of its network."""
        wanted = copy.deepcopy(body['port'])
        port_id = str(uuid.uuid4())
        port = copy.deepcopy(nova_fixtures.NeutronFixture.port_1)
        port.update(wanted, id=port_id)
        port['mac_address'] = 'fa:16:3e:' + ':'.join(
            port_id[at:at + 2] for at in (0, 2, 4))
        network_id = port['network_id']
        subnet = next(subnet for subnet in self._subnets.values()
                      if subnet['network_id'] == network_id)
        asked = wanted.get('fixed_ips') or [{}]
        port['fixed_ips'] = [{
            'subnet_id': subnet['id'],
            'ip_address': asked[0].get('ip_address')
            or self._take_address(network_id, subnet)}]
        port['security_groups'] = (
            wanted.get('security_groups') or [self.groups['default']['id']])
        port['binding:vif_type'] = 'other'
        port['binding:vif_details'] = {'port_filter': False}
        self._ports[port_id] = port
        return {'port': copy.deepcopy(port)}

    def _take_address(self, network_id, subnet):
        used = {each['ip_address'] for port in self._ports.values()
                for each in port['fixed_ips']}
        net = ipaddress.ip_network(subnet['cidr'])
        while True:
            at = self._next[network_id]
            # as late as can be: Azure may still have an interface with it
            self._next[network_id] = (
                at + 1 if at + 2 < net.num_addresses else 10)
            if str(net[at]) not in used:
                return str(net[at])

    def ports_of(self, server_id):
        """Return the ports of a server."""
        return [copy.deepcopy(port) for port in self._ports.values()
                if port.get('device_id') == server_id]


def _image(name, **properties):
    return dict(
        copy.deepcopy(glance.GlanceFixture.image1),
        id=str(uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.image')), name=name,
        properties={'architecture': 'x86_64', **properties})


class GlanceFixture(glance.GlanceFixture):
    """Nova's, and images whose names stand in the mapping file."""

    ubuntu = _image('ubuntu')
    windows = _image('windows')
    # needs no entry in the mapping file
    by_property = _image(
        'by-property', azure_urn='Canonical:ubuntu-24_04-lts:server:latest',
        azure_os_type='linux')
    # neither there nor anywhere else: Glance has no bytes of it
    unmapped = dict(_image('unmapped'), size=0)

    def setUp(self):
        super().setUp()
        for image in (self.ubuntu, self.windows, self.by_property,
                      self.unmapped):
            self.create(None, image)

    def update(self, context, image_id, metadata, data=None,
               purge_props=False):
        """Become active by data, and lose nothing but properties."""
        if image_id not in self.images:
            raise exception.ImageNotFound(image_id=image_id)
        image = self.images[image_id]
        changes = copy.deepcopy(metadata)
        properties = changes.pop('properties', {})
        if purge_props:
            image['properties'] = {}
        image['properties'].update(properties)
        image.update(changes)
        if data is not None:
            size = 0
            while chunk := data.read(65536):
                size += len(chunk)
            image.update(size=size, status='active')
        return image
