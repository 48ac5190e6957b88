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

"""C12 and failures: restarts, crashes, faults, budgets, two backends."""

from unittest import mock

from cinder import context
from cinder import objects
from cinder.db import api as db
from cinder.volume import volume_utils

from jacket_azure import exceptions
from jacket_azure.cinder import startup
from tests.functional.cinder import base


@base.on_both_models
class RestartTest(base.AzureVolumesTestCase):

    def test_a_restarted_service_knows_everything(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'before')
        snapshot = self.create_snapshot(volume)
        self.restart_volume_service()
        self.extend(volume, 2)
        copy = self.create_volume(snapshot_id=snapshot['id'])
        for each in (volume, copy):
            self.assertEqual(digest, self.contents.digest(self.disk(each)))
        self.delete_volume(copy)
        self.delete_snapshot(snapshot)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())

    def test_what_died_while_it_was_made_is_found_and_deleted(self):
        """Killed between Azure's answer and Cinder's record."""
        volume = self.create_volume()
        snapshot = self.create_snapshot(volume)
        admin = context.get_admin_context()
        db.volume_update(admin, volume['id'], {
            'status': 'error', 'provider_id': None,
            'provider_location': None})
        db.snapshot_update(admin, snapshot['id'], {
            'status': 'error', 'provider_id': None})
        self.delete_snapshot(snapshot)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())

    def test_creating_twice_is_creating_once(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'mine')
        record = self.record(volume)
        self.driver.create_volume(record)
        self.assertEqual(digest, self.contents.digest(self.disk(volume)))
        self.driver.delete_volume(record)
        self.driver.delete_volume(record)
        self.assertEqual([], self.left_in_azure())

    def test_a_copied_provider_id_deletes_nothing(self):
        """Cinder copies it into the volumes that it makes to migrate one."""
        volume = self.create_volume()
        twin = self.create_volume()
        admin = context.get_admin_context()
        db.volume_update(admin, twin['id'], {
            'provider_id': self.record(volume).provider_id})
        self.delete_volume(twin)
        self.assertEqual([self.disk(volume).name], self.left_in_azure())

    def test_a_revert_that_dies_half_way(self):
        volume = self.create_volume()
        digest = self.contents.write(self.disk(volume), 'old')
        snapshot = self.create_snapshot(volume)
        self.contents.write(self.disk(volume), 'new')
        record = self.record(volume)
        taken = self.snapshot_record(snapshot)
        with mock.patch.object(
                objects.Volume, 'save',
                side_effect=[None, KeyboardInterrupt]):
            self.assertRaises(
                KeyboardInterrupt, self.driver.revert_to_snapshot,
                context.get_admin_context(), record, taken)
        self.driver.revert_to_snapshot(
            context.get_admin_context(), self.record(volume), taken)
        disk = self.disk(volume)
        self.assertEqual(digest, self.contents.digest(disk))
        self.delete_snapshot(snapshot)
        self.assertEqual([disk.name], self.left_in_azure())

    def test_a_revert_is_done_though_the_old_disk_stays(self):
        volume = self.create_volume()
        old = self.disk(volume)
        digest = self.contents.write(old, 'old')
        snapshot = self.create_snapshot(volume)
        self.contents.write(old, 'new')
        with mock.patch.object(
                self.disks, 'delete',
                side_effect=exceptions.Unavailable('Azure is away.')):
            self.driver.revert_to_snapshot(
                context.get_admin_context(), self.record(volume),
                self.snapshot_record(snapshot))
        disk = self.disk(volume)
        self.assertEqual(digest, self.contents.digest(disk))
        self.assertEqual(old.kind, disk.kind)
        self.delete_snapshot(snapshot)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())

    def test_a_service_that_finds_azure_away_waits(self):
        driver = self.driver
        pools, naps = driver._backend.disks.pools, []

        def away():
            if len(naps) < 2:
                raise exceptions.Unavailable('Azure is away.')
            return pools()

        with mock.patch.object(driver._backend.disks, 'pools', away):
            startup.check(driver._backend, naps.append)
        self.assertEqual([startup.RETRY_SECONDS] * 2, naps)


