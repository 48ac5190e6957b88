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

import fixtures
from nova import exception as nova_exception

from jacket_azure.nova import startup
from tests import base
from tests.unit.nova import base as nova_base


class StartupTest(base.AzureTestCase):

    def setUp(self):
        super().setUp()
        self.azure.patch_connect()

    def start(self):
        backend = startup.start(self.conf.azure, nova_base.HOST)
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

    def test_unreachable(self):
        self.azure.emulator.faults.refuse_connections()
        self.refuse('cannot be used')

    def test_page_blobs_where_azure_runs_them(self):
        self.flags(disk_model='page_blob')
        self.refuse('not in this release')

    def test_page_blobs_where_azure_refuses_them(self):
        for name in ('arm_endpoint', 'authority', 'token_scope',
                     'storage_suffix'):
            self.flags(**{name: None})
        self.flags(disk_model='page_blob', cloud='public')
        self.refuse('2026-03-31', 'disk_model = managed')
