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

"""Interfaces join and leave a machine's list."""

import hypothesis
from hypothesis import strategies

from jacket_azure import exceptions
from jacket_azure.payload import network_interface
from jacket_azure.payload import network_profile
from tests import timeout


def nic_id(name):
    return ('/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/'
            f'networkInterfaces/{name}')


def machine(*names, primary=0):
    return {'properties': {'networkProfile': {'networkInterfaces': [
        {'id': nic_id(name), 'properties': {
            'primary': index == primary, 'deleteOption': 'Delete'}}
        for index, name in enumerate(names)]}}}


def ids(body):
    return [one['id'].rpartition('/')[2] for one in references(body)]


def references(body):
    return body['properties']['networkProfile']['networkInterfaces']


class ProfileTest(timeout.TestCase):

    def test_attach_goes_when_the_machine_does_and_is_not_primary(self):
        body = network_profile.build_attach(machine('a'), nic_id('b'), True)
        self.assertEqual({'id': nic_id('b'), 'properties': {
            'primary': False, 'deleteOption': 'Delete'}},
            references(body)[1])
        body = network_profile.build_attach(machine('a'), nic_id('b'), False)
        self.assertEqual({'primary': False},
                         references(body)[1]['properties'])

    def test_a_single_one_becomes_the_primary_in_so_many_words(self):
        vm = machine('a')
        del references(vm)[0]['properties']
        body = network_profile.build_attach(vm, nic_id('b'), True)
        self.assertIs(True, references(body)[0]['properties']['primary'])

    def test_detach_refuses_the_last_and_the_primary(self):
        for vm, words in ((machine('a'), 'its last'),
                          (machine('a', 'b'), 'primary')):
            exc = self.assertRaises(
                exceptions.InvalidRequest, network_profile.build_detach, vm,
                nic_id('a'))
            self.assertIn(words, str(exc))

    names = strategies.lists(
        strategies.sampled_from('abcdefgh'), min_size=1, unique=True)

    @hypothesis.given(names, strategies.data())
    def test_attach_and_detach_keep_the_others(self, names, data):
        primary = data.draw(strategies.integers(0, len(names) - 1))
        vm = machine(*names, primary=primary)
        attached = network_profile.build_attach(vm, nic_id('NEW'), True)
        again = network_profile.build_attach(attached, nic_id('new'), True)
        self.assertEqual(len(ids(attached)), len(ids(again)))
        self.assertEqual(1, sum(
            one['properties']['primary'] for one in references(attached)))
        self.assertEqual(vm, network_profile.build_detach(
            attached, nic_id('new')))

    def test_addresses_and_their_network(self):
        subnet = '/x/virtualNetworks/one/subnets/'
        nic = {'properties': {'ipConfigurations': [
            {'properties': {'privateIPAddress': '10.0.0.4',
                            'subnet': {'id': subnet + 'a'}}}, {}]}}
        self.assertEqual({'10.0.0.4'}, network_interface.parse_addresses(nic))
        network_interface.check_same_network(nic, [
            network_interface.FixedIp('10.0.1.4', subnet.upper() + 'B')])
        self.assertRaises(
            exceptions.InvalidRequest, network_interface.check_same_network,
            nic, [network_interface.FixedIp(
                '10.1.0.4', '/x/virtualNetworks/two/subnets/a')])
