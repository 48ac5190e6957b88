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


import testtools

from jacket_azure import exceptions
from jacket_azure.payload import vm_sizes
from jacket_azure.payload import volume_connection

DATA = {
    'volume_id': 'v', 'disk_name': 'volume-v', 'disk_id': '/subscriptions/x',
    'disk_model': 'managed', 'size_gib': 4, 'sku': 'StandardSSD_LRS',
    'zone': None, 'caching': 'ReadOnly', 'shared': False,
    'location': 'eastus', 'subscription_id': 'S', 'os_type': None,
    'generation': None, 'access_mode': 'rw', 'qos_specs': None}


def parse(**data):
    return volume_connection.parse({
        'driver_volume_type': 'azure', 'serial': 'v',
        'data': {**DATA, **data}})


class ConnectionTest(testtools.TestCase):
    """One clear sentence for what cannot be attached."""

    def refused(self, work, *arguments):
        exc = self.assertRaises(exceptions.InvalidRequest, work, *arguments)
        return str(exc)

    def test_another_driver(self):
        self.assertIn("kind 'rbd'", self.refused(
            volume_connection.parse, {'driver_volume_type': 'rbd'}))

    def test_too_little(self):
        self.assertIn("KeyError('disk_id')", self.refused(
            volume_connection.parse,
            {'driver_volume_type': 'azure', 'data': {'volume_id': 'v'}}))

    def test_encrypted(self):
        self.assertIn('encrypted', self.refused(
            lambda: parse(encrypted=True)))

    def reach(self, **data):
        volume_connection.check_reach(parse(**data), 's', 'eastus', 'managed')

    def test_reach(self):
        self.reach(location='East US')
        for word, data in {
            'read-only': {'access_mode': 'ro'},
            'is in westus, the instance in eastus': {'location': 'westus'},
            'subscription other': {'subscription_id': 'other'},
            'is a page blob': {'disk_model': 'page_blob'},
        }.items():
            self.assertIn(word, self.refused(lambda d=data: self.reach(**d)))

    def test_zone(self):
        for there, here in ((None, None), ('1', '1')):
            volume_connection.check_zone(parse(zone=there), here)
        volume_connection.check_zone(parse(sku='Premium_ZRS'), '3')
        for there, here, text in (
                ('1', '2', 'in zone 1, the instance in zone 2'),
                (None, '2', 'in no zone, the instance in zone 2'),
                ('1', None, 'in zone 1, the instance in no zone')):
            self.assertIn(text, self.refused(
                volume_connection.check_zone, parse(zone=there), here))

    def test_size(self):
        small = vm_sizes.VmSize('tiny', 'f', 1, 1, 1, 2)
        volume_connection.check_size(parse(), small)
        self.assertIn('tiny has no premium storage', self.refused(
            volume_connection.check_size, parse(sku='PremiumV2_LRS'), small))

    def test_bootable(self):
        for data in ({'size_gib': 4095}, {'security_type': 'Standard'}):
            volume_connection.check_bootable(parse(**data), 'Standard')
        for data in ({'sku': 'UltraSSD_LRS'}, {'sku': 'PremiumV2_LRS'},
                     {'size_gib': 4096}, {'security_type': 'TrustedLaunch'}):
            self.refused(
                volume_connection.check_bootable, parse(**data), 'Standard')

    def test_caching(self):
        self.assertEqual('ReadOnly', parse().host_caching)
        self.assertIsNone(parse(caching=None).host_caching)
        for data in ({'shared': True}, {'size_gib': 4096},
                     {'sku': 'UltraSSD_LRS'}):
            self.assertEqual('None', parse(**data).host_caching)
