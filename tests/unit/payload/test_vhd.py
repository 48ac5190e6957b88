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

import datetime
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import uuid

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.emulator import vhd_footer
from jacket_azure.payload import vhd
from tests import timeout

GIB = 1024**3
ID = uuid.UUID('0f8fad5b-d9cb-469f-a165-70867728950e')
CREATED = datetime.datetime(2026, 11, 21, 9, 30, tzinfo=datetime.UTC)

#: whole MiB up to the largest page blob, and around each change of geometry
MIBS = st.one_of(
    st.integers(1, 8 * 1024**2),
    st.sampled_from((33, 34, 247, 248, 503, 504, 505, 32255, 32256, 32257,
                     130557, 130558, 130559)))
SECTORS = st.integers(0, 2**44)
TIMES = st.datetimes(
    datetime.datetime(2000, 1, 1), datetime.datetime(2136, 1, 1),
    timezones=st.just(datetime.UTC)).map(
        lambda time: time.replace(microsecond=0))


class VhdTest(timeout.TestCase):

    @given(MIBS, st.uuids(), TIMES, MIBS)
    def test_a_footer_reads_back(self, mib, unique_id, created, original):
        size = mib * vhd.MIB
        data = vhd.build(size, unique_id, created, original * vhd.MIB)
        self.assertEqual(
            vhd.Footer(size, unique_id, created, original * vhd.MIB, 'win '),
            vhd.parse(data, size))

    @given(SECTORS, st.uuids())
    def test_checksum_covers_every_byte(self, sectors, unique_id):
        data = vhd.build(sectors * 512, unique_id, CREATED)
        self.assertEqual(512, len(data))
        # the specification's: one's complement of the sum without the field
        [told] = struct.unpack_from('>I', data, 64)
        blank = data[:64] + bytes(4) + data[68:]
        self.assertEqual(~sum(blank) & 0xFFFFFFFF, told)

    @given(MIBS, st.integers(0, 511), st.integers(1, 255))
    def test_any_one_damaged_byte_is_noticed(self, mib, at, change):
        data = bytearray(vhd.build(mib * vhd.MIB, ID, CREATED))
        data[at] ^= change
        self.assertIsNotNone(vhd.problem(bytes(data), mib * vhd.MIB))

    @given(SECTORS)
    def test_geometry_is_that_of_the_specification(self, sectors):
        found = vhd.geometry(sectors * 512)
        # written apart, step by step as the specification has it
        self.assertEqual(vhd_footer.geometry(sectors * 512), found)
        cylinders, heads, per_track = found
        self.assertTrue(cylinders * heads * per_track <= sectors)
        self.assertTrue(cylinders <= 65535)
        self.assertIn(heads, range(4, 17))
        self.assertIn(per_track, (17, 31, 63, 255))

    def test_geometry_of_known_disks(self):
        # as qemu-img 7.2 makes them: it rounds what it is asked for up
        for mib, more, expected in (
                (33, 4096, (994, 4, 17)),
                (40, 10240, (964, 5, 17)),
                (100, 8192, (1004, 12, 17)),
                (247, 32768, (1020, 16, 31)),
                (248, 65536, (504, 16, 63)),
                (504, 0, (1024, 16, 63)),
                (1024, 253952, (2081, 16, 63)),
                (32255, 16384, (65534, 16, 63)),
                (32256, 1572864, (16192, 16, 255)),
                (130048, 8192, (65279, 16, 255)),
                (131072, 0, (65535, 16, 255)),
                (1047552, 0, (65535, 16, 255))):
            size = mib * vhd.MIB + more
            self.assertEqual(expected, vhd.geometry(size), size)

    @given(MIBS, st.uuids())
    def test_the_emulator_accepts_it(self, mib, unique_id):
        data = vhd.build(mib * vhd.MIB, unique_id, CREATED)
        self.assertEqual('', vhd_footer.problem(data, mib * vhd.MIB))

    @given(MIBS, st.uuids())
    def test_the_emulators_are_accepted(self, mib, unique_id):
        data = vhd_footer.build(mib * vhd.MIB, unique_id)
        self.assertEqual(unique_id,
                         vhd.parse(data, mib * vhd.MIB).unique_id)

    def test_damage_is_named(self):
        good = vhd.build(GIB, ID, CREATED)

        def changed(at, value):
            data = bytearray(good)
            data[at:at + len(value)] = value
            struct.pack_into('>I', data, 64, vhd.checksum(data))
            return bytes(data)

        for data, size, words in (
                (b'', GIB, 'has 0 bytes'),
                (bytes(512), GIB, 'no footer, its last 512 bytes are zeros'),
                (b'\1' * 512, GIB, 'are no footer'),
                (good[:-1] + b'\1', GIB, 'checksum'),
                (changed(12, b'\0\2'), GIB, 'format version is 2'),
                (changed(60, b'\0\0\0\3'), GIB, 'a dynamic VHD'),
                (changed(60, b'\0\0\0\4'), GIB, 'a differencing VHD'),
                (changed(60, b'\0\0\0\7'), GIB, 'another VHD (type 7)'),
                (good, 2 * GIB, f'tells of {GIB} bytes, but there are'),
                (vhd.build(512, ID, CREATED), 512, 'whole number of MiB')):
            error = self.assertRaises(
                exceptions.InvalidRequest, vhd.parse, data, size)
            self.assertIn(words, str(error))

    def test_others_creators_are_accepted(self):
        data = bytearray(vhd.build(GIB, ID, CREATED))
        data[28:32] = b'wa\0\0'      # Azure's own
        struct.pack_into('>I', data, 64, vhd.checksum(data))
        self.assertEqual('wa\0\0', vhd.parse(bytes(data), GIB).creator)

    def test_times_out_of_range_are_kept_in_it(self):
        for year, expected in ((1990, 2000), (2300, 2136)):
            data = vhd.build(
                GIB, ID, datetime.datetime(year, 1, 1, tzinfo=datetime.UTC))
            self.assertEqual(expected, vhd.parse(data, GIB).created.year)


