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

"""Azure's rules for names, passwords, keys and custom data."""

import base64

from jacket_azure.emulator import errors
from jacket_azure.emulator.compute import os_profile
from tests import timeout

RSA = 'ssh-rsa ' + base64.b64encode(
    b'\0\0\0\x07ssh-rsa' + bytes(300)).decode() + ' me@here'
ED25519 = 'ssh-ed25519 ' + base64.b64encode(
    b'\0\0\0\x0bssh-ed25519' + bytes(36)).decode()
ECDSA = 'ecdsa-sha2-nistp256 ' + base64.b64encode(
    b'\0\0\0\x13ecdsa-sha2-nistp256' + bytes(80)).decode()


def profile(**changes):
    found = {'computerName': 'guest', 'adminUsername': 'azureuser',
             'adminPassword': 'Correct-Horse-9', **changes}
    return {key: value for key, value in found.items() if value is not None}


def with_key(key, path='/home/azureuser/.ssh/authorized_keys', **changes):
    return profile(adminPassword=None, linuxConfiguration={
        'disablePasswordAuthentication': True,
        'ssh': {'publicKeys': [{'path': path, 'keyData': key}]}}, **changes)


class OsProfileTest(timeout.TestCase):
    """check() refuses with 400 InvalidParameter and the right target."""

    def refuse(self, target, given, os_type='Linux'):
        exc = self.assertRaises(errors.ArmError, os_profile.check, given,
                                os_type)
        self.assertEqual((400, 'InvalidParameter', target),
                         (exc.status, exc.code, exc.target))
        return exc.message

    def test_good_ones(self):
        for given in (profile(), with_key(RSA), with_key(ED25519),
                      with_key(RSA, path=None)):
            os_profile.check(given, 'Linux')
        os_profile.check(profile(), 'Windows')

    def test_passwords(self):
        for os_type, bad in (('Linux', 'Ab1-x'), ('Linux', 'x' * 40),
                             ('Linux', 'Abcdefgh'), ('Linux', 'Ab1' * 30),
                             ('Linux', 'Abc123\x07defg'),
                             ('Windows', 'Ab1-xyz'),
                             ('Windows', 'Ab1-' * 31)):
            message = self.refuse('adminPassword',
                                  profile(adminPassword=bad), os_type)
            self.assertIn('between 8-123' if os_type == 'Windows'
                          else 'between 6-72', message)
        self.refuse('adminPassword', profile(adminPassword='P@ssw0rd'))
        self.refuse('adminPassword', profile(adminPassword=None), 'Windows')

    def test_user_names(self):
        for bad in ('root', 'Administrator', 'test', 'a.', 'a b', 'x' * 65):
            self.refuse('adminUsername', profile(adminUsername=bad))
        self.refuse('adminUsername', profile(adminUsername='x' * 21),
                    'Windows')
        self.refuse('osProfile.adminUsername', profile(adminUsername=None))

    def test_computer_names(self):
        for bad in ('x' * 16, '12345', 'under_score'):
            self.refuse('computerName', profile(computerName=bad), 'Windows')
        for bad in ('x' * 65, 'under_score'):
            self.refuse('computerName', profile(computerName=bad))

    def test_keys(self):
        self.refuse('linuxConfiguration.ssh.publicKeys.keyData',
                    with_key(ECDSA))
        self.refuse('linuxConfiguration.ssh.publicKeys.keyData',
                    with_key('ssh-rsa AAAA'))
        self.refuse('linuxConfiguration.ssh.publicKeys.path',
                    with_key(RSA, path='/etc/ssh/authorized_keys'))
        self.refuse('linuxConfiguration', profile(adminPassword=None))

    def test_custom_data_has_a_limit_of_65535_bytes(self):
        fits, too_long = (base64.b64encode(bytes(size)).decode()
                          for size in (65535, 65536))
        os_profile.check(profile(customData=fits), 'Linux')
        self.refuse('customData', profile(customData=too_long))
        self.refuse('customData', profile(customData='not base64!'))

    def test_configuration_of_the_other_system(self):
        self.refuse('linuxConfiguration', profile(linuxConfiguration={}),
                    'Windows')

    def test_shown_without_secrets(self):
        shown = os_profile.shown(profile(customData='eA=='), 'Linux')
        self.assertNotIn('adminPassword', shown)
        self.assertNotIn('customData', shown)
