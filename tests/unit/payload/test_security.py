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

from jacket_azure import exceptions
from jacket_azure.mapping.flavors import FlavorTarget
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.payload import security
from jacket_azure.payload.security import Security
from tests import timeout

TRUSTED = Security('TrustedLaunch', secure_boot=True, vtpm=True)


class SecurityTest(timeout.TestCase):

    def choose(self, flavor=None, image=None, specs=None, properties=None):
        return security.choose(
            FlavorTarget('S', security_type=flavor),
            ImageTarget('p', 'o', 's', 'v', security_type=image),
            specs, properties)

    def test_said_outright(self):
        self.assertEqual(Security(), self.choose())
        self.assertEqual(TRUSTED, self.choose('TrustedLaunch'))
        self.assertEqual(TRUSTED, self.choose(None, 'TrustedLaunch'))
        self.assertEqual(Security(), self.choose('Standard',
                                                 'TrustedLaunch'))

    def test_novas_own_words(self):
        self.assertEqual(
            TRUSTED, self.choose(specs={'os:secure_boot': 'required'}))
        self.assertEqual(
            TRUSTED, self.choose(properties={'os_secure_boot': 'required'}))
        self.assertEqual(
            Security('TrustedLaunch', secure_boot=False, vtpm=True),
            self.choose(properties={'hw_tpm_version': '2.0'}))
        self.assertEqual(
            Security(), self.choose(specs={'os:secure_boot': 'optional'}))

    def test_disks_made_of_an_image(self):
        for said, properties, expected in (
                (None, {}, None),
                ('Standard', {'os_secure_boot': 'required'}, None),
                ('TrustedLaunch', {}, 'TrustedLaunch'),
                (None, {'os_secure_boot': 'Required'}, 'TrustedLaunch'),
                (None, {'os_secure_boot': 'optional'}, None),
                (None, {'hw_tpm_version': '2.0'}, 'TrustedLaunch')):
            image = ImageTarget('p', 'o', 's', 'v', security_type=said)
            self.assertEqual(expected, security.of_image(image, properties))

    def test_a_disk_says_it_unless_the_image_does(self):
        for said, disk, expected in (
                (None, None, None), (None, 'Standard', None),
                (None, 'TrustedLaunch', 'TrustedLaunch'),
                ('Standard', 'TrustedLaunch', 'Standard'),
                ('TrustedLaunch', 'Standard', 'TrustedLaunch')):
            image = ImageTarget('p', 'o', 's', 'v', security_type=said)
            self.assertEqual(
                expected, security.of_disk(image, disk).security_type)

    def test_secure_boot_can_be_left_out(self):
        self.assertEqual(
            Security('TrustedLaunch', secure_boot=False, vtpm=True),
            self.choose('TrustedLaunch',
                        specs={'os:secure_boot': 'disabled'}))

    def test_contradictions(self):
        for options in (
            {'flavor': 'Standard', 'specs': {'os:secure_boot': 'required'}},
            {'image': 'Standard', 'specs': {'hw:tpm_version': '2.0'}},
            {'specs': {'hw:tpm_version': '1.2'}},
        ):
            self.assertRaises(
                exceptions.InvalidRequest, self.choose, **options)
