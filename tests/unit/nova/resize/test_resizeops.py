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

"""Resizes that Azure or the driver refuses, and such as are cut short."""

import contextlib
import types
import uuid

import fixtures
from nova import exception
from nova import objects
from nova.compute import task_states
from nova.compute import vm_states

from jacket_azure.emulator.compute import capacity
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.compute import usages
from jacket_azure.nova import errors
from jacket_azure.nova import ownership
from jacket_azure.payload import data_disk
from tests import world
from tests.unit.nova import base
from tests.unit.nova import test_killed

BIG = 'Standard_D4s_v5'
SMALL = 'Standard_D2s_v5'


class ResizeTestCase(base.NovaTestCase):
    """A server that runs, and its resizes as Nova asks for them."""

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Instance.save', lambda *args, **options: None))
        # Nova's database of events
        self.events = []
        self.useFixture(fixtures.MonkeyPatch(
            'nova.compute.utils.EventReporter', self.reporter))
        self.migration = types.SimpleNamespace(
            uuid=str(uuid.uuid4()), source_compute=base.HOST,
            dest_compute=base.HOST, dest_node=base.HOST)

    @contextlib.contextmanager
    def reporter(self, context, event, host, uuid, graceful_exit):
        try:
            yield
        except Exception as exc:
            self.events.append(f'{event}: {exc}')
            raise

    def flavor(self, size=BIG, root_gb=30, **values):
        return objects.Flavor(
            id=2, name='large', flavorid='large', memory_mb=1024, vcpus=4,
            root_gb=root_gb, extra_specs={'azure:vm_size': size},
            **{'ephemeral_gb': 0, 'swap': 0, **values})

    def make(self):
        self.server, self.ports = self.spawn()
        return self.server

    def resize(self, driver=None, **flavor):
        with errors.as_rollback(self.server, exception.ResizeError):
            (driver or self.driver).resizeops.migrate(
                self.context, self.server, self.flavor(**flavor),
                self.migration)

    def revert(self, driver=None):
        (driver or self.driver).finish_revert_migration(
            self.context, self.server, self.ports, self.migration)

    def refused(self, words, **flavor):
        """Expect that the server is put back, and why."""
        error = self.assertRaises(
            exception.InstanceFaultRollback, self.resize, **flavor)
        self.assertIn(words, str(error.inner_exception))

    def refused_before(self, words, **flavor):
        """Expect that nothing was written."""
        with self.azure.recording() as made:
            self.refused(words, **flavor)
        self.assertEqual([], [r for r in made if r.method != 'GET'])

    def shape(self):
        """Return size, OS disk and power state of the machine."""
        vm = self.driver._backend.azure.virtual_machines.get(
            self.server.uuid, instance_view=True)
        [power] = [
            status['code'].partition('/')[2]
            for status in vm['properties']['instanceView']['statuses']
            if status['code'].startswith('PowerState/')]
        return (vm['properties']['hardwareProfile']['vmSize'],
                data_disk.os_disk_name(vm), power)

    def assert_as_before(self, message=None):
        self.assertEqual(
            (SMALL, self.server.uuid, 'running'), self.shape(), message)
        self.assertEqual(
            [self.server.uuid],
            [disk['name'] for disk in self.azure.resources('disks')])


