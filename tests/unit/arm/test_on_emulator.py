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

"""The whole layer over HTTPS: real SDK, real pipeline, the emulator behind.

What the emulator holds afterwards counts, and that each request fits Azure's
API documents.
"""

import threading
from urllib import parse

from jacket_azure import exceptions
from tests import base
from tests import world

SIZE = 'Standard_D2s_v5'
PASSWORD = 'Sup3r-Secret-Passw0rd'
CUSTOM_DATA = 'I2Nsb3VkLWNvbmZpZyBzZWNyZXQ='


class Case(base.AzureTestCase):

    def make_nic(self, name='nic1'):
        subnet = self.client.subnets.get(world.VIRTUAL_NETWORK, 'private')
        return self.client.network_interfaces.create_or_update(name, {
            'location': world.LOCATION,
            'properties': {'ipConfigurations': [{
                'name': 'primary',
                'properties': {'subnet': {'id': subnet['id']}}}]}})

    def vm_body(self, nic, **tags):
        return {
            'location': world.LOCATION, 'tags': tags,
            'properties': {
                'hardwareProfile': {'vmSize': SIZE},
                'storageProfile': {
                    'imageReference': {
                        'publisher': 'Canonical', 'sku': 'server',
                        'offer': 'ubuntu-24_04-lts', 'version': 'latest'},
                    'osDisk': {'createOption': 'FromImage',
                               'deleteOption': 'Delete'}},
                'osProfile': {
                    'computerName': 'vm1', 'adminUsername': 'azureuser',
                    'adminPassword': PASSWORD, 'customData': CUSTOM_DATA},
                'networkProfile': {'networkInterfaces': [{
                    'id': nic['id'], 'properties': {
                        'primary': True, 'deleteOption': 'Delete'}}]}}}

    def make_vm(self, name='vm1', **options):
        body = self.vm_body(self.make_nic(f'nic-{name}'), mark='ours')
        return self.client.virtual_machines.create(
            name, body, owned=lambda vm: vm['tags'].get('mark') == 'ours',
            **options)

    def power(self, name='vm1'):
        vm = self.client.virtual_machines.get(name, instance_view=True)
        return [status['code']
                for status in vm['properties']['instanceView']['statuses']
                if status['code'].startswith('PowerState/')]

    def disk_body(self, size_gib=4):
        return {
            'location': world.LOCATION, 'sku': {'name': 'Standard_LRS'},
            'properties': {'creationData': {'createOption': 'Empty'},
                           'diskSizeGB': size_gib}}

    def assert_valid(self):
        self.assertEqual([], self.azure.invalid_requests())


