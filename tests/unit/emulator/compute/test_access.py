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

"""Real bytes: SAS, point in time, growth, boot diagnostics in Azurite."""

import ssl
from unittest import mock
import urllib.request

from azure.core import exceptions
from azure.storage.blob import BlobClient
from azure.storage.blob import BlobServiceClient

from tests import azurite
from tests.unit.emulator.compute import base

GIB = 1024 ** 3
MIB = 1024 ** 2


class ContentsTestCase(base.ComputeTestCase):
    """Steps with contents."""

    contents = True

    def grant(self, operations, name, access='Read'):
        sas = operations.begin_grant_access(base.GROUP, name, {
            'access': access, 'durationInSeconds': 3600}).result().access_sas
        return self.blob_at(sas)

    def blob_at(self, url):
        """Return a client of a blob that needs nothing but its URL."""
        client = BlobClient.from_blob_url(
            url, connection_verify=self.emulator.ca_file)
        self.addCleanup(client.close)
        return client

    def revoke(self, operations, name):
        operations.begin_revoke_access(base.GROUP, name).result()

    def read(self, operations, name, offset=0, length=512):
        blob = self.grant(operations, name)
        try:
            return blob.download_blob(offset, length).readall()
        finally:
            self.revoke(operations, name)

    def write(self, name, data, offset=0):
        blob = self.grant(self.compute.disks, name, 'Write')
        blob.upload_page(data, offset, len(data))
        self.revoke(self.compute.disks, name)

    def state(self, name='disk'):
        return self.compute.disks.get(base.GROUP, name).properties.disk_state

    def copy(self, operations, name, source, **properties):
        operations.begin_create_or_update(base.GROUP, name, {
            'location': base.LOCATION, 'properties': {
                'creationData': {'createOption': 'Copy',
                                 'sourceResourceId': source.id},
                **properties}}).result()


