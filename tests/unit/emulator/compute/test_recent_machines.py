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

"""What the Compute provider was seen to do in 2023 to 2025.

Facts from recordings of 2024-07-01, unless a test says otherwise.
"""

from jacket_azure.emulator import store
from jacket_azure.emulator.compute import guest
from jacket_azure.emulator.compute import guest_systems
from tests.unit.emulator.compute import base

VERSION = '2024-07-01'


class MachineTest(base.ComputeTestCase):
    """Requests by hand."""

    def put(self, name='vm', **top):
        body = {**self.body(self.nic(f'nic-{name}')), **top}
        return self.send('PUT', self.path('virtualMachines', name), body,
                         version=VERSION).json()

    def get(self, version=VERSION):
        return self.send('GET', self.path('virtualMachines', 'vm'),
                         version=version).json()

    def patch(self, **body):
        return self.send('PATCH', self.path('virtualMachines', 'vm'), body,
                         version=VERSION).json()

    def identity_id(self, name):
        return (f'/subscriptions/{self.emulator.subscription_id}'
                f'/resourceGroups/jacket/providers/Microsoft.ManagedIdentity'
                f'/userAssignedIdentities/{name}')


class StorageTest(MachineTest):
    """What is told of the storage."""

    def test_controller_of_generation_2(self):
        # 71 machines of generation 2 and none of the 448 others
        self.put()
        self.assertEqual('SCSI', self.get()['properties']['storageProfile'][
            'diskControllerType'])
        self.assertNotIn('diskControllerType', self.get('2022-03-01')[
            'properties']['storageProfile'])

    def test_no_controller_of_generation_1(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['imageReference']['sku'] = (
            'server-gen1')
        made = self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version=VERSION).json()
        self.assertNotIn('diskControllerType',
                         made['properties']['storageProfile'])

    def test_ephemeral_disks_are_in_the_cache(self):
        # 22 seen
        body = self.body(self.nic(), size='Standard_D2ds_v5')
        body['properties']['storageProfile']['osDisk'].update(
            diffDiskSettings={'option': 'Local'}, caching='ReadOnly')
        made = self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version=VERSION).json()
        self.assertEqual({'option': 'Local', 'placement': 'CacheDisk'}, made[
            'properties']['storageProfile']['osDisk']['diffDiskSettings'])


    def test_ephemeral_disks_go_with_the_machine(self):
        # 16 and 30 seen
        body = self.body(self.nic(), size='Standard_D2ds_v5')
        body['properties']['storageProfile']['osDisk'].update(
            diffDiskSettings={'option': 'Local'}, caching='ReadOnly')
        made = self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version=VERSION).json()
        disk = made['properties']['storageProfile']['osDisk']
        self.assertEqual(('Delete', 'Standard_LRS'), (
            disk['deleteOption'], disk['managedDisk']['storageAccountType']))

    def test_an_os_disk_may_be_left_out(self):
        # 6 seen, 2020-12-01 and 2022-03-01
        body = self.body(self.nic())
        del body['properties']['storageProfile']['osDisk']
        made = self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version='2022-03-01')
        self.assertEqual(201, made.status_code)
        self.assertEqual('FromImage', made.json()['properties'][
            'storageProfile']['osDisk']['createOption'])

    def test_tags_of_disks_may_be_empty(self):
        # 75 disks
        self.put(tags={})
        [disk] = self.send('GET', self.path('disks'),
                           version='2023-04-02').json()['value']
        self.assertEqual({}, disk['tags'])


    def test_a_machine_without_a_host_tells_no_sizes(self):
        # 42 of 44 disks
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': 0, 'createOption': 'Empty', 'diskSizeGB': 4}]
        path = self.path('virtualMachines', 'vm')
        self.send('PUT', path, body, version=VERSION)
        self.send('POST', path + '/deallocate', version=VERSION)
        profile = self.get()['properties']['storageProfile']
        for disk in (profile['osDisk'], *profile['dataDisks']):
            self.assertNotIn('diskSizeGB', disk)
            self.assertEqual({'id'}, set(disk['managedDisk']))
        self.send('POST', path + '/start', version=VERSION)
        profile = self.get()['properties']['storageProfile']
        self.assertEqual(4, profile['dataDisks'][0]['diskSizeGB'])

    def test_the_first_answer_tells_the_size_of_the_os_disk(self):
        # 7 seen, 2020-12-01 to 2025-04-01
        for number, (version, told) in enumerate((
                ('2019-03-01', False), ('2020-12-01', True),
                ('2025-04-01', True))):
            made = self.send(
                'PUT', self.path('virtualMachines', f'vm{number}'),
                self.body(self.nic(f'nic{number}')), version=version).json()
            disk = made['properties']['storageProfile']['osDisk']
            self.assertEqual(told, 'diskSizeGB' in disk)
            self.assertNotIn('name', disk)


    def test_what_leaves_keeps_its_place(self):
        # 24 seen
        body = self.body(self.nic())
        body['properties']['storageProfile']['dataDisks'] = [
            {'lun': lun, 'createOption': 'Empty', 'diskSizeGB': 4,
             'name': f'd{lun}'} for lun in range(3)]
        path = self.path('virtualMachines', 'vm')
        self.send('PUT', path, body, version=VERSION)
        del body['properties']['storageProfile']['dataDisks'][1]
        del body['properties']['osProfile']
        self.emulator.latency = 'observed'
        made = self.send('PUT', path, body, version=VERSION).json()
        self.assertEqual(
            [('d0', False), ('d1', True), ('d2', False)],
            [(disk['name'], disk['toBeDetached']) for disk in made[
                'properties']['storageProfile']['dataDisks']])

    def test_a_disk_may_be_attached_as_another_sku(self):
        # 18 answers
        self.put()
        self.send('PUT', self.path('disks', 'd'), {
            'location': 'eastus', 'sku': {'name': 'Premium_LRS'},
            'properties': {'diskSizeGB': 4, 'creationData': {
                'createOption': 'Empty'}}}, version='2023-04-02')
        self.patch(properties={'storageProfile': {'dataDisks': [
            {'lun': 0, 'createOption': 'Attach', 'managedDisk': {
                'id': self.path('disks', 'd'),
                'storageAccountType': 'Standard_LRS'}}]}})
        [disk] = self.get()['properties']['storageProfile']['dataDisks']
        self.assertEqual('Standard_LRS',
                         disk['managedDisk']['storageAccountType'])
        self.assertEqual('Standard_LRS', self.send(
            'GET', self.path('disks', 'd'),
            version='2023-04-02').json()['sku']['name'])

    def test_a_patch_of_properties_is_an_operation(self):
        # 11 seen at 2019-03-01; a PUT that changes nothing is none
        self.put()
        known = self.get()['properties']
        answer = self.send(
            'PATCH', self.path('virtualMachines', 'vm'),
            {'properties': {'hardwareProfile': known['hardwareProfile']}},
            version=VERSION)
        self.assertIn('Azure-AsyncOperation', answer.headers)

    def test_price_of_a_spot_machine(self):
        # 4 seen at 2019-03-01
        body = self.body(self.nic())
        body['properties'].update(priority='Low', evictionPolicy='Deallocate',
                                  billingProfile={'maxPrice': 1000.0})
        path = self.path('virtualMachines', 'vm')
        self.send('PUT', path, body, version=VERSION)
        wanted = {'properties': {'billingProfile': {'maxPrice': 1500.0}}}
        refused = self.send('PATCH', path, wanted, version=VERSION)
        self.assertEqual((409, 'OperationNotAllowed', 'vm'), (
            refused.status_code, refused.json()['error']['code'],
            refused.json()['error']['details'][0]['target']))
        self.assertEqual(200, self.send('PATCH', path, {'properties': {
            'priority': 'Spot'}}, version=VERSION).status_code)
        self.send('POST', path + '/deallocate', version=VERSION)
        self.assertEqual(200, self.send('PATCH', path, wanted,
                                        version=VERSION).status_code)