class VirtualMachinesTest(Case):

    def test_life(self):
        vm = self.make_vm()
        self.assertEqual('Succeeded', vm['properties']['provisioningState'])
        self.assertNotIn('etag', vm)
        vms = self.client.virtual_machines
        self.assertEqual(['vm1'], [found['name'] for found in vms.list()])
        for action, state in (
            (lambda: vms.power_off('vm1'), 'stopped'),
            (lambda: vms.start('vm1'), 'running'),
            (lambda: vms.restart('vm1'), 'running'),
            (lambda: vms.redeploy('vm1'), 'running'),
            (lambda: vms.power_off('vm1', skip_shutdown=True), 'stopped'),
            (lambda: vms.deallocate('vm1'), 'deallocated'),
        ):
            action()
            self.assertEqual([f'PowerState/{state}'], self.power())
        self.assertTrue(vms.delete('vm1'))
        self.assertFalse(vms.delete('vm1'))
        self.assertEqual([], self.azure.resource_ids())
        self.assert_valid()

    def test_budget_of_a_create_and_a_delete(self):
        body = self.vm_body(self.make_nic())
        with self.client.statistics.record() as calls:
            self.client.virtual_machines.create('vm1', body)
            self.client.virtual_machines.delete('vm1')
        self.assertEqual(
            ['PUT', 'DELETE'],
            [call.method for call in calls if not call.is_poll])

    def test_create_that_meets_another(self):
        self.make_vm()
        found = self.assertRaises(
            exceptions.PreconditionFailed, self.make_vm)
        self.assertEqual(412, found.status)

    def test_lost_reply_of_a_create(self):
        self.azure.emulator.faults.drop_reply(
            'PUT', 'virtualMachines', times=1)
        self.assertEqual('vm1', self.make_vm()['name'])
        self.assertEqual(1, len(self.azure.resources('virtualMachines')))

    def test_capacity_and_quota(self):
        self.azure.emulator.faults.fail_operation(
            'PUT', 'virtualMachines', 'ZonalAllocationFailed', times=1)
        self.assertRaises(exceptions.NoCapacity, self.make_vm)
        self.azure.fail(
            'PUT', 'virtualMachines', 409, 'OperationNotAllowed',
            'Operation could not be completed as it results in exceeding '
            'approved Total Regional Cores quota.', times=1)
        self.assertRaises(
            exceptions.QuotaExceeded, self.make_vm, 'vm2')

    def test_operation_that_never_ends(self):
        self.azure.emulator.faults.stick_operation('PUT', 'virtualMachines')
        before = self.azure.clock.time()
        self.assertRaises(
            exceptions.OperationTimeout, self.make_vm, timeout_seconds=600)
        self.assertAlmostEqual(600, self.azure.clock.time() - before, places=1)

    def test_canceled_operation(self):
        self.azure.emulator.faults.cancel_operation('PUT', 'virtualMachines')
        # a later write has taken its place
        found = self.assertRaises(exceptions.Conflict, self.make_vm)
        self.assertIn('was canceled in Azure', str(found))

    def test_slow_operation_with_trouble_while_polling(self):
        faults = self.azure.emulator.faults
        faults.slow_operation('PUT', 'virtualMachines', 120)
        faults.drop_request('GET', 'operations', times=2)
        faults.drop_reply('GET', 'operations', times=1)
        faults.fail('GET', 'operations', 504, 'GatewayTimeout', times=2)
        faults.throttle('GET', 'operations', times=2)
        self.assertEqual('vm1', self.make_vm()['name'])

    def test_etags(self):
        self.make_vm()
        vms = self.client.virtual_machines
        etag = vms.get('vm1')['etag']
        changed = vms.update('vm1', {'tags': {'a': 'b'}}, etag=etag)
        self.assertEqual({'a': 'b'}, changed['tags'])
        self.assertRaises(
            exceptions.PreconditionFailed, vms.update, 'vm1',
            {'tags': {'c': 'd'}}, etag=etag)
        self.assert_valid()

    def test_what_is_missing_is_told(self):
        vms = self.client.virtual_machines
        for call in (vms.get, vms.start, vms.deallocate):
            found = self.assertRaises(exceptions.NotFound, call, 'vm9')
            self.assertEqual(
                'Microsoft.Compute/virtualMachines', found.resource_type)
            self.assertTrue(found.resource_id.endswith('/vm9'))

    def test_restart_is_sent_once(self):
        self.make_vm()
        self.azure.emulator.faults.drop_reply(
            'POST', 'virtualMachines/restart')
        with self.client.statistics.record() as calls:
            self.assertRaises(
                exceptions.Unavailable, self.client.virtual_machines.restart,
                'vm1')
        self.assertEqual(1, len(calls))

    def test_ten_at_the_same_time(self):
        failures = []

        def make(number):
            try:
                self.make_vm(f'vm-{number}')
            except Exception as exc:
                failures.append(exc)

        threads = [threading.Thread(target=make, args=(number,))
                   for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], failures)
        self.assertEqual(10, len(self.client.virtual_machines.list(
            instance_view=True)))
        self.assert_valid()


class NetworkTest(Case):

    def test_interfaces(self):
        nics = self.client.network_interfaces
        made = self.make_nic()
        self.assertTrue(made['properties']['ipConfigurations'][0][
            'properties']['privateIPAddress'].startswith('192.168.1.'))
        self.assertEqual(made['id'], nics.get('nic1')['id'])
        self.assertEqual(['nic1'], [nic['name'] for nic in nics.list()])
        self.assertTrue(nics.delete('nic1'))
        self.assertFalse(nics.delete('nic1'))
        self.assert_valid()

    def test_interface_in_use(self):
        self.make_vm()
        found = self.assertRaises(
            exceptions.InUse, self.client.network_interfaces.delete,
            'nic-vm1')
        self.assertEqual('NicInUse', found.code)

    def test_public_addresses(self):
        addresses = self.client.public_ip_addresses
        made = addresses.create_or_update('ip1', {
            'location': world.LOCATION, 'sku': {'name': 'Standard'},
            'properties': {'publicIPAllocationMethod': 'Static'}})
        self.assertEqual('ip1', made['name'])
        self.assertEqual(
            ['ip1'], [address['name'] for address in addresses.list()])
        self.assertTrue(addresses.delete('ip1'))
        self.assert_valid()

    def test_what_the_operator_made(self):
        subnet = self.client.subnets.get(world.VIRTUAL_NETWORK, 'private')
        self.assertEqual(
            '192.168.1.0/24', subnet['properties']['addressPrefix'])
        network = subnet['id'].rpartition('/subnets/')[0]
        self.assertEqual(subnet, self.client.subnets.get(network, 'private'))
        group = self.client.network_security_groups.get('nsg-default')
        self.assertEqual(
            group, self.client.network_security_groups.get(group['id']))

    def test_missing_network_is_told_from_missing_subnet(self):
        for path, kind in (
            (('vnet9', 'private'), 'Microsoft.Network/virtualNetworks'),
            ((world.VIRTUAL_NETWORK, 'none'),
             'Microsoft.Network/virtualNetworks/subnets'),
        ):
            found = self.assertRaises(
                exceptions.NotFound, self.client.subnets.get, *path)
            self.assertEqual(kind, found.resource_type)


