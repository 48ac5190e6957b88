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

"""C11: managing what has a history, and what somebody else wants as well."""

from unittest import mock

from cinder import context
from cinder import exception as cinder_exception
from cinder import objects
from cinder.tests.functional.api import client as api_client

from jacket_azure import exceptions
from tests.functional.cinder import base


class ManagedAgain(base.AzureVolumesTestCase):

    def unmanage(self, volume):
        self.action(volume, 'os-unmanage')

        def gone():
            try:
                self.api.get_volume(volume['id'])
            except api_client.OpenStackApiException404:
                return True
            return False

        self.wait_until(gone, 'unmanaged')

    def unmanage_snapshot(self, snapshot):
        self.api.api_post(
            f'/snapshots/{snapshot["id"]}/action', {'os-unmanage': {}},
            check_response_status=[202])

        def gone():
            try:
                self.api.get_snapshot(snapshot['id'])
            except api_client.OpenStackApiException404:
                return True
            return False

        self.wait_until(gone, 'unmanaged')

    def new_record(self):
        """Return a volume as Cinder makes one for a disk it is to take."""
        volume = objects.Volume(
            context.get_admin_context(), size=1, status='managing',
            host=f'{base.HOST}#{base.DEFAULT_SKU[self.disk_model]}',
            project_id='project')
        volume.create()
        return volume

    def new_snapshot_record(self, volume):
        snapshot = objects.Snapshot(
            context.get_admin_context(), volume_id=volume['id'],
            volume_size=1, status='creating', project_id='project',
            metadata={})
        snapshot.create()
        return objects.Snapshot.get_by_id(
            context.get_admin_context(), snapshot.id)


@base.on_both_models
class ClaimTest(ManagedAgain):
    """Two want the same, and Cinder has not kept who got it."""

    def test_a_disk(self):
        volume = self.create_volume()
        disk = self.disk(volume)
        self.unmanage(volume)
        first, second = self.new_record(), self.new_record()
        reference = {'source-name': disk.name}
        self.driver.manage_existing(first, reference)
        # its tags do not tell, as those of a disk that a machine has
        with mock.patch.object(self.disks, 'get', return_value=disk):
            self.assertRaises(
                cinder_exception.ManageExistingAlreadyManaged,
                self.driver.manage_existing, second, reference)
        self.assertEqual(first.id, self.disks.get(disk.name).tags['jacket-id'])

    def test_a_disk_of_an_unfinished_record(self):
        """Made, but its name was not kept, and it lost its tags."""
        volume = self.create_volume()
        disk = self.disks.tag(self.disk(volume).name, {})
        record = self.record(volume)
        record.provider_id = None
        record.save()
        self.assertRaises(
            cinder_exception.ManageExistingAlreadyManaged,
            self.driver.manage_existing, self.new_record(),
            {'source-name': disk.name})

    def test_a_snapshot(self):
        volume = self.create_volume()
        snapshot = self.create_snapshot(volume)
        reference = {
            'source-name': self.snapshot_record(snapshot).provider_id}
        self.unmanage_snapshot(snapshot)
        first, second = (
            self.new_snapshot_record(volume) for _ in range(2))
        self.driver.manage_existing_snapshot(first, reference)
        self.assertRaises(
            cinder_exception.ManageExistingAlreadyManaged,
            self.driver.manage_existing_snapshot, second, reference)

    def test_what_has_changed_since_it_was_looked_at(self):
        if self.disk_model == 'managed':
            self.skipTest('Azure changes managed disks unconditionally')
        volume = self.create_volume()
        name = self.disk(volume).name
        self.unmanage(volume)
        get = self.disks.get
        theirs = {'jacket-owner': 'another-cloud'}

        def taken_by_others(wanted):
            found = get(wanted)
            if not found.tags:
                self.disks.tag(name, theirs)
            return found

        with mock.patch.object(self.disks, 'get', taken_by_others):
            self.assertRaises(
                cinder_exception.CinderException,
                self.driver.manage_existing, self.new_record(),
                {'source-name': name})
        self.assertEqual(theirs, dict(self.disks.get(name).tags))


@base.on_both_models
class HistoryTest(ManagedAgain):

    def test_a_snapshot_older_than_a_revert(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'old')
        snapshot = self.create_snapshot(volume)
        self.action(volume, 'revert', {'snapshot_id': snapshot['id']})
        self.wait_for(volume, 'reverting')
        name = self.snapshot_record(snapshot).provider_id
        self.unmanage_snapshot(snapshot)
        made = self.api.api_post('/manageable_snapshots', {'snapshot': {
            'volume_id': volume['id'], 'ref': {'source-name': name}}},
            check_response_status=[202])['snapshot']
        found = self.settled(
            lambda: self.api.get_snapshot(made['id']), 'creating', 'managing')
        self.assertEqual('available', found['status'], self.log.text[-3000:])
        copy = self.create_volume(snapshot_id=found['id'])
        self.assertEqual(digest, self.contents.digest(self.disk(copy)))

    def test_an_interrupted_growth_is_finished_before_it_goes(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'kept')
        record = self.record(volume)
        if self.disk_model == 'page_blob':
            with mock.patch(
                    'jacket_azure.blob.page_blobs.PageBlob.write',
                    side_effect=exceptions.Unavailable('away')):
                self.assertRaises(
                    cinder_exception.CinderException,
                    self.driver.extend_volume, record, 2)
        else:
            self.driver.extend_volume(record, 2)
        name = record.provider_id
        self.unmanage(volume)
        disk = self.disks.get(name)
        self.contents.check_vhd(disk, 2)
        self.assertEqual(digest, self.contents.digest(disk))
        self.assertEqual({}, dict(disk.tags))
        again = self.new_record()
        self.assertEqual(2, self.driver.manage_existing_get_size(
            again, {'source-name': name}))
        self.driver.manage_existing(again, {'source-name': name})