class GuestTest(MachineTest):
    """What is sent of the guest, and what it tells."""

    def test_the_first_password_may_be_sent_again(self):
        # 3 seen, 2020-12-01 and 2022-03-01
        body = self.body(self.nic())
        body['properties']['osProfile']['adminPassword'] = 'Abcd-1234-efgh'
        path = self.path('virtualMachines', 'vm')
        self.send('PUT', path, body, version='2022-03-01')
        again = self.send('PUT', path, body, version='2022-03-01')
        self.assertEqual(200, again.status_code)
        body['properties']['osProfile']['adminPassword'] = 'Abcd-1234-efgi'
        other = self.send('PUT', path, body, version='2022-03-01')
        self.assertEqual((409, 'osProfile.adminPassword'), (
            other.status_code, other.json()['error']['target']))

    def test_a_copied_disk_knows_its_users(self):
        # no recording: what is on a disk is in a copy of it
        self.put()
        disk = self.get()['properties']['storageProfile']['osDisk'][
            'managedDisk']['id']
        self.send('PUT', self.path('disks', 'copy'), {
            'location': 'eastus', 'properties': {'creationData': {
                'createOption': 'Copy', 'sourceResourceId': disk}}},
            version='2023-04-02')
        body = self.body(self.nic('nic-copy'))
        del body['properties']['osProfile']
        body['properties']['storageProfile'] = {'osDisk': {
            'createOption': 'Attach', 'osType': 'Linux',
            'managedDisk': {'id': self.path('disks', 'copy')}}}
        self.send('PUT', self.path('virtualMachines', 'second'), body,
                  version=VERSION)
        first, second = (guest.of(
            self.emulator, self.emulator.store.get(
                self.path('virtualMachines', name)))
            for name in ('vm', 'second'))
        self.assertEqual(list(first.users), list(second.users))
        self.assertNotEqual([], list(second.users))
        second.users.clear()
        self.assertNotEqual([], list(first.users))

    def test_updates_of_the_agent(self):
        # 421 without at 2024-07-01, 4 true at 2025-04-01
        self.put()
        for version, value in ((VERSION, None), ('2025-04-01', True)):
            self.assertEqual(value, self.get(version)['properties'][
                'osProfile']['linuxConfiguration'].get(
                    'enableVMAgentPlatformUpdates'))

    def test_null_properties_of_interfaces(self):
        # 349 seen, made by templates
        body = self.body(self.nic())
        [entry] = body['properties']['networkProfile']['networkInterfaces']
        entry['properties'] = {'deleteOption': None}
        made = self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version=VERSION).json()
        [shown] = made['properties']['networkProfile']['networkInterfaces']
        self.assertEqual({'id'}, set(shown))

    def test_system(self):
        for sku, version, shown in (
                (('Canonical', 'UbuntuServer', '18.04-LTS'),
                 '18.04.202401161', ('ubuntu', '18.04')),
                (('Debian', 'debian-10', '10'), '0.20240430.1733',
                 ('debian', '10.13')),
                (('OpenLogic', 'CentOS', '7.5'), '7.5.201808150',
                 ('centos', '7.5.1804')),
                (('RedHat', 'RHEL', '8-lvm-gen2'), '8.10.2024070513',
                 ('redhat', '8.10')),
                (('MicrosoftWindowsServer', 'WindowsServer',
                  '2012-Datacenter'), '9200.24523.231004',
                 ('Windows Server 2012 Datacenter',
                  'Microsoft Windows NT 6.2.9200.0'))):
            vm = store.Resource('/x', 'x', 'x', {'properties': {
                'storageProfile': {
                    'imageReference': {
                        'publisher': sku[0], 'offer': sku[1],
                        'sku': sku[2], 'exactVersion': version},
                    'osDisk': {'osType': 'Windows' if 'Windows' in sku[1]
                               else 'Linux'}}}}, None)
            self.assertEqual(shown, guest_systems.of(vm))