class DisksTest(Case):

    def test_disks(self):
        disks = self.client.disks
        made = disks.create_or_update('d1', self.disk_body())
        # the operation's result, not the echo of the request
        self.assertEqual('Unattached', made['properties']['diskState'])
        grown = disks.update('d1', {'properties': {'diskSizeGB': 8}})
        self.assertEqual(8, grown['properties']['diskSizeGB'])
        self.assertEqual(['d1'], [disk['name'] for disk in disks.list()])
        self.assertEqual('d1', disks.get('d1')['name'])
        self.assertTrue(disks.delete('d1'))
        self.assertFalse(disks.delete('d1'))
        self.assert_valid()

    def test_snapshots(self):
        disk = self.client.disks.create_or_update('d1', self.disk_body())
        snapshots = self.client.snapshots
        made = snapshots.create_or_update('s1', {
            'location': world.LOCATION,
            'properties': {'incremental': True, 'creationData': {
                'createOption': 'Copy', 'sourceResourceId': disk['id']}}})
        self.assertEqual('Succeeded', made['properties'][
            'provisioningState'])
        self.assertEqual(
            ['s1'], [found['name'] for found in snapshots.list()])
        self.assertTrue(snapshots.delete('s1'))
        self.assert_valid()

    def test_attached_disk_is_in_use(self):
        vm = self.make_vm()
        found = self.client.virtual_machines.get(vm['name'])
        name = found['properties']['storageProfile']['osDisk']['name']
        self.assertRaises(
            exceptions.InUse, self.client.disks.delete, name)


class CatalogueTest(Case):

    def test_sizes_usages_images(self):
        names = {sku['name'] for sku in self.client.resource_skus.list(
            world.LOCATION)}
        self.assertIn(SIZE, names)
        usages = {usage['name']['value'] for usage in self.client.usages.list(
            world.LOCATION)}
        self.assertIn('cores', usages)
        image = (world.LOCATION, 'Canonical', 'ubuntu-24_04-lts',
                 'server')
        images = self.client.virtual_machine_images
        version = images.latest_version(*image)
        found = images.get(*image, version)
        self.assertEqual('Linux', found['properties']['osDiskImage'][
            'operatingSystem'])
        self.assertRaises(
            exceptions.NotFound, images.latest_version, world.LOCATION,
            'Nobody', 'nothing', 'none')
        self.assertEqual([], self.client.images.list())
        self.assert_valid()

    def test_groups(self):
        groups = self.client.resource_groups
        groups.create_or_update('second', {'location': world.LOCATION})
        self.assertEqual('second', groups.get('second')['name'])
        self.assertIn('second', [group['name'] for group in groups.list()])
        self.assertTrue(groups.delete('second'))
        self.assertFalse(groups.delete('second'))
        found = self.assertRaises(
            exceptions.NotFound, groups.get, 'second')
        self.assertEqual(
            'Microsoft.Resources/resourceGroups', found.resource_type)
        self.assert_valid()


class LoginTest(Case):

    def test_wrong_secret(self):
        azure = self.azure.connect(client_secret='wr0ng-s3cret-value')
        found = self.assertRaises(
            exceptions.Unauthorized, azure.virtual_machines.list)
        self.assertIn('Logging in to Azure failed', str(found))
        self.assertNotIn('wr0ng-s3cret-value', str(found))

    def test_missing_right(self):
        self.azure.emulator.faults.deny('Microsoft.Compute/*/write')
        found = self.assertRaises(exceptions.Unauthorized, self.make_vm)
        self.assertEqual('AuthorizationFailed', found.code)
        self.assertIn('virtualMachines/write', str(found))

    def test_wrong_certificate_authority(self):
        azure = self.azure.connect(ca_file=None)
        before = self.azure.clock.time()
        found = self.assertRaises(
            exceptions.Unavailable, azure.virtual_machines.list)
        self.assertIn('[azure] ca_file', str(found))
        # trying again does not help; azure-identity does so three times
        self.assertLess(self.azure.clock.time() - before, 10)


class SecretsTest(Case):

    def test_no_secret_in_any_debug_log(self):
        faults = self.azure.emulator.faults
        faults.slow_operation('PUT', 'virtualMachines', 5)
        faults.drop_reply('GET', 'operations', times=1)
        self.make_vm()
        self.azure.fail(
            'PUT', 'virtualMachines', 400, 'InvalidParameter',
            f'The value {PASSWORD} with {CUSTOM_DATA} is wrong.', times=1)
        self.assertRaises(exceptions.Refused, self.make_vm, 'vm2')
        self.client.virtual_machines.delete('vm1')
        queries = [record.query for record in self.azure.emulator.requests
                   if record.is_poll]
        signatures = [value for query in queries
                      for name, value in parse.parse_qsl(query)
                      if name in ('t', 'c', 's', 'h')]
        self.assertNotEqual([], signatures)
        self.assertNotEqual([], self.azure.tokens)
        self.assertIn('virtualMachines/vm1', self.log.text)
        for secret in (PASSWORD, CUSTOM_DATA, 'Bearer ',
                       self.azure.emulator.client_secret,
                       *self.azure.tokens, *signatures):
            self.assertNotIn(secret, self.log.text)
