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

import testtools

from jacket_azure import exceptions
from jacket_azure.mapping import byte_image


class FactsTest(testtools.TestCase):

    def test_an_image_that_says_nothing(self):
        self.assertEqual(
            byte_image.ByteImage('Linux', 'V1', 'generalized', None),
            byte_image.facts({}))

    def test_what_every_hypervisor_reads(self):
        self.assertEqual(
            byte_image.ByteImage('Windows', 'V2', 'generalized', None),
            byte_image.facts(
                {'os_type': 'windows', 'hw_firmware_type': 'uefi'}))
        self.assertEqual(
            'V1', byte_image.facts({'hw_firmware_type': 'bios'}).generation)

    def test_ours_count_first(self):
        self.assertEqual(
            byte_image.ByteImage(
                'Linux', 'V1', 'specialized', 'TrustedLaunch'),
            byte_image.facts({
                'os_type': 'windows', 'hw_firmware_type': 'uefi',
                'azure_os_type': 'LINUX', 'azure_generation': 'v1',
                'azure_os_state': 'Specialized',
                'azure_security_type': 'trustedlaunch'}))

    def test_a_bad_value_is_named_with_what_is_allowed(self):
        for name, allowed in (
                ('os_type', 'linux, windows'), ('azure_generation', 'V1, V2'),
                ('hw_firmware_type', 'uefi, bios'),
                ('azure_os_state', 'generalized, specialized')):
            raised = self.assertRaises(
                exceptions.InvalidRequest, byte_image.facts, {name: 'solaris'})
            self.assertIn(f'Image property {name} is', str(raised))
            self.assertIn(allowed, str(raised))
