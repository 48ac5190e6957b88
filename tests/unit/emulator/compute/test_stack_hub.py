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

"""The profile of Azure Stack Hub, and what lacks contents."""

from jacket_azure.emulator import server
from jacket_azure.emulator import storage_blobs
from tests.unit.emulator.compute import base

OLD = '2020-06-01'
OLD_DISKS = '2019-07-01'
OLD_NETWORK = '2018-11-01'
GEN1 = {**base.IMAGE, 'sku': 'server-gen1'}


class StackHubCase(base.ComputeTestCase):
    """Steps in a world without contents."""

    def setUp(self):
        super().setUp()
        self.nic_id = self.nic()
        self.emulator.profile = 'stack_hub'

    def code(self, method, path, body=None, version=OLD, **query):
        answer = self.send(method, path, body, version=version, **query)
        error = answer.json().get('error', {}) if answer.content else {}
        return answer.status_code, error.get('code')

    def account(self, name='acctnone'):
        path = (f'/subscriptions/{self.emulator.subscription_id}'
                f'/resourceGroups/{base.GROUP}/providers/Microsoft.Storage'
                f'/storageAccounts/{name}')
        self.send('PUT', path, {
            'location': base.LOCATION, 'kind': 'Storage',
            'sku': {'name': 'Standard_LRS'}}, version='2019-06-01')
        return f'https://{name}.blob.core.windows.net/vhds/'


class ProfileTest(StackHubCase):
    """What came later is not there."""

    def test_it_is_told_to_the_driver(self):
        self.assertEqual('stack_hub', self.emulator.azure_options()['cloud'])
        self.emulator.profile = 'public'
        self.assertEqual('custom', self.emulator.azure_options()['cloud'])
        self.assertRaises(ValueError, server.Emulator, profile='moon')

    def test_api_versions(self):
        disk = {'location': base.LOCATION, 'properties': {
            'creationData': {'createOption': 'Empty'}, 'diskSizeGB': 1}}
        path = self.path('disks', 'disk')
        self.assertEqual((400, 'NoRegisteredProviderFound'),
                         self.code('PUT', path, disk, '2020-05-01'))
        self.assertEqual((202, None),
                         self.code('PUT', path, disk, OLD_DISKS))
        for version, path, expected in (
                (base.API_VERSION, self.path('virtualMachines'), 404),
                (OLD, self.path('virtualMachines'), 200),
                (OLD_DISKS, self.path('disks'), 200),
                ('2019-04-01', self.path('x').partition('/resourceG')[0]
                 + '/providers/Microsoft.Compute/skus', 200),
                (OLD_NETWORK, self.path('x').replace(
                    'Compute/x', 'Network/networkInterfaces'), 200),
                ('2020-03-01', self.path('x').replace(
                    'Compute/x', 'Network/networkInterfaces'), 404),
                (OLD, self.path('galleries'), 404)):
            self.assertEqual(expected, self.code(
                'GET', path, version=version)[0], (version, path))

    def test_no_zones(self):
        self.assertEqual(
            (400, 'InvalidAvailabilityZone'),
            self.code('PUT', self.path('disks', 'disk'), {
                'location': base.LOCATION, 'zones': ['1'], 'properties': {
                    'creationData': {'createOption': 'Empty'},
                    'diskSizeGB': 1}}, OLD_DISKS))
        skus = self.send(
            'GET', self.path('x').partition('/resourceG')[0]
            + '/providers/Microsoft.Compute/skus', version='2019-04-01',
            **{'$filter': f"location eq '{base.LOCATION}'"}).json()['value']
        self.assertEqual([], [sku for sku in skus
                              if sku['locationInfo'][0]['zones']])

    def test_no_incremental_snapshots(self):
        self.code('PUT', self.path('disks', 'disk'), {
            'location': base.LOCATION, 'properties': {
                'creationData': {'createOption': 'Empty'},
                'diskSizeGB': 1}}, OLD_DISKS)
        body = {'location': base.LOCATION, 'properties': {
            'incremental': True, 'creationData': {
                'createOption': 'Copy',
                'sourceResourceId': self.path('disks', 'disk')}}}
        path = self.path('snapshots', 'snap')
        self.assertEqual((400, 'BadRequest'),
                         self.code('PUT', path, body, OLD_DISKS))
        body['properties']['incremental'] = False
        self.assertEqual((202, None), self.code('PUT', path, body, OLD_DISKS))

    def test_no_later_actions_and_properties(self):
        body = self.body(self.nic_id, size='Standard_D2s_v3', image=GEN1)
        body['properties']['storageProfile']['osDisk'][
            'deleteOption'] = 'Delete'
        answer = self.send('PUT', self.path('virtualMachines', 'vm'), body,
                           version=OLD)
        self.assertEqual(
            (400, 'BadRequest', 'properties.storageProfile.osDisk.'
             'deleteOption'), (answer.status_code, *(
                 answer.json()['error'][key] for key in ('code', 'target'))))
        del body['properties']['storageProfile']['osDisk']['deleteOption']
        self.assertEqual((201, None), self.code(
            'PUT', self.path('virtualMachines', 'vm'), body))
        for action in ('attachDetachDataDisks', 'convertToManagedDisks'):
            self.assertEqual((404, 'InvalidResourceType'), self.code(
                'POST', self.path('virtualMachines', f'vm/{action}'), {}))


