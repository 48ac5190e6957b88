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

"""The password in place of one of Nova's that Azure would refuse."""

import base64
import types

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric import rsa
import fixtures
from nova import utils

from jacket_azure import exceptions
from jacket_azure.nova import admin_password
from tests import timeout


class SettleTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MockPatchObject(
            admin_password.CONF, 'password_length', 4))
        self.refused = utils.generate_password(4)

    def settle(self, bits):
        self.key = rsa.generate_private_key(65537, bits)
        public = self.key.public_key().public_bytes(
            serialization.Encoding.OpenSSH,
            serialization.PublicFormat.OpenSSH)
        self.instance = types.SimpleNamespace(
            uuid='uuid', key_data=public.decode(), system_metadata={})
        return admin_password.settle(
            self.instance, 'windows', self.refused)

    def test_the_key_pair_tells_the_new_one(self):
        made = self.settle(2048)
        kept = self.instance.system_metadata
        text = ''.join(kept[f'password_{part}'] for part in range(4))
        self.assertEqual(
            made, self.key.decrypt(
                base64.b64decode(text), padding.PKCS1v15()).decode())

    def test_key_whose_secret_nova_would_cut_is_refused(self):
        # what 6144 bits encrypt; such a key takes long to make
        self.useFixture(fixtures.MockPatch(
            'nova.crypto.ssh_encrypt_text', return_value=bytes(6144 // 8)))
        error = self.assertRaises(
            exceptions.InvalidRequest, self.settle, 2048)
        self.assertIn('shorter RSA key pair', str(error))
        self.assertEqual({}, self.instance.system_metadata)
