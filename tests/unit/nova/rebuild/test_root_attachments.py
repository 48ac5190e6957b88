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

"""The attachment of the volume a server boots is made anew."""

import types
from unittest import mock

import fixtures
from nova import exception
from oslotest import base

from jacket_azure.nova.rebuild import root_attachments

NEW = 'a new attachment'
INSTANCE = types.SimpleNamespace(uuid='a server')


class RootAttachmentsTest(base.BaseTestCase):

    def setUp(self):
        super().setUp()
        self.cinder, self.client = mock.Mock(), mock.Mock()
        self.cinder.attachment_create.return_value = {'id': NEW}
        for name, value in (('API', lambda: self.cinder),
                            ('cinderclient', lambda *_: self.client)):
            self.useFixture(fixtures.MonkeyPatch(
                f'nova.volume.cinder.{name}', value))
        self.root = mock.Mock(attachment_id='old', volume_id='a volume')
        self.attachments = root_attachments.RootAttachments()

    def exchange(self, *listed):
        self.client.attachments.list.return_value = [
            types.SimpleNamespace(id=each) for each in listed]
        self.attachments.exchange('context', INSTANCE, self.root)
        self.assertEqual(NEW, self.root.attachment_id)
        self.root.save.assert_called_once_with()
        return {call.args[1] for call
                in self.cinder.attachment_delete.call_args_list}

    def test_what_earlier_attempts_have_left_goes_too(self):
        self.assertEqual({'old', 'older'}, self.exchange('old', 'older'))

    def test_an_administrator_of_another_project(self):
        """Sees none of it in Cinder's list."""
        self.assertEqual({'old'}, self.exchange())

    def test_one_that_is_gone(self):
        self.cinder.attachment_delete.side_effect = (
            exception.VolumeAttachmentNotFound(attachment_id='old'))
        self.exchange()

    def test_status(self):
        for status, shown in (
                ('reserved', {'status': 'reserved', 'connection_info': {}}),
                ('attached', {'connection_info': {'status': 'attached'}})):
            self.cinder.attachment_get.return_value = shown
            self.assertEqual(
                status, self.attachments.status('context', self.root))
        self.cinder.attachment_get.side_effect = (
            exception.VolumeAttachmentNotFound(attachment_id='old'))
        self.assertIsNone(self.attachments.status('context', self.root))
