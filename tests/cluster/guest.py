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

from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator.compute import contents

SECTOR = 512


class Guest:
    """Reads and writes the disks of one emulator through Azurite's REST."""

    def __init__(self, emulator, blob_url):
        self._emulator = emulator
        self._blob_url = blob_url

    def write(self, name, sector, data):
        """Write one sector of a volume's disk."""
        blob = self._blob(name)
        blob.client.write_pages(blob.path, sector * SECTOR, data)

    def read(self, name, sector):
        """Read one sector of a disk or snapshot."""
        blob = self._blob(name)
        return blob.client.read(blob.path, sector * SECTOR, SECTOR)

    def _blob(self, name):
        if name.endswith('.vhd'):
            return storage_blobs.find(
                self._emulator, f'{self._blob_url}/{name}',
                self._emulator.location).blob()
        [disk] = [found for found in self._emulator.store
                  if found.name == name and found.type in (
                      'Microsoft.Compute/disks',
                      'Microsoft.Compute/snapshots')]
        contents.materialise(self._emulator, disk)
        return contents.of(self._emulator).blob(disk.private['container'])
