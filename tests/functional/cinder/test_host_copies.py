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

"""C07, C11: Cinder's hosts write volumes, as for a restore or a migration.

Without the backup service, whose work takes minutes: what it does to a volume
is done here by its own means, an attachment and os-brick's connector.
"""

from unittest import mock

from cinder import context
from cinder.db import api as db

from jacket_azure import exceptions
from jacket_azure.brick import connector
from tests.functional.cinder import base

MIB = 1024 ** 2


@base.on_both_models
class RestoreTest(base.AzureVolumesTestCase):
    """Onto a volume that exists and holds something."""

    def setUp(self):
        super().setUp()
        self.volume_made = self.create_volume()
        self.contents.write(self.disk(self.volume_made), 'of before')
        db.volume_update(
            context.get_admin_context(), self.volume_made['id'],
            {'status': 'restoring-backup'})

    def restore(self, *pieces):
        """Write as cinder-backup does."""
        record = self.record(self.volume_made)
        properties = connector.AzureConnector.get_connector_properties('')
        self.driver.validate_connector(properties)
        found = self.driver.initialize_connection(record, properties)
        host = connector.AzureConnector('sudo')
        device = host.connect_volume(found['data'])
        try:
            for piece in pieces:
                if isinstance(piece, Exception):
                    raise piece
                device['path'].write(piece)
        finally:
            host.disconnect_volume(found['data'], device, force=True)

    def test_zeros_are_restored(self):
        self.restore(bytes(4 * MIB), bytes(4 * MIB))
        disk = self.disk(self.volume_made)
        self.assertEqual(bytes(4096), self.contents.read(disk, 0, 4096))
        self.contents.check_vhd(disk, 1)
        self.assertEqual(self.volume_made['id'], disk.tags['jacket-id'])
        self.assertEqual('volume', disk.tags['jacket-kind'])

    def test_after_a_disk_that_could_not_be_made(self):
        """The old one is gone then, and a second try must do."""
        self.disks.delete(self.disk(self.volume_made).name)
        self.restore(b'restored' * (MIB // 8))
        disk = self.disk(self.volume_made)
        self.assertEqual(
            b'restored' * 512, self.contents.read(disk, 0, 4096))
        self.assertEqual(base.DEFAULT_SKU[self.disk_model], disk.kind.sku)
        self.assertEqual(self.volume_made['id'], disk.tags['jacket-id'])
        self.delete_volume(self.available())
        self.assertEqual([], self.left_in_azure())

    def test_what_cannot_be_written_stays_as_it_is(self):
        before = self.contents.digest(self.disk(self.volume_made))
        with mock.patch.object(
                self.disks, 'check',
                side_effect=exceptions.InvalidRequest('too large')):
            self.assertRaises(OSError, self.restore, b'x' * MIB)
        self.assertEqual(
            before, self.contents.digest(self.disk(self.volume_made)))

    def test_a_volume_with_a_snapshot(self):
        held = self.contents.digest(self.disk(self.volume_made))
        snapshot = self.create_snapshot(self.available())
        db.volume_update(
            context.get_admin_context(), self.volume_made['id'],
            {'status': 'restoring-backup'})
        self.restore(b'restored' * (MIB // 8))
        disk = self.disk(self.volume_made)
        self.assertEqual(
            b'restored' * 512, self.contents.read(disk, 0, 4096))
        copy = self.create_volume(snapshot_id=snapshot['id'])
        self.assertEqual(held, self.contents.digest(self.disk(copy)))

    def test_half_a_backup_is_no_volume(self):
        """A backup store that fails after the first piece."""
        self.assertRaises(
            KeyError, self.restore, b'x' * MIB, KeyError('chunk 2'))
        self.assertEqual([], self.left_in_azure())
        # and the user can go on: once more, or delete it
        self.restore(b'restored' * (MIB // 8))
        self.assertEqual(1, len(self.left_in_azure()))
        self.delete_volume(self.available())
        self.assertEqual([], self.left_in_azure())

    def available(self):
        db.volume_update(
            context.get_admin_context(), self.volume_made['id'],
            {'status': 'available'})
        return self.volume_made
