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

"""What Nova hands a driver: instances, images and ports, without Nova."""

import base64
import ipaddress
import uuid

from nova import objects
from nova.network import model

HOST = 'compute1'
PRIVATE = 'c0000000-0000-4000-8000-000000000001'
BACKEND = 'c0000000-0000-4000-8000-000000000002'
IMAGE = 'f0000000-0000-4000-8000-000000000001'
GROUPS = {
    'd0000000-0000-4000-8000-000000000001': 'default',
    'd0000000-0000-4000-8000-000000000002': 'web',
    'd0000000-0000-4000-8000-000000000003': 'open',
    'd0000000-0000-4000-8000-000000000004': 'unmapped',
}
CIDRS = {'private': '192.168.1.0/24', 'backend': '192.168.2.0/24'}
KEY = (
    'ssh-ed25519 '
    + base64.b64encode(
        b'\0\0\0\x0bssh-ed25519\0\0\0\x20' + bytes(range(32))
    ).decode()
    + ' demo@example.org'
)


class FakeNeutron:
    """The three queries the driver makes, and how often it made them."""

    def __init__(self):
        self.ports = []
        self.queries = []

    def list_ports(self, device_id, fields):
        self.queries.append('ports')
        found = [p for p in self.ports if p['device_id'] == device_id]
        return {'ports': [{f: p[f] for f in fields} for p in found]}

    def list_security_groups(self, id, fields):
        self.queries.append('security_groups')
        return {'security_groups': [{'id': id, 'name': GROUPS[id]}]}

    def list_subnets(self, id, fields):
        self.queries.append('subnets')
        return {'subnets': [{'id': id, 'name': f'subnet-{id[:8]}'}]}


class Orders:
    """Makers of the arguments of ``spawn``.

    :ivar context: the request's
    :ivar neutron: a :class:`FakeNeutron`, which gets to know the ports
    :ivar cidrs: subnet of each network
    """

    cidrs = CIDRS

    def instance(self, flavor='m1.small', **values):
        values.setdefault('uuid', str(uuid.uuid4()))
        values.setdefault('image_ref', IMAGE)
        values.setdefault('key_data', KEY)
        values.setdefault('hostname', 'demo')
        values.setdefault('display_name', 'demo')
        values.setdefault('availability_zone', 'nova')
        values.setdefault('host', HOST)
        values.setdefault('system_metadata', {})
        values.setdefault('metadata', {})
        values.setdefault('config_drive', '')
        flavor_values = {
            'root_gb': 30, 'ephemeral_gb': 0, 'swap': 0, 'extra_specs': {},
            **(values.pop('flavor_values', None) or {})}
        instance = objects.Instance(
            self.context, id=1, project_id='project', user_id='user',
            key_name='demo', user_data=values.pop('user_data', None),
            vm_state='building', task_state='spawning', power_state=0,
            **values)
        instance.flavor = objects.Flavor(
            id=1, name=flavor, flavorid=f'id-{flavor}', memory_mb=1024,
            vcpus=2, **flavor_values)
        instance.keypairs = objects.KeyPairList(objects=[])
        return instance

    def image(self, name='ubuntu'):
        return objects.ImageMeta(
            id=IMAGE, name=name, status='active',
            properties=objects.ImageMetaProps())

    def network_info(self, instance, *ips, groups=('default',), **values):
        """Make ports with these addresses; the first is the primary one."""
        ids = {name: key for key, name in GROUPS.items()}
        vifs = []
        for ip in ips:
            # what is in no subnet is for tests of its refusal
            label = next((
                label for label, cidr in self.cidrs.items()
                if ipaddress.ip_address(ip) in ipaddress.ip_network(cidr)),
                'backend')
            port = {
                'id': str(uuid.uuid4()), 'device_id': instance.uuid,
                'security_groups': [ids[group] for group in groups],
                'fixed_ips': [{
                    'ip_address': ip,
                    'subnet_id': f'e{label[0].encode().hex()}00000-0000-4000-'
                                 '8000-000000000000'}]}
            self.neutron.ports.append(port)
            subnet = model.Subnet(
                cidr=self.cidrs[label], ips=[model.FixedIP(address=ip)],
                gateway=model.IP(address=ip.rsplit('.', 1)[0] + '.1'))
            vifs.append(model.VIF(
                id=port['id'], address='fa:16:3e:00:00:01',
                network=model.Network(
                    id=PRIVATE if label == 'private' else BACKEND,
                    label=label, subnets=[subnet]), **values))
        return model.NetworkInfo(vifs)
