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

import base64
import struct

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.payload import ssh_keys
from tests import timeout

ED25519 = (
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0hHU+F3+Akd5f5oth7IMTM48sA98Dzg4ov'
    'dFKC+G9e'
)
RSA_2048 = (
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC9EQCQY3RwUkFxRLOckjBoKjEbTxSP'
    'w0wEA7PsBqv7wxoxxmf98i6cKWccRZAqbQPq8BFvAEzziH3vA2R+YeBJTdH1qXuG4svm'
    'FzrquJ/Kn42bbtuM/IsLYddxM2cfcaRNDXoIVshkkIxHSlD3JTWtpUxAUufqgEMtHxhB'
    'u+69I+d48fYZH2LL2wuRBHcympJP23IwclNKOzwGMWa9VN0IKr/R1ppCJsuFzrAC7bCf'
    'bIGIng+re8/vEAFVb3ye7noxMxYUvpFXW9iwZl93JyanpZ3gN7RNjs7Dqr/hUk+vNNMl'
    'mzynSQRO7hgoRNuAgs1TblMkBYlAIvVJWfbJUU+t'
)
RSA_1024 = (
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC5BUYi39bDaqx5fZLZ/CKm+17dwLR+'
    'Z7RCtMMUf37aWB/rT45ETOUB0Lk/UeQVCaXR2EQNorjDUdG2xCLG3c8ZRnlM66kgb1n5'
    'A7ZWDS3TnM//MhyKx9xs2Brqv9tb4AGjk5/IKvJLVT/fU/Gg1BGEAHsHonQJdhQ7CvCR'
    'EynDVw=='
)
ECDSA = (
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYA'
    'AABBBNGQdTLOhks2jR06h+dwLEyRhp33PLfy7g8SFDdrk46QCek9enBMkAIoQUNKWqCe'
    'Q80Bb39FbDvMRujdSOluxlM='
)


def key_of(label, *parts):
    blob = b''.join(struct.pack('>I', len(p)) + p for p in parts)
    return f'{label} {base64.b64encode(blob).decode()}'


class SshKeysTest(timeout.TestCase):

    def refused(self, key):
        return str(self.assertRaises(
            exceptions.InvalidRequest, ssh_keys.check, key))

    def test_accepted(self):
        self.assertEqual(RSA_2048, ssh_keys.check(RSA_2048))
        self.assertEqual(ED25519, ssh_keys.check(f'  {ED25519}\r\n'))
        self.assertEqual(f'{ED25519} me@home now',
                         ssh_keys.check(f'{ED25519}  me@home now\n'))

    def test_other_types_are_named(self):
        message = self.refused(ECDSA)
        self.assertIn("'ecdsa-sha2-nistp256'", message)
        self.assertIn('ssh-ed25519', message)
        self.assertIn("'ssh-dss'", self.refused(
            key_of('ssh-dss', b'ssh-dss', b'x', b'y')))
        self.assertIn("'sk-ssh-ed25519@openssh.com'", self.refused(key_of(
            'sk-ssh-ed25519@openssh.com', b'sk-ssh-ed25519@openssh.com',
            b'x' * 32, b'ssh:')))

    def test_short_rsa(self):
        self.assertIn('1024 bits', self.refused(RSA_1024))

    def test_the_label_is_not_trusted(self):
        _, _, blob = ECDSA.partition(' ')
        self.assertIn("says it is 'ssh-rsa' but holds 'ecdsa",
                      self.refused(f'ssh-rsa {blob}'))

    def test_not_openssh(self):
        for bad in ('', 'ssh-rsa', 'ssh-rsa !!!', 'ssh-rsa AAAA',
                    '-----BEGIN PUBLIC KEY-----', f'{RSA_2048}\n{ED25519}',
                    RSA_2048[:-8], f'no-pty {RSA_2048}',
                    key_of('ssh-rsa', b'ssh-rsa', b'\1\0\1'),
                    key_of('ssh-ed25519', b'ssh-ed25519', b'x' * 31)):
            self.assertIn('OpenSSH format', self.refused(bad), bad)

    @given(st.text() | st.binary().map(
        lambda blob: f'ssh-rsa {base64.b64encode(blob).decode()}'))
    def test_no_text_crashes_it(self, text):
        self.assertRaises(exceptions.InvalidRequest, ssh_keys.check, text)
