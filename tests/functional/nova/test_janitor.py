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

"""J1, J2: what builds and deletions leave goes away, and nothing else."""

import datetime
import urllib.parse
import uuid

from nova import context
from nova.db.main import api as db

from jacket_azure.janitor import nova_api
from jacket_azure.nova import janitorops
from tests.functional.nova import base
from tests.functional.nova import passes

HOUR_SECONDS = 3600


class JanitorTest(passes.Passes, base.AzureServersTestCase):
    """The janitor of a compute service, with Nova's own database."""

    def failed_build_that_leaves_its_interface(self):
        """No machine, and no deletion works while Nova cleans up."""
        self.azure.fail('PUT', 'virtualMachines', 409, 'AllocationFailed')
        self.azure.fail('DELETE', 'networkInterfaces', 409, 'ScopeLocked')
        server = self.create_server(expected_state='ERROR')
        self.azure.emulator.faults.clear()
        self.assertEqual(1, len(self.azure.resource_ids()))
        return server

    def interrupt_cascade(self, server):
        """Let the machine go alone when it is deleted."""
        vm = self.azure.emulator.store.get(self.vm(server)['id'])
        vm.properties['storageProfile']['osDisk']['deleteOption'] = 'Detach'
        for reference in vm.properties['networkProfile'][
                'networkInterfaces']:
            reference['properties']['deleteOption'] = 'Detach'

    def test_j2_interface_of_a_failed_build(self):
        server = self.failed_build_that_leaves_its_interface()
        # the server in error still exists
        self.run_passes()
        self.assertEqual(1, len(self.azure.resource_ids()))
        # it has no host, so Nova deletes it without asking the driver
        self._delete_server(server)
        self.assertEqual(1, len(self.azure.resource_ids()))
        self.run_passes()
        self.assertEqual([], self.azure.resource_ids())
        self.assertIn(f'networkInterfaces/{server["id"]}: server '
                      f'{server["id"]} was deleted at', self.log.text)

    def test_j1_disk_of_a_deleted_server(self):
        alive, gone = self.create_server(), self.create_server()
        self.interrupt_cascade(gone)
        self._delete_server(gone)
        self.assertEqual(5, len(self.azure.resource_ids()))
        self.run_pass()
        # not before the grace time
        self.assertEqual(5, len(self.azure.resource_ids()))
        self.run_passes()
        self.assertEqual(3, len(self.azure.resource_ids()))
        self.assertEqual('running', self.power_state(alive))

    def test_j1_servers_that_only_seem_to_be_gone(self):
        """Soft-deleted or shelved: their parts stay, attached or not."""
        self.flags(reclaim_instance_interval=HOUR_SECONDS)
        soft, shelved = self.create_server(), self.create_server()
        self.api.delete_server(soft['id'])
        self._wait_for_state_change(soft, 'SOFT_DELETED')
        # as after an offload: no host, and here without its machine
        self.set_instance(shelved, vm_state='shelved_offloaded', host=None)
        for server in (soft, shelved):
            self.interrupt_cascade(server)
            with self.looking() as client:
                client.virtual_machines.delete(server['id'])
        before = self.azure.resource_ids()
        self.assertEqual(4, len(before))
        self.run_passes()
        self.assertEqual(before, self.azure.resource_ids())

    def test_j1_purged_from_the_database(self):
        alive, gone = self.create_server(), self.create_server()
        self.interrupt_cascade(gone)
        self._delete_server(gone)
        self.assertEqual([gone['id']], self.forget())
        self.run_passes()
        self.assertEqual(3, len(self.azure.resource_ids()))
        self.assertIn(f'OpenStack has no record of server {gone["id"]}',
                      self.log.text)
        # with nobody left whom Nova knows, not knowing proves nothing
        self.interrupt_cascade(alive)
        self._delete_server(alive)
        self.assertEqual([alive['id']], self.forget())
        self.run_passes()
        self.assertEqual(2, len(self.azure.resource_ids()))
        self.assertIn('that is no evidence', self.log.text)

    def forget(self):
        """Purge all deleted servers from Nova's database."""
        with context.target_cell(
                context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            _, uuids, _ = db.archive_deleted_rows(ctxt, max_rows=1000)
            db.purge_shadow_tables(ctxt, None)
        return uuids

    def test_other_process_in_the_middle_of_a_build(self):
        """Its interface is there, its machine is not, and Nova knows it."""
        with self.azure.meeting('PUT', 'virtualMachines', 2) as barrier:
            server = self.ask_for_server()
            self.wait_until(lambda: barrier.n_waiting, 'create under way')
            self.assertEqual(1, len(self.azure.resource_ids()))
            self.run_passes()
            self.assertEqual(1, len(self.azure.resource_ids()))
            barrier.wait()
        self._wait_for_state_change(server, 'ACTIVE')

    def test_command_sees_servers_through_the_api_as_the_database_does(self):
        self.flags(reclaim_instance_interval=HOUR_SECONDS)
        alive, soft, gone, failed = (self.create_server() for _ in range(4))
        self.api.delete_server(soft['id'])
        self._wait_for_state_change(soft, 'SOFT_DELETED')
        self.set_instance(failed, vm_state='error')
        self.flags(reclaim_instance_interval=0)
        self._delete_server(gone)
        uuids = {server['id'] for server in (alive, soft, gone, failed)}
        uuids.add(str(uuid.uuid4()))
        by_database = janitorops.records(uuids)
        by_api = nova_api.NovaApi(ApiAdapter(self.admin_api)).records(uuids)
        self.assertEqual(
            {alive['id']: True, soft['id']: True, gone['id']: False,
             failed['id']: True},
            {each: record.exists for each, record in by_database.items()})
        self.assertEqual(
            {each: record.exists for each, record in by_database.items()},
            {each: record.exists for each, record in by_api.items()})
        self.assertLess(abs(by_database[gone['id']].deleted_at
                            - by_api[gone['id']].deleted_at),
                        datetime.timedelta(seconds=5))


class ApiAdapter:
    """Nova's test client with the face of a keystoneauth adapter."""

    def __init__(self, api):
        self._api = api

    def get(self, url, params, microversion, raise_exc):
        assert not raise_exc
        self._api.microversion = microversion
        query = urllib.parse.urlencode(params)
        return self._api.api_request(f'{url}?{query}')
