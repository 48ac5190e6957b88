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

"""N24: interfaces come and go while a server is stopped, or by a restart."""

from nova.compute import power_state
from nova.compute import task_states
from nova.tests.functional.api import client as api_client

from tests.functional.nova import base
from tests.functional.nova import with_cinder


class InterfaceTestCase(base.AzureServersTestCase):
    """Through Nova's API; Neutron's ports must agree with Azure."""

    def attach(self, server, network=None):
        """Attach a port of a network; return its id."""
        network = network or self.neutron.backend
        return self.api.attach_interface(server['id'], {
            'interfaceAttachment': {'net_id': network['id']}}).body[
                'interfaceAttachment']['port_id']

    def refused(self, server, status):
        ports = self.port_ids(server)
        exc = self.assertRaises(
            api_client.OpenStackApiException, self.attach, server)
        self.assertEqual(status, exc.response.status_code)
        self.assertEqual(ports, self.port_ids(server))
        return str(exc)

    def detach(self, server, port_id, event='success'):
        self.api.detach_interface(server['id'], port_id)
        self._wait_for_instance_action_event(
            server, 'detach_interface', 'compute_detach_interface', event)

    def port_ids(self, server):
        return [port['id'] for port in self.neutron.ports_of(server['id'])]

    def addresses(self, server):
        """Return the addresses in Azure, which are those in Neutron."""
        found = {
            configuration['properties']['privateIPAddress']
            for nic in self.nics(server)
            for configuration in nic['properties']['ipConfigurations']}
        self.assertEqual(found, {
            port['fixed_ips'][0]['ip_address']
            for port in self.neutron.ports_of(server['id'])})
        self.assertEqual(
            len(found), len(self.azure.resources('networkInterfaces')))
        return found


class InterfacesTest(InterfaceTestCase):

    def test_n24_of_a_stopped_server(self):
        server = self._stop_server(self.create_server())
        port_id = self.attach(server)
        self.assertEqual(2, len(self.addresses(server)))
        server = self._start_server(server)
        self.assertEqual(
            f'{server["id"]}-{port_id}', self.nics(server)[1]['name'])
        server = self._stop_server(server)
        self.detach(server, port_id)
        self.assertEqual(1, len(self.addresses(server)))
        self.assertEqual('deallocated', self.power_state(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n24_attached_ones_go_with_the_server(self):
        server = self._stop_server(self.create_server())
        self.attach(server)
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n24_of_a_running_server_is_refused_in_words(self):
        server = self.create_server()
        self.assertIn('stop the server first', self.refused(server, 400))
        self.assertEqual(1, len(self.addresses(server)))
        self.assertEqual('running', self.power_state(server))

    def test_n24_more_than_the_size_has_are_refused_in_words(self):
        server = self._stop_server(self.create_server())
        self.attach(server)
        self.assertIn('at most 2', self.refused(server, 400))
        self.assertEqual(2, len(self.addresses(server)))

    def test_n24_last_and_primary_are_refused(self):
        server = self._stop_server(self.create_server())
        [first] = self.port_ids(server)
        self.detach(server, first, 'error')
        self.assertIn('needs at least one network interface', self.log.text)
        self.attach(server)
        self.api.detach_interface(server['id'], first)
        self.wait_until(
            lambda: 'is the primary network interface' in self.log.text,
            'refused')
        self.assertEqual(2, len(self.addresses(server)))

    def test_n24_what_azure_refuses_leaves_nothing(self):
        server = self._stop_server(self.create_server())
        for method, kind in (('PUT', 'networkInterfaces'),
                             ('PATCH', 'virtualMachines')):
            self.azure.fail(method, kind, 400, 'NotToday', 'Not today.')
            self.refused(server, 500)
            self.azure.emulator.faults.clear()
            self.assertIn('NotToday', self.log.text)
            self.assertEqual(1, len(self.addresses(server)))


class RestartForInterfaces:
    """The driver may stop a server for it, whatever the disk model."""

    def test_n24_of_a_running_server(self):
        server = self.create_server()
        port_id = self.attach(server)
        self.assertEqual(2, len(self.addresses(server)))
        self.assertEqual('running', self.power_state(server))
        self.detach(server, port_id)
        self.assertEqual(1, len(self.addresses(server)))
        self.assertEqual('running', self.power_state(server))
        shown = self.api.get_server(server['id'])
        self.assertEqual('ACTIVE', shown['status'])
        self.assertIsNone(shown['OS-EXT-STS:task_state'])

    def test_n24_a_service_that_was_killed_starts_it_again(self):
        server = self.create_server()
        with self.looking() as client:
            client.virtual_machines.deallocate(server['id'])
        self.set_instance(
            server, task_state=task_states.REBOOT_STARTED_HARD)
        # a power sync in between leaves it alone
        self.run_periodic('_sync_power_states')
        self.restart_compute()
        self._wait_for_server_parameter(server, {
            'OS-EXT-STS:task_state': None, 'status': 'ACTIVE',
            'OS-EXT-STS:power_state': power_state.RUNNING})
        self.assertEqual('running', self.power_state(server))


class RestartForInterfacesTest(RestartForInterfaces, InterfaceTestCase):
    """With managed disks."""

    azure_options = {'restart_for_interface_change': True}


class PageBlobInterfacesTest(with_cinder.OnPageBlobs, InterfaceTestCase):
    """On Azure Stack Hub, whose machines take nothing along."""

    def test_n24_of_a_stopped_server(self):
        server = self._stop_server(self.create_server())
        port_id = self.attach(server)
        self.assertEqual(2, len(self.addresses(server)))
        self.detach(server, port_id)
        self.assertEqual(1, len(self.addresses(server)))
        self.attach(server)
        self._delete_server(server)
        self.assertEqual([], self.azure.resources('networkInterfaces'))


class PageBlobRestartForInterfacesTest(
        with_cinder.OnPageBlobs, RestartForInterfaces, InterfaceTestCase):
    """On Azure Stack Hub with page blobs."""

    azure_options = {
        **with_cinder.OnPageBlobs.azure_options,
        'restart_for_interface_change': True}
