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

"""A volume as a file object, against one in memory."""

import gc
import io
from unittest import mock

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
from os_brick.initiator import connector as brick_connector
from oslotest import base

from jacket_azure import exceptions
from jacket_azure.brick import connector
from jacket_azure.brick import volume_file

SIZE = 64 * 1024
SECTOR = 512


class Disk:
    """A reader and a writer of bytes in memory that keep the rules."""

    size_bytes = SIZE

    def __init__(self, content=None):
        self.content = bytearray(content or bytes(SIZE))
        self.reads = []
        self.closed = False
        self.aborted = False

    def ranges(self):
        for offset in range(0, SIZE, 4096):
            if any(self.content[offset:offset + 4096]):
                yield offset, 4096

    def read(self, offset, length):
        self.reads.append((offset, length))
        return bytes(self.content[offset:offset + length])

    def write(self, offset, data):
        assert offset % SECTOR == 0 and len(data) % SECTOR == 0    # noqa: S101
        self.content[offset:offset + len(data)] = data

    def close(self):
        self.closed = True

    def abort(self):
        self.aborted = True


def reading(disk):
    return volume_file.VolumeFile(SIZE, lambda: disk)


def writing(disk):
    return volume_file.VolumeFile(SIZE, None, lambda: disk)


class ReadTest(base.BaseTestCase):

    @given(strategies.binary(max_size=SIZE), strategies.lists(
        strategies.tuples(strategies.integers(0, SIZE + 100),
                          strategies.integers(0, SIZE)), max_size=8))
    @settings(max_examples=60, deadline=None)
    def test_reads_as_a_file_of_these_bytes(self, content, reads):
        content = content.ljust(SIZE, b'\0')
        opened, expected = reading(Disk(content)), io.BytesIO(content)
        for offset, length in reads:
            opened.seek(offset)
            expected.seek(offset)
            self.assertEqual(expected.read(length), opened.read(length))
            self.assertEqual(
                min(offset + length, max(offset, SIZE)), opened.tell())

    def test_holes_are_not_asked_for(self):
        content = bytearray(SIZE)
        content[8192] = 1
        disk = Disk(content)
        opened = reading(disk)
        opened.read(8192)
        self.assertEqual([], disk.reads)
        opened.read(4096)
        self.assertEqual([(8192, 4096)], disk.reads)

    def test_it_is_not_opened_before_it_is_read(self):
        opened = volume_file.VolumeFile(SIZE, self.fail)
        opened.seek(0, io.SEEK_END)
        self.assertEqual(b'', opened.read(10))
        opened.close()

    def test_an_existing_volume_cannot_be_written(self):
        opened = reading(Disk())
        self.assertFalse(opened.writable())
        self.assertRaises(io.UnsupportedOperation, opened.write, b'x')

    def test_failures_of_azure_are_those_of_a_file(self):
        def fail():
            raise exceptions.Unavailable('Azure is away.')

        error = self.assertRaises(
            OSError, volume_file.VolumeFile(SIZE, fail).read)
        self.assertIn('Azure is away.', str(error))

    def test_it_has_no_number(self):
        self.assertRaises(io.UnsupportedOperation, reading(Disk()).fileno)


