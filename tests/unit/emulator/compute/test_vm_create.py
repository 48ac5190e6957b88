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

"""PUT of a new virtual machine against arm-behaviour.md section 3."""

import re

from tests.unit.emulator.compute import base


class CreatedTest(base.ComputeTestCase):
    """What the service answers and adds."""

    def put(self, body=None, name='vm', **options):
        return self.send('PUT', self.path('virtualMachines', name),
                         body or self.body(self.nic()), **options)

    def test_answer_of_put_is_201_creating_with_async_header_only(self):
        answer = self.put()
        self.assertEqual(201, answer.status_code)
        self.assertEqual('"1"', answer.headers['ETag'])
        self.assertIn('/operations/', answer.headers['Azure-AsyncOperation'])
        self.assertNotIn('Location', answer.headers)
        self.assertEqual('Enabled', answer.headers['Azure-AsyncNotification'])
        vm = answer.json()
        self.assertEqual('Creating', vm['properties']['provisioningState'])
        self.assertEqual('"1"', vm['etag'])
        # pretty-printed, as single Compute resources are
        self.assertIn('\n', answer.text())

    def test_disk_ids_are_missing_until_the_operation_ends(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 0, 'createOption': 'Empty', 'diskSizeGB': 4}]
        storage = self.put(body).json()['properties']['storageProfile']
        for disk in (storage['osDisk'], storage['dataDisks'][0]):
            self.assertNotIn('id', disk['managedDisk'])
        storage = self.vms.get(base.GROUP, 'vm').properties.storage_profile
        for disk in (storage.os_disk, storage.data_disks[0]):
            self.assertIn('/disks/', disk.managed_disk.id)

    def test_defaults_of_a_linux_machine(self):
        self.put()
        answer = self.send('GET', self.path('virtualMachines', 'vm'))
        self.assertEqual('"2"', answer.headers['ETag'])
        vm = answer.json()
        self.assertEqual('"2"', vm['etag'])
        properties = vm['properties']
        self.assertEqual('Succeeded', properties['provisioningState'])
        self.assertRegex(properties['vmId'], r'^[0-9a-f-]{36}$')
        self.assertRegex(properties['timeCreated'],
                         r'^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}\+00:00$')
        storage = properties['storageProfile']
        self.assertEqual('24.04.202604020',
                         storage['imageReference']['exactVersion'])
        self.assertEqual([], storage['dataDisks'])
        disk = storage['osDisk']
        self.assertTrue(re.fullmatch(r'vm_OsDisk_1_[0-9a-f]{32}',
                                     disk['name']), disk['name'])
        self.assertEqual(
            ('Linux', 30, 'Detach', 'Premium_LRS'),
            (disk['osType'], disk['diskSizeGB'], disk['deleteOption'],
             disk['managedDisk']['storageAccountType']))
        profile = properties['osProfile']
        self.assertEqual([], profile['secrets'])
        self.assertTrue(profile['allowExtensionOperations'])
        self.assertTrue(profile['requireGuestProvisionSignal'])
        linux = profile['linuxConfiguration']
        self.assertTrue(linux['provisionVMAgent'])
        self.assertEqual({'patchMode': 'ImageDefault',
                          'assessmentMode': 'ImageDefault'},
                         linux['patchSettings'])

    def test_secrets_never_come_back(self):
        body = self.body(self.nic())
        body['properties']['osProfile']['customData'] = 'c2VjcmV0'
        body['properties']['userData'] = 'dXNlcg=='
        texts = [self.put(body).text(),
                 self.send('GET', self.path('virtualMachines', 'vm')).text()]
        for text in texts:
            for secret in (base.PASSWORD, 'c2VjcmV0', 'dXNlcg=='):
                self.assertNotIn(secret, text)
        vm = self.vms.get(base.GROUP, 'vm', expand='userData')
        self.assertEqual('dXNlcg==', vm.properties.user_data)

    def test_defaults_of_a_windows_machine(self):
        image = {'publisher': 'MicrosoftWindowsServer', 'version': 'latest',
                 'offer': 'WindowsServer', 'sku': '2022-datacenter'}
        vm = self.create(body=self.body(self.nic(), image=image)).as_dict()
        windows = vm['properties']['osProfile']['windowsConfiguration']
        self.assertTrue(windows['enableAutomaticUpdates'])
        self.assertEqual('AutomaticByOS',
                         windows['patchSettings']['patchMode'])
        disk = vm['properties']['storageProfile']['osDisk']
        self.assertEqual(('Windows', 127),
                         (disk['osType'], disk['diskSizeGB']))

    def test_data_disks_get_their_defaults(self):
        attached = self.disk('mine')
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 3, 'createOption': 'Empty', 'diskSizeGB': 4},
            {'lun': 0, 'createOption': 'Attach',
             'managedDisk': {'id': attached.id}}]
        vm = self.create(body=body).as_dict()
        made, taken = vm['properties']['storageProfile']['dataDisks']
        self.assertRegex(made['name'], r'^vm_disk2_[0-9a-f]{32}$')
        for disk in (made, taken):
            self.assertEqual(('Detach', False, 'None'), (
                disk['deleteOption'], disk['toBeDetached'], disk['caching']))
        self.assertEqual('mine', taken['name'])
        self.assertEqual(vm['id'], self.compute.disks.get(
            base.GROUP, 'mine').managed_by)

    def test_nic_gets_its_machine_and_mac(self):
        nic_id = self.nic()
        self.assertNotIn('macAddress', self.nic_properties())
        vm = self.create(body=self.body(nic_id))
        nic = self.network.network_interfaces.get(base.GROUP, 'nic')
        self.assertEqual(vm.id, nic.properties.virtual_machine.id)
        self.assertTrue(nic.properties.primary)
        self.assertRegex(nic.properties.mac_address,
                         r'^00-22-48(-[0-9A-F]{2}){3}$')

    def test_a_size_without_premium_disks_gets_a_standard_one(self):
        image = {**base.IMAGE, 'sku': 'server-gen1'}
        vm = self.create(body=self.body(
            self.nic(), size='Standard_A2_v2', image=image))
        disk = vm.properties.storage_profile.os_disk
        self.assertEqual('Standard_LRS',
                         disk.managed_disk.storage_account_type)

    def test_zone_goes_to_the_disks(self):
        body = {**self.body(self.nic()), 'zones': ['2'],
                'tags': {'owner': 'me'}}
        vm = self.create(body=body)
        self.assertEqual((['2'], {'owner': 'me'}), (vm.zones, vm.tags))
        disk = next(self.compute.disks.list())
        self.assertEqual(['2'], disk.zones)
        self.assertEqual('V2', disk.properties.hyper_v_generation)

    def test_an_old_api_version_has_no_etag(self):
        answer = self.put(version='2023-09-01')
        self.assertNotIn('ETag', answer.headers)
        self.assertNotIn('etag', answer.json())

    def test_attached_os_disk_needs_no_profile(self):
        first = self.create('first')
        os_disk = first.properties.storage_profile.os_disk
        self.vms.begin_delete(base.GROUP, 'first').result()
        body = self.body(self.nic())
        del body['properties']['osProfile']
        body['properties']['storageProfile'] = {'osDisk': {
            'createOption': 'Attach', 'osType': 'Linux',
            'managedDisk': {'id': os_disk.managed_disk.id}}}
        vm = self.create(body=body)
        self.assertIsNone(vm.properties.os_profile)
        self.assertEqual('OSState/specialized', self.statuses()[0])

    def test_create_once_only(self):
        again = {'if-none-match': '*'}
        body = self.body(self.nic())
        self.assertEqual(201, self.put(body, headers=again).status_code)
        answer = self.put(body, headers=again)
        self.assertEqual((412, 'PreconditionFailed'), (
            answer.status_code, answer.json()['error']['code']))
