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

"""Snapshots that fill in the background, and how many there can be."""

from unittest import mock

from tests.unit.emulator.compute import base


class SnapshotCase(base.ComputeTestCase):
    """Steps with snapshots."""

    def take(self, name='snap', source=None, option='Copy',
             location=base.LOCATION, incremental=True):
        return self.compute.snapshots.begin_create_or_update(
            base.GROUP, name, {'location': location, 'properties': {
                'incremental': incremental, 'creationData': {
                    'createOption': option, 'sourceResourceId':
                        source or self.path('disks', 'disk')}}}).result()

    def seen(self, name):
        properties = self.send(
            'GET', self.path('snapshots', name),
            version=base.DISK_API_VERSION).json()['properties']
        return (properties['provisioningState'],
                properties.get('completionPercent'))

    def disk_from(self, name, **properties):
        return self.compute.disks.begin_create_or_update(
            base.GROUP, f'from-{name}', {
                'location': base.LOCATION, **properties, 'properties': {
                    'creationData': {
                        'createOption': 'Copy', 'sourceResourceId':
                            self.path('snapshots', name)}}})


class BackgroundTest(SnapshotCase):
    """With the durations of Azure, on a clock that stands still."""

    latency = 'observed'

    def setUp(self):
        super().setUp()
        self.emulator.state['latency'] = {
            'disks.write': 0, 'snapshots.write': 0,
            'snapshots.backgroundCopy': 100}

    def test_a_running_copy_tells_how_far_it_is(self):
        self.disk()
        self.take()
        self.take('copy', self.path('snapshots', 'snap'), 'CopyStart')
        states = []
        for _ in range(3):
            states.append(self.seen('copy'))
            self.clock.advance(50)
        self.assertEqual([('Succeeded', percent)
                          for percent in (0, 50, 100)], states)

    def test_an_unfinished_copy_is_of_no_use(self):
        self.disk(sku={'name': 'PremiumV2_LRS'}, zones=['1'])
        self.take()
        self.assertEqual(('Succeeded', 0), self.seen('snap'))
        premium = {'sku': {'name': 'PremiumV2_LRS'}, 'zones': ['1']}
        error = self.refused(409, 'Conflict', self.disk_from, 'snap',
                             **premium)
        self.assertIn('copy is still in progress', error.message)
        self.refused(409, 'Conflict',
                     self.compute.snapshots.begin_grant_access, base.GROUP,
                     'snap', {'access': 'Read', 'durationInSeconds': 60})
        self.clock.advance(100)
        disk = self.disk_from('snap', **premium).result()
        self.assertEqual(
            4096, disk.properties.creation_data.logical_sector_size)

    def test_ordinary_snapshots_are_complete_at_once(self):
        self.disk()
        self.take()
        self.assertEqual(('Succeeded', None), self.seen('snap'))


class RefusalTest(SnapshotCase):
    """Kinds and numbers of snapshots there cannot be."""

    def test_ultra_and_premium_v2_take_incremental_ones_only(self):
        for sku in ('UltraSSD_LRS', 'PremiumV2_LRS'):
            self.disk(sku={'name': sku}, zones=['1'])
            error = self.refused(400, 'BadRequest', self.take,
                                 incremental=False)
            self.assertEqual(f'Only incremental snapshots are supported for '
                             f'disks of Sku {sku}.', error.message)
            self.compute.disks.begin_delete(base.GROUP, 'disk').result()

    def test_copy_start_needs_an_incremental_source(self):
        self.disk()
        self.take(incremental=False)
        self.refused(400, 'BadRequest', self.take, 'copy',
                     self.path('snapshots', 'snap'), 'CopyStart')

    def test_seven_in_five_minutes(self):
        self.disk()
        for number in range(7):
            self.take(f'snap{number}')
        self.refused(200, 'SnapshotOperationRateExceeded', self.take, 'more')
        self.assertEqual('Failed', self.seen('more')[0])
        # full ones, and those of another disk, are not counted
        self.take('full', incremental=False)
        self.clock.advance(300)
        self.take('later')

    def test_five_hundred_of_a_disk(self):
        self.disk()
        with mock.patch('jacket_azure.emulator.compute.snapshot_limits.MOST',
                        3):
            for number in range(3):
                self.take(f'snap{number}')
            error = self.refused(200, 'SnapshotsLimitReached', self.take,
                                 'more')
        self.assertIn('The snapshot count was exceeded', error.message)
        self.assertEqual('Failed', self.seen('more')[0])
