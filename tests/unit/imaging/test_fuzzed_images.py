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

"""Mutated headers: refused, or a disk of the size that was told.

``JACKET_AZURE_FUZZ`` in the environment says how many, ten of which take
about a second; another ``JACKET_AZURE_FUZZ_SEED`` makes others.
"""

import os
import random
import struct
import time

from testtools.content import text_content

from jacket_azure import exceptions
from jacket_azure.imaging.formats import vhdx
from tests.unit.imaging import attacks
from tests.unit.imaging import images

COUNT = int(os.environ.get('JACKET_AZURE_FUZZ', 150))
SEED = int(os.environ.get('JACKET_AZURE_FUZZ_SEED', 0))

KIB = 1024
#: kind -> where its headers and tables are; negative from the end
HEADERS = {
    'qcow2 version 2': [(0, 112), (0, 112), (64 * KIB, 320 * KIB)],
    'qcow2 version 3': [(0, 112), (0, 512), (64 * KIB, 320 * KIB)],
    'qcow2 zstd': [(0, 112), (0, 512), (64 * KIB, 320 * KIB)],
    'qcow2 with small clusters': [(0, 112), (512, 8 * KIB)],
    'vhd dynamic': [(0, 512), (512, 2 * KIB), (-512, 0)],
    'vhd fixed': [(0, 512), (-512, 0), (-512, 0)],
    'vhdx dynamic': [
        (0, 32), (64 * KIB, 64 * KIB + 96), (128 * KIB, 128 * KIB + 96),
        (192 * KIB, 192 * KIB + 96), (2048 * KIB, 2048 * KIB + 512),
        (2112 * KIB, 2112 * KIB + 64), (3072 * KIB, 3072 * KIB + 64)],
    'vmdk monolithicSparse': [(0, 80), (512, KIB), (10 * KIB, 64 * KIB)],
    'vmdk streamOptimized': [(0, 80), (512, KIB), (10 * KIB, 64 * KIB)],
    'vmdk of VMware': [
        (0, 80), (512, KIB), (64 * KIB, 68 * KIB), (-6 * KIB, 0)],
}
NUMBERS = [0, 1, 2, 3, 4, 7, 8, 9, 12, 16, 21, 31, 32, 63, 64, 512, 4095,
           65535, 65536, 2**20, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62,
           2**63 - 512, 2**63, 2**64 - 512, 2**64 - 1]


def seed_image(kind):
    """Return an image and the format Glance says it has."""
    if kind == 'vmdk of VMware':
        return images.stream_optimized(images.disk()), 'vmdk'
    return images.made(kind), images.KINDS[kind][2]


def mutated(kind, noise):
    """Return an image with a few changes in its headers."""
    data = bytearray(seed_image(kind)[0])
    for _ in range(noise.choice((1, 1, 1, 2, 3, 6))):
        start, end = noise.choice(HEADERS[kind])
        if end <= 0:
            start, end = start + len(data), end + len(data)
        end = min(end, len(data) - 8)
        at = noise.randrange(start, max(end, start + 1))
        change(data, at, noise)
    if noise.random() < 0.5:
        sign(data, kind)
    if noise.random() < 0.05:
        del data[noise.randrange(len(data)):]
    return bytes(data)


def change(data, at, noise):
    """Make one change of a number, a bit, or a few bytes."""
    way = noise.randrange(4)
    if way == 0:
        data[at] ^= 1 << noise.randrange(8)
    elif way == 1:
        at -= at % 4
        length = noise.choice((4, 8))
        data[at:at + length] = (
            noise.choice(NUMBERS) % 256**length).to_bytes(
                length, noise.choice(('big', 'little')))
    elif way == 2:
        length = noise.randrange(1, 9)
        data[at:at + length] = noise.randbytes(length)
    else:
        # what refers to something else there is
        at, other = at - at % 4, noise.randrange(0, 512, 4)
        data[at:at + 8] = data[other:other + 8]


def sign(data, kind):
    """Make checksums right again, so that they do not hide all else."""
    if kind.startswith('vhd '):
        for start, length, at in ((0, 512, 64), (512, 1024, 36),
                                  (len(data) - 512, 512, 64)):
            data[start + at:start + at + 4] = bytes(4)
            struct.pack_into('>I', data, start + at, ~sum(
                data[start:start + length]) & 0xFFFFFFFF)
    elif kind.startswith('vhdx'):
        for start, length in ((65536, 4096), (131072, 4096), (196608, 65536)):
            struct.pack_into('<I', data, start + 4, vhdx._crc32c(
                bytes(data[start:start + length])))


class FuzzTest(attacks.AttackTest):

    def test_mutated_headers_are_refused_or_read(self):
        refused = read = 0
        slowest = 0.0
        for index in range(COUNT):
            noise = random.Random(f'{SEED} {index}')    # noqa: S311
            kind = noise.choice([*HEADERS])
            data = mutated(kind, noise)
            start = time.monotonic()
            try:
                with self.open(data, seed_image(kind)[1], checksum=None,
                               chunks=lambda data=data: iter([data])
                               ) as source:
                    content = images.whole(source)
                self.assertEqual(source.size_bytes, len(content), index)
                self.assertLessEqual(
                    len(content), self.limits.virtual_bytes, index)
                self.assertNotIn(attacks.SECRET, content, index)
                read += 1
            except exceptions.InvalidRequest:
                refused += 1
            slowest = max(slowest, time.monotonic() - start)
        self.addDetail('counts', text_content(
            f'{refused} refused, {read} read, slowest {slowest:.1f} s'))
        # both happen, or the mutations are no good
        self.assertGreater(refused, COUNT // 10)
        self.assertGreater(read, COUNT // 20)
