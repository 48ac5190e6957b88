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

"""The bytes of managed disks, checked through signed URLs by plain HTTP."""

import hashlib
import json
import random
import shutil
import subprocess

import requests

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import tags
from jacket_azure.payload import vhd
from tests.unit.disks.managed import base

UUID, OTHER, GIB, SNAPSHOT = base.UUID, base.OTHER, base.GIB, base.SNAPSHOT
NAME = f'volume-{UUID}'
SNAPSHOT_NAME = f'snapshot-{SNAPSHOT}'
MIB = 1024**2
# where a test writes, and what is easily lost: both ends, and a hole
PLACES = (0, 4 * MIB - 512, 700 * MIB, GIB - 4096)


def pattern(seed, length=4096):
    return random.Random(seed).randbytes(length)


class ContentsCase(base.ManagedTestCase):
    """Disks with bytes."""

    contents = True

    def http(self, method, name, kind='disks', **options):
        """Ask for bytes as any client of storage would, not as we do."""
        calls = getattr(self.client, kind)
        calls.update(name, {'properties': {
            'networkAccessPolicy': 'AllowAll',
            'publicNetworkAccess': 'Enabled'}})
        url = calls.grant_access(name, 3600)
        try:
            answer = requests.request(
                method, url, verify=self.azure.emulator.ca_file, timeout=60,
                **options)
            answer.raise_for_status()
            return answer
        finally:
            calls.revoke_access(name)
            calls.update(name, {'properties': {
                'networkAccessPolicy': 'DenyAll',
                'publicNetworkAccess': 'Disabled'}})

    def bytes_at(self, name, offset, length, kind='disks'):
        return self.http('GET', name, kind, headers={
            'Range': f'bytes={offset}-{offset + length - 1}'}).content

    def digest(self, name, kind='disks'):
        """Hash what is at all places."""
        digest = hashlib.sha256()
        for place in PLACES:
            digest.update(self.bytes_at(name, place, 4096, kind))
        return digest.hexdigest()

    def write(self, spec, seed='one'):
        """Make a disk with a pattern; return the digest it should have."""
        writer = self.model.open_writer(spec)
        digest = hashlib.sha256()
        for place in PLACES:
            data = pattern(f'{seed}{place}')
            writer.write(place, data)
            digest.update(data)
        writer.close()
        return digest.hexdigest()

    def check_closed(self, name, kind='disks'):
        body = self.azure.resource(kind, name)
        self.assertEqual(('DenyAll', 'Disabled', 'Unattached'), (
            body['properties']['networkAccessPolicy'],
            body['properties']['publicNetworkAccess'],
            getattr(self.client, kind).get(name)['properties']['diskState']))


class CopiesTest(ContentsCase):

    def test_every_copy_has_the_bytes_of_its_time(self):
        """Upload, snapshot, copy, clone, growth, revert, deletion."""
        first = self.write(self.spec(size_gib=1))
        self.assertEqual(first, self.digest(NAME))
        self.check_closed(NAME)
        self.model.create_snapshot(self.snapshot_spec(NAME))
        copied = self.model.create_from_snapshot(
            self.spec(OTHER, 2), SNAPSHOT_NAME).name
        cloned = self.model.create_from_volume(
            self.spec(f'1{OTHER[1:]}', 3), NAME).name
        self.model.grow(NAME, 4)
        for name, size_gib in ((NAME, 4), (copied, 2), (cloned, 3)):
            self.assertEqual(first, self.digest(name), name)
            self.assertEqual(
                str(size_gib * GIB + 512),
                self.http('HEAD', name).headers['Content-Length'])
            # no old footer lies in what was added
            self.assertEqual(bytes(512), self.bytes_at(name, GIB, 512))
            vhd.parse(self.bytes_at(name, size_gib * GIB, 512),
                      size_gib * GIB)
        # what is written later does not show in the snapshot
        self.model.delete(NAME)
        later = self.write(self.spec(size_gib=4), 'two')
        self.assertNotEqual(first, later)
        self.assertEqual(first, self.digest(SNAPSHOT_NAME, 'snapshots'))
        reverted = self.model.revert(
            self.spec(size_gib=4, generation='r1'), NAME, SNAPSHOT_NAME)
        self.model.delete(NAME)
        self.model.delete_snapshot(SNAPSHOT_NAME)
        self.assertEqual((first, 4), (
            self.digest(reverted.name), reverted.size_gib))

    def test_an_empty_disk_is_zeros(self):
        self.model.create(self.spec(size_gib=1))
        self.assertEqual(bytes(4096), self.bytes_at(NAME, 0, 4096))
        vhd.parse(self.bytes_at(NAME, GIB, 512), GIB)

    def test_qemu_takes_what_is_downloaded(self):
        qemu = shutil.which('qemu-img')
        if qemu is None:
            self.skipTest('there is no qemu-img')
        self.write(self.spec(size_gib=1))
        path, = self.create_tempfiles([('disk', '')])
        with open(path, 'r+b') as image:
            for offset in (*PLACES, GIB):
                length = 512 if offset == GIB else 4096
                image.seek(offset)
                image.write(self.bytes_at(NAME, offset, length))
        source = (f'driver=vpc,force_size_calc=current_size,'
                  f'file.driver=file,file.filename={path}')

        def run(*arguments, codes=(0,)):
            done = subprocess.run(
                [qemu, *arguments], check=False, capture_output=True,
                timeout=60)
            self.assertIn(done.returncode, codes, done.stderr)
            return done.stdout

        shown = json.loads(run(
            'info', '--image-opts', source, '--output=json'))
        self.assertEqual(('vpc', GIB), (
            shown['format'], shown['virtual-size']))
        # 63: there is nothing to check in this format
        run('check', '--image-opts', source, codes=(0, 63))
        run('convert', '-O', 'raw', '--image-opts', source, f'{path}.raw')
        with open(f'{path}.raw', 'rb') as raw:
            for place in PLACES:
                raw.seek(place)
                self.assertEqual(pattern(f'one{place}'), raw.read(4096))
            self.assertEqual(GIB, raw.seek(0, 2))


