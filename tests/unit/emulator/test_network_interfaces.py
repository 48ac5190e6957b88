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

"""Network interfaces: addresses, states, and what a machine does."""

from azure.mgmt.network import models

from jacket_azure.emulator import errors
from jacket_azure.emulator import network_interfaces
from tests.unit.emulator import base


def configuration(nic):
    return nic['properties']['ipConfigurations'][0]['properties']


class AddressTest(base.EmulatorTestCase):
    """Which address an interface gets."""

    def test_first_free(self):
        addresses = [configuration(self.create_nic(name))['privateIPAddress']
                     for name in ('a', 'b', 'c')]
        self.assertEqual(['10.0.0.4', '10.0.0.5', '10.0.0.6'], addresses)
        self.network.network_interfaces.begin_delete(
            base.GROUP, 'b').result()
        again = configuration(self.create_nic('d'))
        self.assertEqual('10.0.0.5', again['privateIPAddress'])

    def test_dynamic_address_stays(self):
        self.create_nic('a')
        self.create_nic('b')
        self.network.network_interfaces.begin_delete(
            base.GROUP, 'a').result()
        self.assertEqual('10.0.0.5', configuration(
            self.create_nic('b'))['privateIPAddress'])

    def static(self, address, name='b'):
        return self.create_nic(
            name, privateIPAllocationMethod='Static',
            privateIPAddress=address)

    def test_static(self):
        self.assertEqual('10.0.0.77', configuration(
            self.static('10.0.0.77'))['privateIPAddress'])
        # a second write of the same is no conflict with itself
        self.static('10.0.0.77')
        self.static('10.0.0.78')
        self.static('10.0.0.77', 'c')

    def test_static_refused(self):
        held = self.create_nic('a')
        for address, code in (
                ('10.0.0.4', 'PrivateIPAddressIsAllocated'),
                ('10.0.0.3', 'PrivateIPAddressInReservedRange'),
                ('10.0.0.255', 'PrivateIPAddressInReservedRange'),
                ('10.0.1.4', 'PrivateIPAddressNotInSubnet'),
                ('10.0.0.999', 'InvalidIPAddressFormat')):
            error = self.assert_error(code, 400, self.static, address)
        error = self.assert_error('PrivateIPAddressIsAllocated', 400,
                                  self.static, '10.0.0.4')
        self.assertIn(held['id'], error.message)
        self.assertEqual(1, len(list(
            self.network.network_interfaces.list_all())))

    def test_full_subnet(self):
        self.emulator.seed(virtual_networks={
            'small': {'tiny': '10.9.0.0/29'}})
        body = self.nic_body()
        subnet = body['properties']['ipConfigurations'][0]['properties']
        subnet['subnet']['id'] = (f'{self.network_path}/virtualNetworks'
                                  '/small/subnets/tiny')
        create = self.network.network_interfaces.begin_create_or_update
        for name in ('a', 'b', 'c'):
            create(base.GROUP, name, body).result()
        self.assert_error('SubnetIsFull', 400, create, base.GROUP, 'd', body)


class InterfaceTest(base.EmulatorTestCase):
    """Bodies, states and references."""

    def test_create_is_finished_at_once(self):
        answer = self.call(
            'PUT', self.network_path + '/networkInterfaces/nic1',
            self.nic_body())
        self.assertEqual(201, answer.status_code)
        self.assertNotIn('Azure-AsyncOperation', answer.headers)
        nic = answer.json()
        properties = nic['properties']
        self.assertEqual('Succeeded', properties['provisioningState'])
        self.assertEqual(nic['etag'],
                         properties['ipConfigurations'][0]['etag'])
        self.assertEqual('Standard', properties['nicType'])
        for absent in ('macAddress', 'primary', 'virtualMachine'):
            self.assertNotIn(absent, properties)
        self.assertTrue(configuration(nic)['primary'])

    def test_two_configurations(self):
        body = self.nic_body()
        first = body['properties']['ipConfigurations'][0]
        body['properties']['ipConfigurations'].append(
            {**first, 'name': 'ipconfig2'})
        answer = self.call(
            'PUT', self.network_path + '/networkInterfaces/nic1', body)
        self.assertEqual(
            [('10.0.0.4', True), ('10.0.0.5', False)],
            [(one['properties']['privateIPAddress'],
              one['properties']['primary'])
             for one in answer.json()['properties']['ipConfigurations']])

    def test_no_properties(self):
        answer = self.call('PUT', self.network_path + '/networkInterfaces/x',
                           {'location': 'eastus'})
        self.assertEqual((400, 'properties.ipConfigurations'), (
            answer.status_code, answer.json()['error']['target']))

    def test_references(self):
        for change in ({'subnet': {'id': '/nowhere'}},
                       {'subnet': {}}, {'publicIPAddress': {'id': '/no'}}):
            self.assert_error('InvalidResourceReference', 400,
                              self.create_nic, **change)
        body = {**self.nic_body(), 'location': 'westus'}
        self.assert_error(
            'InvalidResourceReference', 400,
            self.network.network_interfaces.begin_create_or_update,
            base.GROUP, 'nic1', body)

    def test_names(self):
        for name in ('-a', 'a-', 'a' * 81, 'a b'):
            self.assert_error('InvalidResourceName', 400, self.create_nic,
                              name)

    def test_tags(self):
        self.create_nic()
        patched = self.network.network_interfaces.update_tags(
            base.GROUP, 'nic1', models.TagsObject(tags={'a': 'b'}))
        self.assertEqual({'a': 'b'}, patched.tags)