class RefusedTest(ResizeTestCase):

    def test_before_anything_changes(self):
        self.make()
        for words, flavor in (
                ('VM size Standard_X99, which Azure does not have in eastus',
                 {'size': 'Standard_X99'}),
                ('has no temporary disk, Standard_D2ds_v5 has a temporary',
                 {'size': 'Standard_D2ds_v5'}),
                ('would shrink to the 20 GiB', {'root_gb': 20}),
                ('1 to 4095 GiB, not 5000', {'root_gb': 5000}),
                ('Ephemeral and swap disks', {'ephemeral_gb': 1}),
                ('Ephemeral and swap disks', {'swap': 1, 'size': SMALL})):
            self.refused_before(words, **flavor)
        self.assert_as_before()

    def test_a_flavor_that_is_not_mapped(self):
        self.make()
        flavor = self.flavor()
        flavor.extra_specs = {}
        self.useFixture(fixtures.MonkeyPatch(
            'tests.unit.nova.resize.test_resizeops.ResizeTestCase.flavor',
            lambda self_: flavor))
        self.refused_before('large')
        self.assert_as_before()

    def test_a_size_that_is_restricted(self):
        sizes.restrict(self.azure.emulator, BIG, world.LOCATION)
        self.make()
        self.refused_before(f'may not use the VM size {BIG}')

    def test_more_ports_than_the_size_has(self):
        instance = self.instance('m1.large')
        self.server, self.ports = self.spawn(
            instance, self.network_info(
                instance, '192.168.1.10', '192.168.1.11', '192.168.2.10'))
        self.refused_before('at most 2 network interfaces', size=SMALL)

    def test_without_quota(self):
        self.make()
        usages.set_limit(self.azure.emulator, 'standardDSv5Family', 3)
        self.now += 1000
        self.refused_before('The quota standardDSv5Family')

    def test_a_machine_of_others(self):
        self.make()
        found = self.azure.emulator.store.get(
            self.azure.resource('virtualMachines', self.server.uuid)['id'])
        found.body['tags']['jacket-owner'] = 'another-cloud'
        self.refused_before('was not made for this server')

    def test_while_it_is_busy(self):
        self.make()
        found = self.azure.emulator.store.get(
            self.azure.resource('virtualMachines', self.server.uuid)['id'])
        found.private['power'] = 'stopping'
        self.refused_before('The virtual machine is stopping; try again')

    def test_a_machine_that_is_gone(self):
        self.make()
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertRaises(exception.InstanceNotFound, self.resize)


class CapacityTest(ResizeTestCase):
    """What only Azure knows."""

    def test_other_hardware_where_the_present_has_not_the_size(self):
        self.make()
        capacity.set_cluster(self.azure.emulator, [SMALL])
        with self.azure.recording() as made:
            self.resize()
        self.assertEqual(
            ['GET', 'PATCH', 'POST', 'GET', 'PATCH', 'POST'],
            [record.method for record in made])
        self.assertEqual(
            (BIG, self.server.uuid, 'running'), self.shape())

    def test_no_room_leaves_the_server_as_it_was(self):
        for root_gb in (30, 64):
            self.make()
            capacity.exhaust(self.azure.emulator, BIG)
            self.refused('AllocationFailed', root_gb=root_gb)
            self.assert_as_before()
            self.assertEqual(
                {BIG}, {one.size for one in
                        self.driver._backend.shortages.sizes})
            capacity.restore(self.azure.emulator)
            # and the next one works
            self.resize(root_gb=root_gb)
            self.assertEqual((BIG, 'running'), self.shape()[::2])
            self.driver.destroy(self.context, self.server, self.ports)
            self.assertEqual([], self.azure.resource_ids())

    def test_not_even_for_the_old_size(self):
        self.make()
        capacity.set_cluster(self.azure.emulator, [SMALL])
        capacity.exhaust(self.azure.emulator)
        self.refused('as before, but stopped, for it does not start')
        self.assertEqual(
            (SMALL, self.server.uuid, 'deallocated'), self.shape())

    def test_an_active_server_that_was_stopped_runs_afterwards(self):
        """As one does that an earlier resize could not start again."""
        self.make()
        self.driver._backend.azure.virtual_machines.deallocate(
            self.server.uuid)
        self.server.vm_state = vm_states.ACTIVE
        self.resize()
        self.assertEqual((BIG, 'running'), self.shape()[::2])

    def test_what_cannot_be_undone_is_an_error(self):
        self.make()
        self.azure.fail('POST', 'virtualMachines/start', 409,
                        'AllocationFailed', 'No room.', times=1)
        capacity.set_cluster(self.azure.emulator, [SMALL])
        fault = self.azure.emulator.faults.at(
            7, 'fail', 400, 'MadeToFail', for_good=True)
        self.assertRaises(exception.ResizeError, self.resize)
        self.assertTrue(fault.fired)

    def test_a_revert_that_finds_no_room_leaves_it_stopped(self):
        self.make()
        self.resize(root_gb=64)
        capacity.exhaust(self.azure.emulator, SMALL)
        self.revert()
        self.assertEqual(
            (SMALL, self.server.uuid, 'deallocated'), self.shape())
        [told] = self.events
        self.assertIn('azure_start: The server is stopped', told)
        self.assertIn('AllocationFailed', told)

    def test_a_revert_keeps_to_the_size_of_before(self):
        """Whatever the mapping says of the old flavor by now."""
        self.make()
        self.resize()
        self.azure.fail('GET', 'skus', 403, 'AuthorizationFailed')
        self.revert(self.make_driver())
        self.assert_as_before()

    def test_a_volume_is_not_ours_to_grow(self):
        self.make()
        vm = self.azure.emulator.store.get(
            self.azure.resource('virtualMachines', self.server.uuid)['id'])
        disk = vm.properties['storageProfile']['osDisk']
        disk['managedDisk']['id'] = disk['managedDisk']['id'].replace(
            self.server.uuid, 'volume-1')
        with self.azure.recording() as made:
            self.resize(root_gb=64)
        self.assertEqual(
            ['GET', 'PATCH'], [record.method for record in made])


