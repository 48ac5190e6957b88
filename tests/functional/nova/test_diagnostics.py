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

"""N17: what Azure knows of a server, in both of Nova's forms."""

from nova import utils
from nova.tests.functional.api import client as api_client

from tests.functional.nova import base
from tests.functional.nova import with_cinder


class DiagnosticsTest(base.AzureServersTestCase):
    """Through Nova's API."""

    def diagnostics(self, server, version):
        with utils.temporary_mutation(self.admin_api, microversion=version):
            return self.admin_api.api_get(
                f'/servers/{server["id"]}/diagnostics').body

    def test_n17_diagnostics(self):
        port = self.create_port(self.neutron.backend)
        server = self.create_server(networks=[
            {'uuid': self.neutron.private['id']}, {'port': port['id']}])
        macs = [nic['properties']['macAddress'].replace('-', ':').lower()
                for nic in self.nics(server)]

        facts = self.diagnostics(server, '2.47')
        self.assertEqual('running', facts['power_state'])
        self.assertEqual('Ready', facts['agent_state'])
        self.assertEqual(macs, [
            facts['nic0_mac_address'], facts['nic1_mac_address']])
        self.assertIn('disk0_name', facts)

        # Nova's own default. In 34 the schema of the answer lacks one of
        # the drivers of the object it shows, and tests take it seriously.
        self.flags(response_validation='warn', group='api')
        standard = self.diagnostics(server, '2.48')
        self.assertEqual('hyperv', standard['driver'])
        self.assertEqual('running', standard['state'])
        self.assertEqual(macs, [
            nic['mac_address'] for nic in standard['nic_details']])
        self.assertEqual(
            (2, 2, 1), (standard['num_cpus'], standard['num_nics'],
                        standard['num_disks']))
        self.assertIs(False, standard['config_drive'])
        self.assertEqual(8192, standard['memory_details']['maximum'])

    def test_n17_of_a_stopped_server_is_refused(self):
        server = self._stop_server(self.create_server())
        for version in ('2.47', '2.48'):
            exc = self.assertRaises(
                api_client.OpenStackApiException, self.diagnostics, server,
                version)
            self.assertEqual(409, exc.response.status_code)


class PageBlobDiagnosticsTest(with_cinder.OnPageBlobs, DiagnosticsTest):
    """The same on Azure Stack Hub."""
