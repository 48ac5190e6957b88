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

"""Images that are not what they are said to be, or larger."""

import struct
import subprocess

from jacket_azure.imaging import staging
from tests.unit.imaging import attacks
from tests.unit.imaging import images
from tests.unit.imaging.images import GIB
from tests.unit.imaging.images import MIB


class WrongNameTest(attacks.AttackTest):

    def test_raw_that_is_another_format(self):
        for kind, (_, _, disk_format, *_) in images.KINDS.items():
            data = images.made(kind)
            if not kind.startswith('vhd fixed'):
                self.refusal(data, 'raw', f'looks like {disk_format}')

    def test_fixed_vhd_that_holds_another_format(self):
        data = images.made('qcow2 version 3')
        self.refusal(data, 'vhd', 'looks like qcow2')
        self.refusal(b'QED\0'.ljust(MIB, b'\0'), 'raw', 'looks like qed')

    def test_another_format_than_said(self):
        for disk_format in ('qcow2', 'vhdx', 'vmdk'):
            self.refusal(images.disk(), disk_format, disk_format)
            self.refusal(images.made('vhd dynamic'), disk_format, 'vhd')

    def test_encrypted_qcow2(self):
        for kind in ('luks', 'aes'):
            made = subprocess.run(
                ['qemu-img', 'create', '-f', 'qcow2', '--object',
                 'secret,id=key,data=abc', '-o',
                 f'encrypt.format={kind},encrypt.key-secret=key'
                 + ',encrypt.iter-time=10' * (kind == 'luks'),
                 str(self.image), '3M'], capture_output=True)
            if made.returncode == 0:
                self.refusal(self.image.read_bytes(), 'qcow2', 'encrypted')
        data = bytearray(images.made('qcow2 version 3'))
        data[35] = 1
        self.refusal(bytes(data), 'qcow2', 'encrypted')

    def test_unknown_or_corrupt_qcow2(self):
        image = images.made('qcow2 version 3')
        for bit, pattern in ((1, 'corrupt'), (4, 'not known'),
                             (5, 'not known'), (63, 'not known'),
                             (3, 'compressed in an unknown way')):
            data = bytearray(image)
            struct.pack_into('>Q', data, 72, 1 << bit)
            self.refusal(bytes(data), 'qcow2', pattern)
        data = bytearray(image)
        data[7] = 4
        self.refusal(bytes(data), 'qcow2', 'version 4')

    def test_vhdx_that_was_not_closed(self):
        self.assertIn(b'head', images.made('vhdx dynamic'))
        data = bytearray(images.made('vhdx dynamic'))
        data[65536:65540] = data[131072:131076] = b'HEAD'
        self.refusal(bytes(data), 'vhdx', 'neither of its headers')


class LyingSizeTest(attacks.AttackTest):

    def test_qcow2_that_tells_of_another_size(self):
        for size, pattern in (
                (GIB, 'does not fit'), (2**63, 'does not fit'),
                (0, 'no multiple'), (3 * MIB + 1, 'no multiple')):
            data = bytearray(images.made('qcow2 version 3'))
            struct.pack_into('>Q', data, 24, size)
            self.refusal(bytes(data), 'qcow2', pattern)

    def test_fixed_vhd_whose_footer_tells_of_another_size(self):
        data = images.made('vhd fixed, sized')
        self.refusal(data[:MIB] + data[-512:], 'vhd', 'tells of 3145728')
        self.refusal(data[:-512], 'vhd', 'no footer')
        self.refusal(data[-512:], 'vhd', 'belongs at its end')
        self.refusal(data[-100:], 'vhd', 'damaged|footer')

    def test_dynamic_vhd_whose_ends_contradict_each_other(self):
        data = images.made('vhd dynamic')
        other = images.made('vhd dynamic', 5 * MIB)
        self.refusal(data[:-512] + other[-512:], 'vhd', 'contradict')
        self.refusal(data[:-512], 'vhd', 'no footer|damaged')
        self.refusal(data[:-512] + bytes(512), 'vhd', 'no footer')
        self.refusal(other[:512] + data[512:-512] + other[-512:], 'vhd',
                     'do not hold its disk')

    def test_vmdk_whose_ends_contradict_each_other(self):
        data = images.stream_optimized(images.disk())
        self.refusal(data[:-1024] + data[:512] + data[-512:], 'vmdk',
                     'contradict')
        header = bytearray(data[-1024:-512])
        struct.pack_into('<Q', header, 12, 2**40)
        self.refusal(data[:-1024] + header + data[-512:], 'vmdk',
                     'contradict')
        self.refusal(data[:-1024], 'vmdk', 'no footer')
        data = bytearray(images.made('vmdk monolithicSparse'))
        struct.pack_into('<Q', data, 12, 2**50)
        self.refusal(bytes(data), 'vmdk', 'description tells of')

    def test_images_that_were_cut_off(self):
        # QEMU reads what is missing as zeros from some of them
        for kind, (_, _, disk_format, *_) in images.KINDS.items():
            data = images.made(kind)
            for share in (0.2, 0.5, 0.8, 0.9):
                cut = data[:int(len(data) * share) // 512 * 512]
                # what is missing may be no data, but unused
                if 'streamOptimized' in kind and share > 0.5:
                    self.assertEqual(
                        images.disk(), self.content(cut, disk_format))
                else:
                    self.refusal(cut, disk_format, '[Tt]he image')

    def test_a_last_compressed_cluster_that_was_cut_off(self):
        # which QEMU notices only if what is left does not inflate
        for kind in ('qcow2 compressed', 'qcow2 zstd'):
            data = images.made(kind)
            self.assertEqual(images.disk(), self.content(data, 'qcow2'))
            for missing in (1, 100, 200, 512, 700, 1536):
                self.refusal(data[:-missing], 'qcow2', 'but ends at')

    def test_bombs(self):
        for size in ('65M', '1P', '2E'):
            image = self.qemu(
                '-f', 'qcow2', '-o', 'cluster_size=2M', size=size)
            self.refusal(
                image, 'qcow2', 'at most 0 GiB|does not fit|too small')
        self.refusal(self.qemu('-f', 'vhdx', size='1T'), 'vhdx',
                     'at most 0 GiB')
        self.refusal(self.qemu('-f', 'vmdk', size='1T'), 'vmdk',
                     'at most 0 GiB')
        self.refusal(self.qemu('-f', 'vpc', size='2000G'), 'vhd',
                     'at most 0 GiB')

    def test_what_inflates_stays_within_its_disk(self):
        data = images.made('qcow2 compressed', 64 * MIB)
        self.assertLess(len(data), MIB)
        self.assertEqual(images.disk(64 * MIB), self.content(data, 'qcow2'))

    def test_larger_than_the_staging_area(self):
        self.staging = staging.Staging(str(self.folder / 'staging'), MIB)
        self.refusal(images.made('vhdx dynamic'), 'vhdx',
                     'at most 0 GiB are for .option image_staging_size_gib')
