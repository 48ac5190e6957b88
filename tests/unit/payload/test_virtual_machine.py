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

import dataclasses

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.managed import entries
from jacket_azure.mapping.image_target import ImageTarget
from jacket_azure.mapping.image_target import Plan
from jacket_azure.payload import names
from jacket_azure.payload import os_profile
from jacket_azure.payload import virtual_machine
from jacket_azure.payload.security import Security
from tests import samples
from tests import timeout
from tests.unit.payload import test_ssh_keys

SUBSCRIPTION = '11111111-1111-1111-1111-111111111111'
UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'
PORT = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
KEY = f'{test_ssh_keys.ED25519} made for tests'
PASSWORD = 'Not-4-Real-Use'


def nic_id(name):
    return names.resource_id(
        SUBSCRIPTION, 'jacket', names.NETWORK_INTERFACE, name)


def os_disk(**options):
    return entries.os_disk(
        models.OsDiskSpec(UUID, **options))


LINUX = virtual_machine.VmSpec(
    location='eastus',
    size='Standard_D2s_v5',
    zone='1',
    image=ImageTarget('Canonical', 'ubuntu-24_04-lts', 'server',
                      '24.04.202511010', os_type='linux'),
    os_disk=os_disk(size_gib=64, sku='Premium_LRS'),
    nic_ids=(nic_id(UUID), nic_id(f'{UUID}-{PORT}')),
    os_profile=os_profile.build(os_profile.OsProfileSpec(
        'linux', 'web-1', 'azureuser', public_keys=(KEY,),
        custom_data='I2Nsb3VkLWNvbmZpZwo=')),
    tags={'jacket-owner': 'openstack'},
)


class VirtualMachineTest(timeout.TestCase):

    def test_linux_with_key_and_two_ports(self):
        self.assertEqual(samples.load('vm_linux_key'),
                         virtual_machine.build(LINUX))

    def test_windows_trusted_launch_spot_with_plan(self):
        spec = virtual_machine.VmSpec(
            location='eastus',
            size='Standard_D2ads_v6',
            image=ImageTarget('fire', 'wall', 'gold', '1.0.0',
                              plan=Plan('gold', 'wall', 'fire')),
            os_disk=os_disk(),
            nic_ids=(nic_id(UUID),),
            os_profile=os_profile.build(os_profile.OsProfileSpec(
                'windows', 'win', 'azureuser', PASSWORD)),
            security=Security('TrustedLaunch', secure_boot=True, vtpm=True),
            boot_diagnostics=False,
            user_data='aGVsbG8=',
            disk_controller='NVMe',
            priority='Spot',
            eviction_policy='Delete',
            max_price=0.05,
        )
        self.assertEqual(samples.load('vm_windows_trusted_spot_plan'),
                         virtual_machine.build(spec))

    def test_cloud_without_capabilities(self):
        image_id = names.resource_id(
            SUBSCRIPTION, 'jacket', 'Microsoft.Compute/images', 'golden')
        spec = virtual_machine.VmSpec(
            location='local',
            size='Standard_DS1',
            image=ImageTarget(id=image_id, os_type='linux'),
            os_disk=os_disk(sku='Standard_LRS', cascade_delete=False),
            nic_ids=(nic_id(UUID),),
            os_profile=os_profile.build(os_profile.OsProfileSpec(
                'linux', 'web-1', 'azureuser', PASSWORD)),
            security=None,
            boot_diagnostics=False,
            cascade_delete=False,
        )
        self.assertEqual(samples.load('vm_without_capabilities'),
                         virtual_machine.build(spec))

    def test_security_type_is_always_said(self):
        built = virtual_machine.build(LINUX)
        self.assertEqual({'securityType': 'Standard'},
                         built['properties']['securityProfile'])

    def test_spot_without_a_word_is_never_deleted_and_pays_any_price(self):
        spec = dataclasses.replace(LINUX, priority='Spot')
        properties = virtual_machine.build(spec)['properties']
        self.assertEqual('Deallocate', properties['evictionPolicy'])
        self.assertEqual({'maxPrice': -1.0}, properties['billingProfile'])

    def test_no_port(self):
        self.assertRaises(
            exceptions.InvalidRequest, virtual_machine.build,
            dataclasses.replace(LINUX, nic_ids=()))

    def test_the_facts_stay_as_they_are(self):
        built = virtual_machine.build(LINUX)
        built['tags']['x'] = 'y'
        built['properties']['storageProfile']['osDisk']['name'] = 'z'
        self.assertEqual({'jacket-owner': 'openstack'}, LINUX.tags)
        self.assertEqual(UUID, LINUX.os_disk['name'])

    def test_no_secret_in_a_repr(self):
        profile = os_profile.OsProfileSpec(
            'linux', 'a', 'azureuser', PASSWORD, custom_data='c2VjcmV0')
        spec = dataclasses.replace(
            LINUX, os_profile=os_profile.build(profile),
            user_data='c2VjcmV0')
        for text in (repr(profile), repr(spec)):
            self.assertNotIn(PASSWORD, text)
            self.assertNotIn('c2VjcmV0', text)

    def test_tags_update(self):
        self.assertEqual({'tags': {'a': 'b'}},
                         virtual_machine.build_tags_update({'a': 'b'}))


class OsProfileTest(timeout.TestCase):

    def build(self, os_type='linux', **options):
        return os_profile.build(os_profile.OsProfileSpec(
            os_type, 'host', 'azureuser', **options))

    def test_key_and_password(self):
        built = self.build(admin_password=PASSWORD, public_keys=(KEY,))
        self.assertEqual(PASSWORD, built['adminPassword'])
        linux = built['linuxConfiguration']
        self.assertIs(False, linux['disablePasswordAuthentication'])
        self.assertEqual(KEY, linux['ssh']['publicKeys'][0]['keyData'])

    def test_refused(self):
        for options in (
            {},
            {'admin_password': 'weak'},
            {'public_keys': (test_ssh_keys.ECDSA,)},
            {'os_type': 'windows', 'public_keys': (KEY,)},
            {'os_type': 'windows', 'admin_password': 'Aa1xxxx'},
        ):
            self.assertRaises(
                exceptions.InvalidRequest, self.build, **options)

    def test_user_name_is_checked(self):
        spec = os_profile.OsProfileSpec('linux', 'h', 'root', PASSWORD)
        error = self.assertRaises(
            exceptions.InvalidRequest, os_profile.build, spec)
        self.assertIn("'root'", str(error))