class FailedTest(ResizeTestCase):
    """What Nova shows as an error is put right, or is none."""

    def setUp(self):
        super().setUp()
        self.migration.old_instance_type_id = 1
        self.migration.status = 'error'
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.Migration.get_by_uuid',
            lambda *args: self.migration))

    def hand_over(self):
        """Resize to another host; return its driver."""
        self.migration.dest_compute = self.migration.dest_node = 'other'
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.ownership._place_of',
            lambda *args: ownership.place(self.driver._backend)))
        self.make()
        self.grow()
        return self.make_driver('other')

    def grow(self):
        self.resize(root_gb=64)

    def host(self):
        return self.azure.resource(
            'virtualMachines', self.server.uuid)['tags']['jacket-host']

    def finish(self, driver):
        driver.finish_migration(
            self.context, self.migration, self.server, '', self.ports, None,
            True, {}, power_on=True)

    def test_a_revert_that_fails_is_finished_by_a_hard_reboot(self):
        self.hand_over()
        self.azure.fail('PATCH', 'virtualMachines', 400, 'MadeToFail',
                        times=1)
        error = self.assertRaises(exception.InvalidInput, self.revert)
        self.assertIn('MadeToFail', str(error))
        self.assertEqual(
            (BIG, f'{self.server.uuid}-b', 'deallocated'), self.shape())
        # Nova shows it here
        self.assertEqual(base.HOST, self.host())
        self.server.vm_state = vm_states.ERROR
        driver = self.make_driver()
        driver.reboot(self.context, self.server, self.ports, 'HARD')
        self.assert_as_before()
        # and that was that
        with self.azure.recording() as made:
            driver.reboot(self.context, self.server, self.ports, 'HARD')
        self.assertNotIn('PATCH', [record.method for record in made])

    def test_a_resize_that_went_well_is_not_taken_back(self):
        self.make()
        self.resize()
        self.server.vm_state = vm_states.ERROR
        self.migration.old_instance_type_id = 7
        self.make_driver().reboot(
            self.context, self.server, self.ports, 'HARD')
        self.assertEqual(BIG, self.shape()[0])

    def test_a_destination_that_cannot_look_has_the_server(self):
        other = self.hand_over()
        self.azure.fail(
            'GET', 'virtualMachines', 403, 'AuthorizationFailed', times=1)
        self.finish(other)
        self.assertEqual([self.server.uuid], other.list_instance_uuids())
        self.assertEqual([], self.driver.list_instance_uuids())

    def test_a_destination_that_finds_no_room_has_it_stopped(self):
        other = self.hand_over()
        self.driver._backend.azure.virtual_machines.deallocate(
            self.server.uuid)
        capacity.exhaust(self.azure.emulator)
        self.finish(other)
        self.assertEqual((BIG, 'deallocated'), self.shape()[::2])

    def test_a_destination_without_the_machine_says_so(self):
        other = self.hand_over()
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertRaises(
            exception.InstanceNotFound, self.finish, other)

    def test_a_server_deleted_meanwhile_leaves_no_disk(self):
        self.make()
        disks = self.driver._backend.disks
        copy = disks.copy_os_disk

        def deleted_and_copied(spec, source):
            made = copy(spec, source)
            self.driver.destroy(self.context, self.server, self.ports)
            copy(spec, source)
            return made

        # the copy of a disk that is gone is one of another's here
        other = self.instance()
        self.spawn(other, self.network_info(other, '192.168.1.20'))
        source = disks.get_os_disk(other.uuid)
        disks.copy_os_disk = lambda spec, _: (
            deleted_and_copied(spec, source))
        self.assertRaises(exception.InstanceNotFound, self.grow)
        self.assertEqual(
            [other.uuid],
            [disk['name'] for disk in self.azure.resources('disks')])

    def test_an_old_disk_that_stayed_goes_with_the_next_resize(self):
        self.make()
        self.grow()
        self.azure.fail('DELETE', 'disks', 403, 'AuthorizationFailed',
                        times=1)
        self.driver.confirm_migration(
            self.context, self.migration, self.server, self.ports)
        self.assertEqual(2, len(self.azure.resources('disks')))
        self.migration.status = 'confirmed'
        self.migration = types.SimpleNamespace(
            **{**vars(self.migration), 'uuid': str(uuid.uuid4())})
        self.resize(size=SMALL)
        self.assertEqual(1, len(self.azure.resources('disks')))

    def test_volumes_while_it_can_be_reverted(self):
        self.make()
        volumes = [
            objects.BlockDeviceMapping(
                source_type='volume', destination_type='volume',
                boot_index=None)] * 4
        new = objects.BlockDeviceMapping(device_name='/dev/sdx')
        self.resize(size='Standard_D8s_v5')
        self.server.vm_state = vm_states.RESIZED
        error = self.assertRaises(
            exception.TooManyDiskDevices,
            self.driver.get_device_name_for_instance, self.server, volumes,
            new)
        self.assertIn('4', str(error))
        self.server.vm_state = vm_states.ACTIVE
        self.driver.volumeops.check_room(self.server, volumes)


