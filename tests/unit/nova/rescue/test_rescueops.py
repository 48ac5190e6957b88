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


import contextlib

import fixtures
from nova import exception as nova_exception
from nova import objects
from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from oslo_serialization import jsonutils

from jacket_azure.emulator.compute import guest
from tests import volumes
from tests.unit.nova import base
from tests.unit.nova import test_killed

RESCUE_IMAGE = 'f0000000-0000-4000-8000-000000000009'
SECRET = 'Corr3ct Horse  Battery'
LINUX = 'Microsoft.OSTCExtensions.VMAccessForLinux'


class RescueTestCase(base.NovaTestCase):
    """A server that is rescued from a mapped image.

    :ivar image_name: of the rescue image in Glance
    :ivar bdms: Nova's block device mappings of the server
    """

    image_name = 'ubuntu'

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.MonkeyPatch(
            'nova.image.glance.API.get', lambda api, context, image_id: {
                'id': image_id, 'name': self.image_name, 'status': 'active',
                'size': 1, 'properties': {}, 'is_public': True}))
        self.useFixture(fixtures.MonkeyPatch(
            'nova.compute.utils.EventReporter',
            lambda *arguments, **options: contextlib.nullcontext()))
        self.bdms = []
        self.useFixture(fixtures.MonkeyPatch(
            'nova.objects.BlockDeviceMappingList.get_by_instance_uuid',
            lambda cls, context, uuid: objects.BlockDeviceMappingList(
                objects=self.bdms)))
        self.server = self.instance()
        self.ports = self.network_info(self.server, '192.168.1.10')
        self.spawn(self.server, self.ports)
        self.server.vm_state, self.server.task_state = 'active', None
        self.own = self.storage()['osDisk']['name']

    def storage(self):
        return self.vm().properties['storageProfile']

    def vm(self):
        return self.azure.emulator.store.get(self.azure.resource(
            'virtualMachines', self.server.uuid)['id'])

    def rescue(self, password=SECRET, timeout=60):
        """What Nova's manager asks the driver."""
        self.server.task_state = task_states.RESCUING
        self.driver.power_off(self.server, timeout, 10)
        image = self.image()
        image.id = RESCUE_IMAGE
        self.driver.rescue(self.context, self.server, self.ports, image,
                           password, {}, None)
        self.server.vm_state, self.server.task_state = 'rescued', None

    def restart(self):
        """Start the service anew; return the server's state."""
        self._driver = None
        with fixtures.MonkeyPatch('nova.objects.Instance.save',
                                  lambda instance, **options: None):
            self.driver.process_instances_at_startup(
                self.context, objects.InstanceList(objects=[self.server]))
        self.assertIsNone(self.server.task_state)
        return self.server.vm_state

    def unrescue(self):
        self.server.task_state = task_states.UNRESCUING
        self.driver.unrescue(self.context, self.server)
        self.server.vm_state, self.server.task_state = 'active', None

    def state(self):
        return self.make_driver().get_info(
            self.server, use_cache=False).state

    def disks(self):
        return sorted(disk['name'] for disk in self.azure.resources('disks'))

    def assert_rescued(self):
        storage = self.storage()
        self.assertEqual(
            f'{self.server.uuid}-rescue', storage['osDisk']['name'])
        [own] = [disk for disk in storage['dataDisks']
                 if disk['name'] == self.own]
        self.assertEqual(('Delete', 'Delete', 'ReadWrite'), (
            storage['osDisk']['deleteOption'], own['deleteOption'],
            own['caching']))
        self.assertEqual(power_state.RUNNING, self.state())

    def assert_itself(self, state=power_state.RUNNING):
        storage = self.storage()
        self.assertEqual((self.own, 'Delete', 'ReadWrite', []), (
            storage['osDisk']['name'], storage['osDisk']['deleteOption'],
            storage['osDisk']['caching'], storage['dataDisks']))
        self.assertEqual([self.own], self.disks())
        self.assertEqual(state, self.state())


