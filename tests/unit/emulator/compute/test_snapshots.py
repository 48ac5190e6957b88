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

"""Snapshots and managed images against arm-behaviour.md section 5."""

from tests.unit.emulator.compute import base

GIB = 1024 ** 3


class SnapshotTest(base.ComputeTestCase):
    """Snapshots without looking at their bytes."""

    def snapshot(self, name='snap', source='disk', **properties):
        return self.compute.snapshots.begin_create_or_update(
            base.GROUP, name, {'location': base.LOCATION, 'properties': {
                'creationData': {
                    'createOption': 'Copy',
                    'sourceResourceId': self.path('disks', source)},
                **properties}}).result()

    def get(self, name='snap'):
        return self.send('GET', self.path('snapshots', name),
                         version=base.DISK_API_VERSION).json()

    def test_a_full_snapshot(self):
        disk = self.disk(size_gib=8)
        self.snapshot()
        snapshot = self.get()
        self.assertEqual({'name': 'Standard_LRS', 'tier': 'Standard'},
                         snapshot['sku'])
        properties = snapshot['properties']
        for key, value in (
                ('diskSizeGB', 8), ('diskSizeBytes', 8 * GIB),
                ('diskState', 'Unattached'), ('incremental', False),
                ('provisioningState', 'Succeeded'),
                ('networkAccessPolicy', 'AllowAll')):
            self.assertEqual(value, properties[key], key)
        self.assertEqual(disk.properties.unique_id,
                         properties['creationData']['sourceUniqueId'])
        self.assertNotIn('incrementalSnapshotFamilyId', properties)

    def test_incremental_ones_are_a_family(self):
        self.disk('disk')
        self.disk('other')
        families = [self.snapshot(name, source, incremental=True).properties
                    .incremental_snapshot_family_id for name, source in (
                        ('a', 'disk'), ('b', 'disk'), ('c', 'other'))]
        self.assertEqual(families[0], families[1])
        self.assertNotEqual(families[0], families[2])

    def test_copy_start_counts_up(self):
        self.disk()
        self.snapshot(incremental=True)
        copy = self.compute.snapshots.begin_create_or_update(
            base.GROUP, 'copy', {'location': 'westeurope', 'properties': {
                'incremental': True, 'creationData': {
                    'createOption': 'CopyStart',
                    'sourceResourceId': self.path('snapshots', 'snap')},
            }}).result()
        self.assertEqual(100, copy.properties.completion_percent)

    def test_a_disk_from_a_snapshot_is_of_any_zone(self):
        self.disk(zones=['1'])
        self.snapshot()
        disk = self.compute.disks.begin_create_or_update(base.GROUP, 'new', {
            'location': base.LOCATION, 'zones': ['2'], 'properties': {
                'diskSizeGB': 16, 'creationData': {
                    'createOption': 'Copy',
                    'sourceResourceId': self.path('snapshots', 'snap')},
            }}).result()
        self.assertEqual((['2'], 16), (disk.zones,
                                       disk.properties.disk_size_gb))

    def test_refusals(self):
        error = self.refused(404, 'NotFound', self.snapshot)
        self.assertEqual('Resource disk is not found.', error.message)
        self.disk()
        self.snapshot()
        answer = self.send('PUT', self.path('disks', 'small'), {
            'location': base.LOCATION, 'properties': {
                'diskSizeGB': 4, 'creationData': {
                    'createOption': 'Copy',
                    'sourceResourceId': self.path('snapshots', 'snap')}}},
            version=base.DISK_API_VERSION)
        self.assertEqual(400, answer.status_code)

    def test_update_list_and_delete(self):
        self.disk()
        self.snapshot()
        snapshots = self.compute.snapshots
        snapshots.begin_update(
            base.GROUP, 'snap', {'tags': {'a': 'b'}}).result()
        found, = snapshots.list_by_resource_group(base.GROUP)
        self.assertEqual({'a': 'b'}, found.tags)
        self.compute.disks.begin_delete(base.GROUP, 'disk').result()
        snapshots.begin_delete(base.GROUP, 'snap').result()
        self.assertEqual([], list(snapshots.list()))
        answer = self.send('DELETE', self.path('snapshots', 'snap'),
                           version=base.DISK_API_VERSION)
        self.assertEqual(204, answer.status_code)
