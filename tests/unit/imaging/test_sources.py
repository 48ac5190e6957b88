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

import concurrent.futures
import dataclasses
import functools
import hashlib
import os
import pathlib
import shutil
import signal

import fixtures

from jacket_azure import exceptions
from jacket_azure.imaging import sources
from tests.unit.imaging import images
from tests.unit.imaging.images import MIB


class SourcesTest(images.ImageTest):

    def test_every_format_holds_what_qemu_finds_in_it(self):
        for kind, (driver, _, disk_format, *_) in images.KINDS.items():
            image = images.made(kind)
            path = self.folder / 'image'
            path.write_bytes(image)
            expected = self.convert(path, driver)
            self.assertTrue(expected.startswith(images.disk()), kind)
            self.assertEqual(
                expected, self.content(image, disk_format), kind)

    def convert(self, path, driver):
        if driver != 'vpc':
            return images.converted(path, '-f', driver)
        # QEMU makes VHDs larger than asked for, and reads others smaller
        target = path.with_name('raw')
        images.qemu_img(
            'convert', '--image-opts', f'driver=vpc,file.filename={path},'
            f'force_size_calc=current_size', '-O', 'raw', target)
        return target.read_bytes()

    def test_a_vmdk_as_vmware_exports_it(self):
        image = images.stream_optimized(images.disk())
        path = self.folder / 'image'
        path.write_bytes(image)
        self.assertEqual(images.disk(), images.converted(path, '-f', 'vmdk'))
        self.assertEqual(images.disk(), self.content(image, 'vmdk'))

    def test_raw_goes_through_as_it_comes(self):
        with self.open(images.disk(), 'raw') as source:
            self.assertIsNone(source.reader)
            self.assertEqual(images.disk(), b''.join(source.chunks))
        self.assertFalse((self.folder / 'staging').exists())

    def test_raw_is_filled_up_to_a_sector(self):
        self.assertEqual(b'abc'.ljust(512, b'\0'), self.content(
            b'abc', 'raw'))

    def test_raw_may_be_partitioned_a_hybrid_cd_or_encrypted(self):
        cd = bytearray(images.disk())
        cd[32769:32774] = b'CD001'
        for data in (bytes(cd), b'LUKS\xba\xbe\0\x01'.ljust(MIB, b'\0')):
            self.assertEqual(data, self.content(data, 'raw'))

    def test_holes_are_told(self):
        with self.open(images.made('qcow2 version 3'), 'qcow2') as source:
            ranges = list(source.reader.ranges())
        self.assertEqual(
            [(0, 65536), (MIB, 2 * 65536), (3 * MIB - 65536, 65536)], ranges)

    def test_holes_of_a_vhdx_are_told_too(self):
        # qemu does not
        data = bytearray(40 * MIB)
        data[5 * MIB:5 * MIB + 3] = data[6 * MIB:6 * MIB + 3] = b'abc'
        data[-1:] = b'd'
        raw = self.folder / 'raw'
        raw.write_bytes(data)
        path = self.folder / 'image'
        images.qemu_img('convert', '-f', 'raw', '-O', 'vhdx', '-o',
                        'subformat=dynamic,block_size=1M', raw, path)
        with self.open(path.read_bytes(), 'vhdx') as source:
            self.assertEqual([(5 * MIB, 2 * MIB), (39 * MIB, MIB)],
                             list(source.reader.ranges()))
            self.assertEqual(data, images.whole(source))

    def test_many_threads_read_at_the_same_time(self):
        with self.open(images.made('qcow2 compressed'), 'qcow2') as source, (
                concurrent.futures.ThreadPoolExecutor(12)) as pool:
            offsets = [*range(0, 3 * MIB, 10240)] * 3
            pieces = pool.map(
                lambda at: source.reader.read(at, 10240), offsets)
            for offset, piece in zip(offsets, pieces, strict=True):
                self.assertEqual(
                    images.disk()[offset:offset + 10240], piece)

    def test_reading_behind_the_end_gives_less(self):
        with self.open(images.made('qcow2 version 3'), 'qcow2') as source:
            self.assertEqual(images.disk()[-512:], source.reader.read(
                3 * MIB - 512, MIB))
            self.assertEqual(b'', source.reader.read(3 * MIB, 512))

    def test_wrong_bytes_are_refused_in_every_format(self):
        for kind in ('vhd fixed', 'qcow2 version 3'):
            image = images.made(kind)
            disk_format = images.KINDS[kind][2]
            for checksum in (f'sha512:{"0" * 128}', f'md5:{"0" * 32}'):
                self.assertIn('checksum', self.refused(
                    image, disk_format, checksum=checksum))
            for size in (len(image) - 512, len(image) + 512):
                self.assertRegex(
                    self.refused(image, disk_format, size_bytes=size),
                    rf'has {size} bytes, but (more than )?\d+ came')
            md5 = hashlib.md5(image).hexdigest()    # noqa: S324
            self.content(image, disk_format, checksum=f'md5:{md5}')
            self.content(image, disk_format, checksum=None)
        self.assertIn("'sha9'", self.refused(
            b'abc', 'raw', checksum='sha9:00'))

    def test_no_more_is_read_than_the_image_has(self):
        def chunks():
            while True:
                yield bytes(MIB)
        self.assertIn('more than', self.refused(
            b'', 'raw', chunks=chunks, size_bytes=2 * MIB, checksum=None))

    def test_a_failure_to_fetch_comes_through(self):
        def failing(data):
            yield data[:1000]
            raise ConnectionError('Glance went away')
        for disk_format, data in (
                ('raw', images.disk()),
                ('qcow2', images.made('qcow2 version 3'))):
            self.assertRaises(
                ConnectionError, self.content, data, disk_format,
                chunks=functools.partial(failing, data))

    def test_no_stream_is_open_while_room_is_waited_for(self):
        opened = []

        def chunks(data):
            opened.append(self)
            try:
                yield from (data[at:at + MIB]
                            for at in range(0, len(data), MIB))
            finally:
                opened.remove(self)

        waited = []
        room = self.staging.room

        def waiting(size_bytes):
            waited.append(list(opened))
            return room(size_bytes)

        self.useFixture(fixtures.MockPatchObject(
            self.staging, 'room', waiting))
        for kind in ('qcow2 version 3', 'vhd dynamic', 'vhdx dynamic'):
            data = images.made(kind)
            self.assertTrue(self.content(
                data, images.KINDS[kind][2],
                chunks=functools.partial(chunks, data)), kind)
        self.assertEqual(([[]] * 3, []), (waited, opened))

    def test_other_formats_and_containers_are_refused_at_once(self):
        def never():
            self.fail('bytes were asked for')
        for disk_format in ('iso', 'vdi', 'ami', ''):
            self.assertIn('raw, qcow2, vhd, vhdx, vmdk', self.refused(
                b'abc', disk_format, chunks=never))
        self.assertIn('ova', self.refused(
            b'abc', 'vmdk', container_format='ova', chunks=never))
        self.assertIn('1 GiB; at most 0 GiB', self.refused(
            b'abc', 'raw', size_bytes=65 * MIB, chunks=never))

    def test_without_qemu_raw_and_fixed_vhd_still_work(self):
        self.useFixture(fixtures.EnvironmentVariable(
            'PATH', str(self.folder)))
        self.assertIsNone(shutil.which('qemu-nbd'))
        image = images.source_image(images.disk(), 'qcow2')
        for disk_format in ('qcow2', 'vhdx', 'vmdk'):
            error = self.assertRaises(
                exceptions.InvalidRequest, sources.check,
                dataclasses.replace(image, disk_format=disk_format),
                self.limits)
            self.assertIn('qemu-nbd is not installed', str(error))
        self.content(images.disk(), 'raw')

    def test_dynamic_vhd_needs_qemu(self):
        fixed = images.made('vhd fixed')
        dynamic = images.made('vhd dynamic')
        self.useFixture(fixtures.EnvironmentVariable(
            'PATH', str(self.folder)))
        self.content(fixed, 'vhd')
        self.assertIn('qemu-nbd is not installed', self.refused(
            dynamic, 'vhd'))

    def test_a_death_of_qemu_is_an_error_not_a_wait(self):
        with self.open(images.made('qcow2 version 3'), 'qcow2') as source:
            for child in self.converters():
                os.kill(int(child.name), signal.SIGKILL)
            for _ in range(6):
                self.assertRaises(exceptions.InvalidRequest,
                                  source.reader.read, 0, 512)
            self.assertRaises(exceptions.InvalidRequest,
                              list, source.reader.ranges())

    def test_a_deep_temporary_folder_will_do(self):
        deep = self.folder / ('d' * 100)
        deep.mkdir()
        self.useFixture(fixtures.MonkeyPatch('tempfile.tempdir', str(deep)))
        self.assertEqual(images.disk(), self.content(
            images.made('qcow2 version 3'), 'qcow2'))
        self.assertEqual([], [*deep.iterdir()])

    def test_descriptors_are_not_leaked(self):
        def count():
            return len(os.listdir('/proc/self/fd'))
        image = images.made('qcow2 version 3')
        self.content(image, 'qcow2')
        before = count()
        for _ in range(3):
            self.content(image, 'qcow2')
            self.refused(image[:200000], 'qcow2')
            with self.open(image, 'qcow2') as source:
                for child in self.converters():
                    os.kill(int(child.name), signal.SIGKILL)
                self.assertRaises(exceptions.InvalidRequest,
                                  source.reader.read, 0, 512)
        self.assertEqual(before, count())

    def test_nothing_runs_on_when_it_was_closed(self):
        with self.open(images.made('qcow2 version 3'), 'qcow2'):
            (running,) = self.converters()
        self.assertFalse(running.exists())

    def converters(self):
        """Return the folders in /proc of all qemu-nbd below this process."""
        parents, found = {}, []
        for status in pathlib.Path('/proc').glob('[0-9]*/stat'):
            try:
                number, rest = status.read_text().split(' (', 1)
            except OSError:
                continue    # it just ended
            name, rest = rest.rsplit(') ', 1)
            parents[number] = rest.split()[1]
            if name == 'qemu-nbd':
                found.append(number)
        return [pathlib.Path('/proc', number) for number in found
                if parents.get(parents[number]) == str(os.getpid())]
