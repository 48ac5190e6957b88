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

"""What Azure cannot do is said, and Azure is not asked."""

from nova import exception as nova_exception

from tests.unit.nova import base


class RefusalsTest(base.NovaTestCase):

    def test_words_and_no_request(self):
        server, _ = self.spawn()
        with self.azure.recording() as made:
            for kind, words, work, arguments in (
                    (nova_exception.NovaException, 'freeze',
                     self.driver.pause, (server,)),
                    (nova_exception.NovaException, 'freeze',
                     self.driver.unpause, (server,)),
                    (nova_exception.MigrationPreCheckError, 'live migration',
                     self.driver.check_can_live_migrate_destination,
                     (self.context, server, {}, {}))):
                exc = self.assertRaises(kind, work, *arguments)
                self.assertIn(words, str(exc))
        self.assertEqual([], made)
