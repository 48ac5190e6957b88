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

"""C02, C11: a deletion takes all of a volume, and nothing of another's."""

from unittest import mock

from cinder import context
from cinder import exception as cinder_exception
from cinder import objects
from cinder.db import api as db
from oslo_utils import uuidutils

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.payload import volume_kind
from tests.functional.cinder import base


@base.on_both_models
class BrokenRevertTest(base.AzureVolumesTestCase):
    """Killed once the new disk is there, before Cinder knows of it."""

    def setUp(self):
        super().setUp()
        self.reverted = self.create_volume()
        self.digest = self.contents.write(self.disk(self.reverted), 'old')
        self.taken = self.create_snapshot(self.reverted)
        self.contents.write(self.disk(self.reverted), 'new')
        revert = self.disks.revert

        def die(*arguments):
            revert(*arguments)
            raise KeyboardInterrupt

        with mock.patch.object(self.disks, 'revert', die):
            self.assertRaises(KeyboardInterrupt, self.revert)

    def revert(self):
        self.driver.revert_to_snapshot(
            context.get_admin_context(), self.record(self.reverted),
            self.snapshot_record(self.taken))

    def test_the_deletion_takes_both_disks(self):
        self.restart_volume_service()
        self.delete_snapshot(self.taken)
        self.delete_volume(self.reverted)
        self.assertEqual([], self.left_in_azure())

    def test_a_second_try_after_the_volume_has_grown(self):
        self.extend(self.reverted, 2)
        self.revert()
        disk = self.disk(self.reverted)
        self.assertEqual(2, disk.size_gib)
        self.assertEqual(self.digest, self.contents.digest(disk))
        self.delete_snapshot(self.taken)
        self.assertEqual([disk.name], self.left_in_azure())


class MigrationTest(base.AzureVolumesTestCase):
    """What Cinder makes a new volume for, and copies."""

    def test_a_disk_of_a_name_of_its_own_goes(self):
        self.create_type('one', azure_zone='1')
        self.create_type('two', azure_zone='2')
        self.disks.create(models.VolumeSpec(
            name='of-an-administrator', size_gib=1, tags={},
            kind=volume_kind.Kind('StandardSSD_LRS', zone='1')))
        made = self.api.api_post('/os-volume-manage', {'volume': {
            'host': f'{base.HOST}#StandardSSD_LRS', 'volume_type': 'one',
            'ref': {'source-name': 'of-an-administrator'}}},
            check_response_status=[202])['volume']
        volume = self.wait_for(made, 'creating', 'managing')
        digest = self.contents.write(self.disk(volume), 'moved')
        self.action(volume, 'os-retype', {
            'new_type': 'two', 'migration_policy': 'on-demand'})
        self.wait_for(volume, 'retyping')
        disk = self.disk(volume)
        self.assertEqual(digest, self.contents.digest(disk))
        self.wait_until(
            lambda: self.left_in_azure() == [disk.name], 'old disk deleted')

    def test_a_cluster_keeps_its_pools(self):
        volume = self.create_volume()
        _, update = self.driver.migrate_volume(
            context.get_admin_context(), self.record(volume), {
                'host': 'another@azure', 'cluster_name': 'all@azure',
                'capabilities': {
                    'location_info': self.driver._backend.location_info}})
        self.assertEqual('another@azure#StandardSSD_LRS', update['host'])
        self.assertEqual(
            'all@azure#StandardSSD_LRS', update['cluster_name'])


@base.on_both_models
class MigrationTargetTest(base.AzureVolumesTestCase):
    """Cinder forgets one that fails, and deletes nothing."""

    def target(self):
        volume = objects.Volume(
            context.get_admin_context(), size=1, status='creating',
            host=self.service_host(),
            migration_status=f'target:{uuidutils.generate_uuid()}',
            volume_type_id=None)
        volume.create()
        return volume

    def service_host(self):
        return f'{base.HOST}#{base.DEFAULT_SKU[self.disk_model]}'

    def test_one_whose_making_ended_unknown(self):
        create = self.disks.create

        def unknown(spec):
            create(spec)
            raise exceptions.OperationTimeout('no answer in time')

        with mock.patch.object(self.disks, 'create', unknown):
            self.assertRaises(
                cinder_exception.CinderException,
                self.driver.create_volume, self.target())
        self.assertEqual([], self.left_in_azure())

    def test_one_that_was_given_up_meanwhile(self):
        volume = self.target()
        db.volume_destroy(context.get_admin_context(), volume.id)
        self.assertRaises(
            cinder_exception.CinderException,
            self.driver.create_volume, volume)
        self.assertEqual([], self.left_in_azure())


@base.on_both_models
class OthersTest(base.AzureVolumesTestCase):

    def test_a_name_does_not_overrule_a_tag(self):
        """A disk named after one volume, but now another's."""
        volume, other = self.create_volume(), self.create_volume()
        name = self.record(other).provider_id.replace(
            other['id'], f'{volume["id"]}-later')
        disk = self.disks.create(models.VolumeSpec(
            name=name, size_gib=1,
            kind=volume_kind.Kind(base.DEFAULT_SKU[self.disk_model]),
            tags=self.disk(other).tags))
        db.volume_update(context.get_admin_context(), volume['id'], {
            'provider_id': name})
        self.delete_volume(volume)
        self.assertEqual(
            sorted([disk.name, self.disk(other).name]), self.left_in_azure())


@base.on_both_models
class ReasonTest(base.AzureVolumesTestCase):
    """What a user is told stands beside what he has written."""

    def test_other_metadata_stays_and_places_are_not_told(self):
        volume = self.create_volume(metadata={'mine': 'before'})
        record = self.record(volume)
        admin = context.get_admin_context()
        # by the user, after the service has read the volume
        db.volume_metadata_update(
            admin, volume['id'], {'mine': 'meanwhile'}, False)
        disk = self.disk(volume)
        with mock.patch.object(
                self.disks, 'grow',
                side_effect=exceptions.Refused(f"Disk '{disk.id}' is bad.")):
            self.assertRaises(
                cinder_exception.CinderException,
                self.driver.extend_volume, record, 2)
        record.save()
        found = self.api.get_volume(volume['id'])['metadata']
        name = disk.id.rpartition('/')[2]
        self.assertEqual(
            {'mine': 'meanwhile', 'azure_error': f"Disk '{name}' is bad."},
            found)
        # and once it works, the reason goes and nothing else
        record = self.record(volume)
        db.volume_metadata_update(
            admin, volume['id'], {'mine': 'at last'}, False)
        self.driver.extend_volume(record, 2)
        record.save()
        self.assertEqual(
            {'mine': 'at last'}, self.api.get_volume(volume['id'])['metadata'])