class RescueTest(RescueTestCase):

    def test_there_and_back(self):
        self.rescue()
        self.assert_rescued()
        self.unrescue()
        self.assert_itself()
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertEqual([], self.azure.resource_ids())

    def test_requests(self):
        with self.azure.recording() as made:
            self.rescue()
        self.assertEqual(
            ['PUT disks', 'POST deallocate', 'PATCH', 'POST start',
             'PUT enablevmaccess', 'DELETE enablevmaccess'],
            self.writes(made))
        with self.azure.recording() as made:
            self.unrescue()
        self.assertEqual(
            ['POST deallocate', 'PATCH', 'POST start', 'DELETE disks'],
            self.writes(made))

    def writes(self, made):
        def what(path):
            parts = path.split('?')[0].split('/')
            return {'disks': ' disks'}.get(parts[-2], (
                '' if parts[-2] == 'virtualMachines' else f' {parts[-1]}'))

        return [each.method + what(each.path) for each in made
                if each.method != 'GET']

    def test_deleted_while_rescued(self):
        self.rescue()
        self.driver.destroy(self.context, self.server, self.ports)
        self.assertEqual([], self.azure.resource_ids())

    def test_the_password_is_the_rescue_systems_only(self):
        before = guest.of(self.azure.emulator, self.vm())
        self.rescue()
        there = guest.of(self.azure.emulator, self.vm())
        self.assertIsNot(before, there)
        self.assertEqual(SECRET, there.users['azureuser'].password)
        self.assertNotEqual(SECRET, before.users['azureuser'].password)
        # no order is left that the server's own system would carry out
        self.assertEqual([], self.azure.resources('extensions'))
        self.assertFalse(self.client.virtual_machine_extensions.delete(
            self.server.uuid, 'enablevmaccess'))
        self.assertEqual([], self.log.secrets_found([SECRET, 'Horse']))

    def test_a_stopped_server(self):
        self.driver.power_off(self.server)
        self.server.vm_state = 'stopped'
        self.rescue()
        self.assert_rescued()
        self.unrescue()
        self.assert_itself()

    def test_the_plug_is_pulled_where_nova_says_so(self):
        with self.azure.recording() as made:
            self.rescue(timeout=0)
        self.assertIn('POST powerOff', self.writes(made))

    def test_with_stop_mode_power_off(self):
        self.flags(stop_mode='power_off')
        self.driver.power_off(self.server)
        self.server.vm_state = 'stopped'
        self.rescue()
        self.assert_rescued()
        self.unrescue()
        self.assert_itself()

    def refused(self, words, **options):
        """Expect that the machine runs on, with nothing written."""
        with self.azure.recording() as made:
            exc = self.assertRaises(
                nova_exception.NovaException, self.rescue, **options)
        self.assertIn(words, str(exc))
        self.assertEqual({'GET'}, {each.method for each in made} | {'GET'})
        self.assert_itself()

    def test_refused_while_it_runs(self):
        self.refused('The administrator password', password='short')
        self.image_name = 'windows'
        self.refused('The image holds windows and the server linux')
        # whose bytes Glance has, and which says of no generation
        self.image_name = 'brought'
        self.refused('The image is of generation V1 and the server of V2')

    def test_windows_that_nobody_would_set_up(self):
        self.image_name = 'windows'
        self.server = self.instance(
            key_data=None, flavor_values={'root_gb': 128})
        self.spawn(self.server, self.network_info(
            self.server, '192.168.1.20'), self.image('windows'))
        self.server.vm_state, self.server.task_state = 'active', None
        exc = self.assertRaises(nova_exception.InvalidInput, self.rescue)
        self.assertIn('Windows of a generalized image', str(exc))
        self.assertEqual(power_state.RUNNING, self.state())

    def test_no_lun_is_left(self):
        size = self.driver._backend.catalogue.size(
            self.vm().properties['hardwareProfile']['vmSize'])
        for lun in range(size.max_data_disks):
            self.vm().properties['storageProfile']['dataDisks'].append(
                {'lun': lun, 'name': f'd{lun}', 'createOption': 'Attach',
                 'managedDisk': {'id': f'/subscriptions/d{lun}'}})
        exc = self.assertRaises(nova_exception.InvalidInput, self.rescue)
        self.assertIn(f'takes {size.max_data_disks} data disks', str(exc))
        self.assertEqual(power_state.RUNNING, self.state())
        self.assertEqual([self.own], self.disks())

    def test_without_room_it_is_what_it_was(self):
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed', times=1)
        exc = self.assertRaises(
            nova_exception.ComputeResourcesUnavailable, self.rescue)
        self.assertIn('AllocationFailed', str(exc))
        self.assert_itself()

    def test_undone_by_a_hard_reboot(self):
        """An Azure that fails for good leaves the machine half way."""
        self.rescue()
        self.server.vm_state, self.server.task_state = 'error', None
        self.driver.reboot(self.context, self.server, self.ports, 'HARD')
        self.assert_itself()

    def test_rescued_again(self):
        self.rescue()
        first = self.azure.resource(
            'disks', f'{self.server.uuid}-rescue')['properties']['uniqueId']
        self.server.vm_state = 'error'
        self.rescue()
        self.assert_rescued()
        second = self.azure.resource(
            'disks', f'{self.server.uuid}-rescue')['properties']['uniqueId']
        self.assertNotEqual(first, second)
        self.unrescue()
        self.assert_itself()

    def test_unrescued_again(self):
        self.rescue()
        self.driver.rescueops.leave(self.context, self.server)
        self.unrescue()
        self.assert_itself()
        self.unrescue()
        self.assert_itself()

    def test_unrescued_without_room_is_stopped_and_itself(self):
        self.rescue()
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed')
        exc = self.assertRaises(
            nova_exception.InstanceFaultRollback, self.unrescue)
        self.assertIn('AllocationFailed', str(exc.inner_exception))
        self.assert_itself(power_state.SHUTDOWN)

    def test_in_two_requests_where_one_is_refused(self):
        for work, check in ((self.rescue, self.assert_rescued),
                            (self.unrescue, self.assert_itself)):
            self.azure.fail('PATCH', 'virtualMachines', 409,
                            'ConflictingUserInput', times=1)
            with self.azure.recording() as made:
                work()
            self.assertEqual(3, self.writes(made).count('PATCH'))
            check()

    def test_the_own_disk_was_taken_away(self):
        """As by a kill between two requests, or by somebody."""
        self.rescue()
        self.client.virtual_machines.update(
            self.server.uuid,
            {'properties': {'storageProfile': {'dataDisks': []}}})
        self.unrescue()
        self.assert_itself()

    def test_the_own_disk_is_gone(self):
        self.rescue()
        self.client.virtual_machines.update(
            self.server.uuid,
            {'properties': {'storageProfile': {'dataDisks': []}}})
        self.client.disks.delete(self.own)
        exc = self.assertRaises(nova_exception.InvalidInput, self.unrescue)
        self.assertIn('0 disks could be that', str(exc))

    def test_without_an_agent_it_is_rescued_all_the_same(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'extensions', 'VMExtensionProvisioningError')
        self.rescue()
        self.assert_rescued()
        self.assertIn('Password and key not set', self.log.text)