class TimingTest(base.EmulatorTestCase):
    """States while operations run."""

    options = {'latency': 'observed', 'nic_create': 'async'}

    def test_create_and_update(self):
        path = self.network_path + '/networkInterfaces/nic1'
        for status in (201, 200):
            answer = self.call('PUT', path, self.nic_body())
            self.assertEqual(status, answer.status_code)
            self.assertIn('Azure-AsyncOperation', answer.headers)
            self.assertNotIn('Location', answer.headers)
            for body in (answer.json(), self.call('GET', path).json()):
                self.assertEqual('Updating',
                                 body['properties']['provisioningState'])
                self.assertEqual('Updating',
                                 configuration(body)['provisioningState'])
            self.clock.advance(60)
            body = self.call('GET', path).json()
            self.assertEqual('Succeeded',
                             configuration(body)['provisioningState'])

    def test_second_writer(self):
        path = self.network_path + '/networkInterfaces/nic1'
        self.call('PUT', path, self.nic_body())
        for method, body in (('PUT', self.nic_body()), ('DELETE', None)):
            answer = self.call(method, path, body)
            self.assertEqual((409, 'AnotherOperationInProgress'), (
                answer.status_code, answer.json()['error']['code']))

    def test_network_that_is_changing(self):
        network = self.call(
            'GET', self.network_path + '/virtualNetworks/vnet1').json()
        self.call('PUT', network['id'], {**network, 'tags': {'a': 'b'}})
        answer = self.call(
            'PUT', self.network_path + '/networkInterfaces/nic1',
            self.nic_body())
        error = answer.json()['error']
        self.assertEqual((429, 'RetryableError'),
                         (answer.status_code, error['code']))
        self.assertEqual('ReferencedResourceNotProvisioned',
                         error['details'][0]['code'])
        self.clock.advance(60)
        self.assertEqual(201, self.call(
            'PUT', self.network_path + '/networkInterfaces/nic1',
            self.nic_body()).status_code)

    def test_delete_takes_time(self):
        path = self.network_path + '/networkInterfaces/nic1'
        self.call('PUT', path, self.nic_body())
        self.clock.advance(60)
        answer = self.call('DELETE', path)
        self.assertEqual(202, answer.status_code)
        self.assertIn('Location', answer.headers)
        self.assertEqual('Deleting', self.call('GET', path).json()[
            'properties']['provisioningState'])
        self.clock.advance(60)
        self.assertEqual(404, self.call('GET', path).status_code)


class MachineTest(base.EmulatorTestCase):
    """What the Compute provider does with an interface."""

    def setUp(self):
        super().setUp()
        self.nic_id = self.create_nic()['id']
        self.vm_id, self.other_id = (
            f'{self.group_path}/providers/Microsoft.Compute/virtualMachines'
            f'/{name}' for name in ('vm', 'other'))

    def refused(self, code, work, *args):
        error = self.assertRaises(errors.ArmError, work, self.emulator, *args)
        self.assertEqual(code, error.code)

    def get(self):
        return self.call('GET', self.nic_id).json()['properties']

    def delete(self):
        self.network.network_interfaces.begin_delete(
            base.GROUP, 'nic1').result()

    def test_attach(self):
        network_interfaces.attach(self.emulator, self.nic_id, self.vm_id)
        found = self.get()
        self.assertEqual({'id': self.vm_id}, found['virtualMachine'])
        self.assertTrue(found['primary'])
        self.assertRegex(found['macAddress'],
                         '^00-22-48(-[0-9A-F]{2}){3}$')
        error = self.assert_error('NicInUse', 400, self.delete)
        self.assertIn(self.vm_id, error.message)
        self.refused('NicInUse', network_interfaces.attach, self.nic_id,
                     self.other_id)
        # a write keeps what the machine has given it
        self.create_nic()
        self.assertEqual(found['macAddress'], self.get()['macAddress'])

    def test_detach(self):
        before = self.get()
        network_interfaces.attach(self.emulator, self.nic_id, self.vm_id)
        network_interfaces.detach(self.emulator, self.nic_id)
        found = self.get()
        self.assertNotIn('virtualMachine', found)
        self.assertEqual(
            before['ipConfigurations'][0]['properties']['privateIPAddress'],
            found['ipConfigurations'][0]['properties']['privateIPAddress'])
        self.delete()

    def test_reserved(self):
        network_interfaces.attach(self.emulator, self.nic_id, self.vm_id)
        network_interfaces.detach(self.emulator, self.nic_id, self.vm_id)
        self.refused('NicReservedForAnotherVm', network_interfaces.attach,
                     self.nic_id, self.other_id)
        self.assert_error('NicReservedForAnotherVm', 400, self.delete)
        network_interfaces.check_attach(self.emulator, self.nic_id,
                                        self.vm_id)
        self.clock.advance(180)
        network_interfaces.check_attach(self.emulator, self.nic_id,
                                        self.other_id)
        self.delete()

    def test_missing(self):
        self.refused('NotFound', network_interfaces.check_attach,
                     self.nic_id + 'x', self.vm_id)

    def test_cascade(self):
        public = self.network.public_ip_addresses.begin_create_or_update(
            base.GROUP, 'ip1', {'location': 'eastus', 'properties': {
                'publicIPAllocationMethod': 'Dynamic'}}).result()
        nic = self.create_nic('nic2', publicIPAddress={
            'id': public.id, 'properties': {'deleteOption': 'Delete'}})
        network_interfaces.attach(self.emulator, nic['id'], self.vm_id)
        found = self.network.public_ip_addresses.get(base.GROUP, 'ip1')
        self.assertIsNotNone(found.ip_address)
        network_interfaces.delete_for_cascade(self.emulator, nic['id'])
        self.assertIsNone(self.emulator.store.get(nic['id']))
        self.assertIsNone(self.emulator.store.get(public.id))
        self.assertEqual('10.0.0.5', configuration(
            self.create_nic('nic3'))['privateIPAddress'])
