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
from jacket_azure.imaging import models
from tests import timeout

#: as Glance tells of an image
IMAGE = {
    'id': '0d1f4a0e-54a2-4d0c-9d0e-4b8b8d1a4f6e', 'name': 'ubuntu',
    'size': 1000, 'disk_format': 'QCOW2', 'container_format': 'bare',
    'min_disk': 4, 'checksum': 'ABCD', 'os_hash_algo': 'sha512',
    'os_hash_value': 'ef01',
}


class FromGlanceTest(timeout.TestCase):

    def image(self, **changes):
        return models.from_glance({**IMAGE, **changes}, lambda: iter(()))

    def test_what_glance_tells(self):
        image = self.image()
        self.assertEqual(
            (IMAGE['id'], 'ubuntu', 1000, 'qcow2', 'bare', 4),
            (image.id, image.name, image.size_bytes, image.disk_format,
             image.container_format, image.min_disk_gib))
        self.assertEqual([], list(image.chunks()))

    def test_the_better_checksum_is_taken(self):
        self.assertEqual('sha512:ef01', self.image().checksum)
        self.assertEqual('md5:abcd', self.image(os_hash_value='').checksum)
        self.assertIsNone(
            self.image(os_hash_algo=None, checksum=None).checksum)

    def test_what_boots(self):
        image = self.image()
        self.assertEqual(('Linux', 'V1', 'generalized'), (
            image.os_type, image.generation, image.state))
        # as Nova keeps properties, and as Glance's API sends them
        for known in ({'properties': {'os_type': 'windows',
                                      'hw_firmware_type': 'uefi'}},
                      {'os_type': 'windows', 'hw_firmware_type': 'uefi'}):
            image = self.image(**known)
            self.assertEqual(('Windows', 'V2'), (
                image.os_type, image.generation))

    def test_our_properties_count_more(self):
        image = self.image(
            os_type='windows', hw_firmware_type='uefi',
            azure_os_type='linux', azure_generation='v1',
            azure_os_state='specialized')
        self.assertEqual(('Linux', 'V1', 'specialized'), (
            image.os_type, image.generation, image.state))

    def test_security_type(self):
        self.assertIsNone(self.image().security_type)
        for value, expected in (('TrustedLaunch', 'TrustedLaunch'),
                                ('trustedlaunch', 'TrustedLaunch'),
                                ('Standard', None)):
            self.assertEqual(expected, self.image(
                azure_security_type=value).security_type)

    def test_values_that_mean_nothing_are_refused(self):
        for name, value in (('azure_os_type', 'beos'), ('os_type', 'dos'),
                            ('azure_generation', '3'),
                            ('hw_firmware_type', 'openfirmware'),
                            ('azure_os_state', 'broken'),
                            ('azure_security_type', 'Secret')):
            error = self.assertRaises(
                exceptions.InvalidRequest, self.image, **{name: value})
            self.assertIn(f'{name} is {value!r}', str(error))

    def test_an_image_without_bytes_is_refused(self):
        for size in (None, 0):
            self.assertIn('no data', str(self.assertRaises(
                exceptions.InvalidRequest, self.image, size=size)))