class LeftTest(RescueTestCase):
    """Servers whose unrescue failed, so that Nova knows of no rescue."""

    def left(self, vm_state='stopped'):
        self.rescue()
        self.azure.fail('PATCH', 'virtualMachines', 403, 'AuthorizationFailed')
        self.assertRaises(nova_exception.NovaException, self.unrescue)
        self.azure.emulator.faults.clear()
        self.server.vm_state, self.server.task_state = vm_state, None

    def test_started(self):
        self.left()
        self.driver.power_off(self.server)
        self.driver.power_on(self.context, self.server, self.ports)
        self.assert_itself()

    def test_resumed_with_the_host(self):
        self.left('active')
        self.driver.power_off(self.server)
        self.driver.resume_state_on_host_boot(
            self.context, self.server, self.ports, None)
        self.assert_itself()

    def test_rebooted_by_another_process(self):
        """As on another host, where nothing was noted."""
        self.left('active')
        self._driver = None
        self.driver.list_instance_uuids()
        self.driver.reboot(self.context, self.server, self.ports, 'HARD')
        self.assert_itself()

    def test_no_image_is_made_of_a_rescue_disk(self):
        self.left('active')
        exc = self.assertRaises(
            nova_exception.InvalidInput, self.driver.snapshot, self.context,
            self.server, RESCUE_IMAGE, lambda **states: None)
        self.assertIn('boots from a rescue disk', str(exc))

    def test_nobody_else_is_asked_for(self):
        self.driver.power_off(self.server)
        with self.azure.recording() as made:
            self.driver.power_on(self.context, self.server, self.ports)
        self.assertEqual(['POST'], [each.method for each in made])


class OtherDiskTest(RescueTestCase):
    """A machine that boots from what its server does not know."""

    def exchanged(self):
        made = self.client.disks.create_or_update('restored', {
            'location': 'eastus', 'sku': {'name': 'StandardSSD_LRS'},
            'properties': {'creationData': {
                'createOption': 'Copy', 'sourceResourceId':
                self.storage()['osDisk']['managedDisk']['id']}}})
        self.driver.power_off(self.server)
        self.client.virtual_machines.update(self.server.uuid, {'properties': {
            'storageProfile': {'osDisk': {
                'createOption': 'FromImage', 'name': 'restored',
                'managedDisk': {'id': made['id']}}}}})
        self.driver.power_on(self.context, self.server, self.ports)

    def test_it_could_not_be_unrescued(self):
        self.exchanged()
        before = self.disks()
        exc = self.assertRaises(nova_exception.InvalidInput, self.rescue)
        self.assertIn('boots from the disk restored', str(exc))
        self.assertEqual(before, self.disks())
        self.assertEqual(power_state.RUNNING, self.state())

    def test_a_volume_that_cinder_has_exchanged(self):
        """Cinder's disk is another than the machine has."""
        self.bdms = [objects.BlockDeviceMapping(
            source_type='volume', destination_type='volume', boot_index=0,
            device_name='/dev/sda', instance_uuid=self.server.uuid,
            connection_info=jsonutils.dumps(volumes.make(
                self.driver._backend.disks, self.conf.azure)))]
        exc = self.assertRaises(nova_exception.InvalidInput, self.rescue)
        self.assertIn('nobody could unrescue', str(exc))


