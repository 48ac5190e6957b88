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

"""N13, N14: resize, confirm and revert through Nova's API."""

from jacket_azure import exceptions
from jacket_azure.emulator.compute import capacity
from jacket_azure.emulator.compute import usages
from jacket_azure.payload import data_disk
from jacket_azure.payload import names
from tests.functional.nova import base
from tests.functional.nova import with_cinder

BIG = 'Standard_D4s_v5'
SMALL = 'Standard_D2s_v5'


class ResizeTestCase(base.AzureServersTestCase):
    """What users do."""

    def setUp(self):
        super().setUp()
        self.flags(allow_resize_to_same_host=True)

    def flavor(self, size=BIG, disk_gb=64, **extra_specs):
        """Create a flavor that means a VM size."""
        name = '-'.join((size, str(disk_gb), *extra_specs.values()))
        return self.create_flavor(
            name, 4, 16384, disk_gb, **{'azure:vm_size': size, **extra_specs})

    def ask_to_resize(self, server, **wanted):
        self.action(server, 'resize', {'flavorRef': self.flavor(**wanted)})

    def resize(self, server, **wanted):
        self.ask_to_resize(server, **wanted)
        return self.resized(server)

    def resized(self, server):
        """Wait until it is; a failure is shown, not waited out."""
        def is_over():
            found = self.admin_api.get_server(server['id'])
            return found if found['OS-EXT-STS:task_state'] is None else None

        found = self.wait_until(is_over, 'resized')
        if found['status'] != 'VERIFY_RESIZE':
            self.fail(self.api.get_instance_actions(server['id']))
        return found

    def asked_for(self, work):
        """Return what is asked of Azure meanwhile, polls apart."""
        with self.azure.recording() as made:
            work()
        return [f'{record.method} {record.type}' for record in made]

    def migrate(self, server, host=None):
        """Ask for a cold migration as an administrator does."""
        self.admin_api.post_server_action(
            server['id'], {'migrate': {'host': host}})
        return self.resized(server)

    def confirm(self, server, status='ACTIVE'):
        self.action(server, 'confirmResize')
        return self.settled(server, status)

    def revert(self, server, status='ACTIVE'):
        self.action(server, 'revertResize')
        return self.settled(server, status)

    def settled(self, server, status):
        return self._wait_for_server_parameter(server, {
            'status': status, 'OS-EXT-STS:task_state': None})

    def refused(self, server, words, status='ACTIVE', **wanted):
        """Expect that nothing changed in Azure, and why in the actions."""
        before = self.vm(server)
        with self.azure.recording() as made:
            self.ask_to_resize(server, **wanted)
            self.wait_until(lambda: any(
                words in (event['details'] or '')
                for event in self.resize_events(server)), words)
            self.settled(server, status)
        self.assertEqual(
            [], [record for record in made if record.method != 'GET'])
        self.assertEqual(before, self.vm(server))

    def resize_events(self, server):
        """Return all events of the server's resizes."""
        for action in self.admin_api.get_instance_actions(server['id']):
            if action['action'] == 'resize':
                yield from self.admin_api.api_get(
                    f'/servers/{server["id"]}/os-instance-actions/'
                    f'{action["request_id"]}').body[
                        'instanceAction']['events']

    def size(self, server):
        return self.vm(server)['properties']['hardwareProfile']['vmSize']

    def disks(self, server):
        """Return the OS disks that there are: name to GiB."""
        disks = self.compute.manager.driver._backend.disks
        found = {}
        for name in names.boot_disk_names(server['id']):
            try:
                found[name] = disks.get_os_disk(name).size_gib
            except exceptions.NotFound:
                continue
        return found

    def os_disk(self, server):
        """Return name and GiB of the disk the machine boots from."""
        name = data_disk.os_disk_name(self.vm(server))
        return name, self.disks(server)[name]