class UnmanagedDiskTest(MachineTest):
    """Machines with page blobs as disks."""

    def send_blob_machine(self):
        body = self.body(self.nic())
        body['properties']['storageProfile']['osDisk'] = {
            'createOption': 'FromImage', 'name': 'os', 'vhd': {
                'uri': 'https://account1.blob.core.windows.net/vhds/o.vhd'}}
        return self.send('PUT', self.path('virtualMachines', 'vm'), body,
                         version=VERSION)

    def test_are_refused_unless_asked_for(self):
        self.assertEqual(409, self.send_blob_machine().status_code)
        self.emulator.unmanaged_disks = True
        # now it is the account that is missing
        self.assertEqual('StorageAccountNotFound',
                         self.send_blob_machine().json()['error']['code'])

    def test_accounts_of_2015(self):
        # 20 seen, in templates
        path = self.path('x').replace(
            'Microsoft.Compute/x', 'Microsoft.Storage/storageAccounts/acc1')
        made = self.send('PUT', path, {
            'location': 'eastus',
            'properties': {'accountType': 'Premium_LRS'}},
            version='2015-06-15')
        self.assertEqual(202, made.status_code)
        self.clock.advance(60)
        found = self.send('GET', path, version='2023-05-01').json()
        self.assertEqual(('Storage', 'Premium_LRS'), (
            found['kind'], found['sku']['name']))


