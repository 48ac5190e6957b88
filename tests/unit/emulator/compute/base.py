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

"""A running emulator and plain Azure SDK clients for it."""

from __future__ import annotations

import atexit
import copy
import functools
import pathlib
import shutil
import tempfile

from azure.core import exceptions as azure_exceptions
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient

from jacket_azure.emulator import clock
from jacket_azure.emulator import server
from tests import timeout

GROUP = 'jacket'
LOCATION = 'eastus'
API_VERSION = '2026-04-01'
DISK_API_VERSION = '2026-03-02'
PASSWORD = 'Correct-Horse-9'
IMAGE = {'publisher': 'Canonical', 'offer': 'ubuntu-24_04-lts',
         'sku': 'server', 'version': 'latest'}


@functools.cache
def _state_dir() -> pathlib.Path:
    """One folder, and so one certificate, for all tests of a process."""
    folder = tempfile.mkdtemp(prefix='jacket-emulator-tests-')
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return pathlib.Path(folder)


class ComputeTestCase(timeout.TestCase):
    """Tests of Microsoft.Compute with the Azure SDK over HTTPS."""

    contents = False
    latency = 'none'

    def setUp(self):
        super().setUp()
        self.clock = clock.VirtualClock()
        self.emulator = server.Emulator(
            clock=self.clock, contents=self.contents, retry_after=0,
            latency=self.latency, state_dir=_state_dir()).start()
        self.addCleanup(self.emulator.stop)
        self.emulator.seed()
        credential = ClientSecretCredential(
            self.emulator.tenant_id, self.emulator.client_id,
            self.emulator.client_secret, authority=self.emulator.authority,
            disable_instance_discovery=True,
            connection_verify=self.emulator.ca_file)
        options = {
            'base_url': self.emulator.endpoint,
            'credential_scopes': [self.emulator.audience + '/.default'],
            'connection_verify': self.emulator.ca_file, 'retry_total': 0}
        self.compute = ComputeManagementClient(
            credential, self.emulator.subscription_id, **options)
        self.network = NetworkManagementClient(
            credential, self.emulator.subscription_id, **options)
        self.addCleanup(self.compute.close)
        self.addCleanup(self.network.close)
        self.vms = self.compute.virtual_machines

    # -- raw HTTP, where headers and the exact JSON matter -------------------

    def path(self, kind, name='', group=GROUP):
        """Path of a resource of Microsoft.Compute in the group."""
        text = (f'/subscriptions/{self.emulator.subscription_id}'
                f'/resourceGroups/{group}/providers/Microsoft.Compute/{kind}')
        return f'{text}/{name}' if name else text

    def send(self, method, path, body=None, *, version=API_VERSION,
             headers=None, **query):
        """Send one request as it is; return the response, whatever it is."""
        request = HttpRequest(
            method, path, json=body, headers=headers,
            params={'api-version': version, **query})
        return self.compute.send_request(request)

    def refused(self, status, code, function, *args, **kwargs):
        """Assert that the SDK raises that error; return its ODataV4 error."""
        exc = self.assertRaises(azure_exceptions.HttpResponseError,
                                function, *args, **kwargs)
        self.assertEqual((status, code), (exc.status_code, exc.error.code))
        return exc.error

    # -- resources -----------------------------------------------------------

    def nic(self, name='nic', subnet='default', **properties):
        """Make a NIC and return its id."""
        subnet_id = self.network.subnets.get(GROUP, 'vnet1', subnet).id
        return self.network.network_interfaces.begin_create_or_update(
            GROUP, name, {'location': LOCATION, 'properties': {
                'ipConfigurations': [{'name': 'ip', 'properties': {
                    'subnet': {'id': subnet_id}, **properties}}]}},
        ).result().id

    def nic_properties(self, name='nic'):
        """The stored properties of a NIC, or None."""
        found = self.emulator.store.get(
            f'/subscriptions/{self.emulator.subscription_id}/resourceGroups/'
            f'{GROUP}/providers/Microsoft.Network/networkInterfaces/{name}')
        return found.properties if found else None

    def body(self, *nics, size='Standard_D2s_v5', image=IMAGE, **properties):
        """A VM as our driver and most people would ask for it."""
        return {'location': LOCATION, 'properties': {
            'hardwareProfile': {'vmSize': size},
            'storageProfile': {
                'imageReference': copy.deepcopy(image),
                'osDisk': {'createOption': 'FromImage'}},
            'osProfile': {'computerName': 'guest',
                          'adminUsername': 'azureuser',
                          'adminPassword': PASSWORD},
            'networkProfile': {'networkInterfaces': [
                {'id': nic, 'properties': {'primary': number == 0}}
                for number, nic in enumerate(nics)]},
            **properties}}

    def create(self, name='vm', body=None):
        """Create a VM, with a NIC of its own unless *body* is given."""
        if body is None:
            body = self.body(self.nic(f'{name}-nic'))
        return self.vms.begin_create_or_update(GROUP, name, body).result()

    def disk(self, name='disk', size_gib=8, **options):
        """Create an empty disk."""
        return self.compute.disks.begin_create_or_update(GROUP, name, {
            'location': LOCATION, **options, 'properties': {
                'creationData': {'createOption': 'Empty'},
                'diskSizeGB': size_gib}}).result()

    def statuses(self, name='vm'):
        """Codes of the instance view."""
        view = self.vms.instance_view(GROUP, name)
        return [status.code for status in view.statuses]
