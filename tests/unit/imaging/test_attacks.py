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

"""Images that refer to files of the host.

Every one is refused before qemu sees it, and qemu as it is run here would
not have shown a byte of those files either.
"""

import struct
import uuid

from tests.unit.imaging import attacks
from tests.unit.imaging import images
from tests.unit.imaging.attacks import SECRET
from tests.unit.imaging.images import MIB


class OtherFilesTest(attacks.AttackTest):

    def test_backing_file(self):
        for version in ('0.10', '1.1'):
            data = self.qemu('-f', 'qcow2', '-o', f'compat={version}',
                             '-F', 'raw', '-b', self.secret)
            self.refusal(data, 'qcow2', 'backing')
            self.check_leak('qcow2', data)
            data = self.qemu('-u', '-f', 'qcow2', '-F', 'raw',
                             '-b', '/etc/passwd')
            self.refusal(data, 'qcow2', 'backing')

    def test_backing_file_given_as_json(self):
        data = self.qemu(
            '-u', '-f', 'qcow2', '-F', 'raw', '-b',
            f'json:{{"driver":"raw","file":{{"driver":"file",'
            f'"filename":"{self.secret}"}}}}')
        self.refusal(data, 'qcow2', 'backing')
        self.check_leak('qcow2', data)

    def test_backing_format_without_a_file(self):
        data = bytearray(images.made('qcow2 version 3'))
        struct.pack_into('>II8s', data, 112, 0xE2792ACA, 3, b'raw')
        self.refusal(bytes(data), 'qcow2', 'backing')

    def data_file(self):
        data = self.qemu(
            '-f', 'qcow2', '-o',
            f'data_file={self.secret},data_file_raw=on,preallocation=metadata')
        # making the image emptied the file
        self.secret.write_bytes(SECRET.ljust(32) * (3 * MIB // 32))
        return data

    def test_data_file(self):
        self.refusal(self.data_file(), 'qcow2', 'data_file')

    def test_data_file_that_its_bit_hides(self):
        data = bytearray(self.data_file())
        data[72:80] = bytes(8)
        self.refusal(bytes(data), 'qcow2', 'data_file')

    def test_data_file_would_not_be_found(self):
        self.landlock()
        self.check_leak('qcow2', self.data_file())

    def vmdk_text(self, kind='monolithicFlat', extra=''):
        return (f'# Disk DescriptorFile\nversion=1\nCID=7e5b80a7\n'
                f'parentCID=ffffffff\ncreateType="{kind}"\n{extra}\n'
                f'RW 6144 FLAT "{self.secret}" 0\n'
                f'ddb.virtualHWVersion = "4"\n').encode()

    def test_vmdk_that_is_a_text(self):
        for kind in ('monolithicFlat', 'monolithicSparse',
                     'streamOptimized', 'vmfs'):
            text = self.vmdk_text(kind)
            for data in (text, text.ljust(512, b'\n'), text.ljust(
                    65536, b'\0')):
                self.refusal(data, 'vmdk', 'VMDK|vmdk')
        self.refusal(self.vmdk_text().ljust(65536, b'\n'), 'raw', 'vmdk')

    def test_vmdk_text_would_not_be_followed(self):
        self.landlock()
        self.check_leak('vmdk', self.vmdk_text().ljust(512, b'\n'))

    def hosted(self, text, sectors=0):
        """Return a VMDK with a header and this text inside of it."""
        header = struct.pack(
            '<4sIIQQQQIQQQB4sH', b'KDMV', 1, 3, sectors, 128, 1, 20, 512,
            21, 26, 128, 0, b'\n \r\n', 0).ljust(512, b'\0')
        return (header + text).ljust(MIB, b'\0')

    def test_vmdk_whose_header_has_no_disk_but_a_text(self):
        # QEMU then believes the text inside as if it were all the file
        for kind in ('monolithicFlat', 'monolithicSparse'):
            self.refusal(self.hosted(self.vmdk_text(kind)), 'vmdk',
                         'refers to other files')

    def test_vmdk_text_inside_would_not_be_followed(self):
        self.landlock()
        self.check_leak('vmdk', self.hosted(self.vmdk_text()))

    def test_vmdk_with_other_extents(self):
        text = self.vmdk_text('monolithicSparse')
        self.refusal(self.hosted(text, 6144), 'vmdk', 'other files')
        own = text.replace(b'FLAT', b'SPARSE').replace(b'" 0', b'"')
        self.refusal(self.hosted(own, 6144), 'vmdk', 'other files')
        two = own.replace(str(self.secret).encode(), b'image') + (
            b'RW 6144 SPARSE "secret"\n')
        self.refusal(self.hosted(two, 6144), 'vmdk', 'other files')

    def test_vmdk_with_a_parent(self):
        parent = f'parentFileNameHint="{self.secret}"\n'
        text = self.vmdk_text('monolithicSparse', parent)
        self.refusal(self.hosted(text, 6144), 'vmdk', 'parent')
        text = self.vmdk_text('monolithicSparse').replace(
            b'parentCID=ffffffff', b'parentCID=12345678')
        self.refusal(self.hosted(text, 6144), 'vmdk', 'parent')

    def test_vmdk_of_another_kind(self):
        text = self.vmdk_text('twoGbMaxExtentSparse')
        self.refusal(self.hosted(text, 6144), 'vmdk', 'twogbmaxextentsparse')
        self.refusal(self.hosted(b'', 6144), 'vmdk', "kind ''")
        data = b'COWD'.ljust(MIB, b'\0')
        self.refusal(data, 'vmdk', 'no VMDK in one file')

    def test_differencing_vhd(self):
        data = bytearray(images.made('vhd dynamic'))
        for at in (0, len(data) - 512):
            data[at + 63] = 4
            self.sign(data, at, 512, 64)
        self.refusal(bytes(data), 'vhd', 'differencing')

    def test_dynamic_vhd_that_names_a_parent(self):
        data = bytearray(images.made('vhd dynamic'))
        data[512 + 40:512 + 56] = uuid.uuid4().bytes
        self.sign(data, 512, 1024, 36)
        self.refusal(bytes(data), 'vhd', 'parent')

    def sign(self, data, start, length, at):
        data[start + at:start + at + 4] = bytes(4)
        struct.pack_into('>I', data, start + at, ~sum(
            data[start:start + length]) & 0xFFFFFFFF)

    def test_vhdx_with_a_parent(self):
        image = images.made('vhdx dynamic')
        item = uuid.UUID('CAA16737-FA36-4D43-B3B6-33F0AA44E76B').bytes_le
        entry = image.index(item)
        table = image.index(b'metadata')
        (offset,) = struct.unpack_from('<I', image, entry + 16)
        data = bytearray(image)
        data[table + offset + 4] |= 2
        self.refusal(bytes(data), 'vhdx', 'differencing')
        data = image.replace(item, uuid.UUID(
            'A8D35F2D-B30B-454D-ABF7-D3D84834AB0C').bytes_le)
        self.refusal(data, 'vhdx', 'differencing')
