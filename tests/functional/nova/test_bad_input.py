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

"""Bad input ends in one clear sentence in the server's fault.

Everything here is refused by what the driver reads: not one request of the
build changes anything in Azure.
"""

import base64
import os
import uuid

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jacket_azure.emulator.compute import usages
from tests.functional.nova import base

READS = ('GET', 'HEAD')
SIZE = {'azure:vm_size': 'Standard_D2s_v5'}


def short_key():
    return rsa.generate_private_key(65537, 1024).public_key().public_bytes(
        serialization.Encoding.OpenSSH,
        serialization.PublicFormat.OpenSSH).decode()


class BadInputTestCase(base.AzureServersTestCase):

    def refuse(self, *sentences, **wanted):
        """Expect a fault that says all of it, and nothing in Azure.

        :returns: the fault's text
        """
        server = self.create_server(expected_state='ERROR', **wanted)
        fault = server['fault']['message']
        for sentence in sentences:
            self.assertIn(sentence, fault)
        self.assertNotIn('Exceeded maximum number of retries', fault)
        self.assertEqual([], self.azure.resource_ids(), fault)
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids(), fault)
        return fault


class BadInputTest(BadInputTestCase):

    def setUp(self):
        super().setUp()
        self.flavors = 0

    def flavor(self, disk_gb=64, **extra_specs):
        self.flavors += 1
        return self.create_flavor(
            f'f{self.flavors}', 2, 8192, disk_gb, **(extra_specs or SIZE))

    def refuse_all(self, table):
        """Expect each of (what is wrong, sentences) to be refused."""
        with self.azure.recording() as made:
            for wanted, *sentences in table:
                self.refuse(*sentences, **wanted)
        # the deletion of a failed server looks for what it may have
        self.assertEqual([], [
            record for record in made
            if record.method not in (*READS, 'DELETE')])

    def test_flavors(self):
        self.refuse_all([
            ({'flavorRef': self.create_flavor('huge', 2, 8192, 64)},
             'Flavor huge is not mapped', '"flavors"', 'mapping.yaml',
             'm1.small'),
            ({'flavorRef': self.flavor(
                **{'azure:vm_size': 'Standard_NoSuch'})},
             'Standard_NoSuch', 'does not have in eastus'),
            ({'flavorRef': self.flavor(disk_gb=20)},
             'root disk of 20 GiB is smaller', 'image of 30 GiB'),
            ({'flavorRef': self.flavor(disk_gb=5000)},
             'at most 4095 GiB', '5000 GiB'),
            ({'flavorRef': self.flavor(
                **SIZE, **{'azure:zone': 'nine'})}, 'azure:zone', 'nine'),
        ])

    def test_images(self):
        old = self.glance.create(None, {
            **self.glance.unmapped, 'id': str(uuid.uuid4()), 'name': 'old',
            'properties': {
                'azure_urn': 'Canonical:ubuntu-24_04-lts:server-gen1:latest',
                'azure_os_type': 'linux'}})
        unknown = self.glance.create(None, {
            **self.glance.unmapped, 'id': str(uuid.uuid4()),
            'name': 'unknown',
            'properties': {
                'azure_urn': 'Canonical:ubuntu-24_04-lts:no-such-sku:latest',
                'azure_os_type': 'linux'}})
        self.refuse_all([
            ({'imageRef': self.glance.unmapped['id']},
             'unmapped', '"images"', 'mapping.yaml', 'ubuntu', 'windows'),
            ({'imageRef': unknown['id']}, 'no-such-sku'),
            ({'imageRef': old['id'], 'flavorRef': self.flavor(
                **{'azure:vm_size': 'Standard_D2s_v6'})},
             'generation V1', 'Standard_D2s_v6'),
        ])

    def test_networks(self):
        private, unmapped = self.neutron.private, self.neutron.unmapped
        ports = [self.create_port(private) for _ in range(3)]
        kept = self.create_port(
            private, fixed_ips=[{'ip_address': '192.168.1.2'}])
        group = self.neutron.groups['unmapped']
        foreign = self.create_port(private, security_groups=[group['id']])
        self.refuse_all([
            ({'networks': [{'uuid': unmapped['id']}]},
             'Network unmapped is not mapped', '"networks"', 'backend'),
            ({'networks': 'none'}, 'at least one port'),
            ({'networks': [{'port': port['id']} for port in ports]},
             'Standard_D2s_v5', 'at most 2 network interfaces', '3 ports'),
            ({'networks': [{'port': kept['id']}]},
             'Azure keeps the address 192.168.1.2', 'allocation pools'),
            ({'networks': [{'port': foreign['id']}]},
             'Security group', 'is not mapped', '"security_groups"'),
        ])

    def test_guests(self):
        self.api.post_keypair({'keypair': {
            'name': 'short', 'type': 'ssh', 'public_key': short_key()}})
        # what cannot be compressed, and all that Nova lets through
        data = base64.b64encode(os.urandom(49000)).decode()
        metadata = {f'key{n}': os.urandom(127).hex() for n in range(100)}
        self.refuse_all([
            ({'key_name': 'short'}, 'RSA of 1024 bits', '2048'),
            ({'adminPass': 'Sh0r!'}, '6 to 72 characters'),
            ({'adminPass': 'alllowercase'}, 'three of', 'upper-case'),
            ({'adminPass': 'P@ssw0rd'}, 'list of passwords Azure refuses'),
            ({'adminPass': 'Tab\tUlar1!'}, 'control characters'),
            ({'user_data': data, 'config_drive': True,
              'metadata': metadata},
             'User data', '65535 at most'),
        ])
        for password in ('Sh0r!', 'alllowercase', 'P@ssw0rd', 'Tab\tUlar1!'):
            self.assertNotIn(password, self.log.text)

    def test_places(self):
        aggregate = self._create_aggregate('elsewhere', 'moon')
        self.api.add_host_to_aggregate(aggregate, base.HOST)
        self.refuse_all([
            ({'availability_zone': 'moon'},
             'Availability zone moon is not mapped', '"zones"', 'az1')])

    def test_quotas(self):
        usages.set_limit(self.azure.emulator, 'standardDSv5Family', 1)
        self.restart_compute()
        self.refuse_all([({}, 'standardDSv5Family', 'no room',
                          'Standard_D2s_v5')])

    def test_mapping_file_that_breaks_while_running(self):
        """The old version stays in force, and the log names each line."""
        self.azure.mapping_file.write_text(
            'flavors: {m1.small: Standard_D2s_v5}\n'
            'images:\n'
            '  ubuntu: {id: /nowhere, os_type: beos}\n')
        self._delete_server(self.create_server())
        self.assertIn('mapping.yaml:3:', self.log.text)
        self.assertIn('the old one stays in force', self.log.text)
        self.assertEqual([], self.azure.resource_ids())
