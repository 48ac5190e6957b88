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

"""What tests of images that mean harm have in common."""

from jacket_azure import exceptions
from jacket_azure.imaging import confine
from jacket_azure.imaging import converter
from tests.unit.imaging import images
from tests.unit.imaging.images import MIB

SECRET = b'a line of a file of the host\n'


class AttackTest(images.ImageTest):

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.secret = self.folder / 'secret'
        self.secret.write_bytes(SECRET.ljust(32) * (3 * MIB // 32))
        self.image = self.folder / 'image'

    def refusal(self, data, disk_format, pattern, **facts):
        error = self.refused(data, disk_format, **facts)
        self.assertRegex(error, pattern)
        # of the host's, it tells nothing
        self.assertNotIn(str(self.folder), error)

    def qemu(self, *arguments, size='3M'):
        """Return an image that ``qemu-img create`` makes."""
        images.qemu_img('create', *arguments, self.image, size)
        return self.image.read_bytes()

    def check_leak(self, disk_format, data, size_bytes=3 * MIB):
        """Show that the image is dangerous, and that our qemu is not."""
        self.image.write_bytes(data)
        self.image.chmod(0o644)
        self.assertIn(SECRET, images.converted(
            self.image, '-f', disk_format))
        try:
            with converter.Converter(str(self.image), disk_format,
                                     size_bytes, self.limits) as running:
                self.assertEqual(
                    bytes(3 * MIB), running.reader.read(0, 3 * MIB))
        except exceptions.InvalidRequest as exc:
            self.assertIn('gave up', str(exc))

    def landlock(self):
        """Skip where the kernel cannot hide files of everybody's."""
        if confine.ruleset('/usr/bin/true', ()) is None:
            self.skipTest('this kernel has no Landlock')
