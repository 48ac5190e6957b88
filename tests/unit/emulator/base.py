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

"""Base class of the emulator's own tests: the plain Azure SDK over HTTPS."""

from azure.core import exceptions
from azure.identity import ClientSecretCredential
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from oslotest import base
import requests

from jacket_azure.emulator import clock
from jacket_azure.emulator import server

GROUP = 'jacket'
NETWORK_VERSION = '2026-03-01'
RESOURCES_VERSION = '2025-04-01'


class EmulatorTestCase(base.BaseTestCase):
    """One emulator per test, with a virtual clock and the seeded world.

    :cvar options: arguments of ``Emulator`` besides clock and contents
    """

    options = {}

    def setUp(self):
        super().setUp()
        self.clock = clock.VirtualClock()
        self.emulator = server.Emulator(
            clock=self.clock, contents=False, **self.options)
        self.emulator.start()
        self.addCleanup(self.emulator.stop)
        self.emulator.seed(GROUP)
        self.session = requests.Session()
        self.addCleanup(self.session.close)
        # else REQUESTS_CA_BUNDLE of the machine would win over verify
        self.session.trust_env = False
        self.session.verify = self.emulator.ca_file
        self.group_path = (f'/subscriptions/{self.emulator.subscription_id}'
                           f'/resourceGroups/{GROUP}')
        self.network_path = self.group_path + '/providers/Microsoft.Network'

    def credential(self, **changes):
        """Return a credential of the emulator's client."""
        values = {'tenant_id': self.emulator.tenant_id,
                  'client_id': self.emulator.client_id,
                  'client_secret': self.emulator.client_secret, **changes}
        return ClientSecretCredential(
            **values, authority=self.emulator.authority,
            disable_instance_discovery=True,
            connection_verify=self.emulator.ca_file)

    def client(self, kind, **options):
        """Return a management client that waits without waiting."""
        options.setdefault('polling_interval', 0)
        made = kind(
            self.credential(), self.emulator.subscription_id,
            base_url=self.emulator.endpoint,
            credential_scopes=[f'{self.emulator.audience}/.default'],
            connection_verify=self.emulator.ca_file, **options)
        self.addCleanup(made.close)
        return made

    @property
    def network(self):
        """A network client without retries."""
        return self.client(NetworkManagementClient, retry_total=0)

    @property
    def resources(self):
        """A resource client without retries."""
        return self.client(ResourceManagementClient, retry_total=0)

    def token(self):
        """Return a token as the emulator issues it."""
        return self.emulator.identity.issue(
            self.emulator.audience)['access_token']

    def call(self, method, path, body=None, version=NETWORK_VERSION,
             headers=None, **query):
        """Send one request by hand; *path* may be a whole URL."""
        if path.startswith('/'):
            query = {'api-version': version, **query}
            path = self.emulator.endpoint + path
        return self.session.request(
            method, path, params=query, json=body, timeout=30, headers={
                'Authorization': f'Bearer {self.token()}', **(headers or {})})

    def assert_error(self, code, status, work, *args, **kwargs):
        """Check that *work* fails with an ARM error; return the exception."""
        error = self.assertRaises(
            exceptions.HttpResponseError, work, *args, **kwargs)
        self.assertEqual((code, status), (error.error.code,
                                          error.status_code))
        return error

    def nic_body(self, subnet='default', **properties):
        """Return the body of an interface with one IP configuration."""
        return {'location': 'eastus', 'properties': {'ipConfigurations': [{
            'name': 'ipconfig1', 'properties': {
                'subnet': {'id': f'{self.network_path}/virtualNetworks/vnet1'
                                 f'/subnets/{subnet}'}, **properties}}]}}

    def create_nic(self, name='nic1', **properties):
        """Create an interface and return it as a dict."""
        return self.network.network_interfaces.begin_create_or_update(
            GROUP, name, self.nic_body(**properties)).result().as_dict()
