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

"""Disks made from page blobs, uploads, and sizes that are not whole GiB."""

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import storage

GIB = 1024 ** 3
MIB = 1024 ** 2


class ImportTest(storage.StorageTestCase):
    """createOption Import."""

    def load(self, url, name='disk', location=base.LOCATION, size_gib=None,
             **data):
        properties = {'creationData': {
            'createOption': 'Import', 'sourceUri': url, **data}}
        if size_gib:
            properties['diskSizeGB'] = size_gib
        return self.compute.disks.begin_create_or_update(
            base.GROUP, name, {'location': location,
                               'properties': properties}).result()

    def test_bytes_and_growth(self):
        account, client = self.account()
        url = self.vhd(client)
        disk = self.load(url, storageAccountId=account['id'])
        self.assertEqual((1, GIB, 'Import'), (
            disk.properties.disk_size_gb, disk.properties.disk_size_bytes,
            disk.properties.creation_data.create_option))
        self.load(url, 'grown', size_gib=2)
        client.get_container_client('vhds').delete_blob('disk.vhd')
        disks = self.compute.disks
        for name, size in (('disk', GIB), ('grown', 2 * GIB)):
            self.assertEqual(b'v' * 512, self.read(disks, name))
            self.assertEqual(b'conectix', self.read(disks, name, size, 8))
        self.assertEqual(bytes(512), self.read(disks, 'grown', GIB))

    def test_a_size_that_is_no_whole_gib(self):
        _, client = self.account()
        url = self.vhd(client, size=GIB + 3 * MIB)
        disk = self.load(url).properties
        self.assertEqual((2, GIB + 3 * MIB), (disk.disk_size_gb,
                                              disk.disk_size_bytes))
        self.copy(self.compute.snapshots, 'snap',
                  self.compute.disks.get(base.GROUP, 'disk'))
        snapshot = self.compute.snapshots.get(base.GROUP, 'snap')
        self.assertEqual((2, GIB + 3 * MIB), (
            snapshot.properties.disk_size_gb,
            snapshot.properties.disk_size_bytes))
        self.refused(400, 'BadRequest', self.load, url, 'small', size_gib=1)

    def test_refusals(self):
        account, client = self.account()
        far, there = self.account(location='westeurope')
        url = self.vhd(client)
        error = self.refused(400, 'BadRequest', self.load, url,
                             location='westeurope')
        self.assertEqual(f'The source blob {url} does not belong to the same '
                         f'region as the disk.', error.message)
        self.refused(400, 'InvalidParameter', self.load, url,
                     storageAccountId=far['id'])
        self.refused(404, 'DiskBlobNotFound', self.load, url + 'x')
        self.refused(400, 'InvalidParameter', self.load, '')
        self.assertEqual([], list(self.compute.disks.list()))

    def test_a_snapshot_from_a_page_blob(self):
        _, client = self.account()
        self.compute.snapshots.begin_create_or_update(base.GROUP, 'snap', {
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'Import', 'sourceUri': self.vhd(client)}},
        }).result()
        self.assertEqual(b'v' * 512,
                         self.read(self.compute.snapshots, 'snap'))


class UploadTest(base.ComputeTestCase):
    """Sizes an upload cannot have."""

    def test_sizes(self):
        for size, status in ((20972032, 202), (20972031, 400),
                             (20 * MIB, 400), (GIB + 512 + 512, 400),
                             (35183298347520 + 512, 400)):
            answer = self.send('PUT', self.path('disks', f'disk{size}'), {
                'location': base.LOCATION, 'properties': {'creationData': {
                    'createOption': 'Upload', 'uploadSizeBytes': size}}},
                version=base.DISK_API_VERSION)
            self.assertEqual(status, answer.status_code, size)


class AccessRefusalTest(base.ComputeTestCase):
    """Access nobody gets, whatever the contents."""

    def test_policy_and_formats(self):
        self.disk()
        disks = self.compute.disks
        for status, code, body in (
                (400, 'InvalidParameter', {'access': 'None'}),
                (400, 'InvalidParameter', {'durationInSeconds': 0}),
                (501, 'EmulatorNotImplemented', {'fileFormat': 'VHDX'})):
            self.refused(status, code, disks.begin_grant_access, base.GROUP,
                         'disk', {'access': 'Read', 'durationInSeconds': 60,
                                  **body})
        disks.begin_update(base.GROUP, 'disk', {'properties': {
            'networkAccessPolicy': 'DenyAll'}}).result()
        self.refused(409, 'OperationNotAllowed', disks.begin_grant_access,
                     base.GROUP, 'disk', {'access': 'Read',
                                          'durationInSeconds': 60})
