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


import datetime

from nova import context
from nova.compute import power_state
from nova.tests.functional.api import client as api_client

from tests.functional.nova import images
from tests.functional.nova import rescues

SECRET = 'Corr3ct Horse  Battery'


class Rescue(rescues.Rescuing):
    """Rescue and unrescue of servers that have an OS disk."""

    def setUp(self):
        super().setUp()
        self.server = self.create_server()
        self.own = self.storage(self.server)['osDisk']
        self.before = self.digest(self.own)

    def check_itself(self):
        """Nothing of the rescue is left."""
        storage = self.storage(self.server)
        self.assertEqual(self.own, {**storage['osDisk'], 'diskSizeGB': (
            storage['osDisk'].get('diskSizeGB', self.own['diskSizeGB']))})
        self.assertEqual([], storage['dataDisks'])
        self.assertEqual(self.before, self.digest(storage['osDisk']))
        disks = self.compute.manager.driver._backend.disks
        self.assertFalse(disks.delete_os_disk(
            self.server['id'], f'{self.server["id"]}-rescue'))

    def test_n21_rescue_and_unrescue(self):
        image = self.rescue_image()
        answer = self.rescue(self.server, image, SECRET)
        self.assertEqual(SECRET, answer['adminPass'])
        entry = self.check_rescued(self.server, self.own)
        self.assertEqual(self.before, self.digest(entry))
        self.assertEqual(SECRET, self.password_of(self.server))
        # everything else works meanwhile, or is Nova's to refuse
        self.run_periodic('_sync_power_states')
        self.restart_compute()
        found = self.wait_for_status(self.server, 'RESCUE')
        self.assertEqual(
            power_state.RUNNING, found['OS-EXT-STS:power_state'])
        log = self.api.post_server_action(
            self.server['id'], {'os-getConsoleOutput': {}})['output']
        self.assertIn('login:', log)
        for action in ({'createImage': {'name': 'no'}}, {'os-stop': None},
                       {'resize': {'flavorRef': self.large}}):
            with self.assertRaisesRegex(
                    api_client.OpenStackApiException, 'vm_state rescued'):
                self.api.post_server_action(self.server['id'], action)
        self.unrescue(self.server)
        self.check_itself()
        # and again, by the periodic task
        self.rescue(self.server, image)
        self.flags(rescue_timeout=1)
        self.set_instance(self.server, launched_at=datetime.datetime(
            2026, 1, 1, tzinfo=datetime.UTC))
        self.compute.manager._poll_rescued_instances(
            context.get_admin_context())
        self.itself(self.server)
        self.check_itself()

    def test_n21_a_rescued_server_is_deleted_whole(self):
        self.rescue(self.server, self.rescue_image())
        self._delete_server(self.server)
        self.assertEqual([], self.azure.resources('virtualMachines'))
        disks = self.compute.manager.driver._backend.disks
        self.assertFalse(disks.delete_os_disk(self.server['id']))

    def test_n21_an_unrescue_that_failed(self):
        """Nova then takes the rescue system for the server."""
        self.rescue(self.server, self.rescue_image())
        self.azure.fail(
            self.write, 'virtualMachines', 403, 'AuthorizationFailed')
        self.action(self.server, 'unrescue')
        found = self.wait_for_status(self.server, 'ERROR')
        self.assertIn('AuthorizationFailed', found['fault']['message'])
        self.azure.emulator.faults.clear()
        self.action(self.server, 'os-stop')
        self.wait_for_status(self.server, 'SHUTOFF')
        # shelving makes an image, and would delete the server's own disk
        self.action(self.server, 'shelve')
        event = self.last_event(self.server, 'compute_shelve_instance')
        self.assertIn('boots from a rescue disk', event['details'])
        self.wait_for_status(self.server, 'SHUTOFF')
        self.action(self.server, 'os-start')
        self.itself(self.server)
        self.check_itself()

    def test_n21_without_room_it_is_what_it_was(self):
        fault = self.azure.emulator.faults.fail_operation(
            'POST', 'virtualMachines/start', 'AllocationFailed', times=1)
        self.ask_to_rescue(self.server, self.rescue_image())
        found = self.wait_for_status(self.server, 'ERROR')
        self.assertIn('AllocationFailed', found['fault']['message'])
        self.assertEqual(1, fault.fired)
        self.check_itself()
        self.api.post_server_action(
            self.server['id'], {'reboot': {'type': 'HARD'}})
        self.itself(self.server)

    def test_n21_a_service_that_was_stopped_meanwhile(self):
        self.rescue(self.server, self.rescue_image())
        self.set_instance(
            self.server, vm_state='active', task_state='rescuing')
        self.restart_compute()
        self.wait_for_status(self.server, 'RESCUE')
        self.unrescue(self.server)
        self.set_instance(
            self.server, vm_state='rescued', task_state='unrescuing')
        self.restart_compute()
        self.itself(self.server)
        self.check_itself()

    def refused(self, words, image, password=None):
        """Expect Nova's ERROR, a machine that runs on, and why."""
        vm = self.vm(self.server)
        self.ask_to_rescue(self.server, image, password)
        found = self.wait_for_status(self.server, 'ERROR')
        self.assertIn(words, found['fault']['message'])
        event = self.last_event(self.server, rescues.EVENT)
        self.assertEqual('Error', event['result'])
        self.assertIn(words, event['details'])
        self.assertEqual(vm, self.vm(self.server))
        self.assertEqual('running', self.power_state(self.server))


