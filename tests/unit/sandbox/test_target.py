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

import pathlib
import textwrap

import fixtures

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import target
from tests import timeout

COMPLETE = """
    [azure]
    tenant_id = t
    client_id = c
    client_secret = 100%%secret
    subscription_id = s
    location = westeurope
    resource_group = cloud
    mapping_file = mapping.yaml
"""


class TargetTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = self.folder / 'azure.ini'
        (self.folder / 'mapping.yaml').touch()

    def read(self, text=COMPLETE):
        self.file.write_text(textwrap.dedent(text))
        return target.read(str(self.file), 'sandbox-1')

    def refusal(self, text):
        return str(self.assertRaises(errors.SandboxError, self.read, text))

    def test_complete_file(self):
        options = self.read()
        self.assertEqual('100%%secret', options['client_secret'])
        # Nova runs elsewhere
        self.assertEqual(str((self.folder / 'mapping.yaml').resolve()),
                         options['mapping_file'])
        self.assertEqual('sandbox-1', options['owner'])

    def test_owner_of_the_file_wins(self):
        self.assertEqual(
            'me', self.read(COMPLETE + '    owner = me\n')['owner'])

    def test_missing_options_are_all_named(self):
        text = self.refusal('[azure]\ntenant_id = t\nlocation = l\n')
        for name in ('subscription_id', 'resource_group', 'mapping_file',
                     'client_id', 'client_secret'):
            self.assertIn(name, text)
        self.assertNotIn('tenant_id', text)

    def test_custom_cloud_needs_its_endpoints(self):
        text = self.refusal(COMPLETE + '    cloud = custom\n')
        self.assertIn('arm_endpoint, authority', text)

    def test_managed_identity_needs_no_secret(self):
        options = self.read("""
            [azure]
            credential = managed_identity
            subscription_id = s
            location = l
            resource_group = g
            mapping_file = mapping.yaml
            """)
        self.assertEqual('public', options['cloud'])

    def test_unusable_credential_names_the_usable_ones(self):
        self.assertIn('managed_identity', self.refusal(
            COMPLETE + '    credential = certificate\n'))

    def test_other_mistakes_are_said(self):
        self.assertIn('no section [azure]', self.refusal('[DEFAULT]\n'))
        self.assertIn('azure.ini', self.refusal('no ini file'))
        (self.folder / 'mapping.yaml').unlink()
        self.assertIn('no mapping_file', self.refusal(COMPLETE))
        error = self.assertRaises(
            errors.SandboxError, target.read, '/does/not/exist', 'o')
        self.assertIn('/does/not/exist', str(error))

    def test_endpoints_of_a_known_cloud(self):
        self.assertEqual(
            ('https://management.azure.com',
             'https://login.microsoftonline.com',
             'https://management.azure.com/.default'),
            target.endpoints({'cloud': 'public'}))

    def test_endpoints_of_a_custom_cloud(self):
        self.assertEqual(
            ('https://arm', 'https://login', 'https://arm/.default'),
            target.endpoints({'cloud': 'custom', 'arm_endpoint': 'https://arm/',
                              'authority': 'https://login/'}))