class Resizing:
    """What users do, whatever the disk model."""

    def test_n13_resize_and_confirm(self):
        server = self.create_server()
        self.assertEqual(
            ['GET virtualMachines', 'PATCH virtualMachines'],
            self.asked_for(lambda: self.resize(server)))
        self.assertEqual(BIG, self.size(server))
        self.assertEqual('running', self.power_state(server))
        self.assertEqual(
            [],
            self.asked_for(lambda: self.confirm(server)))
        self.assertEqual(BIG, self.size(server))

    def test_n14_resize_and_revert(self):
        server = self.create_server()
        self.resize(server)
        self.assertEqual(
            ['GET virtualMachines', 'PATCH virtualMachines'],
            self.asked_for(lambda: self.revert(server)))
        self.assertEqual(SMALL, self.size(server))
        self.assertEqual('running', self.power_state(server))

    def test_n13_the_root_disk_grows(self):
        server = self.create_server()
        first, second = names.os_disk_names(server['id'])
        self.assertEqual(
            self.GROWTH,
            self.asked_for(lambda: self.resize(server, disk_gb=128)))
        self.assertEqual((second, 128), self.os_disk(server))
        self.assertEqual({first: 64, second: 128}, self.disks(server))
        self.assertEqual(
            self.CONFIRMATION,
            self.asked_for(lambda: self.confirm(server)))
        self.assertEqual({second: 128}, self.disks(server))
        # back to the first place
        self.resize(server, disk_gb=256, size=SMALL)
        self.assertEqual((first, 256), self.os_disk(server))
        self.assertEqual('running', self.power_state(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n14_revert_brings_the_old_disk_back(self):
        server = self.create_server()
        self.resize(server, disk_gb=128)
        self.assertEqual(
            self.REVERT,
            self.asked_for(lambda: self.revert(server)))
        self.assertEqual({server['id']: 64}, self.disks(server))
        self.assertEqual((server['id'], 64), self.os_disk(server))
        self.assertEqual(SMALL, self.size(server))
        self.assertEqual('running', self.power_state(server))
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())

    def test_n13_a_stopped_server_stays_stopped(self):
        server = self._stop_server(self.create_server())
        self.resize(server, disk_gb=128)
        self.assertEqual('deallocated', self.power_state(server))
        self.confirm(server, 'SHUTOFF')
        self.resize(server, size=SMALL, disk_gb=200)
        self.revert(server, 'SHUTOFF')
        self.assertEqual('deallocated', self.power_state(server))
        self.assertEqual(128, self.os_disk(server)[1])
        self._start_server(server)

    def test_n29_cold_migration_on_one_host_redeploys(self):
        server = self.create_server()
        self.assertEqual(
            ['GET virtualMachines', 'POST virtualMachines/redeploy'],
            self.asked_for(lambda: self.migrate(server)))
        self.assertEqual('running', self.power_state(server))
        self.assertEqual(
            ['GET virtualMachines'],
            self.asked_for(lambda: self.revert(server)))
        stopped = self._stop_server(server)
        self.assertEqual(
            ['GET virtualMachines'],
            self.asked_for(lambda: self.migrate(stopped)))
        self.confirm(stopped, 'SHUTOFF')

    def test_n33_what_nobody_confirms_is_confirmed_in_time(self):
        server = self.create_server()
        self.resize(server, disk_gb=128)
        grown, _ = self.os_disk(server)
        self.flags(resize_confirm_window=600)
        self.run_periodic('_poll_unconfirmed_resizes')
        self.assertEqual(
            'VERIFY_RESIZE', self.api.get_server(server['id'])['status'])
        self.flags(resize_confirm_window=1)

        def is_confirmed():
            self.run_periodic('_poll_unconfirmed_resizes')
            return self.api.get_server(server['id'])['status'] == 'ACTIVE'

        self.wait_until(is_confirmed, 'confirmed')
        self.settled(server, 'ACTIVE')
        # the disk of before is gone
        self.assertEqual({grown: 128}, self.disks(server))
        self.assertEqual(BIG, self.size(server))

    def test_n13_refused_in_words_before_anything_changes(self):
        server = self.create_server()
        self.refused(
            server, 'between VM sizes with and without a temporary disk',
            size='Standard_D2ds_v5')
        self.refused(
            server, 'Standard_X99, which Azure does not have in eastus',
            size='Standard_X99')
        stopped = self._stop_server(server)
        usages.set_limit(self.azure.emulator, 'standardDSv5Family', 3)
        self.compute.driver._backend.catalogue.expire_capacity()
        self.refused(
            stopped, 'The quota standardDSv5Family', status='SHUTOFF')
        self._start_server(stopped)

    def test_n13_without_room_the_server_is_as_it_was(self):
        server = self.create_server()
        capacity.exhaust(self.azure.emulator, BIG)
        self.ask_to_resize(server, disk_gb=128)
        event = self._wait_for_instance_action_event(
            server, 'resize', 'compute_resize_instance', 'error')
        self.assertIn('AllocationFailed', event['details'])
        self.settled(server, 'ACTIVE')
        self.assertEqual(SMALL, self.size(server))
        self.assertEqual({server['id']: 64}, self.disks(server))
        self.assertEqual('running', self.power_state(server))
        capacity.restore(self.azure.emulator)
        self.resize(server, disk_gb=129)
        self.confirm(server)

    def test_n14_a_service_that_was_killed_reverts(self):
        server = self.create_server()
        self.resize(server, disk_gb=128)
        # as it is in the database before Nova hears from the driver
        self.set_instance(
            server, vm_state='active', task_state='resize_migrating')
        self.restart_compute()
        self.settled(server, 'ACTIVE')
        self.assertEqual(SMALL, self.size(server))
        self.assertEqual({server['id']: 64}, self.disks(server))
        self.assertEqual('running', self.power_state(server))

    def test_n13_a_resized_server_can_be_deleted(self):
        server = self.create_server()
        self.resize(server, disk_gb=128)
        self._delete_server(server)
        self.assertEqual([], self.azure.resource_ids())


class ResizeTest(Resizing, ResizeTestCase):
    """With managed disks."""

    GROWTH = [
        'GET virtualMachines', 'GET disks',
        'POST virtualMachines/deallocate', 'GET disks', 'PUT disks',
        'PATCH virtualMachines', 'POST virtualMachines/start']
    CONFIRMATION = ['GET disks', 'DELETE disks']
    REVERT = [
        'GET virtualMachines', 'POST virtualMachines/deallocate',
        'PATCH virtualMachines', 'POST virtualMachines/start',
        *CONFIRMATION]


class PageBlobResizeTest(
        with_cinder.OnPageBlobs, Resizing, ResizeTestCase):
    """On Azure Stack Hub with page blobs."""

    COPY = [
        'HEAD blobs', 'HEAD blobs', 'GET blobs', 'PUT blobs/copy',
        'PUT blobs/properties', 'PUT blobs/page', 'PUT blobs/clearPage',
        'PUT blobs/metadata']
    GROWTH = [
        'GET virtualMachines', 'HEAD blobs',
        'POST virtualMachines/deallocate', *COPY, 'PUT virtualMachines',
        'POST virtualMachines/start']
    CONFIRMATION = ['HEAD blobs', 'DELETE blobs']
    REVERT = [
        'GET virtualMachines', 'POST virtualMachines/deallocate',
        'PUT virtualMachines', 'POST virtualMachines/start', *CONFIRMATION]
