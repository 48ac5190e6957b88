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

"""What stops nova-compute from starting, and in which words."""

import socket
from unittest import mock

import fixtures
from nova import exception as nova_exception

from jacket_azure import exceptions
from jacket_azure.nova import startup
from tests import base
from tests.unit.emulator import test_identity
from tests.unit.nova import base as nova_base


def unused_port():
    with socket.socket() as unused:
        unused.bind(('127.0.0.1', 0))
        return unused.getsockname()[1]


class StartupTest(base.AzureTestCase):

    def setUp(self):
        super().setUp()
        self.azure.patch_connect()

    def start(self, wait=lambda seconds: True):
        backend = startup.start(self.conf.azure, nova_base.HOST, wait)
        self.addCleanup(backend.azure.close)
        return backend

    def refuse(self, *sentences):
        exc = self.assertRaises(
            nova_exception.InvalidConfiguration, self.start)
        for sentence in sentences:
            self.assertIn(sentence, exc.format_message())
        self.assertEqual([], self.log.secrets_found(
            [self.conf.azure.client_secret or 'no secret set']))
        return exc.format_message()

    def test_starts_and_warms_the_caches(self):
        backend = self.start()
        with self.azure.recording() as made:
            backend.catalogue.sizes()
            backend.catalogue.capacity()
        self.assertEqual([], made)
        self.assertEqual([], self.azure.invalid_requests())

    def test_what_a_killed_service_left_open_is_closed(self):
        for error in (None, exceptions.Throttled('As the test wants.')):
            with mock.patch(
                    'jacket_azure.disks.managed.ManagedDisks.close_forgotten',
                    side_effect=error) as closed:
                self.start()
            closed.assert_called_once_with()

    def test_all_mistakes_at_once(self):
        self.flags(subscription_id=None, location=None, client_secret=None)
        self.azure.mapping_file.write_text('flavors: 3\nimages: {a: 1}\n')
        message = self.refuse(
            'subscription_id', 'location', 'client_secret')
        self.assertEqual(2, message.count('mapping.yaml:'))

    def test_no_mapping_file(self):
        self.azure.mapping_file.unlink()
        self.refuse('mapping_file')

    def test_wrong_secret(self):
        self.flags(client_secret='wrong')
        self.refuse('client_secret', 'credential')

    def test_unknown_resource_group(self):
        self.flags(resource_group='elsewhere')
        self.refuse('resource_group = elsewhere')

    def test_unknown_location(self):
        self.flags(location='atlantis')
        self.azure.fail('GET', 'usages', 400, 'NoRegisteredProviderFound',
                        'No provider in location atlantis.')
        self.refuse('No provider in location atlantis')

    def test_location_without_sizes(self):
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.arm.resource_skus.ResourceSkus.list',
            lambda skus, location: []))
        self.refuse('offers this subscription no VM size')

    def test_no_rights(self):
        self.azure.fail('GET', '*', 403, 'AuthorizationFailed')
        self.refuse('refuses the credentials')

    def test_waits_for_an_azure_out_of_reach(self):
        faults = self.azure.emulator.faults
        outages = [
            lambda: faults.fail('GET', '*', 503, 'ServerTimeout'),
            lambda: faults.drop_request('GET', '*'),
        ]
        faults.refuse_connections()

        def wait(seconds):
            self.assertEqual(startup.RETRY_SECONDS, seconds)
            faults.clear()
            if outages:
                outages.pop()()
            return False

        self.start(wait).catalogue.sizes()
        self.assertEqual([], outages)
        self.assertEqual(3, self.log.text.count('Azure is out of reach'))

    def test_stops_while_it_waits(self):
        self.azure.emulator.faults.refuse_connections()
        self.assertRaises(nova_exception.VirtDriverNotReady, self.start)

    def test_login_out_of_reach(self):
        self.flags(authority=f'https://127.0.0.1:{unused_port()}')
        self.assertRaises(nova_exception.VirtDriverNotReady, self.start)
        self.assertIn('Azure is out of reach', self.log.text)

    def test_name_that_nobody_resolves(self):
        self.flags(arm_endpoint='https://azure.invalid')
        self.assertRaises(nova_exception.VirtDriverNotReady, self.start)
        self.assertIn('cannot be resolved', self.log.text)

    def test_certificate_that_nobody_vouches_for(self):
        self.flags(ca_file=None)
        self.refuse('cannot be verified', '[azure] ca_file')

    def test_clock_off_by_an_hour(self):
        """Whoever logs in with a secret need not know the time."""
        for seconds in (3600, -3600):
            self.azure.emulator.identity.clock_offset_seconds = seconds
            self.start()

    def test_clock_off_by_an_hour_with_a_certificate(self):
        """What it signs says when, and Azure minds."""
        file = self.azure.mapping_file.with_name('login.pem')
        file.write_bytes(test_identity.pem())
        self.flags(credential='certificate', certificate_path=str(file))
        for seconds in (3600, -3600):
            self.azure.emulator.identity.clock_offset_seconds = seconds
            self.refuse('AADSTS700024', "check this machine's clock")

    def test_unknown_client(self):
        self.flags(client_id='00000000-0000-0000-0000-00000000dead')
        self.refuse('credential')

    def test_unknown_tenant(self):
        self.flags(tenant_id='00000000-0000-0000-0000-00000000dead')
        self.refuse('credential')

    def test_unknown_subscription(self):
        self.flags(subscription_id='00000000-0000-0000-0000-00000000dead')
        self.refuse('[azure] subscription_id')

    def test_mapping_mistakes_tell_line_and_choices(self):
        self.azure.mapping_file.write_text(
            'flavors: {m1.small: Standard_D2s_v5}\n'
            'images:\n'
            '  ubuntu: {id: /nowhere, os_type: beos}\n')
        self.refuse('mapping.yaml:3:', 'os_type', 'linux', 'windows')

    def test_page_blobs_where_azure_runs_them(self):
        self.flags(disk_model='page_blob')
        self.start()
        self.flags(storage_account=None)
        self.refuse('storage_account is missing')
        self.flags(storage_account='nowhere')
        self.refuse('storage_account = nowhere')
        # one in another region
        self.flags(storage_account='jacketblobs', location='westus2')
        self.refuse('jacketblobs is in eastus, not in westus2')

    def test_page_blobs_where_azure_refuses_them(self):
        for name in ('arm_endpoint', 'authority', 'token_scope',
                     'storage_suffix'):
            self.flags(**{name: None})
        self.flags(disk_model='page_blob', cloud='public')
        self.refuse('2026-03-31', 'disk_model = managed')
