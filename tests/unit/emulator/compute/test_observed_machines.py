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

"""What recordings of Azure show of Microsoft.Compute, as a table.

Seen with the VM api-version 2019-03-01; how often stands beside each fact.
"""

from tests.unit.emulator.compute import base

VERSION = '2019-03-01'
# seen, what is asked of a data disk, what the 201 shows of name and size
DATA_DISKS = (
    (35, {'createOption': 'Empty', 'diskSizeGB': 4}, {'diskSizeGB'}),
    # of the API documents, not seen
    (0, {'createOption': 'Empty', 'diskSizeGB': 4, 'name': 'd'},
     {'name', 'diskSizeGB'}))
# of a VM's answer, by the first api-version that shows it; 192 answers of
# 2019-03-01 are without any, where each starts is from general knowledge
LATER = (
    ('2020-06-01', ('storageProfile', 'imageReference', 'exactVersion')),
    ('2020-12-01', ('osProfile', 'linuxConfiguration', 'patchSettings')),
    ('2021-03-01', ('storageProfile', 'osDisk', 'deleteOption')),
    ('2021-11-01', ('timeCreated',)))


class MachineTest(base.ComputeTestCase):
    """The answer of a first PUT, and what versions show."""

    def put(self, body, version=VERSION):
        return self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version=version)

    def get(self, version):
        return self.send('GET', self.path('virtualMachines', 'vm'),
                         version=version).json()

    def test_os_disk_has_no_name_until_it_is_there(self):
        # 114 of 114 platform images without a name in the request
        answer = self.put(self.body(self.nic())).json()
        disk = answer['properties']['storageProfile']['osDisk']
        self.assertEqual(set(), set(disk) & {'name', 'diskSizeGB'})
        self.assertEqual({'storageAccountType'}, set(disk['managedDisk']))
        disk = self.get(VERSION)['properties']['storageProfile']['osDisk']
        self.assertEqual({'name', 'diskSizeGB'},
                         set(disk) & {'name', 'diskSizeGB'})
        self.assertIn('id', disk['managedDisk'])

    def test_name_that_was_given_shows_at_once(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['osDisk']['name'] = 'mine'
        disk = self.put(body).json()['properties']['storageProfile']['osDisk']
        self.assertEqual('mine', disk['name'])

    def test_data_disks(self):
        for number, (_seen, asked, shown) in enumerate(DATA_DISKS):
            body = self.body(self.nic(f'nic{number}'))
            body['properties']['storageProfile']['dataDisks'] = [
                {'lun': 0, **asked}]
            answer = self.send(
                'PUT', self.path('virtualMachines', f'vm{number}'), body,
                version=VERSION).json()
            [disk] = answer['properties']['storageProfile']['dataDisks']
            self.assertEqual(shown, set(disk) & {'name', 'diskSizeGB'})
            self.assertNotIn('id', disk['managedDisk'])

    def test_a_version_shows_what_it_knows(self):
        self.put(self.body(self.nic()))
        for since, path in LATER:
            for version in (VERSION, since, '2024-07-01'):
                found = self.get(version)['properties']
                for name in path[:-1]:
                    found = found[name]
                self.assertEqual(version >= since, path[-1] in found,
                                 (version, path))