class ReaderTest(ContentsCase):

    def test_ranges_and_bytes(self):
        self.write(self.spec(size_gib=1))
        reader = self.model.open_reader(NAME)
        self.addCleanup(reader.close)
        found = set()
        for offset, length in reader.ranges():
            found.update(p for p in PLACES if offset <= p < offset + length)
        self.assertEqual(set(PLACES), found)
        self.assertEqual(GIB, reader.size_bytes)
        for place in PLACES:
            self.assertEqual(
                pattern(f'one{place}'), reader.read(place, 4096))
        self.assertEqual(bytes(512), reader.read(MIB, 512))
        # the footer is no part of the disk
        self.assertEqual(b'', reader.read(GIB, 512))
        reader.close()
        reader.close()
        self.check_closed(NAME)

    def test_two_readers_of_one_disk(self):
        self.write(self.spec(size_gib=1))
        one, two = (self.model.open_reader(NAME) for _ in range(2))
        one.close()
        self.assertEqual(pattern('one0'), two.read(0, 4096))
        two.close()
        self.check_closed(NAME)

    def test_another_process_ends_all_access(self):
        self.write(self.spec(size_gib=1))
        reader = self.model.open_reader(NAME)
        other = self.make_model().open_reader(NAME)
        other.close()
        self.assertEqual(pattern('one0'), reader.read(0, 4096))
        reader.close()
        self.check_closed(NAME)

    def test_a_snapshot(self):
        self.write(self.spec(size_gib=1))
        self.model.create_snapshot(self.snapshot_spec(NAME))
        reader = self.model.open_snapshot_reader(SNAPSHOT_NAME)
        self.assertEqual(pattern('one0'), reader.read(0, 4096))
        reader.close()
        self.check_closed(SNAPSHOT_NAME, 'snapshots')

    def test_an_attached_disk(self):
        self.model.create(self.spec())
        self.attach(NAME)
        self.assertRaises(exceptions.InUse, self.model.open_reader, NAME)
        body = self.azure.resource('disks', NAME)
        self.assertEqual('DenyAll', body['properties']['networkAccessPolicy'])

    def test_access_is_refused(self):
        self.model.create(self.spec())
        self.azure.fail('POST', 'disks/beginGetAccess', 403,
                        'AuthorizationFailed')
        self.assertRaises(
            exceptions.Unauthorized, self.model.open_reader, NAME)
        self.check_closed(NAME)

    def test_a_disk_of_others(self):
        self.model.create(self.spec())
        self.model.tag(NAME, {})
        self.assertRaises(exceptions.Conflict, self.model.open_reader, NAME)

    def test_no_url_in_the_log(self):
        self.write(self.spec(size_gib=1))
        reader = self.model.open_reader(NAME)
        reader.read(0, 512)
        reader.close()
        self.assertNotIn('sig=', self.log.text.replace('sig=REDACTED', ''))


