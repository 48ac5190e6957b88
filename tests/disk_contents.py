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

"""The bytes of volumes, written as a guest would and read by another way.

Straight through Azurite's REST API with the emulator's own few calls: none of
our reader, our writer or the Azure SDK takes part.
"""

import contextlib
import hashlib
import random
from xml.etree import ElementTree

from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import vhd_blobs
from jacket_azure.emulator import vhd_footer
from jacket_azure.emulator.compute import contents
from tests import world

MIB = 1024 ** 2
PIECE = 4 * MIB
GIB = 1024 ** 3
# where writes hit borders: start, a page, within, end of the first GiB
OFFSETS = (0, 4096, 7 * MIB + 512, 500 * MIB, GIB - 4096)


def data_of(seed, length=4096):
    """Return bytes that nothing but *seed* makes."""
    return random.Random(seed).randbytes(length)    # noqa: S311


class Contents:
    """Reads and writes disks and snapshots by what Azure calls them.

    :param azure: a :class:`tests.fixtures.AzureFixture`
    """

    def __init__(self, azure):
        self._emulator = azure.emulator

    def write(self, disk, seed, offsets=OFFSETS):
        """Write at several places of a disk, as its guest does.

        :param disk: a :class:`jacket_azure.disks.models.Disk`
        :returns: the hash of what was written, see :meth:`digest`
        """
        blob = self._blob(disk.id)
        for number, offset in enumerate(offsets):
            blob.client.write_pages(
                blob.path, offset, data_of(f'{seed}{number}'))
        return self.digest(disk, offsets)

    def digest(self, disk, offsets=OFFSETS, length=4096):
        """Return a hash of what is at some places of a disk or snapshot."""
        found = hashlib.sha256()
        for offset in offsets:
            found.update(self.read(disk, offset, length))
        return found.hexdigest()

    def read(self, disk, offset, length):
        """Read some bytes of a disk or snapshot."""
        disk_id, _, stamp = disk.id.partition('?snapshot=')
        blob = self._blob(disk_id)
        return blob.client._send(
            'GET', blob.path, {'snapshot': stamp} if stamp else {},
            headers={'x-ms-range': f'bytes={offset}-{offset + length - 1}'})[1]

    def sha256(self, disk, length):
        """Return a hash of the first bytes of a disk."""
        found = hashlib.sha256()
        for offset in range(0, length, PIECE):
            found.update(self.read(disk, offset, min(PIECE, length - offset)))
        return found.hexdigest()

    def ranges(self, disk):
        """Return offset and end of each range that was ever written."""
        blob = self._blob(disk.id)
        answer = blob.client._send(
            'GET', blob.path, {'comp': 'pagelist'}, {}, accept=(200,))[1]
        return [
            (int(each.findtext('Start')), int(each.findtext('End')) + 1)
            for each in ElementTree.fromstring(answer).iter('PageRange')]

    def check_zeros(self, disk, start, end):
        """Raise unless a disk holds nothing but zeros there."""
        for first, last in self.ranges(disk):
            for offset in range(max(first, start), min(last, end), PIECE):
                length = min(PIECE, min(last, end) - offset)
                if any(self.read(disk, offset, length)):
                    raise AssertionError(f'{disk.name}: data at {offset}')

    def check_vhd(self, disk, size_gib):
        """Raise unless the blob is a fixed VHD of that size."""
        blob = self._blob(disk.id)
        size = blob.client.properties(blob.path).size_bytes
        if size != size_gib * GIB + vhd_footer.SIZE_BYTES:
            raise AssertionError(f'{blob.path} has {size} bytes')
        footer = blob.client.read(
            blob.path, size_gib * GIB, vhd_footer.SIZE_BYTES)
        problem = vhd_footer.problem(footer, size_gib * GIB)
        if problem:
            raise AssertionError(f'{blob.path}: {problem}')

    @contextlib.contextmanager
    def leased(self, disk):
        """Hold a lease on a page blob, as a machine does."""
        blob = self._blob(disk.id)
        lease = blob.client.acquire_lease(blob.path)
        try:
            yield
        finally:
            blob.client.release_lease(blob.path, lease)

    def make_blob(self, path, account_id, size_gib=1):
        """Make a fixed VHD that is nobody's; returns its URL."""
        account = self._emulator.store.get(account_id)
        url = account.properties['primaryEndpoints']['blob'] + path
        blob = self._blob(url)
        vhd_blobs.create(blob, size_gib * GIB)
        return url

    def damage(self, disk, size_gib):
        """Overwrite the footer of a VHD."""
        blob = self._blob(disk.id)
        blob.client.write_pages(blob.path, size_gib * GIB, bytes(512))

    def _blob(self, disk_id):
        if disk_id.startswith('http'):
            return storage_blobs.find(
                self._emulator, disk_id, world.LOCATION).blob()
        resource = self._emulator.store.get(disk_id)
        contents.materialise(self._emulator, resource)
        return contents.of(self._emulator).blob(resource.private['container'])
