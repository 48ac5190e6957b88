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

"""Passes over HTTPS, against the emulator."""

import dataclasses
import datetime

import fixtures

from jacket_azure import exceptions
from jacket_azure.emulator import network_interfaces
from jacket_azure.janitor import facts
from jacket_azure.janitor import reports
from tests import volumes
from tests.unit.janitor import base

Action = reports.Action


class SweepTest(base.JanitorTestCase):

    def reasons(self, report):
        return {outcome.reason for outcome in report.outcomes}

    def test_parts_of_a_deleted_server_go_in_the_second_pass(self):
        uuid = self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor()
        first = janitor.run()
        self.assertEqual(3, first.count(Action.WAITING))
        self.assertEqual(3, len(self.left()))
        self.skipped += base.PAUSE
        second = janitor.run()
        self.assertEqual(3, second.count(Action.DELETED))
        self.assertEqual([], self.left())
        self.assertEqual({}, janitor.suspects)
        self.assertEqual(3, janitor.totals[Action.DELETED])
        self.assertEqual(
            {'nic': 2, 'os-disk': 1, 'public-ip': 0, 'temporary': 0,
             'upload': 0, 'volume': 0}, second.listed)
        for kind in ('networkInterfaces', 'disks'):
            self.assertIn(f'{kind}/{uuid}: server {uuid} was',
                          self.log.text)

    def test_volumes_of_a_deleted_server_stay(self):
        disks = self.driver._backend.disks
        boot, data = (
            volumes.make(disks, self.conf.azure, size_gib) for size_gib
            in (30, 4))
        # as one that Azure made of an image
        self.azure.emulator.store.get(boot['data']['disk_id']).properties[
            'osType'] = boot['data']['os_type'] = 'Linux'
        server = self.instance(image_ref='', key_data=None)
        self.spawn(server, devices={'block_device_mapping': [
            {'boot_index': 0, 'connection_info': boot},
            {'boot_index': -1, 'connection_info': data}]})
        self.client.virtual_machines.delete(server.uuid)
        # and neither Nova nor Cinder knows of any of it
        self.records = {
            uuid: self.deleted_record()
            for uuid in (server.uuid, boot['serial'], data['serial'])}
        self.skipped = base.LONG
        report = self.two_passes(self.janitor())
        self.assertEqual(0, report.count(Action.DELETED))
        self.assertEqual(
            {'Cinder cannot be asked about volumes here'},
            self.reasons(report))
        self.assertEqual(
            sorted(('disks', f'volume-{info["serial"]}')
                   for info in (boot, data)), self.left())

    def test_two_passes_in_a_hurry_are_one(self):
        self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor()
        for _ in range(3):
            janitor.run()
        self.assertEqual(3, len(self.left()))

    def test_servers_that_live_keep_their_parts(self):
        self.spawn()
        self.leave_behind(ports=1)
        self.skipped = base.LONG
        self.two_passes(self.janitor())
        self.assertEqual(4, len(self.left()))

    def test_what_openstack_still_has_is_kept(self):
        """In error, shelved, soft-deleted: all of these exist."""
        uuid = self.leave_behind()
        self.records[uuid] = facts.Record(True)
        self.skipped = base.LONG
        report = self.two_passes(self.janitor())
        self.assertEqual({f'server {uuid} exists in OpenStack'},
                         self.reasons(report))
        self.assertEqual(3, len(self.left()))

    def test_server_deleted_a_moment_ago(self):
        uuid = self.leave_behind()
        self.skipped = base.LONG
        self.records[uuid] = self.deleted_record()
        self.two_passes(self.janitor())
        self.assertEqual(3, len(self.left()))

    def test_disk_detached_a_moment_ago(self):
        """Only Azure tells when, by the time of the last owner."""
        uuid = self.leave_behind()
        self.skipped = base.LONG
        disk = self.azure.emulator.store.get(
            self.azure.resource('disks', uuid)['id'])
        disk.properties['LastOwnershipUpdateTime'] = self.time().isoformat()
        self.two_passes(self.janitor())
        self.assertEqual([('disks', uuid)], self.left())

    def test_young_resources_stay(self):
        self.leave_behind()
        report = self.two_passes(self.janitor())
        self.assertEqual({'it is younger than the grace time'},
                         self.reasons(report))
        self.assertEqual([], self.questions)

    def test_other_hosts_and_deployments(self):
        self.leave_behind()
        self.skipped = base.LONG
        self.two_passes(self.janitor(host='compute2'))
        self.two_passes(self.janitor(owner='another'))
        self.two_passes(self.janitor(kind_names=('volume',)))
        self.assertEqual(3, len(self.left()))
        self.two_passes(self.janitor(host=None))
        self.assertEqual([], self.left())

    def test_purged_server_counts_when_the_living_are_known(self):
        self.spawn()
        uuid = self.leave_behind(ports=1)
        del self.records[uuid]
        self.skipped = base.LONG
        self.knows_the_living = False
        report = self.two_passes(self.janitor())
        self.assertIn('no evidence', report.ended)
        self.assertEqual(6, len(self.left()))
        # witnesses are asked only where a record is missing
        self.assertEqual({uuid}, self.questions[0])
        self.assertNotIn(uuid, self.questions[1])
        self.knows_the_living = True
        self.two_passes(self.janitor())
        self.assertEqual(4, len(self.left()))

    def test_jacket_keep_is_obeyed(self):
        uuid = self.leave_behind()
        disk = self.azure.resource('disks', uuid)
        self.client.disks.update(
            uuid, {'tags': {**disk['tags'], 'Jacket-Keep': 'for the judge'}})
        self.skipped = base.LONG
        self.two_passes(self.janitor())
        self.assertEqual([('disks', uuid)], self.left())

    def test_copy_of_a_disk_with_its_tags_is_not_ours(self):
        uuid = self.leave_behind()
        disk = self.azure.resource('disks', uuid)
        self.client.disks.create_or_update('copy', {
            'location': disk['location'], 'tags': disk['tags'],
            'properties': {'osType': 'Linux', 'creationData': {
                'createOption': 'Copy', 'sourceResourceId': disk['id']}}})
        self.skipped = base.LONG
        self.two_passes(self.janitor())
        self.assertEqual([('disks', 'copy')], self.left())

    def test_reserved_interface_is_tried_again(self):
        uuid = self.leave_behind(ports=1)
        nic = self.azure.resource('networkInterfaces', uuid)
        self.skipped = base.LONG
        janitor = self.janitor()
        network_interfaces.reserve(
            self.azure.emulator, nic['id'], f'{nic["id"]}-vm')
        report = self.two_passes(janitor)
        self.assertEqual(1, report.count(Action.FAILED))
        self.assertEqual([('networkInterfaces', uuid)], self.left())
        self.assertEqual(
            [1], [suspect.failures for suspect in janitor.suspects.values()])
        self.azure.clock.advance(network_interfaces.RESERVED_SECONDS)
        janitor.run()
        self.assertEqual([], self.left())

    def test_one_failure_does_not_stop_the_rest(self):
        uuid = self.leave_behind()
        self.azure.fail('DELETE', 'networkInterfaces', 409, 'ScopeLocked',
                        name=uuid)
        self.skipped = base.LONG
        report = self.two_passes(self.janitor())
        self.assertEqual(2, report.count(Action.DELETED))
        self.assertEqual([('networkInterfaces', uuid)], self.left())
        self.assertIsNone(report.ended)

    def test_locked_ones_do_not_starve_the_others(self):
        self.leave_behind()
        self.azure.fail('DELETE', 'networkInterfaces', 409, 'ScopeLocked')
        self.skipped = base.LONG
        janitor = self.janitor(max_deletions=1)
        self.two_passes(janitor)
        for _ in range(2):
            janitor.run()
        self.assertEqual(
            ['networkInterfaces'] * 2, [kind for kind, _ in self.left()])

    def test_throttling_stops_the_pass(self):
        self.leave_behind()
        self.flags(operation_timeout=60)
        self.azure.emulator.faults.throttle(
            'DELETE', '*', retry_after=120)
        self.skipped = base.LONG
        janitor = self.janitor()
        report = self.two_passes(janitor)
        self.assertEqual('Azure is out of reach', report.ended)
        self.assertEqual(1, len(report.outcomes))
        # the list was good: they are suspects still
        self.assertEqual(3, len(janitor.suspects))

    def test_failed_list_forgets_the_suspects(self):
        self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        for kind in ('networkInterfaces', 'disks', 'virtualMachines'):
            self.skipped += base.PAUSE
            fault = self.azure.fail('GET', kind, 403, 'AuthorizationFailed',
                                    name='')
            self.assertIsNotNone(janitor.run().ended)
            self.azure.emulator.faults.remove(fault)
            self.assertEqual({}, janitor.suspects)
            janitor.run()
        self.assertEqual(3, len(self.left()))

    def test_list_that_breaks_off_is_no_list(self):
        self.azure.emulator.page_size = 1
        self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        self.skipped += base.PAUSE
        self.azure.emulator.faults.at(2, 'fail', 404, 'NotFound')
        self.assertIsNotNone(janitor.run().ended)
        self.assertEqual(3, len(self.left()))

    def test_machines_missing_from_their_list(self):
        self.spawn()
        self.leave_behind(ports=1)
        self.skipped = base.LONG
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.arm.virtual_machines.VirtualMachines.list',
            lambda machines: []))
        report = self.two_passes(self.janitor())
        self.assertIn('no virtual machine at all', report.ended)
        self.assertEqual(6, len(self.left()))

    def test_silent_openstack_ends_the_pass(self):
        self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        self.skipped += base.PAUSE

        def silent(uuids):
            raise facts.Unanswered('The database is away.')

        janitor._ask = silent
        self.assertEqual('The database is away.', janitor.run().ended)
        self.assertEqual({}, janitor.suspects)
        self.assertEqual(3, len(self.left()))

    def test_dry_run_deletes_nothing(self):
        self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor(dry_run=True)
        report = self.two_passes(janitor)
        self.assertEqual(3, report.count(Action.WOULD_DELETE))
        self.assertEqual(3, len(self.left()))
        self.assertEqual(3, len(janitor.suspects))
        self.assertIn('Would delete', self.log.text)

    def test_cloud_without_managed_disks_is_asked_for_none(self):
        self.leave_behind()
        self.skipped = base.LONG
        cloud = self.client.cloud
        self.client.cloud = dataclasses.replace(
            cloud, capabilities=dataclasses.replace(
                cloud.capabilities, managed_disks=False))
        report = self.two_passes(self.janitor())
        self.assertEqual({'nic': 2, 'public-ip': 0}, report.listed)
        self.assertEqual(['disks'], [kind for kind, _ in self.left()])

    def test_deletions_are_bounded(self):
        self.leave_behind()
        self.skipped = base.LONG
        janitor = self.janitor(max_deletions=2)
        report = self.two_passes(janitor)
        self.assertEqual((2, 1), (report.count(Action.DELETED),
                                  report.count(Action.WAITING)))
        janitor.run()
        self.assertEqual([], self.left())

    def test_service_that_stops_deletes_no_more(self):
        self.leave_behind()
        self.skipped = base.LONG
        report = self.two_passes(self.janitor(stopping=lambda: True))
        self.assertEqual('the service stops', report.ended)
        self.assertEqual(3, len(self.left()))

    def test_clock_that_went_back_starts_over(self):
        self.leave_behind()
        self.skipped = base.LONG + 1000
        janitor = self.janitor()
        janitor.run()
        self.skipped = base.LONG
        janitor.run()
        self.assertEqual(3, len(self.left()))

    def test_clock_far_behind_deletes_nothing(self):
        self.leave_behind()
        self.two_passes(self.janitor(
            now=lambda: self.time() - datetime.timedelta(hours=1)))
        self.assertEqual(3, len(self.left()))

    def test_missing_resource_between_list_and_look(self):
        uuid = self.leave_behind(ports=1)
        self.skipped = base.LONG
        janitor = self.janitor()
        janitor.run()
        ask = janitor._ask
        self.skipped += base.PAUSE

        def ask_and_delete(uuids):
            janitor._ask = ask
            self.client.disks.delete(uuid)
            return ask(uuids)

        janitor._ask = ask_and_delete
        report = janitor.run()
        self.assertEqual((1, 1), (report.count(Action.GONE),
                                  report.count(Action.DELETED)))

    def test_delete_is_conditional(self):
        uuid = self.leave_behind(ports=1)
        nics = self.client.network_interfaces
        etag = nics.get(uuid)['etag']
        nics.create_or_update(uuid, self.azure.sent(
            'PUT', 'networkInterfaces', uuid))
        self.assertRaises(exceptions.PreconditionFailed, nics.delete, uuid,
                          etag=etag)
        self.assertTrue(nics.delete(uuid, etag=nics.get(uuid)['etag']))