class ManagedRescueTest(Rescue, images.ImageTestCase):
    """On managed disks."""

    write = 'PATCH'

    def test_n21_with_the_image_it_was_made_from(self):
        with self.azure.recording() as made:
            answer = self.rescue(self.server)
        self.check_rescued(
            self.server, self.own, self.first_bytes(self.own, 512))
        self.assertEqual(
            answer['adminPass'], self.password_of(self.server))
        # the disk, then stop, swap, start, and the password's two
        self.assertEqual(
            ['PUT', 'POST', 'PATCH', 'POST', 'PUT', 'DELETE'],
            [each.method for each in made if each.method != 'GET'])
        with self.azure.recording() as made:
            self.unrescue(self.server)
        self.assertEqual(
            ['POST', 'PATCH', 'POST', 'DELETE'],
            [each.method for each in made if each.method != 'GET'])
        self.check_itself()

    def test_n21_what_cannot_be_leaves_the_machine_alone(self):
        self.refused('The administrator password', self.rescue_image(), 'x')
        # users get out of it by themselves: by another rescue ...
        self.rescue(self.server, self.rescue_image())
        self.unrescue(self.server)
        self.refused('The image holds windows and the server linux',
                     self.glance.windows)
        # ... or by a hard reboot
        self.action(self.server, 'reboot', {'type': 'HARD'})
        self.itself(self.server)
        self.check_itself()

    def test_n21_an_image_that_is_gone(self):
        image = self.rescue_image()
        self.images.delete(image['id'], self.user_token)
        with self.assertRaisesRegex(
                api_client.OpenStackApiException, 'cannot be rescued|image'):
            self.ask_to_rescue(self.server, image)
        # nor does Nova find the one the server was made from
        self.images.delete(self.glance.ubuntu['id'])
        self.ask_to_rescue(self.server)
        event = self.last_event(self.server, rescues.EVENT)
        self.assertIn('could not be found', event['details'])
        self.itself(self.server)
        self.check_itself()


class PageBlobRescueTest(images.OnPageBlobs, Rescue, images.ImageTestCase):
    """On Azure Stack Hub with page blobs."""

    write = 'PUT'
    generation = 'V1'

    def test_n21_an_image_of_the_marketplace(self):
        """Azure makes a blob of one with a new machine only."""
        self.refused('A disk in a page blob', self.glance.ubuntu)