class PasswordLeftTest(RescueTestCase):
    """The order to set the rescue password does not stay behind."""

    def test_when_its_outcome_is_lost(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'extensions', 'VMExtensionProvisioningError', times=1)
        self.rescue()
        self.assertEqual([], self.azure.resources('extensions'))

    def test_when_the_service_is_killed_before_it_is_taken_out(self):
        self.azure.fail('DELETE', 'extensions', 400, 'MadeToFail')
        self.rescue()
        self.assertEqual(1, len(self.azure.resources('extensions')))
        self.azure.emulator.faults.clear()
        self.unrescue()
        self.assertEqual([], self.azure.resources('extensions'))
        self.assert_itself()


class StartTest(RescueTestCase):
    """What a service that was stopped left, when it starts."""

    def settled(self, task, vm_state):
        self.server.vm_state, self.server.task_state = vm_state, task
        return self.restart()

    def test_before_the_swap(self):
        self.assertEqual(vm_states.STOPPED, self.settled(
            task_states.RESCUING, vm_states.STOPPED))
        self.assertEqual(vm_states.ACTIVE, self.settled(
            task_states.UNRESCUING, vm_states.RESCUED))

    def test_after_the_swap(self):
        self.rescue()
        for task, state in ((task_states.RESCUING, vm_states.ACTIVE),
                            (task_states.UNRESCUING, vm_states.RESCUED)):
            self.assertEqual(vm_states.RESCUED, self.settled(task, state))

    def test_without_room_for_the_rescue_system(self):
        """It can be unrescued, which is what counts."""
        self.rescue()
        self.client.virtual_machines.deallocate(self.server.uuid)
        self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed', times=1)
        self.assertEqual(vm_states.RESCUED, self.settled(
            task_states.RESCUING, vm_states.ACTIVE))
        self.unrescue()
        self.assert_itself()

    def test_one_that_was_deleted_meanwhile(self):
        self.server.task_state = task_states.RESCUING

        def gone(instance, **options):
            raise nova_exception.InstanceNotFound(instance_id=instance.uuid)

        with fixtures.MonkeyPatch('nova.objects.Instance.save', gone):
            self.driver.process_instances_at_startup(
                self.context, objects.InstanceList(objects=[self.server]))
        self.assertIn('Nova went on with it', self.log.text)

    def test_an_azure_that_does_not_answer(self):
        self.server.task_state = task_states.RESCUING
        with self.azure.failing_for_good(1):
            self.restart()
        # out of which a hard reboot helps
        self.assertEqual(('error', None), (
            self.server.vm_state, self.server.task_state))
        self.assertIn('Not known whether it is rescued', self.log.text)


class MishapTest(test_killed.Killing, RescueTestCase):
    """Something goes wrong at each request, or the service is killed."""

    def each_failure(self, work):
        """Let each request fail for good, and look what is left."""
        number = 1
        while True:
            failed = False
            with self.azure.failing_for_good(number) as fault:
                try:
                    work()
                except nova_exception.NovaException:
                    self.server.vm_state, self.server.task_state = (
                        'error', None)
                    failed = True
            if not fault.fired:
                return
            yield failed
            number += 1

    def check_both(self):
        """Whatever was, a rescue succeeds now, and an unrescue."""
        if self.server.vm_state != vm_states.RESCUED:
            self.rescue()
            self.assert_rescued()
        self.unrescue()
        self.assert_itself()

    def test_of_a_rescue(self):
        for failed in self.each_failure(self.rescue):
            if failed:
                self.assertEqual(self.own, self.storage()['osDisk']['name'])
                self.assertEqual([], self.storage()['dataDisks'])
            self.check_both()

    def test_of_an_unrescue(self):
        self.rescue()
        for _ in self.each_failure(self.unrescue):
            self.check_both()
            self.rescue()

    def test_kills(self):
        """Once after each write; in between nothing changes."""
        for work, before in ((self.rescue, None),
                             (self.unrescue, self.rescue)):
            if before is not None:
                before()
            with self.killed_after(10 ** 6) as sent:
                work()
            self.check_both()
            writes = [number for number, request in enumerate(sent, 1)
                      if request.method != 'GET']
            self.assertGreater(len(writes), 3)
            for number in writes:
                if before is not None:
                    before()
                with self.killed_after(number):
                    work()
                if (self.server.task_state is not None
                        and self.restart() == vm_states.RESCUED
                        and before is None):
                    self.assert_rescued()
                self.check_both()
