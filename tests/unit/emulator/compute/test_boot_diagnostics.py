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

"""What a booting machine writes into an account of its owner."""

from tests.unit.emulator.compute import base
from tests.unit.emulator.compute import storage


class BootDiagnosticsTest(storage.StorageTestCase):
    """Custom storage, whose blobs an instance view names."""

    def create_with(self, uri):
        self.create(body=self.body(self.nic(), diagnosticsProfile={
            'bootDiagnostics': {'enabled': True, 'storageUri': uri}}))
        return self.send(
            'GET', self.path('virtualMachines', 'vm') + '/instanceView',
            version='2024-07-01').json()['bootDiagnostics']

    def test_blobs(self):
        account, client = self.account()
        told = self.create_with(
            account['properties']['primaryEndpoints']['blob'])
        self.assertIn(b'guest login:', self.first(
            client, told['serialConsoleLogBlobUri'], None))
        self.assertEqual(b'BM', self.first(
            client, told['consoleScreenshotBlobUri'], 2))
        before = len(self.first(client, told['serialConsoleLogBlobUri'],
                                None))
        self.vms.begin_restart(base.GROUP, 'vm').result()
        self.assertLess(before, len(self.first(
            client, told['serialConsoleLogBlobUri'], None)))

    def test_an_account_that_is_elsewhere(self):
        told = self.create_with('https://nowhere1.blob.core.windows.net/')
        self.assertTrue(told['serialConsoleLogBlobUri'].endswith(
            '.serialconsole.log'))
        self.assertEqual('Succeeded', self.vms.get(
            base.GROUP, 'vm').properties.provisioning_state)
