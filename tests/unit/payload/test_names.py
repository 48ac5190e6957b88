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

import re

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.payload import names
from tests import strategies
from tests import timeout

UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'
PORT = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
SUBNET = (
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/'
    'virtualNetworks/v/subnets/a'
)


class NamesTest(timeout.TestCase):

    @given(strategies.UUIDS, strategies.UUIDS, st.booleans())
    def test_nic_names_are_valid_and_parse_back(self, uuid, port, primary):
        name = names.nic_name(uuid, port, primary)
        self.assertTrue(names.is_valid_name(name))
        self.assertEqual((uuid, None if primary else port),
                         names.parse_nic_name(name.upper()))

    @given(strategies.UUIDS)
    def test_vm_and_disk_names_are_valid_and_parse_back(self, uuid):
        for name in (names.vm_name(uuid), names.os_disk_name(uuid.upper())):
            self.assertTrue(names.is_valid_name(name))
            self.assertTrue(len(name) <= 64)
            self.assertEqual(uuid, names.parse_uuid(name))

    @given(strategies.UUIDS, st.from_regex(r'[a-z0-9]{0,16}', fullmatch=True))
    def test_volume_names_are_valid_and_parse_back(self, uuid, generation):
        name = names.volume_name(uuid, generation)
        self.assertTrue(names.is_valid_name(name))
        self.assertEqual(
            (uuid, generation), names.parse_volume_name(name.upper()))
        self.assertIsNone(names.parse_snapshot_name(name))

    @given(strategies.UUIDS)
    def test_snapshot_names_are_valid_and_parse_back(self, uuid):
        name = names.snapshot_name(uuid)
        self.assertTrue(names.is_valid_name(name))
        self.assertEqual(uuid, names.parse_snapshot_name(name))
        self.assertIsNone(names.parse_volume_name(name))

    @given(st.from_regex(r'[0-9a-f]{32}', fullmatch=True))
    def test_names_by_key_are_valid_and_no_others(self, key):
        found = (names.cached_image_name(key), names.temporary_name(key))
        self.assertEqual(2, len(set(found)))
        for name in found:
            self.assertTrue(names.is_valid_name(name))
            self.assertIsNone(names.parse_volume_name(name))
            self.assertIsNone(names.parse_snapshot_name(name))
            self.assertIsNone(names.parse_uuid(name))

    def test_keys(self):
        for bad in ('a' * 31, 'a' * 33, 'A' * 32, 'g' * 32, 'a' * 32 + '\n',
                    f'../{"a" * 29}'):
            self.assertRaises(ValueError, names.cached_image_name, bad)
            self.assertRaises(ValueError, names.temporary_name, bad)

    def test_generations(self):
        for bad in ('A', 'a-b', 'a' * 17, 'a\n'):
            self.assertRaises(ValueError, names.volume_name, UUID, bad)

    def test_the_design_names(self):
        self.assertEqual(UUID, names.vm_name(UUID))
        self.assertEqual(UUID, names.os_disk_name(UUID))
        self.assertEqual((UUID, f'{UUID}-b'), names.os_disk_names(UUID))
        self.assertEqual(f'{UUID}-rescue', names.rescue_disk_name(UUID))
        for name in names.boot_disk_names(UUID.upper()):
            self.assertEqual(UUID, names.parse_os_disk_name(name.upper()))
            self.assertTrue(names.is_valid_name(name))
        for name in (f'{UUID}-c', f'volume-{UUID}', f'{UUID}-{UUID}', ''):
            self.assertIsNone(names.parse_os_disk_name(name))
        self.assertEqual(UUID, names.nic_name(UUID, PORT, primary=True))
        self.assertEqual(f'{UUID}-{PORT}',
                         names.nic_name(UUID, PORT, primary=False))

    @given(st.text(max_size=90))
    def test_foreign_names_parse_to_nothing_or_are_ours(self, text):
        parsed = names.parse_nic_name(text)
        if parsed is not None:
            self.assertTrue(names.is_valid_name(text))

    def test_foreign_names(self):
        for name in ('', 'vm1', UUID[:-1], UUID + '-', f'{UUID}-x'):
            self.assertIsNone(names.parse_nic_name(name))
            self.assertIsNone(names.parse_uuid(name))

    def test_only_uuids_make_names(self):
        for bad in ('', '../x', UUID + '/x', UUID + '\n'):
            self.assertRaises(
                exceptions.InvalidRequest, names.vm_name, bad)
            self.assertRaises(
                exceptions.InvalidRequest, names.nic_name, UUID, bad, False)

    def test_valid_names(self):
        for good in ('a', 'A_', 'a.b-c_d', 'a' * 80):
            self.assertTrue(names.is_valid_name(good), good)
        for bad in ('', '-a', 'a-', 'a.', 'a b', 'a/b', 'a' * 81, 'a\n'):
            self.assertFalse(names.is_valid_name(bad), bad)

    def test_ids(self):
        self.assertEqual(
            f'/subscriptions/s/resourceGroups/g/providers/'
            f'Microsoft.Compute/virtualMachines/{UUID}',
            names.resource_id('s', 'g', names.VIRTUAL_MACHINE, UUID))
        self.assertEqual(
            SUBNET, names.resource_id('s', 'g', names.SUBNET, 'v', 'a'))
        self.assertRaises(
            ValueError, names.resource_id, 's', 'g', names.SUBNET, 'v')

    def test_subnet_of_a_name_and_of_a_full_id(self):
        self.assertEqual(SUBNET, names.subnet_id('s', 'g', 'v', 'a'))
        vnet = SUBNET.rpartition('/subnets')[0]
        self.assertEqual(SUBNET, names.subnet_id('x', 'y', vnet, 'a'))
        self.assertEqual(
            'a', names.parse_resource_id(SUBNET).name)


class ComputerNameTest(timeout.TestCase):

    @given(st.none() | st.text(max_size=90), strategies.UUIDS,
           strategies.OS_TYPES)
    def test_always_valid_and_always_the_same(self, host, uuid, os_type):
        name = names.computer_name(host, uuid, os_type)
        limit = 15 if os_type == 'windows' else 64
        self.assertTrue(1 <= len(name) <= limit, name)
        self.assertTrue(
            re.fullmatch(r'[a-z0-9]([a-z0-9-]*[a-z0-9])?', name), name)
        if os_type == 'windows':
            self.assertFalse(name.isdigit())
        self.assertEqual(name, names.computer_name(host, uuid, os_type))

    def test_a_name_that_fits_stays(self):
        self.assertEqual('web-1', names.computer_name('web-1', UUID, 'linux'))
        self.assertEqual('1', names.computer_name('1', UUID, 'linux'))
        self.assertEqual(
            'abcdefghijklmno',
            names.computer_name('ABCDEFGHIJKLMNO', UUID, 'windows'))
        self.assertEqual('web', names.computer_name('web.a.b', UUID, 'linux'))

    def test_long_names_that_begin_alike_stay_different(self):
        a, b = (names.computer_name('application-server-1', uuid, 'windows')
                for uuid in (UUID, PORT))
        self.assertNotEqual(a, b)
        self.assertTrue(a.startswith('applica-h'), a)

    def test_digits_only_on_windows(self):
        name = names.computer_name('2022', UUID, 'windows')
        self.assertTrue(name.startswith('2022-h'), name)
