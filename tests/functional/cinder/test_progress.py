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

from unittest import mock

from cinder import exception as cinder_exception

from jacket_azure.cinder import progress
from tests import timeout


class ProgressTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        patcher = mock.patch.object(progress, 'db')
        self.db = patcher.start()
        self.addCleanup(patcher.stop)
        self.now = 100.0
        self.progress = progress.Progress(
            mock.Mock(), mock.Mock(id='v'), lambda: self.now)

    def written(self):
        return [call.args[2:] for call in
                self.db.volume_metadata_update.call_args_list]

    def test_what_is_over_soon_is_not_written(self):
        for percent in (1, 50, 100):
            self.progress(percent)
        self.progress.end()
        self.assertEqual([], self.db.method_calls)

    def test_one_key_now_and_then_and_then_none(self):
        for percent in (10, 11, 12, 13):
            self.now += 2
            self.progress(percent)
        self.assertEqual(
            [({'azure_progress': '11 %'}, False),
             ({'azure_progress': '13 %'}, False)], self.written())
        self.progress.end()
        self.assertEqual(
            ('v', 'azure_progress'),
            self.db.volume_metadata_delete.call_args.args[1:])

    def test_the_bytes_go_on_without_it(self):
        gone = cinder_exception.VolumeNotFound(volume_id='v')
        self.db.volume_metadata_update.side_effect = gone
        self.db.volume_metadata_delete.side_effect = gone
        self.now += 10
        self.progress(40)
        self.progress.end()
        self.assertEqual(1, len(self.written()))
