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

"""C11: manage and unmanage, groups, transfer, migration between models."""

from cinder.tests.functional.api import client as api_client
from oslo_utils import uuidutils

from jacket_azure.disks import models
from jacket_azure.payload import volume_kind
from tests.functional.cinder import base


@base.on_both_models
class ManageTest(base.AzureVolumesTestCase):

    def foreign(self, tags=None):
        """Make a disk that no Cinder knows, as an administrator would."""
        spec = models.VolumeSpec(
            name=self.disks.volume_name(uuidutils.generate_uuid()),
            size_gib=2, tags={**(tags or {}), 'team': 'storage'},
            kind=volume_kind.Kind(base.DEFAULT_SKU[self.disk_model]))
        return self.disks.create(spec)

    def manage(self, **reference):
        """Ask Cinder to take a disk; returns the volume."""
        made = self.api.post_manage_volume(
            host=f'{base.HOST}#{base.DEFAULT_SKU[self.disk_model]}',
            ref={key.replace('_', '-'): value
                 for key, value in reference.items()})['volume']
        return self.wait_for(made, 'creating', 'managing')

    def refused(self, **reference):
        """Ask Cinder to take what cannot be taken; returns the reason."""
        made = self.api.post_manage_volume(
            host=f'{base.HOST}#{base.DEFAULT_SKU[self.disk_model]}',
            ref={key.replace('_', '-'): value
                 for key, value in reference.items()})['volume']
        found = self.settled(
            lambda: self.api.get_volume(made['id']), 'creating', 'managing')
        self.assertIn(found['status'], ('error', 'error_managing'))
        return found['metadata']['azure_error']

    def refused_as(self, volume_type, disk):
        """Ask Cinder to take a disk as one of a type; returns the reason."""
        made = self.api.api_post('/manageable_volumes', {'volume': {
            'host': f'{base.HOST}#{base.DEFAULT_SKU[self.disk_model]}',
            'volume_type': volume_type, 'ref': {'source-name': disk.name}}},
            check_response_status=[202])['volume']
        found = self.settled(
            lambda: self.api.get_volume(made['id']), 'creating', 'managing')
        self.assertIn(found['status'], ('error', 'error_managing'))
        return found['metadata']['azure_error']

    def test_a_type_that_the_disk_is_not_of(self):
        disk = self.disks.get(self.foreign().name)
        sku = base.DEFAULT_SKU[self.disk_model]
        self.create_type('in-a-zone', azure_sku=sku, azure_zone='1')
        self.assertIn('no zone', self.refused_as('in-a-zone', disk))
        if self.disk_model == 'managed':
            self.create_type(
                'shared', azure_sku=sku, multiattach='<is> True')
            self.assertIn('at once', self.refused_as('shared', disk))
        self.assertEqual(disk, self.disks.get(disk.name))

    def test_a_snapshot_taken_by_hand_comes_and_goes(self):
        if self.disk_model == 'managed':
            self.skipTest('a managed snapshot has tags of its own')
        volume = self.create_volume()
        blob = self.disks._blob(self.disk(volume).name)
        stamps = [blob.snapshot(metadata) for metadata in (
            {}, {'team': 'storage'})]
        for stamp in stamps:
            made = self.api.api_post('/manageable_snapshots', {'snapshot': {
                'volume_id': volume['id'], 'ref': {'source-name': (
                    f'{self.disk(volume).name}?snapshot={stamp}')}}},
                check_response_status=[202])['snapshot']
            found = self.settled(
                lambda made=made: self.api.get_snapshot(made['id']),
                'creating', 'managing')
            self.assertEqual(
                'available', found['status'], self.log.text[-3000:])
            self.delete_snapshot(found)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())

    def refused_twice(self, volume):
        """Ask for what Cinder has already; returns the reason."""
        try:
            return self.refused(source_id=self.disk(volume).id)
        except api_client.OpenStackApiException400 as exc:
            return exc.response.text    # Cinder knows its own names

    def manageable(self):
        found = self.api.api_get(
            f'/manageable_volumes/detail?host={base.HOST}')
        return {
            each['reference']['source-name']: each
            for each in found['manageable-volumes']}

    def test_a_disk_comes_and_goes(self):
        disk = self.foreign()
        digest = self.contents.write(disk, 'foreign')
        self.assertTrue(self.manageable()[disk.name]['safe_to_manage'])
        volume = self.manage(source_name=disk.name)
        self.assertEqual(2, volume['size'])
        self.assertEqual(volume['id'], self.disk(volume).tags['jacket-id'])
        self.assertEqual('storage', self.disk(volume).tags['team'])
        listed = self.manageable()[disk.name]
        self.assertFalse(listed['safe_to_manage'])
        self.assertEqual(volume['id'], listed['cinder_id'])
        self.action(volume, 'os-unmanage')
        self.wait_until(lambda: self.is_unmanaged(volume), 'unmanaged')
        left = self.disks.get(disk.name)
        self.assertEqual({'team': 'storage'}, dict(left.tags))
        self.assertEqual(digest, self.contents.digest(left))
        # and once more, by its id
        volume = self.manage(source_id=disk.id)
        self.delete_volume(volume)
        self.assertEqual([], self.left_in_azure())

    def is_unmanaged(self, volume):
        try:
            self.api.get_volume(volume['id'])
        except api_client.OpenStackApiException404:
            return True
        return False

    def test_what_cannot_be_managed_stays_as_it_is(self):
        mine = self.create_volume()
        theirs = self.foreign({'jacket-owner': 'another-cloud'})
        free = self.foreign()
        before = [self.disks.get(each.name) for each in (theirs, free)]
        self.assertIn(
            'no such disk', self.refused(source_name='nothing-of-this-name'))
        self.assertIn('another-cloud', self.refused(source_name=theirs.name))
        self.assertIn('lready managed', self.refused_twice(mine))
        with self.held_disk(free):
            self.assertIn('in use', self.refused(source_name=free.name))
        self.assertEqual(
            before,
            [self.disks.get(each.name) for each in (theirs, free)])
        self.assertEqual(mine['id'], self.disk(mine).tags['jacket-id'])

    def test_a_damaged_footer(self):
        if self.disk_model == 'managed':
            self.skipTest('a managed disk shows no footer')
        disk = self.foreign()
        self.contents.damage(disk, 2)
        self.assertIn('footer', self.refused(source_name=disk.name))

    def test_a_snapshot_is_managed_once(self):
        volume = self.create_volume()
        snapshot = self.create_snapshot(volume)
        name = self.snapshot_record(snapshot).provider_id
        again = self.api.api_post('/manageable_snapshots', {'snapshot': {
            'volume_id': volume['id'], 'ref': {'source-name': name}}},
            check_response_status=[202])['snapshot']
        found = self.settled(
            lambda: self.api.get_snapshot(again['id']), 'creating',
            'managing')
        self.assertEqual('error', found['status'])
        self.delete_snapshot(found)
        self.assertEqual(name, self.disks.get_snapshot(name).name)

    def test_a_snapshot_comes_and_goes(self):
        volume = self.create_volume()
        snapshot = self.create_snapshot(volume)
        record = self.snapshot_record(snapshot)
        self.api.api_post(
            f'/snapshots/{snapshot["id"]}/action', {'os-unmanage': None},
            check_response_status=[202])
        self.wait_until(
            lambda: not self.api.api_get('/snapshots')['snapshots'],
            'unmanaged')
        self.disks.get_snapshot(record.provider_id)
        again = self.api.api_post('/manageable_snapshots', {'snapshot': {
            'volume_id': volume['id'],
            'ref': {'source-name': record.provider_id}}},
            check_response_status=[202])['snapshot']
        found = self.settled(
            lambda: self.api.get_snapshot(again['id']), 'creating',
            'managing')
        self.assertEqual('available', found['status'], self.log.text[-3000:])
        self.delete_snapshot(found)
        self.assertEqual([self.disk(volume).name], self.left_in_azure())