class IdentityTest(MachineTest):
    """Managed identities (39 answers, 29 of 2019-03-01)."""

    def test_of_the_system(self):
        made = self.put(identity={'type': 'SystemAssigned'})['identity']
        self.assertEqual({'type', 'principalId', 'tenantId'}, set(made))
        self.assertEqual(self.emulator.tenant_id, made['tenantId'])
        self.assertEqual(made, self.get()['identity'])
        # it stays the same one
        self.assertEqual(made, self.patch(identity={
            'type': 'SystemAssigned'})['identity'])

    def test_none_is_not_shown(self):
        self.put(identity={'type': 'SystemAssigned'})
        self.assertNotIn('identity', self.patch(identity={'type': 'None'}))
        self.assertNotIn('identity', self.get())

    def test_of_users(self):
        first, second = self.identity_id('a'), self.identity_id('b')
        made = self.put(identity={
            'type': 'SystemAssigned,UserAssigned',
            'userAssignedIdentities': {first: {}}})['identity']
        self.assertEqual('SystemAssigned, UserAssigned', made['type'])
        self.assertEqual({'principalId', 'clientId'},
                         set(made['userAssignedIdentities'][first]))
        # a PATCH adds, and removes what is null, in any case
        both = self.patch(identity={
            'type': made['type'], 'userAssignedIdentities': {second: {}}})
        self.assertEqual({first, second}, set(
            both['identity']['userAssignedIdentities']))
        left = self.patch(identity={
            'type': made['type'],
            'userAssignedIdentities': {first.lower(): None}})['identity']
        self.assertEqual([second], list(left['userAssignedIdentities']))
        self.assertEqual(made['principalId'], left['principalId'])
        self.assertNotIn('userAssignedIdentities', self.patch(identity={
            'type': 'SystemAssigned'})['identity'])


class PlacementTest(MachineTest):
    """Availability sets and proximity placement groups."""

    def send_group(self, method, body=None):
        return self.send(
            method, self.path('proximityPlacementGroups', 'p'), body,
            version=VERSION).json()['properties']

    def test_a_group(self):
        # (2 PUT and 6 GET)
        self.assertEqual({'proximityPlacementGroupType': 'Standard'},
                         self.send_group('PUT', {'location': 'eastus'}))
        self.send('PUT', self.path('availabilitySets', 'one'), {
            'location': 'eastus', 'sku': {'name': 'Aligned'}, 'properties': {
                'proximityPlacementGroup': {'id': self.path(
                    'proximityPlacementGroups', 'p')}}}, version=VERSION)
        shown = self.send_group('GET')
        self.assertEqual([], shown['virtualMachineScaleSets'])
        [where] = [one['id'] for one in shown['availabilitySets']]
        self.assertIn('/resourceGroups/JACKET/', where)
        self.assertTrue(where.endswith('/availabilitySets/ONE'), where)

    def test_an_empty_set(self):
        # (17 PUT of 2019-03-01, 5 to 2025-04-01)
        body = {'location': 'eastus', 'sku': {'name': 'Aligned'}}
        path = self.path('availabilitySets', 'one')
        made = self.send('PUT', path, body, version=VERSION).json()
        self.assertNotIn('virtualMachines', made['properties'])
        shown = self.send('GET', path, version=VERSION).json()
        self.assertEqual([], shown['properties']['virtualMachines'])