class WriterTest(ContentsCase):

    def test_unfinished(self):
        writer = self.model.open_writer(self.spec(size_gib=1))
        disk = self.model.get(NAME)
        self.assertEqual(('ActiveUpload', False, GIB), (
            disk.state, disk.usable, disk.size_bytes))
        self.assertRaises(
            exceptions.Conflict, self.model.open_reader, NAME)
        self.assertEqual('temporary', disk.tags[tags.KIND])
        writer.write(0, pattern('left'))
        # the process has died; the next one begins again
        self.model = self.make_model()
        first = self.write(self.spec(size_gib=1))
        self.assertEqual(first, self.digest(NAME))
        self.assertEqual('volume', self.model.get(NAME).tags[tags.KIND])

    def test_unfinished_though_nobody_may_write_any_more(self):
        """The process died while it removed what it could not finish."""
        self.model.open_writer(self.spec(size_gib=1))
        self.client.disks.revoke_access(NAME)
        self.assertEqual('Unattached', self.model.get(NAME).state)
        self.model = self.make_model()
        first = self.write(self.spec(size_gib=1))
        self.assertEqual(first, self.digest(NAME))

    def test_abort(self):
        writer = self.model.open_writer(self.spec(size_gib=1))
        writer.write(0, pattern('left'))
        writer.abort()
        writer.abort()
        self.assertEqual([], list(self.model.list()))

    def test_finished_disks_are_not_overwritten(self):
        first = self.write(self.spec(size_gib=1))
        error = self.assertRaises(
            exceptions.Conflict, self.model.open_writer,
            self.spec(size_gib=1))
        self.assertIn('finished', str(error))
        self.assertEqual(first, self.digest(NAME))

    def test_it_cannot_be_ended(self):
        writer = self.model.open_writer(self.spec(size_gib=1))
        self.azure.fail('POST', 'disks/endGetAccess', 400, 'BadRequest',
                        times=1)
        self.assertRaises(exceptions.AzureError, writer.close)
        writer.abort()
        self.assertEqual([], list(self.model.list()))

    def test_access_is_refused(self):
        self.azure.fail('POST', 'disks/beginGetAccess', 403,
                        'AuthorizationFailed')
        self.assertRaises(
            exceptions.Unauthorized, self.model.open_writer,
            self.spec(size_gib=1))
        self.assertEqual([], list(self.model.list()))

    def test_a_system_disk(self):
        spec = self.spec(size_gib=1)
        spec = models.VolumeSpec(
            spec.name, 1, spec.kind, spec.tags, 'Windows', 'V2')
        self.write(spec)
        disk = self.model.get(NAME)
        self.assertEqual(('Windows', 'V2', 'Unattached', True), (
            disk.os_type, disk.generation, disk.state, disk.usable))

    def test_too_large(self):
        self.assertRaises(
            exceptions.InvalidRequest, self.model.open_writer,
            self.spec(size_gib=40000, sku='PremiumV2_LRS', zone='1'))

    def test_clear(self):
        writer = self.model.open_writer(self.spec(size_gib=1))
        writer.write(0, pattern('gone', 8192))
        writer.clear(0, 4096)
        writer.close()
        data = self.bytes_at(NAME, 0, 8192)
        self.assertEqual(
            bytes(4096) + pattern('gone', 8192)[4096:], data)


class DeletionTest(ContentsCase):

    def test_a_url_is_still_out(self):
        """Of a process that died while it read."""
        self.write(self.spec(size_gib=1))
        self.model.open_reader(NAME)
        self.assertTrue(self.make_model().delete(NAME))
        self.assertEqual([], list(self.model.list()))


class SweepTest(ContentsCase):
    """Every request while bytes come and go is refused once."""

    def failing(self, work, check):
        with self.azure.recording() as made:
            work()
        check()
        numbers = [number for number, record in enumerate(made, 1)
                   if record.type in ('disks', 'disks/beginGetAccess',
                                      'disks/endGetAccess')]
        self.assertTrue(len(numbers) > 3)
        for number in numbers:
            self.model = self.make_model()
            with self.azure.failing_for_good(number):
                try:
                    work()
                except exceptions.AzureError:
                    self.model = self.make_model()
            work()
            check()

    def test_write(self):
        def work():
            if self.model.delete(NAME):
                # the time before
                self.assertEqual([], list(self.model.list()))
            writer = self.model.open_writer(self.spec(size_gib=1))
            try:
                writer.write(0, pattern('one'))
                writer.close()
            except BaseException:
                writer.abort()
                raise

        def check():
            self.assertEqual(pattern('one'), self.bytes_at(NAME, 0, 4096))
            self.check_closed(NAME)
            self.assertEqual(
                'volume', self.model.get(NAME).tags[tags.KIND])

        self.failing(work, check)

    def test_read(self):
        def work():
            reader = self.model.open_reader(NAME)
            self.assertEqual(pattern('one0'), reader.read(0, 4096))
            reader.close()

        self.write(self.spec(size_gib=1))
        self.failing(work, lambda: self.check_closed(NAME))