@base.on_both_models
class GroupTest(base.AzureVolumesTestCase):

    def test_a_plain_group_and_its_snapshot(self):
        group_type = self.api.create_group_type('plain')
        volume_type = self.create_type('in-a-group')
        group = self.api.post_group({'group': {
            'group_type': group_type['id'],
            'volume_types': [volume_type['id']]}})
        self.settled(lambda: self.api.get_group(group['id']), 'creating')
        volumes = [self.create_volume(
            volume_type='in-a-group', group_id=group['id'])
            for _ in range(2)]
        digest = self.contents.write(self.disk(volumes[0]), 'grouped')
        taken = self.api.post_group_snapshot({'group_snapshot': {
            'group_id': group['id']}})
        found = self.settled(
            lambda: self.api.get_group_snapshot(taken['id']), 'creating')
        self.assertEqual('available', found['status'], self.log.text[-3000:])
        self.contents.write(self.disk(volumes[0]), 'later')
        copy = self.api.post_group_from_src({'create-from-src': {
            'group_snapshot_id': taken['id']}})
        found = self.settled(
            lambda: self.api.get_group(copy['id']), 'creating')
        self.assertEqual('available', found['status'], self.log.text[-3000:])
        copies = [
            each for each in self.api.get_volumes()
            if each['id'] not in {volume['id'] for volume in volumes}]
        self.assertIn(digest, [
            self.contents.digest(self.disk(each)) for each in copies])


