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

"""What a guest does with its disk, and what is in it, past the driver."""

import re

from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator.compute import contents

SECTOR = 512


class Guest:
    """Reads and writes the disks of one emulator through Azurite's REST."""

    def __init__(self, emulator, account):
        self._emulator = emulator
        self._blob_url = f'{emulator.blobs.url}/{account}'

    def write(self, name, sector, data):
        """Write one sector of a volume's disk."""
        blob = self._blob(name)
        blob.client.write_pages(blob.path, sector * SECTOR, data)

    def read(self, name, sector):
        """Read one sector of a disk or snapshot."""
        blob = self._blob(name)
        return blob.client.read(blob.path, sector * SECTOR, SECTOR)

    def blobs(self):
        """List the blobs of the account, snapshots as well."""
        client = self._at('volumes/any.vhd').client
        found = []
        for container in client.containers():
            page = client._send('GET', container, {
                'restype': 'container', 'comp': 'list',
                'include': 'snapshots'})[1]
            found += [f'{container}/{name}' for name in
                      re.findall('<Name>([^<]+)</Name>', page.decode())]
        return found

    def _at(self, path):
        return storage_blobs.find(
            self._emulator, f'{self._blob_url}/{path}',
            self._emulator.location).blob()

    def _blob(self, name):
        if name.endswith('.vhd'):
            return self._at(name)
        [disk] = [found for found in self._emulator.store
                  if found.name == name and found.type in (
                      'Microsoft.Compute/disks',
                      'Microsoft.Compute/snapshots')]
        contents.materialise(self._emulator, disk)
        return contents.of(self._emulator).blob(disk.private['container'])
