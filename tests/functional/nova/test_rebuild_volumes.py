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

"""N12: rebuild of servers that boot a volume; Cinder puts the image into it.

Nova, Cinder and Glance are all real, and speak HTTP with each other.
"""

from unittest import mock

import fixtures
from nova import exception
from nova.compute import power_state
from nova.compute import vm_states
from nova.volume import cinder as nova_cinder

from jacket_azure import exceptions
from tests.functional.nova import rebuilds
from tests.functional.nova import test_volumes_of_images as of_images
from tests.functional.nova import with_cinder


class VolumeRebuild(rebuilds.Rebuilding):
    """On one disk model."""

    def setUp(self):
        super().setUp()
        first, self.second = self.image(), self.image()
        self.server = self.boot_from(first['id'])
        self.root = self.os_disk(self.server)

    def check_whole(self):
        """The server runs on its volume, and Cinder knows it."""
        self.assertEqual(self.root, self.os_disk(self.server))
        self.assertEqual('running', self.power_state(self.server))
        [attachment] = self.wait_for_volume(self.root, 'in-use')[
            'attachments']
        self.assertEqual(self.server['id'], attachment['server_id'])
        shown = self.ask('GET', f'/attachments/{attachment["attachment_id"]}')
        self.assertEqual('attached', shown['attachment']['status'])

    def reset(self, status):
        """As an administrator does it."""
        self.ask('POST', f'/volumes/{self.root}/action', {
            'os-reset_status': {'status': status}})

    def disks_of_root(self):
        disks = self.compute.manager.driver._backend.disks
        return [each.name for each in disks.list() if self.root in each.name]

    def test_n12_volume_with_another_image(self):
        data = self.make()
        self.attach(self.server, data)
        before = self.vm(self.server)['properties']
        disk = self.booted(self.server)
        with self.azure.recording() as made:
            self.rebuild(self.server, self.second)
        self.assertEqual(
            [('POST', 'virtualMachines/deallocate'),
             (self.write, 'virtualMachines'),
             ('POST', 'virtualMachines/start')],
            [(each.method, each.type) for each in made
             if each.type.startswith('virtualMachines')
             and each.method != 'GET'])
        self.check_whole()
        self.assertEqual({data: 0}, self.data_disks(self.server))
        after = self.vm(self.server)['properties']
        for key in ('vmId', 'networkProfile', 'hardwareProfile'):
            self.assertEqual(before[key], after[key])
        self.assertNotEqual(disk, self.booted(self.server))
        self.assertEqual(1, len(self.disks_of_root()))
        self.assertEqual(self.second['id'], self.volume(self.root)[
            'volume_image_metadata']['image_id'])
        self.detach(self.server, data)
        self._delete_server(self.server)
        self.wait_until(lambda: self.volumes() == {data}, 'root deleted')
        self.assertEqual([], self.disks_of_root())

    def test_n12_when_cinder_cannot_the_old_disk_boots(self):
        self.flags(reimage_timeout_per_gb=2)
        disk = self.booted(self.server)
        # the first write after it stopped is Cinder's
        self.fail_cinder()
        self.ask_for_rebuild(self.server, self.second)
        event = self.last_event(self.server)
        self.assertEqual('Error', event['result'])
        self.assertIn('boots what it did before', event['details'])
        self._wait_for_server_parameter(self.server, {
            'status': 'ACTIVE', 'OS-EXT-STS:task_state': None})
        self.assertEqual(disk, self.booted(self.server))
        self.assertEqual('running', self.power_state(self.server))
        # and is the server's in Cinder as well, when it may be
        self.azure.emulator.faults.clear()
        self.reset('in-use')
        self._reboot_server(self.server, hard=True)
        self.check_whole()
        self.assertEqual(disk, self.booted(self.server))