@base.on_both_models
class BudgetTest(base.AzureVolumesTestCase):
    """Requests on the success path, polls and reads of a token apart."""

    #: requests for the same work: a managed disk's is one, a page blob's
    #: is more than one of a cheaper kind
    BUDGET = {
        'managed': {
            'create': 1, 'snapshot': 1, 'clone': 1, 'from snapshot': 1,
            'grow': 1, 'delete snapshot': 1, 'delete': 1, 'attach': 0},
        'page_blob': {
            'create': 2, 'snapshot': 1, 'clone': 8, 'from snapshot': 8,
            'grow': 8, 'delete snapshot': 1, 'delete': 2, 'attach': 0}}

    def test_every_operation_keeps_to_its_budget(self):
        # warm: the first ever makes containers and reads the catalogue
        warm = self.create_volume()
        self.delete_snapshot(self.create_snapshot(warm))
        spent = {}

        def count(name, work):
            with self.azure.recording() as made:
                result = work()
            spent[name] = [
                f'{each.method} {each.path}' for each in made
                if 'token' not in each.path]
            return result

        volume = count('create', self.create_volume)
        snapshot = count('snapshot', lambda: self.create_snapshot(volume))
        clone = count(
            'clone', lambda: self.create_volume(source_volid=volume['id']))
        copy = count('from snapshot', lambda: self.create_volume(
            snapshot_id=snapshot['id']))
        count('grow', lambda: self.extend(clone, 2))
        count('attach', lambda: self.attach(copy))
        count('delete snapshot', lambda: self.delete_snapshot(snapshot))
        count('delete', lambda: self.delete_volume(clone))
        budget = self.BUDGET[self.disk_model]
        over = {name: made for name, made in spent.items()
                if len(made) > budget[name]}
        self.assertEqual({}, over)


@base.on_both_models
class FaultTest(base.AzureVolumesTestCase):
    """Whatever request fails: no lost byte, no leak, a way to go on."""

    def test_a_create_that_fails_for_good_says_why(self):
        source = self.create_volume()
        left = self.left_in_azure()
        for wanted in ({}, {'source_volid': source['id']}):
            fault = self.azure.emulator.faults.at(
                1, 'fail', 400, 'MadeToFail', for_good=True)
            volume = self.create_volume(status='error', **wanted)
            self.azure.emulator.faults.remove(fault)
            self.assertIn('MadeToFail', volume['metadata']['azure_error'])
            self.delete_volume(volume)
            self.assertEqual(left, self.left_in_azure())


class TwoBackendsTest(base.AzureVolumesTestCase):
    """Two disk models in one cinder.conf; volumes move between them."""

    OTHER = 'cinder-host@blobs'

    def setUp(self):
        super().setUp()
        self.configure('azure_blobs', disk_model='page_blob')
        self.override_config(
            'azure_config_group', 'azure_blobs', 'backend_defaults')
        self.blobs = self.start_service('volume', host=self.OTHER)
        self.wait_until(self.both_are_known, 'pools of both')

    def both_are_known(self):
        admin = context.get_admin_context()
        for service in (self.volume, self.blobs):
            service.manager.publish_service_capabilities(admin)
        pools = self.scheduler.manager.driver.get_pools(admin, {})
        return len({volume_utils.extract_host(each['name'])
                    for each in pools}) == 2

    def move(self, volume, host):
        self.action(volume, 'os-migrate_volume', {
            'host': host, 'force_host_copy': False})
        self.wait_until(
            lambda: self.record(volume).migration_status == 'success',
            'migrated')

    def test_there_and_back(self):
        self.create_type('plain', pool_name='StandardSSD_LRS')
        volume = self.create_volume(volume_type='__DEFAULT__')
        at = self.record(volume).host
        driver = {
            base.HOST: self.volume, self.OTHER: self.blobs}[
                volume_utils.extract_host(at)].manager.driver
        disks = driver._backend.disks
        digest = self.contents.write(
            disks.get(self.record(volume).provider_id), 'travels')
        there = {base.HOST: self.OTHER, self.OTHER: base.HOST}[
            volume_utils.extract_host(at)]
        pool = {base.HOST: 'StandardSSD_LRS', self.OTHER: 'Standard_LRS'}
        for host in (there, volume_utils.extract_host(at)):
            self.move(volume, f'{host}#{pool[host]}')
            service = {base.HOST: self.volume, self.OTHER: self.blobs}[host]
            disk = service.manager.driver._backend.disks.get(
                self.record(volume).provider_id)
            self.assertEqual(digest, self.contents.digest(disk))
            self.contents.check_vhd(disk, 1)
