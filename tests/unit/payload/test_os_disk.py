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

"""Another OS disk in the description of a machine that exists."""

import copy
import unittest

from jacket_azure.payload import data_disk
from jacket_azure.payload import os_disk

DISKS = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/'
BLOBS = 'https://acc.blob.example/vhds/'


def machine(entry, data=()):
    return {
        'id': 'i', 'name': 'vm', 'location': 'eastus', 'zones': ['1'],
        'etag': '"1"', 'tags': {'a': 'b'}, 'resources': [{'id': 'x'}],
        'properties': {
            'vmId': 'v', 'provisioningState': 'Succeeded',
            'instanceView': {}, 'hardwareProfile': {'vmSize': 'S'},
            'storageProfile': {
                'imageReference': {'id': 'image'},
                'osDisk': entry, 'dataDisks': list(data)}}}


MANAGED = {
    'name': 'u', 'createOption': 'FromImage', 'osType': 'Linux',
    'caching': 'ReadOnly', 'diskSizeGB': 30, 'deleteOption': 'Delete',
    'managedDisk': {'id': f'{DISKS}u', 'storageAccountType': 'Premium_LRS'}}
BLOB = {
    'name': 'u', 'createOption': 'FromImage', 'osType': 'Linux',
    'caching': 'ReadWrite', 'diskSizeGB': 30,
    'image': {'uri': f'{BLOBS}image.vhd'}, 'vhd': {'uri': f'{BLOBS}u.vhd'}}
DATA = {'lun': 1, 'name': 'd', 'createOption': 'Attach',
        'managedDisk': {'id': f'{DISKS}d'}}


class BuildTest(unittest.TestCase):

    def test_a_patch_says_nothing_that_stays(self):
        vm = machine(MANAGED)
        before = copy.deepcopy(vm)
        new = {'name': 'u-b', 'createOption': 'Attach', 'osType': 'Linux',
               'caching': 'ReadWrite', 'deleteOption': 'Delete',
               'diskSizeGB': 10, 'managedDisk': {
                   'id': f'{DISKS}u-b', 'storageAccountType': 'S'}}
        self.assertEqual(
            {'properties': {'storageProfile': {'osDisk': {
                'name': 'u-b', 'createOption': 'FromImage',
                'caching': 'ReadWrite', 'deleteOption': 'Delete',
                'managedDisk': {'id': f'{DISKS}u-b'}}}}},
            os_disk.build_patch(vm, new))
        profile = os_disk.build_patch(vm, new, [DATA])['properties'][
            'storageProfile']
        self.assertEqual([DATA], profile['dataDisks'])
        self.assertEqual(before, vm)

    def test_a_put_says_all_but_what_azure_says(self):
        vm = machine(BLOB, [DATA])
        before = copy.deepcopy(vm)
        body = os_disk.build_put(vm, {
            'name': 'u-b', 'createOption': 'Attach',
            'vhd': {'uri': f'{BLOBS}u-b.vhd'}})
        self.assertEqual(
            {'location': 'eastus', 'zones': ['1'], 'tags': {'a': 'b'},
             'properties': {
                 'hardwareProfile': {'vmSize': 'S'},
                 'storageProfile': {
                     'imageReference': {'id': 'image'},
                     'osDisk': {
                         'name': 'u', 'createOption': 'FromImage',
                         'osType': 'Linux', 'caching': 'ReadWrite',
                         'vhd': {'uri': f'{BLOBS}u-b.vhd'}},
                     'dataDisks': [DATA]}}},
            body)
        self.assertEqual(before, vm)
        body = os_disk.build_put(vm, BLOB, [])
        self.assertEqual(
            [], body['properties']['storageProfile']['dataDisks'])


class ReadTest(unittest.TestCase):

    def test_names(self):
        self.assertEqual('u', data_disk.os_disk_name(machine(MANAGED)))
        self.assertEqual('u', data_disk.os_disk_name(machine(BLOB)))
        self.assertEqual('', data_disk.os_disk_name(machine({})))
        self.assertTrue(os_disk.is_page_blob(BLOB))
        self.assertFalse(os_disk.is_page_blob(MANAGED))

    def test_differences(self):
        vm = machine(MANAGED, [DATA])
        shouted = {**MANAGED, 'managedDisk': {'id': f'{DISKS}U'.upper()}}
        shouted['managedDisk']['id'] = shouted['managedDisk']['id'].replace(
            '/SUBSCRIPTIONS/', '/subscriptions/')
        self.assertIsNone(os_disk.difference(vm, shouted))
        self.assertIsNone(os_disk.difference(vm, MANAGED, [DATA]))
        other = {**MANAGED, 'managedDisk': {'id': f'{DISKS}u-b'}}
        self.assertIn('its OS disk is', os_disk.difference(vm, other))
        self.assertIn('deleteOption Delete', os_disk.difference(
            vm, {**MANAGED, 'deleteOption': 'Detach'}))
        self.assertIn('data disks', os_disk.difference(vm, MANAGED, []))
        self.assertIn('data disks', os_disk.difference(
            vm, MANAGED, [{**DATA, 'lun': 2}]))