class QemuTest(timeout.TestCase):
    """What another reader makes of our files."""

    def setUp(self):
        super().setUp()
        if shutil.which('qemu-img') is None:
            self.skipTest('qemu-img is not installed')
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        self.path = pathlib.Path(directory) / 'disk.vhd'

    def make(self, size):
        # sparse: nothing but the footer takes room
        with self.path.open('wb') as file:
            os.truncate(file.fileno(), size)
            file.seek(size)
            file.write(vhd.build(size, ID, CREATED))

    def qemu(self, command, *arguments, expected=(0,)):
        done = subprocess.run(
            ['qemu-img', command, *arguments],
            capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, expected, done.stderr)
        return done.stdout

    def test_qemu_accepts_every_size(self):
        image = ('json:{"driver":"vpc","force_size_calc":"current_size",'
                 f'"file":{{"driver":"file","filename":"{self.path}"}}}}')
        for mib in (1, 20, 247, 248, 1024, 1025, 32255, 32256, 65536,
                    130048, 130557, 130558, 131072, 1023 * 1024,
                    1024 * 1024 + 1, 2039 * 1024 + 3, 2040 * 1024):
            self.make(mib * vhd.MIB)
            info = json.loads(self.qemu('info', '--output=json', image))
            self.assertEqual('vpc', info['format'])
            self.assertEqual(mib * vhd.MIB, info['virtual-size'])
            # 63: opened, and there is nothing in this format to check
            self.qemu('check', image, expected=(0, 63))

    def test_qemu_takes_the_size_from_it_unasked(self):
        """By our creator it knows that the geometry is not the size."""
        for gib in (1, 10, 127, 128, 2040):
            self.make(gib * GIB)
            info = json.loads(self.qemu(
                'info', '--output=json', '-f', 'vpc', str(self.path)))
            self.assertEqual(gib * GIB, info['virtual-size'])

    def test_qemu_agrees_on_the_geometry(self):
        for mib in (33, 47, 130, 246, 505, 3333, 32257, 99999):
            self.qemu('create', '-q', '-f', 'vpc', '-o', 'subformat=fixed',
                      str(self.path), f'{mib}M')
            with self.path.open('rb') as file:
                file.seek(-512, os.SEEK_END)
                footer = file.read()
            [size] = struct.unpack_from('>Q', footer, 48)
            self.assertEqual(struct.unpack_from('>HBB', footer, 56),
                             vhd.geometry(size), mib)