class ManagedVolumeRebuildTest(VolumeRebuild, of_images.ImagesToVolumes):
    """On managed disks."""

    write = 'PATCH'

    def cut_short(self):
        """Let a rebuild fail once Cinder has done its part."""
        disk = self.booted(self.server)
        self.azure.fail('PATCH', 'virtualMachines', 403,
                        'RequestDisallowedByPolicy')
        self.ask_for_rebuild(self.server, self.second)
        self.assertEqual('Error', self.last_event(self.server)['result'])
        self._wait_for_server_parameter(
            self.server, {'OS-EXT-STS:task_state': None})
        self.assertEqual(
            (disk, 'deallocated'),
            (self.booted(self.server), self.power_state(self.server)))
        self.azure.emulator.faults.clear()
        return disk

    def test_n12_once_cinder_has_done_it_the_old_disk_boots_no_more(self):
        """Nobody would know any more what is written to it."""
        disk = self.cut_short()
        self._reboot_server(self.server, hard=True)
        self.check_whole()
        self.assertNotEqual(disk, self.booted(self.server))
        self.assertEqual(1, len(self.disks_of_root()))
        # and all is as if nothing had been
        self.rebuild(self.server, self.second)
        self.check_whole()

    def cut_shorter(self):
        """Let a rebuild fail before Nova has the volume again."""
        disk = self.booted(self.server)
        with fixtures.MonkeyPatch(
                'jacket_azure.nova.rebuild.rebuild_volumes.RootVolumes.'
                'attached', mock.Mock(side_effect=exceptions.OperationFailed(
                    'cut short'))):
            self.ask_for_rebuild(self.server, self.second)
            self.assertIn(
                'cut short', self.last_event(self.server)['details'])
        self._wait_for_server_parameter(
            self.server, {'OS-EXT-STS:task_state': None})
        self.assertEqual('reserved', self.volume(self.root)['status'])
        self.assertEqual(
            (disk, 'deallocated'),
            (self.booted(self.server), self.power_state(self.server)))
        return disk

    def check_finished(self, disk):
        """The server boots what Cinder made, and nothing else is there."""
        self.check_whole()
        self.assertNotEqual(disk, self.booted(self.server))
        self.assertEqual(1, len(self.disks_of_root()))

    def give_up(self):
        """As Nova does when it cannot complete an attachment."""
        [attachment] = self.ask(
            'GET', f'/attachments?volume_id={self.root}')['attachments']
        self.ask('DELETE', f'/attachments/{attachment["id"]}')
        self.wait_for_volume(self.root, 'available')

    def test_n12_whatever_state_the_volume_is_left_in(self):
        for status in ('in-use', 'attaching'):
            disk = self.cut_shorter()
            self.reset(status)
            self._reboot_server(self.server, hard=True)
            self.check_finished(disk)

    def test_n12_a_volume_that_was_given_up(self):
        disk = self.cut_shorter()
        self.give_up()
        # Nova sees in time that the server is off
        self.set_instance(self.server, vm_state=vm_states.STOPPED)
        self._start_server(self.server)
        self.check_finished(disk)

    def test_n12_a_volume_that_nova_has_forgotten(self):
        disk = self.cut_shorter()
        self.give_up()
        # which Nova looks for at a hard reboot
        self.action(self.server, 'reboot', {'type': 'HARD'})
        event = self.last_event(self.server, 'compute_reboot_instance')
        self.assertIn('no longer attached', event['details'])
        self.assertEqual(
            (disk, 'deallocated'),
            (self.booted(self.server), self.power_state(self.server)))
        self._delete_server(self.server)
        self.assertEqual('available', self.volume(self.root)['status'])

    def test_n12_resumed_with_its_host_it_boots_what_its_volume_is(self):
        disk = self.cut_shorter()
        # Nova resumes what it saw running last
        self.set_instance(
            self.server, vm_state=vm_states.ACTIVE,
            power_state=power_state.RUNNING)
        self.flags(resume_guests_state_on_host_boot=True)
        self.restart_compute()
        self.wait_until(
            lambda: self.power_state(self.server) == 'running', 'resumed')
        self.check_finished(disk)

    def test_n12_resized_it_boots_what_its_volume_is(self):
        disk = self.cut_shorter()
        self.flags(allow_resize_to_same_host=True)
        larger = self.create_flavor('larger', 4, 16384, 64, **{
            'azure:vm_size': 'Standard_D4s_v5'})
        self.action(self.server, 'resize', {'flavorRef': larger})
        self._wait_for_state_change(self.server, 'VERIFY_RESIZE')
        self.check_finished(disk)

    def unheard(self, arrives):
        """Ask for a rebuild, and let Cinder's answer be lost."""
        order = nova_cinder.API.reimage_volume

        def lost(*arguments, **options):
            if arrives:
                order(*arguments, **options)
            raise exception.CinderConnectionFailed(reason='Read timed out')

        with fixtures.MonkeyPatch(
                'nova.volume.cinder.API.reimage_volume', lost):
            self.ask_for_rebuild(self.server, self.second)
            return self.last_event(self.server)

    def test_n12_an_answer_of_cinder_that_is_lost(self):
        disk = self.booted(self.server)
        event = self.unheard(arrives=False)
        self.assertIn('may arrive yet', event['details'])
        self._wait_for_server_parameter(
            self.server, {'OS-EXT-STS:task_state': None})
        self.assertEqual('deallocated', self.power_state(self.server))
        self._reboot_server(self.server, hard=True)
        self.check_whole()
        self.assertEqual(disk, self.booted(self.server))
        event = self.unheard(arrives=True)
        self.assertEqual('Success', event['result'], event)
        self.check_finished(disk)

    def test_n12_rebuilt_once_more_no_disk_is_left(self):
        disk = self.cut_short()
        self.rebuild(self.server, self.second)
        self.assertNotEqual(disk, self.booted(self.server))
        self.assertEqual(1, len(self.disks_of_root()))
        self.assertEqual('running', self.power_state(self.server))

    def fail_cinder(self):
        self.azure.fail('PUT', 'disks', 403, 'RequestDisallowedByPolicy')


class PageBlobVolumeRebuildTest(
        with_cinder.OnPageBlobs, VolumeRebuild, of_images.ImagesToVolumes):
    """On Azure Stack Hub with page blobs."""

    write = 'PUT'

    def fail_cinder(self):
        self.azure.fail('PUT', 'blobs/copy', 403, 'AuthorizationFailure')
