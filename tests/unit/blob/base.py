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

"""Blobs that are really there, and a second way to look at them."""

import re
from urllib import parse

from jacket_azure.blob import account
from jacket_azure.emulator.compute import contents
from tests import base
from tests import world

PAGE = 512
MIB = 1024**2
GIB = 1024**3

_RANGE = re.compile(rb'<Start>(\d+)</Start>\s*<End>(\d+)</End>')


class Azurite:
    """Azurite's own answers: neither our code, nor the SDK, nor the front.

    :param path: ``container/name``, perhaps with ``?snapshot=<stamp>``
    """

    def __init__(self, emulator):
        [stored] = [resource for resource in emulator.store
                    if resource.name == world.STORAGE_ACCOUNT]
        keeper = contents.of(emulator)
        # starts it, and only then it has a port
        self.started = keeper.client
        self.client = keeper.client_of(
            world.STORAGE_ACCOUNT, stored.private['keys']['key1'])

    def _get(self, path, query, headers=None):
        path, _, more = path.partition('?')
        query = {**dict(parse.parse_qsl(more)), **query}
        return self.client._send('GET', path, query, headers=headers)[1]

    def read(self, path, offset, length):
        return self._get(path, {}, {
            'x-ms-range': f'bytes={offset}-{offset + length - 1}'})

    def pages(self, path):
        """Return all pages with anything but zeros, by offset."""
        found = {}
        listed = self._get(path, {'comp': 'pagelist'})
        for start, end in _RANGE.findall(listed):
            for offset in range(int(start), int(end) + 1, 4 * MIB):
                data = self.read(
                    path, offset, min(4 * MIB, int(end) + 1 - offset))
                for at in range(0, len(data), PAGE):
                    page = data[at:at + PAGE]
                    if any(page):
                        found[offset + at] = page
        return found

    def size(self, path):
        found = self.client.properties(path)
        return found and found.size_bytes

    def metadata(self, path):
        return self.client.properties(path).metadata

    def names(self, container):
        """List blobs and snapshots as ``container/name[?snapshot=...]``."""
        text = self._get(container, {
            'restype': 'container', 'comp': 'list',
            'include': 'snapshots'}).decode()
        return [
            f'{container}/{name}' + (f'?snapshot={stamp}' if stamp else '')
            for name, stamp in re.findall(
                r'<Blob><Name>([^<]*)</Name>(?:<Snapshot>([^<]*)<)?', text)]


class BlobTestCase(base.AzureTestCase):
    """Our code, the blob SDK, HTTPS, the emulator's front, and Azurite."""

    contents = True
    credential = 'identity'

    def setUp(self):
        super().setUp()
        self.flags(storage_credential=self.credential,
                   disk_model='page_blob')
        self.azurite = Azurite(self.azure.emulator)
        # blobs only: what else there is was asked before
        self.account = account.Account(
            self.client, world.STORAGE_ACCOUNT, self.credential)
        self.account.container('volumes').ensure()

    @property
    def faults(self):
        return self.azure.emulator.faults

    def counting(self, work, *arguments):
        """Return the operations that *work* sent, and its result."""
        with self.client.statistics.record() as attempts:
            result = work(*arguments)
        return [attempt.operation for attempt in attempts], result