class CellTest(ResizeTestCase):
    """Nova makes a server anew in another cell, and keeps the first."""

    def test_a_cell_with_the_same_machines_is_refused(self):
        self.make()
        self.server.task_state = task_states.RESIZE_FINISH
        error = self.assertRaises(
            exception.BuildAbortException, self.spawn, self.server,
            self.ports, driver=self.make_driver('another'))
        self.assertIn('resource group', str(error))
        self.assert_as_before()


class KilledTest(test_killed.Killing, ResizeTestCase):
    """Killed anywhere, and what the next process does."""

    def kills(self, work, at_least, prepare=lambda: None):
        """Prepare a server and kill *work* after each of its requests."""
        self.make()
        prepare()
        with self.killed_after(10 ** 6) as sent:
            work(self.make_driver())
        self.azure.empty()
        self.assertGreaterEqual(len(sent), at_least)
        for number in range(1, len(sent) + 1):
            self.make()
            prepare()
            with self.killed_after(number):
                work(self.make_driver())
            yield number
            self.driver.destroy(self.context, self.server, self.ports)
            self.assertEqual([], self.azure.resource_ids(), number)

    def grow(self):
        self.resize(root_gb=64)

    def confirm(self, driver):
        driver.confirm_migration(
            self.context, self.migration, self.server, self.ports)

    def test_a_killed_resize_is_reverted_at_start(self):
        for root_gb, at_least in ((30, 2), (64, 6)):
            for number in self.kills(
                    lambda driver, root_gb=root_gb: self.resize(
                        driver, root_gb=root_gb), at_least):
                self.revert(self.make_driver())
                self.assert_as_before(number)

    def test_a_killed_revert_is_done_again(self):
        for number in self.kills(self.revert, 6, self.grow):
            self.revert(self.make_driver())
            self.assert_as_before(number)

    def test_a_killed_confirmation_is_done_again(self):
        for number in self.kills(self.confirm, 2, self.grow):
            self.confirm(self.make_driver())
            self.assertEqual(
                (BIG, f'{self.server.uuid}-b', 'running'), self.shape(),
                number)
