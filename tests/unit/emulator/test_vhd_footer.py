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

"""The VHD footer, by hand from the specification."""

import struct
import uuid

from jacket_azure.emulator import vhd_footer
from tests import timeout

MIB = 1024 ** 2
GIB = 1024 ** 3


class VhdFooterTest(timeout.TestCase):

    def test_fields(self):
        unique = uuid.uuid4()
        footer = vhd_footer.build(30 * GIB, unique)
        self.assertEqual((512, b'conectix'), (len(footer), footer[:8]))
        self.assertEqual((30 * GIB, 30 * GIB),
                         struct.unpack_from('>QQ', footer, 40))
        # type 2 is a fixed disk, whose data offset is all ones
        self.assertEqual(2, struct.unpack_from('>I', footer, 60)[0])
        self.assertEqual(b'\xff' * 8, footer[16:24])
        self.assertEqual(unique.bytes, footer[68:84])

    def test_checksum(self):
        footer = vhd_footer.build(GIB, uuid.uuid4())
        checksum, = struct.unpack_from('>I', footer, 64)
        rest = footer[:64] + bytes(4) + footer[68:]
        self.assertEqual(~sum(rest) & 0xFFFFFFFF, checksum)

    def test_geometry(self):
        # the branches of the specification's algorithm, worked out by hand
        for size, expected in ((20 * MIB, (602, 4, 17)),
                               (40 * MIB, (963, 5, 17)),
                               (200 * MIB, (825, 16, 31)),
                               (GIB, (2080, 16, 63)),
                               (127 * GIB, (65278, 16, 255)),
                               (4096 * GIB, (65535, 16, 255))):
            self.assertEqual(expected, vhd_footer.geometry(size), size)
