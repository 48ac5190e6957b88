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

"""N29: servers go from one compute host to another, as they are."""

from nova import context
from nova import objects

from tests.functional.nova import base
from tests.functional.nova import more_hosts
from tests.functional.nova import test_resize
from tests.functional.nova import with_cinder

OTHER = 'azure-eastus-2'


class MoveTestCase(more_hosts.MoreHosts, test_resize.ResizeTestCase):
    """Two compute hosts of one region."""

    def setUp(self):
        super().setUp()
        self.other = self._start_compute(OTHER)

    def host(self, server):
        return self.vm(server)['tags']['jacket-host']

    def assert_on(self, host, server):
        """Expect that one host lists the machine, and no other.

        Those that know of a listing show that for some seconds.
        """
        self.wait_until(
            lambda: [host] == [
                compute.host for compute in (self.compute, self.other)
                if server['id'] in compute.driver.list_instance_uuids()],
            f'on {host} only')

    def create_server(self, **wanted):
        server = super().create_server(host=base.HOST, **wanted)
        self.azure.emulator.requests.clear()
        return server

    def evacuate(self, server, microversion='2.94', status='ACTIVE'):
        """Let the host die, and another take the server over."""
        self.compute.stop()
        self.force_down(base.HOST, True)
        self.evacuate_to(OTHER, server, microversion)
        return self._wait_for_server_parameter(server, {
            'status': status, 'OS-EXT-STS:task_state': None,
            **({'OS-EXT-SRV-ATTR:host': OTHER} if status != 'ERROR' else {})})

    def tell(self, host, **stats):
        """Let a host's node say other things of its place."""
        with context.target_cell(
                context.get_admin_context(),
                self.cell_mappings['cell1']) as ctxt:
            node = objects.ComputeNode.get_by_host_and_nodename(
                ctxt, host, host)
            node.stats = {**node.stats, **stats}
            node.save()


class Moving:
    """What operators do, whatever the disk model."""

    def test_n29_cold_migration_to_another_host_and_back(self):
        server = self.create_server()
        asked = self.asked_for(lambda: self.migrate(server, OTHER))
        self.assertEqual(
            ['GET virtualMachines', 'PATCH virtualMachines',
             'GET virtualMachines'], asked)
        self.assertEqual(OTHER, self.host(server))
        self.assert_on(OTHER, server)
        self.assertEqual(
            ['GET virtualMachines', 'PATCH virtualMachines'],
            self.asked_for(lambda: self.revert(server)))
        self.assert_on(base.HOST, server)
        self.assertEqual('running', self.power_state(server))
        self.migrate(server, OTHER)
        self.assertEqual(
            [], self.asked_for(lambda: self.confirm(server)))
        self.assert_on(OTHER, server)
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n29_evacuate_touches_nothing_but_tags(self):
        server = self.create_server()
        before = self.vm(server)
        asked = self.asked_for(lambda: self.evacuate(server))
        # the first is Nova's question whether it is there at all
        self.assertEqual(
            ['GET virtualMachines', 'GET virtualMachines',
             'PATCH virtualMachines'], asked)
        self.assertEqual('running', self.power_state(server))
        after = self.vm(server)
        self.assertEqual(
            {**before['tags'], 'jacket-host': OTHER}, after['tags'])
        self.assertEqual(before['properties'], after['properties'])
        # the host that was thought dead comes back
        self.restart_compute()
        self.force_down(base.HOST, False)
        self.run_periodic('_sync_power_states')
        self.assert_on(OTHER, server)
        self.assertEqual('running', self.power_state(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())


class MoveTest(Moving, MoveTestCase):
    """With managed disks."""

    def test_n29_resize_to_another_host(self):
        self.flags(allow_resize_to_same_host=False)
        server = self.create_server()
        self.assertEqual(
            ['GET virtualMachines', 'PATCH virtualMachines',
             'GET virtualMachines'],
            self.asked_for(lambda: self.resize(server)))
        self.assert_on(OTHER, server)
        self.assertEqual(test_resize.BIG, self.size(server))
        self.assertEqual(
            ['GET virtualMachines', 'PATCH virtualMachines'],
            self.asked_for(lambda: self.revert(server)))
        self.assert_on(base.HOST, server)
        self.assertEqual(test_resize.SMALL, self.size(server))

    def test_n29_evacuated_servers_are_stopped_where_nova_wants_it(self):
        server = self.create_server()
        self.evacuate(server, '2.95', 'SHUTOFF')
        self.assertEqual('deallocated', self.power_state(server))

    def test_n29_a_machine_that_is_gone_is_not_taken_over(self):
        server = self.create_server()
        with self.looking() as client:
            client.virtual_machines.delete(server['id'])
        found = self.evacuate(server, status='ERROR')
        self.assertIn('does not exist in Azure', found['fault']['message'])

    def test_n29_an_evacuation_that_was_cut_short_is_done_again(self):
        server = self.create_server()
        machine = self.azure.emulator.store.get(self.vm(server)['id'])
        machine.body['tags']['jacket-host'] = OTHER
        self.evacuate(server)
        self.assert_on(OTHER, server)

    def test_n29_a_host_elsewhere_is_refused_in_words(self):
        server = self.create_server()
        self.tell(OTHER, azure_resource_group='elsewhere')
        before = self.vm(server)
        self.admin_api.post_server_action(
            server['id'], {'migrate': {'host': OTHER}})
        event = self._wait_for_instance_action_event(
            server, 'migrate', 'compute_resize_instance', 'error')
        self.assertIn(
            'the resource group is elsewhere there and jacket here',
            event['details'])
        self.settled(server, 'ACTIVE')
        self.assertEqual(before, self.vm(server))


class PageBlobMoveTest(with_cinder.OnPageBlobs, Moving, MoveTestCase):
    """On Azure Stack Hub with page blobs."""
