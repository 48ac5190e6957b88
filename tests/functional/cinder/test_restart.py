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

"""C12: cinder-volume dies, and starts again, with volumes in every state."""

from unittest import mock

from cinder import context
from cinder import objects
from cinder import service
from cinder.db import api as db

from tests.functional.cinder import base

# the state in which the service dies, and that in which its start leaves it
VOLUMES = {'available': 'available', 'creating': 'error',
           'downloading': 'error', 'uploading': 'available',
           'error': 'error', 'extending': 'extending',
           'retyping': 'retyping', 'reverting': 'reverting',
           'deleting': None}
# out of which an administrator takes a volume by hand, as Cinder has it
BY_HAND = ('extending', 'retyping', 'reverting')


@base.on_both_models
class CleanRestartTest(base.AzureVolumesTestCase):

    def dies_within(self, record, status):
        """Leave a record as a service does that is killed."""
        record.status = status
        record.save()
        if record.is_cleanable(pinned=False):
            own = db.service_get(
                context.get_admin_context(), host=base.HOST,
                binary='cinder-volume')
            # Cinder keeps the id of the service that was started last
            with mock.patch.object(
                    service.Service, 'service_id', own.id):
                record.set_worker()

    def test_every_state(self):
        held = self.create_volume()
        attachment = self.attach(held)
        snapshot = self.create_snapshot(held)
        self.dies_within(self.snapshot_record(snapshot), 'creating')
        made = {}
        for status in VOLUMES:
            made[status] = self.create_volume()
            self.dies_within(self.record(made[status]), status)
        kept = {each['id']: self.contents.write(self.disk(each), each['id'])
                for each in made.values()}
        self.restart_volume_service()
        self.wait_until(
            lambda: self.is_gone(made['deleting']), 'the deletion resumed')
        del made['deleting']
        self.assertEqual(
            {status: VOLUMES[status] for status in made},
            {status: self.api.get_volume(each['id'])['status']
             for status, each in made.items()})
        self.assertEqual(
            'in-use', self.api.get_volume(held['id'])['status'])
        self.assertEqual(
            'error', self.api.get_snapshot(snapshot['id'])['status'])
        # not one byte is lost
        for each in made.values():
            self.assertEqual(
                kept[each['id']], self.contents.digest(self.disk(each)))
        self.go_on(held, attachment, snapshot, made)

    def go_on(self, held, attachment, snapshot, made):
        """The user can use or delete everything."""
        self.extend(made['available'], 2)
        self.create_snapshot(made['uploading'])
        for status in BY_HAND:
            self.action(made[status], 'os-reset_status', {
                'status': 'available'})
            self.extend(made[status], 2)
        self.detach(attachment)
        self.wait_for(held, 'detaching', 'in-use')
        for each in self.api.api_get('/snapshots')['snapshots']:
            self.delete_snapshot(each)
        for each in (held, *made.values()):
            self.delete_volume(each)
        self.assertEqual([], self.left_in_azure())

    def test_a_snapshot_that_was_being_deleted(self):
        volume = self.create_volume()
        snapshot = self.create_snapshot(volume)
        record = self.snapshot_record(snapshot)
        self.driver.delete_snapshot(record)
        self.dies_within(record, 'deleting')
        self.restart_volume_service()
        # Cinder resumes no deletion of a snapshot by itself
        objects.Snapshot.get_by_id(
            context.get_admin_context(), snapshot['id'])
        self.api.api_post(
            f'/snapshots/{snapshot["id"]}/action',
            {'os-reset_status': {'status': 'error'}},
            check_response_status=[202])
        self.delete_snapshot(snapshot)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())
