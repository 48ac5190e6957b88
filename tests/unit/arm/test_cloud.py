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

"""The cloud follows from the options; a wrong option is named."""

import types

from jacket_azure import exceptions
from jacket_azure.arm import cloud
from tests import timeout
from tests.unit.arm import doubles

NOTHING = {'arm_endpoint': None, 'authority': None}


class CloudTest(timeout.TestCase):

    def test_known_clouds_have_their_endpoints(self):
        for name, endpoint, authority in (
            ('public', 'management.azure.com', 'login.microsoftonline.com'),
            ('usgovernment', 'management.usgovcloudapi.net',
             'login.microsoftonline.us'),
            ('china', 'management.chinacloudapi.cn',
             'login.chinacloudapi.cn'),
        ):
            found = cloud.from_conf(doubles.options(cloud=name, **NOTHING))
            self.assertEqual(f'https://{endpoint}', found.arm_endpoint)
            self.assertEqual(f'https://{authority}', found.authority)
            self.assertTrue(found.instance_discovery)
            self.assertTrue(found.token_scope.endswith('/.default'))
            self.assertFalse(found.capabilities.unmanaged_disks)
            self.assertTrue(found.capabilities.cascade_delete)

    def test_endpoints_by_option(self):
        found = cloud.from_conf(doubles.options(
            arm_endpoint='https://arm.example.com/',
            authority='https://login.example.com/',
            storage_suffix='example.com'))
        self.assertEqual('https://arm.example.com', found.arm_endpoint)
        self.assertEqual('https://login.example.com', found.authority)
        self.assertEqual('https://arm.example.com/.default',
                         found.token_scope)
        self.assertEqual('example.com', found.storage_suffix)
        self.assertFalse(found.instance_discovery)

    def test_stack_hub_can_less_and_speaks_older_versions(self):
        found = cloud.from_conf(doubles.options(cloud='stack_hub'))
        self.assertTrue(found.capabilities.unmanaged_disks)
        self.assertFalse(found.capabilities.attach_detach_data_disks)
        self.assertFalse(found.capabilities.zones)
        self.assertFalse(found.capabilities.security_types)
        self.assertIn('Microsoft.Compute', found.api_versions)

    def test_is_frozen(self):
        found = cloud.from_conf(doubles.options())
        self.assertRaises(
            AttributeError, setattr, found, 'arm_endpoint', 'other')

    def test_wrong_options_are_named_together(self):
        exc = self.assertRaises(
            exceptions.ConfigurationError, cloud.from_conf,
            doubles.options(arm_endpoint=None, authority=None))
        self.assertIn('[azure] arm_endpoint is missing', str(exc))
        self.assertIn('[azure] authority is missing', str(exc))

    def test_endpoint_without_use_is_refused(self):
        exc = self.assertRaises(
            exceptions.ConfigurationError, cloud.from_conf,
            doubles.options(cloud='public', authority=None))
        self.assertIn('arm_endpoint is only allowed with', str(exc))

    def test_plain_http_is_refused(self):
        conf = types.SimpleNamespace(
            cloud='custom', arm_endpoint='http://arm.example.com',
            authority='https://login.example.com')
        exc = self.assertRaises(
            exceptions.ConfigurationError, cloud.from_conf, conf)
        self.assertIn('arm_endpoint must be a URL that starts with https',
                      str(exc))

    def test_unknown_cloud_lists_the_known(self):
        exc = self.assertRaises(
            exceptions.ConfigurationError, cloud.from_conf,
            types.SimpleNamespace(cloud='mars'))
        self.assertIn('public, usgovernment, china, stack_hub, custom',
                      str(exc))