class WriteTest(base.BaseTestCase):

    @given(strategies.lists(strategies.binary(min_size=1, max_size=3000),
                            max_size=20))
    @settings(max_examples=60, deadline=None)
    def test_writing_on_is_writing_whole_sectors(self, pieces):
        disk, expected = Disk(), b''.join(pieces)
        opened = writing(disk)
        for piece in pieces:
            opened.write(piece)
        opened.close()
        self.assertEqual(
            expected.ljust(SIZE, b'\0'), bytes(disk.content))

    def test_zeros_make_no_disk_of_a_fresh_volume(self):
        opened = volume_file.VolumeFile(SIZE, None, self.fail, fresh=True)
        opened.write(bytes(SIZE))
        opened.close()

    def test_zeros_replace_what_a_volume_holds(self):
        disk = Disk()
        opened = volume_file.VolumeFile(SIZE, None, lambda: disk, fresh=False)
        opened.write(bytes(SIZE))
        opened.close()
        self.assertTrue(disk.closed)

    def test_who_fails_leaves_nothing(self):
        disk = Disk()

        def fail():
            with writing(disk) as opened:
                opened.write(b'x' * SECTOR)
                raise KeyError

        self.assertRaises(KeyError, fail)
        self.assertTrue(disk.aborted)
        self.assertFalse(disk.closed)

    def test_a_write_that_failed_makes_no_volume(self):
        disk = Disk()
        opened = writing(disk)
        opened.write(b'x' * SECTOR)
        with mock.patch.object(
                disk, 'write', side_effect=exceptions.Unavailable('away')):
            self.assertRaises(OSError, opened.write, b'y' * SECTOR)
        error = self.assertRaises(OSError, opened.close)
        self.assertIn('away', str(error))
        self.assertTrue(disk.aborted)
        self.assertFalse(disk.closed)

    def test_a_finish_that_failed_leaves_nothing(self):
        disk = Disk()
        opened = writing(disk)
        opened.write(b'x' * SECTOR)
        with mock.patch.object(
                disk, 'close', side_effect=exceptions.Unavailable('away')):
            self.assertRaises(OSError, opened.close)
        self.assertTrue(disk.aborted)

    def test_what_nobody_closes_is_not_finished(self):
        disk = Disk()
        opened = writing(disk)
        opened.write(b'x' * SECTOR)
        del opened
        gc.collect()
        self.assertFalse(disk.closed)

    def test_closing_finishes_it_once(self):
        disk = Disk()
        opened = writing(disk)
        opened.write(b'x' * SECTOR)
        self.assertFalse(disk.closed)
        opened.close()
        opened.close()
        self.assertTrue(disk.closed)

    def test_there_is_nothing_past_the_end(self):
        opened = writing(Disk())
        opened.seek(SIZE - 1)
        self.assertRaises(OSError, opened.write, b'xx')

    def test_a_part_of_what_is_forgotten_is_refused(self):
        opened = writing(Disk())
        opened.write(b'x' * SECTOR)
        opened.seek(10)
        self.assertRaises(io.UnsupportedOperation, opened.write, b'y')


class ConnectorTest(base.BaseTestCase):

    def test_os_brick_finds_it(self):
        connector.register()
        connector.register()
        found = brick_connector.InitiatorConnector.factory('AZURE', 'sudo')
        self.assertIsInstance(found, connector.AzureConnector)
        self.assertEqual(1, sum(
            'AzureConnector' in each
            for each in brick_connector.unix_connector_list))

    def test_only_our_files_are_valid_and_closed(self):
        made = connector.AzureConnector('sudo')
        opened = reading(Disk())
        self.assertTrue(made.check_valid_device(opened))
        self.assertFalse(made.check_valid_device('/dev/sda'))
        made.disconnect_volume({}, {'path': opened})
        self.assertFalse(made.check_valid_device(opened))

    def disconnecting(self, fails):
        """Return a disk that Cinder has let go as it always does."""
        disk, made = Disk(), connector.AzureConnector('sudo')
        opened = writing(disk)
        opened.write(b'x' * SECTOR)
        try:
            if fails:
                raise OSError('the source cannot be read')
        except OSError:
            made.disconnect_volume({}, {'path': opened}, force=True)
        else:
            made.disconnect_volume({}, {'path': opened}, force=True)
        return disk

    def test_half_a_copy_is_no_volume(self):
        disk = self.disconnecting(fails=True)
        self.assertEqual((True, False), (disk.aborted, disk.closed))
        disk = self.disconnecting(fails=False)
        self.assertEqual((False, True), (disk.aborted, disk.closed))

    def test_a_failure_of_before_says_nothing(self):
        try:
            raise KeyError
        except KeyError:
            disk = self.disconnecting(fails=False)
        self.assertEqual((False, True), (disk.aborted, disk.closed))
