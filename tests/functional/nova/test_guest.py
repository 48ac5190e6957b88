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

"""N04, N05, N31: what the guest is given: keys, passwords, user data."""

import base64
import email
import json
import os

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa
from nova import utils
import yaml

from tests.functional.nova import base

USER_DATA = '#!/bin/sh\necho "hello from user data"\n'


def public_key(private_key):
    """Return the OpenSSH line of a private key's public half."""
    return private_key.public_key().public_bytes(
        serialization.Encoding.OpenSSH,
        serialization.PublicFormat.OpenSSH).decode() + ' user@example'


def parts(custom_data):
    """Return file name to text of a cloud-init multipart message."""
    message = email.message_from_bytes(custom_data)
    return {part.get_filename(): part.get_payload(decode=True).decode()
            for part in message.walk() if not part.is_multipart()}


def written_files(custom_data):
    """Return path to content of the files cloud-init is told to write."""
    found = {}
    for text in parts(custom_data).values():
        if text.startswith('#cloud-config'):
            for file in yaml.safe_load(text).get('write_files', ()):
                content = file['content']
                if file.get('encoding') == 'b64':
                    content = base64.b64decode(content).decode()
                found[file['path']] = content
    return found


class GuestTest(base.AzureServersTestCase):
    """osProfile carries what the user asked for."""

    def import_key(self, private_key):
        name = f'key-{self._testMethodName}'
        line = public_key(private_key)
        self.api.post_keypair({'keypair': {
            'name': name, 'type': 'ssh', 'public_key': line}})
        return name, line

    def windows_flavor(self):
        return self.create_flavor(
            'windows', 4, 16384, 128,
            **{'azure:vm_size': 'Standard_D4s_v5'})

    def test_n04_key_pair_reaches_the_guest_and_no_password(self):
        name, line = self.import_key(
            ed25519.Ed25519PrivateKey.generate())
        server = self.create_server(key_name=name)
        profile = self.os_profile(server)
        linux = profile['linuxConfiguration']
        self.assertTrue(linux['disablePasswordAuthentication'])
        [key] = linux['ssh']['publicKeys']
        self.assertEqual(line, key['keyData'])
        self.assertEqual(
            '/home/azureuser/.ssh/authorized_keys', key['path'])
        self.assertNotIn('adminPassword', profile)

    def test_n04_refused_key_type_is_named_before_any_write(self):
        name, _ = self.import_key(ec.generate_private_key(ec.SECP256R1()))
        fault = self.failed_build(key_name=name)
        self.assertIn('ecdsa', fault)
        self.assertIn('ed25519', fault)
        self.assertEqual([], self.azure.resource_ids())

    def test_n05_password_the_user_chose(self):
        server = self.create_server(adminPass='Corr3ct-Horse')
        self.assertEqual('Corr3ct-Horse', server['adminPass'])
        profile = self.os_profile(server)
        self.assertEqual('Corr3ct-Horse', profile['adminPassword'])
        self.assertEqual('azureuser', profile['adminUsername'])

    def test_n05_password_azure_would_refuse_is_never_sent(self):
        """The rules are told; the password itself is not repeated."""
        fault = self.failed_build(adminPass='hunter')
        self.assertIn('three of', fault)
        self.assertNotIn('hunter', fault)
        self.assertEqual([], self.azure.resource_ids())

    def test_n05_windows_gets_the_password_nova_made(self):
        server = self.create_server(
            imageRef=self.glance.windows['id'],
            flavorRef=self.windows_flavor(),
            name='a-windows-server-with-a-long-name')
        profile = self.os_profile(server)
        self.assertEqual(server['adminPass'], profile['adminPassword'])
        # Azure's limit for Windows
        self.assertLessEqual(len(profile['computerName']), 15)

    def test_n05_password_of_nova_that_azure_would_refuse_is_replaced(self):
        """Who has the private key reads it, as with any guest's password."""
        self.flags(password_length=4)
        private = rsa.generate_private_key(65537, 2048)
        name, _ = self.import_key(private)
        server = self.create_server(
            imageRef=self.glance.windows['id'], key_name=name,
            flavorRef=self.windows_flavor())
        self.assertEqual(4, len(server['adminPass']))
        answer = self.api.api_get(
            f'/servers/{server["id"]}/os-server-password').body
        password = private.decrypt(
            base64.b64decode(answer['password']),
            padding.PKCS1v15()).decode()
        self.assertEqual(
            password, self.os_profile(server)['adminPassword'])
        self.assertNotIn(password, self.log.text)

    def test_n05_password_of_nova_that_cannot_be_replaced(self):
        self.flags(password_length=4)
        fault = self.failed_build(
            imageRef=self.glance.windows['id'],
            flavorRef=self.windows_flavor())
        self.assertIn('8 to 123 characters', fault)
        self.assertIn('password_length', fault)
        self.assertEqual([], self.azure.resource_ids())

    def test_n31_user_data_reaches_custom_data(self):
        server = self.create_server(
            user_data=base64.b64encode(USER_DATA.encode()).decode())
        data = self.custom_data(server)
        self.assertIn(USER_DATA, [data.decode(), *parts(data).values()])

    def test_n31_config_drive_documents(self):
        server = self.create_server(
            config_drive=True, metadata={'role': 'database'},
            user_data=base64.b64encode(USER_DATA.encode()).decode())
        data = self.custom_data(server)
        self.assertIn(USER_DATA, parts(data).values())
        [facts] = [
            json.loads(text) for path, text in written_files(data).items()
            if path.endswith('/openstack/latest/meta_data.json')]
        self.assertEqual(server['id'], facts['uuid'])
        self.assertEqual({'role': 'database'}, facts['meta'])
        self.assertEqual(server['adminPass'], facts['admin_pass'])

    def test_n31_injected_file(self):
        with utils.temporary_mutation(self.api, microversion='2.56'):
            server = self.create_server(personality=[{
                'path': '/etc/motd',
                'contents': base64.b64encode(b'welcome').decode()}])
        self.assertEqual(
            'welcome', written_files(self.custom_data(server))['/etc/motd'])

    def test_n31_more_than_azure_takes(self):
        """Nova takes 49,149 bytes of user data, and the rest comes on top.

        Random bytes, for what can be made smaller is.
        """
        noise = base64.b64encode(os.urandom(36000))
        data = base64.b64encode(b'#!/bin/sh\n# ' + noise).decode()
        fault = self.failed_build(
            config_drive=True, user_data=data, metadata={
                f'key{n}': base64.b64encode(os.urandom(180)).decode()
                for n in range(120)})
        self.assertIn('Azure takes 65535 at most', fault)
        self.assertEqual([], self.azure.resource_ids())