@base.on_both_models
class TransferTest(base.AzureVolumesTestCase):

    def test_the_tags_follow_a_transfer(self):
        volume = self.create_volume()
        transfer = self.api.api_post(
            '/volume-transfers', {'transfer': {'volume_id': volume['id']}},
            check_response_status=[202])['transfer']
        other = 'c0ffee00c0ffee00c0ffee00c0ffee00'
        self.api.update_project(other)
        self.api.api_post(
            f'/volume-transfers/{transfer["id"]}/accept',
            {'accept': {'auth_key': transfer['auth_key']}},
            check_response_status=[202])
        self.assertEqual(other, self.disk(volume).tags['jacket-project'])


@base.on_both_models
class AttachTest(base.AzureVolumesTestCase):
    """C03: what Nova is given."""

    def test_identifiers_only_and_no_request(self):
        volume = self.create_volume()
        with self.azure.recording() as made:
            attachment = self.attach(volume)
        self.assertEqual([], made)
        info = attachment['connection_info']
        disk = self.disk(volume)
        self.assertEqual(
            {'driver_volume_type': 'azure', 'volume_id': volume['id'],
             'disk_name': disk.name, 'disk_id': disk.id,
             'disk_model': self.disk_model, 'size_gib': 1,
             'sku': disk.kind.sku, 'location': 'eastus', 'shared': False,
             'access_mode': 'rw', 'encrypted': False},
            {key: info[key] for key in (
                'driver_volume_type', 'volume_id', 'disk_name', 'disk_id',
                'disk_model', 'size_gib', 'sku', 'location', 'shared',
                'access_mode', 'encrypted')})
        self.assertNotIn('sig=', str(info))
        self.detach(attachment)
        self.wait_for(volume, 'detaching', 'reserved', 'in-use', 'attaching')


class MultiattachTest(base.AzureVolumesTestCase):

    def test_two_machines_share_a_volume(self):
        self.create_type(
            'shared', azure_sku='Premium_LRS', multiattach='<is> True')
        volume = self.create_volume(volume_type='shared', size=4)
        attachments = [self.attach(volume) for _ in range(2)]
        for attachment in attachments:
            info = attachment['connection_info']
            self.assertTrue(info['shared'])
            self.assertEqual('None', info['caching'])
        self.assertGreater(self.disk(volume).kind.max_shares, 1)
        for attachment in attachments:
            self.detach(attachment)