class WithoutContentsTest(StackHubCase):
    """Everything but the bytes."""

    def unmanaged(self, url):
        body = self.body(self.nic_id, size='Standard_D2s_v3', image=GEN1)
        body['properties']['storageProfile']['osDisk'] = {
            'name': 'os', 'createOption': 'FromImage',
            'vhd': {'uri': url + 'os.vhd'}}
        return body

    def test_unmanaged_machines(self):
        url = self.account()
        path = self.path('virtualMachines', 'vm')
        body = self.unmanaged(url)
        self.assertEqual((201, None), self.code('PUT', path, body))
        other = self.unmanaged(url)
        self.assertEqual((409, 'TargetDiskBlobAlreadyExists'), self.code(
            'PUT', self.path('virtualMachines', 'other'), {
                **other, 'properties': {
                    **other['properties'],
                    'networkProfile': {'networkInterfaces': [
                        {'id': self.second_nic()}]}}}))
        self.code('DELETE', path)
        body['properties']['storageProfile'] = {'osDisk': {
            'name': 'os', 'createOption': 'Attach', 'osType': 'Linux',
            'vhd': {'uri': url + 'os.vhd'}}}
        del body['properties']['osProfile']
        self.assertEqual((201, None), self.code('PUT', path, body))
        found = self.send('GET', path, version=OLD).json()
        self.assertEqual(30, found['properties']['storageProfile'][
            'osDisk']['diskSizeGB'])

    def second_nic(self):
        self.emulator.profile = 'public'
        nic = self.nic('second')
        self.emulator.profile = 'stack_hub'
        return nic

    def test_blobs_nobody_made_are_refused_loudly(self):
        url = self.account() + 'data.vhd'
        body = {'location': base.LOCATION, 'properties': {'creationData': {
            'createOption': 'Import', 'sourceUri': url}}}
        path = self.path('disks', 'disk')
        self.assertEqual((501, 'EmulatorNotImplemented'),
                         self.code('PUT', path, body, OLD_DISKS))
        address = storage_blobs.find(self.emulator, url, base.LOCATION)
        storage_blobs.declare(address, 3 * 1024 ** 3)
        self.assertEqual((202, None), self.code('PUT', path, body, OLD_DISKS))
        found = self.send('GET', path, version=OLD_DISKS).json()
        self.assertEqual(3, found['properties']['diskSizeGB'])
