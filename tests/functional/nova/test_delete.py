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

"""N09: delete and force delete, whatever is left of a server."""

from nova import context
from nova import objects

from tests.functional.nova import base


class DeleteTest(base.AzureServersTestCase):
    """Nothing stays in Azure, nothing of others goes."""

    def test_n09_force_delete(self):
        server = self.create_server()
        self.action(server, 'forceDelete')
        self._wait_until_deleted(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n09_delete_of_a_stopped_server(self):
        server = self._stop_server(self.create_server())
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n09_virtual_machine_is_gone_already(self):
        """Deleted in the portal, which can leave the disk and the NIC."""
        server = self.create_server()
        storage = {'osDisk': {
            'createOption': 'FromImage', 'deleteOption': 'Detach'}}
        network = {'networkInterfaces': [
            {'id': nic['id'], 'properties': {
                'primary': True, 'deleteOption': 'Detach'}}
            for nic in self.nics(server)]}
        with self.looking() as client:
            client.virtual_machines.update(server['id'], {'properties': {
                'storageProfile': storage, 'networkProfile': network}})
            client.virtual_machines.delete(server['id'])
        self.assertEqual(2, len(self.azure.resource_ids()))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n09_everything_is_gone_already(self):
        server = self.create_server()
        with self.looking() as client:
            client.virtual_machines.delete(server['id'])
        self.assertEqual([], self.azure.resource_ids())
        self._delete_server(server)

    def test_n09_failed_build_whose_clean_up_fails_at_first(self):
        """Azure answers nonsense for a while, then lets go of the NIC."""
        self.azure.fail('PUT', 'virtualMachines', 409, 'OutOfLuck')
        self.azure.fail(
            'DELETE', 'networkInterfaces', 503, 'ServerTimeout', times=2)
        server = self.create_server(expected_state='ERROR')
        self.assertEqual([], self.azure.resource_ids())
        self._delete_server(server)

    def test_n09_failed_delete_can_be_repeated(self):
        server = self.create_server()
        fault = self.azure.fail(
            'DELETE', 'virtualMachines', 409, 'OperationNotAllowed',
            'Azure does not want to.')
        self.api.delete_server(server['id'])
        found = self._wait_for_state_change(server, 'ERROR')
        self.assertIn('Azure does not want to', found['fault']['message'])
        self.assertIn('OperationNotAllowed', found['fault']['message'])
        self.assertEqual(
            server['id'], self.vm(server)['name'])
        self.azure.emulator.faults.remove(fault)
        self._delete_server(found)
        self.assertEqual([], self.azure.resource_ids())

    def test_n09_delete_while_building(self):
        """The delete is asked for while Azure still makes the machine."""
        slow = self.azure.emulator.faults.slow_operation(
            'PUT', 'virtualMachines', 60)
        with self.azure.holding():
            server = self.ask_for_server()
            self.wait_until(lambda: slow.fired, 'the build reached Azure')
            self.api.delete_server(server['id'])
        self._wait_until_deleted(server)
        self.wait_until(lambda: not self.azure.resource_ids(),
                        'nothing in Azure')

    def test_n09_virtual_machines_of_others_stay(self):
        """A machine of the server's name that does not carry our mark."""
        server = self.create_server()
        machine = self.azure.emulator.store.get(self.vm(server)['id'])
        machine.body['tags']['jacket-owner'] = 'somebody-else'
        self.restart_compute()
        self.api.delete_server(server['id'])
        self.wait_until(
            lambda: self.settled(server), 'the delete has ended')
        self.assertEqual(server['id'], self.vm(server)['name'])

    def settled(self, server):
        with context.target_cell(
                context.get_admin_context(read_deleted='yes'),
                self.cell_mappings['cell1']) as ctxt:
            instance = objects.Instance.get_by_uuid(ctxt, server['id'])
        return instance.deleted or instance.vm_state == 'error'
