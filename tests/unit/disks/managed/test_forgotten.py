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

"""Disks and snapshots that a process which died has left open."""

from jacket_azure.disks import models
from jacket_azure.payload import tags
from tests.unit.disks.managed import base
from tests.unit.disks.managed import test_contents

NAME = test_contents.NAME
SNAPSHOT_NAME = test_contents.SNAPSHOT_NAME


class ForgottenTest(test_contents.ContentsCase):

    def setUp(self):
        super().setUp()
        self.write(self.spec(size_gib=1))

    def start_service(self):
        self.make_model().close_forgotten()

    def test_a_disk_and_a_snapshot(self):
        self.model.create_snapshot(self.snapshot_spec(NAME))
        left = [self.model.open_reader(NAME),
                self.model.open_snapshot_reader(SNAPSHOT_NAME)]
        self.start_service()
        self.check_closed(NAME)
        self.check_closed(SNAPSHOT_NAME, 'snapshots')
        self.assertEqual(2, len(left))

    def test_an_image_and_what_was_being_made_one(self):
        for name, kind, resources in (
                (NAME, tags.KIND_TEMPORARY, 'disks'),
                (SNAPSHOT_NAME, tags.KIND_IMAGE, 'snapshots')):
            if resources == 'disks':
                self.model.create_snapshot(self.snapshot_spec(NAME))
                self.model.open_reader(name)
                tag = self.client.disks.update
            else:
                self.model.open_snapshot_reader(name)
                tag = self.client.snapshots.update
            tag(name, {'tags': {
                **self.azure.resource(resources, name)['tags'],
                tags.KIND: kind}})
        self.start_service()
        self.check_closed(NAME)
        self.check_closed(SNAPSHOT_NAME, 'snapshots')

    def test_what_nobody_has_a_url_of_any_more(self):
        self.model.open_reader(NAME)
        self.client.disks.revoke_access(NAME)
        self.start_service()
        self.check_closed(NAME)

    def test_who_still_reads_goes_on(self):
        reader = self.model.open_reader(NAME)
        self.start_service()
        self.assertEqual(
            test_contents.pattern('one0'), reader.read(0, 4096))
        reader.close()
        self.check_closed(NAME)

    def test_what_this_process_reads_stays_open(self):
        reader = self.model.open_reader(NAME)
        _, sent = self.sent(self.model.close_forgotten)
        self.assertEqual(['GET', 'GET'], [method for method, _ in sent])
        reader.close()

    def test_what_is_being_written_stays_open(self):
        writer = self.model.open_writer(
            self.spec(uuid=base.OTHER, size_gib=1))
        writer.write(0, test_contents.pattern('two'))
        self.start_service()
        writer.write(4096, test_contents.pattern('two'))
        writer.close()
        name = self.model.volume_name(base.OTHER)
        self.assertEqual('volume', self.model.get(name).tags['jacket-kind'])

    def test_others_are_not_touched(self):
        self.model.open_reader(NAME)
        self.model.tag(NAME, {})
        _, sent = self.sent(self.start_service)
        self.assertEqual(['GET', 'GET'], [method for method, _ in sent])

    def test_one_that_cannot_be_closed_stops_nothing(self):
        self.model.create_snapshot(self.snapshot_spec(NAME))
        self.model.open_reader(NAME)
        self.model.open_snapshot_reader(SNAPSHOT_NAME)
        self.azure.fail('POST', 'disks/endGetAccess', 403, 'No')
        self.start_service()
        self.check_closed(SNAPSHOT_NAME, 'snapshots')
        self.assertIsInstance(self.model.get(NAME), models.Disk)
