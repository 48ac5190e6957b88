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

"""C06: a volume grows while a machine has it, where Azure allows that."""

from tests.functional.cinder import base

GIB = 1024 ** 3


@base.on_both_models
class GrowthTest(base.AzureVolumesTestCase):

    def setUp(self):
        super().setUp()
        self.held_volume = self.create_volume()
        self.attachment = self.attach(self.held_volume)
        self.nova.reset_mock()

    def ask_for(self, size_gib):
        self.action(
            self.held_volume, 'os-extend', {'new_size': size_gib})
        return self.settled(
            lambda: self.api.get_volume(self.held_volume['id']), 'extending')

    def test_with_its_machine_running(self):
        before = self.contents.write(self.disk(self.held_volume), 'held')
        with self.held(self.held_volume):
            found = self.ask_for(2)
            if self.disk_model == 'managed':
                self.check_grown(found)
            else:
                self.check_refused(found)
        self.assertEqual(
            before, self.contents.digest(self.disk(self.held_volume)))

    def check_grown(self, found):
        self.assertEqual(('in-use', 2), (found['status'], found['size']))
        self.assertEqual(2 * GIB, self.disk(self.held_volume).size_bytes)
        # Nova is told which of its instances has it
        [call] = self.nova.extend_volume.call_args_list
        [instance] = call.args[1]
        attached = self.api.api_get(
            f'/attachments/{self.attachment["id"]}')['attachment']
        self.assertEqual(attached['instance'], instance)
        self.assertEqual(self.held_volume['id'], call.args[2])

    def check_refused(self, found):
        """Azure changes no page blob that a machine has leased.

        Cinder knows that of the backend, and does not ask it.
        """
        self.assertEqual(('in-use', 1), (found['status'], found['size']))
        self.assertEqual(GIB, self.disk(self.held_volume).size_bytes)
        self.assertFalse(self.nova.extend_volume.called)

    def test_beyond_what_there_is(self):
        """... leaves a volume in use that can be used and detached."""
        self.flags(quota_gigabytes=-1, use_default_quota_class=False)
        with self.held(self.held_volume):
            found = self.ask_for(40000)
        if self.disk_model == 'managed':
            self.assertEqual('error_extending', found['status'])
            self.assertIn('azure_error', found['metadata'])
        else:
            self.assertEqual('in-use', found['status'])
        self.assertEqual(1, self.disk(self.held_volume).size_gib)
        self.assertFalse(self.nova.extend_volume.called)