class AccessTest(ContentsTestCase):
    """With one Azurite for all tests of a process."""

    def setUp(self):
        super().setUp()
        azurite.use(self.emulator)

    def test_snapshots_keep_their_point_in_time(self):
        disks, snapshots = self.compute.disks, self.compute.snapshots
        disk = self.disk(size_gib=1)
        self.copy(snapshots, 'empty', disk)
        self.write('disk', b'1' * 512)
        self.copy(snapshots, 'first', disk)
        self.write('disk', b'2' * 512)
        self.assertEqual(b'1' * 512, self.read(snapshots, 'first'))
        self.assertEqual(bytes(512), self.read(snapshots, 'empty'))
        self.assertEqual(b'2' * 512, self.read(disks, 'disk'))
        self.copy(disks, 'clone', snapshots.get(base.GROUP, 'first'),
                  diskSizeGB=2)
        self.assertEqual(b'1' * 512, self.read(disks, 'clone'))
        # a disk that grew has its footer at the new end, none in the middle
        self.assertEqual(bytes(512), self.read(disks, 'clone', GIB))
        self.assertEqual(b'conectix',
                         self.read(disks, 'clone', 2 * GIB, 8))
        disks.begin_delete(base.GROUP, 'disk').result()
        self.assertEqual(b'1' * 512, self.read(snapshots, 'first'))

    def test_copies_do_not_share_later_writes(self):
        """Azurite's own copies do: writes over parts of a range show it."""
        disks = self.compute.disks
        disk = self.disk(size_gib=1)
        self.write('disk', b'a' * 4096)
        self.copy(disks, 'copy', disk)
        self.write('disk', b'b' * 512, 1024)
        self.write('copy', b'c' * 512, 2048)
        self.write('disk', b'd' * 512, 8192)
        sectors = {name: [self.read(disks, name, offset, 1)
                          for offset in (0, 1024, 2048, 8192)]
                   for name in ('disk', 'copy')}
        self.assertEqual({'disk': [b'a', b'b', b'a', b'd'],
                          'copy': [b'a', b'a', b'c', b'\0']}, sectors)

    def test_a_read_sas_neither_writes_nor_outlives_its_grant(self):
        self.disk(size_gib=1)
        disks = self.compute.disks
        blob = self.grant(disks, 'disk')
        self.assertIn('/abcd', blob.url)
        self.assertEqual('ActiveSAS', self.state())
        self.assertEqual(GIB + 512, blob.get_blob_properties().size)
        self.assertRaises(exceptions.HttpResponseError, blob.upload_page,
                          b'x' * 512, 0, 512)
        self.refused(409, 'OperationNotAllowed', disks.begin_delete,
                     base.GROUP, 'disk')
        self.revoke(disks, 'disk')
        self.assertEqual('Unattached', self.state())
        self.assertRaises(exceptions.HttpResponseError, blob.download_blob)
        disks.begin_delete(base.GROUP, 'disk').result()

    def test_a_sas_is_for_bytes_only(self):
        self.disk(size_gib=1)
        blob = self.grant(self.compute.disks, 'disk', 'Write')
        for work, args in (
                (blob.create_page_blob, (512,)), (blob.resize_blob, (512,)),
                (blob.set_blob_metadata, ({'a': 'b'},)),
                (blob.create_snapshot, ()), (blob.acquire_lease, ()),
                (blob.delete_blob, ())):
            error = self.assertRaises(exceptions.HttpResponseError, work,
                                      *args)
            self.assertEqual(403, error.status_code)
        blob.upload_page(b'x' * 512, 0, 512)
        blob.clear_page(0, 512)
        self.assertEqual(GIB + 512, blob.get_blob_properties().size)

    def test_bytes_of_a_disk_go_to_other_blobs(self):
        self.disk(size_gib=1)
        self.write('disk', b'1' * 512)
        self.emulator.seed(storage_account='jacketexport')
        self.addCleanup(self.emulator.reset)
        account = self.emulator.store.get(
            self.path('x', 'y').partition('/providers')[0] + '/providers'
            '/Microsoft.Storage/storageAccounts/jacketexport')
        client = BlobServiceClient(
            account.properties['primaryEndpoints']['blob'],
            {'account_name': 'jacketexport',
             'account_key': account.private['keys']['key1']},
            connection_verify=self.emulator.ca_file)
        self.addCleanup(client.close)
        container = client.create_container('export')
        source = self.grant(self.compute.disks, 'disk')
        copy = container.get_blob_client('copy')
        copy.start_copy_from_url(source.url)
        pages = container.get_blob_client('pages')
        pages.create_page_blob(512)
        pages.upload_pages_from_url(source.url, 0, 512, 0)
        for blob in (copy, pages):
            self.assertEqual(b'1' * 512, blob.download_blob(0, 512).readall())
        self.revoke(self.compute.disks, 'disk')
        self.assertRaises(exceptions.HttpResponseError,
                          copy.start_copy_from_url, source.url)

    def test_a_grant_ends_with_its_time(self):
        self.disk(size_gib=1)
        self.grant(self.compute.disks, 'disk')
        self.clock.advance(3601)
        self.assertEqual('Unattached', self.state())

    def test_access_that_ends_before_it_began(self):
        """What is to be revoked is still being made."""
        self.disk(size_gib=1)
        never = mock.Mock(error=None)
        never.ready.return_value = False
        with mock.patch(
                'jacket_azure.emulator.compute.access._prepare',
                return_value=never):
            self.compute.disks.begin_grant_access(
                base.GROUP, 'disk', {
                    'access': 'Read', 'durationInSeconds': 3600},
                polling=False)
            self.revoke(self.compute.disks, 'disk')
        self.assertEqual('Unattached', self.state())

    def test_upload(self):
        disks = self.compute.disks
        size = 20 * MIB
        disks.begin_create_or_update(base.GROUP, 'disk', {
            'location': base.LOCATION, 'properties': {'creationData': {
                'createOption': 'Upload',
                'uploadSizeBytes': size + 512}}}).result()
        self.refused(409, 'Conflict', disks.begin_grant_access, base.GROUP,
                     'disk', {'access': 'Read', 'durationInSeconds': 60})
        blob = self.grant(disks, 'disk', 'Write')
        self.assertEqual('ActiveUpload', self.state())
        self.assertEqual(bytes(512),
                         blob.download_blob(size, 512).readall())
        blob.upload_page(b'u' * 512, 0, 512)
        self.revoke(disks, 'disk')
        self.assertEqual('Unattached', self.state())
        disk = disks.get(base.GROUP, 'disk')
        self.assertEqual(size, disk.properties.disk_size_bytes)
        self.assertEqual(b'u' * 512, self.read(disks, 'disk'))

    def test_disks_of_a_running_machine_are_not_read(self):
        vm = self.create()
        name = vm.properties.storage_profile.os_disk.name
        error = self.refused(
            409, 'Conflict', self.compute.disks.begin_grant_access,
            base.GROUP, name, {'access': 'Read', 'durationInSeconds': 60})
        self.assertEqual(
            f'Access not permitted because disk {name} is currently '
            f'attached to running VM {vm.id}.', error.message)
        self.vms.begin_deallocate(base.GROUP, 'vm').result()
        sector = self.read(self.compute.disks, name)
        self.assertIn(b'/Skus/server/Versions/24.04.202604020', sector)
        self.assertEqual(b'\x55\xaa', sector[-2:])

    def test_boot_diagnostics(self):
        self.create('off')
        self.refused(409, 'OperationNotAllowed',
                     self.vms.retrieve_boot_diagnostics_data, base.GROUP,
                     'off')
        self.create(body=self.body(self.nic(), diagnosticsProfile={
            'bootDiagnostics': {'enabled': True}}))
        data = self.vms.retrieve_boot_diagnostics_data(base.GROUP, 'vm')
        self.assertIn('.serialconsole.log?', data.serial_console_log_blob_uri)
        trusting = ssl.create_default_context(cafile=self.emulator.ca_file)
        with urllib.request.urlopen(data.serial_console_log_blob_uri,
                                    context=trusting) as log:
            self.assertIn(b'guest login:', log.read())
        with urllib.request.urlopen(data.console_screenshot_blob_uri,
                                    context=trusting) as picture:
            self.assertEqual(b'BM', picture.read(2))


class OwnAzuriteTest(ContentsTestCase):
    """Azurite starts when it is needed and leaves nothing behind."""

    def test_lazy_start_and_clean_stop(self):
        self.disk(size_gib=1)
        azurite = self.emulator.state['compute.contents'].azurite
        self.assertFalse(azurite.running)
        self.write('disk', b'x' * 512)
        self.assertTrue(azurite.running)
        self.emulator.stop()
        self.assertFalse(azurite.running)
        self.assertEqual([], list(
            self.emulator.state_dir.glob('azurite-*')))


class WithoutContentsTest(base.ComputeTestCase):
    """An emulator without contents says so."""

    def test_access(self):
        self.disk()
        self.refused(501, 'EmulatorNotImplemented',
                     self.compute.disks.begin_grant_access, base.GROUP,
                     'disk', {'access': 'Read', 'durationInSeconds': 60})
        self.assertEqual('Unattached', self.compute.disks.get(
            base.GROUP, 'disk').properties.disk_state)
