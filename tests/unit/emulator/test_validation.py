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

"""Requests against the API documents."""

import copy

from oslotest import base as test_base

from jacket_azure.emulator import schema
from jacket_azure.emulator import validation
from tests.unit.emulator import base

VM = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
      '/Microsoft.Compute/virtualMachines/{name}')


def check(body, version='2026-04-01', query=None, patch=False):
    found = validation.find('PATCH' if patch else 'PUT', VM, version)
    return found.check(query or {}, body, patch=patch)


class DocumentTest(test_base.BaseTestCase):
    """Reading the documents."""

    def test_every_reference_leads_somewhere(self):
        def walk(value, document):
            if isinstance(value, dict):
                if isinstance(value.get('$ref'), str):
                    schema.resolve(schema.Node(value, document))
                for inner in value.values():
                    walk(inner, document)
            elif isinstance(value, list):
                for inner in value:
                    walk(inner, document)

        self.assertGreater(len(schema.documents()), 40)
        for document in schema.documents():
            walk(schema.load(document), document)

    def test_nearest_version(self):
        for asked, found in (('2026-04-01', '2026-04-01'),
                             ('2027-01-01', '2026-04-01'),
                             ('2025-04-01', '2024-07-01'),
                             ('2019-01-01', '2024-07-01')):
            self.assertEqual(found, validation.find('PUT', VM, asked).version)

    def test_unknown_operation(self):
        self.assertIsNone(validation.find('PUT', VM + '/magic', '2026-04-01'))


class BodyTest(test_base.BaseTestCase):
    """Bodies of a virtual machine."""

    GOOD = {'location': 'eastus', 'properties': {
        'hardwareProfile': {'vmSize': 'Standard_D2s_v5'}}}

    def problems(self, *path, value, **options):
        body = copy.deepcopy(self.GOOD)
        inner = body
        for word in path[:-1]:
            inner = inner.setdefault(word, {})
        inner[path[-1]] = value
        return [(problem.kind, problem.path)
                for problem in check(body, **options)[1]]

    def test_good(self):
        for version in ('2026-04-01', '2024-07-01'):
            self.assertEqual((self.GOOD, []), check(self.GOOD, version))

    def test_unknown_property(self):
        self.assertEqual(
            [('unknown', 'properties.hardwareProfile.size')],
            self.problems('properties', 'hardwareProfile', 'size', value='x'))

    def test_wrong_type(self):
        self.assertEqual([('invalid', 'tags.a')],
                         self.problems('tags', 'a', value=1))

    def test_open_list(self):
        # sizes after 2020 are in no document, and legal
        self.assertEqual([], self.problems(
            'properties', 'hardwareProfile', 'vmSize',
            value='Standard_Z99', version='2024-07-01'))

    def test_closed_list(self):
        path = ('properties', 'storageProfile', 'osDisk')
        disk = {'createOption': 'FromImage', 'osType': 'Plan9'}
        self.assertEqual(
            [('invalid', 'properties.storageProfile.osDisk.osType')],
            self.problems(*path, value=disk, version='2024-07-01'))
        disk['osType'] = 'linux'
        self.assertEqual([], self.problems(*path, value=disk,
                                           version='2024-07-01'))

    def test_missing(self):
        self.assertEqual(
            [('missing', 'properties.storageProfile.osDisk.createOption')],
            self.problems('properties', 'storageProfile', 'osDisk',
                          value={'name': 'x'}))

    def test_case_of_names_and_read_only(self):
        body, problems = check({
            'Location': 'eastus', 'id': 'mine', 'properties': {
                'VMID': 'x', 'provisioningState': 'Failed',
                'HardwareProfile': {'VMSize': 'y'}}})
        self.assertEqual(([], {'location': 'eastus', 'properties': {
            'hardwareProfile': {'vmSize': 'y'}}}), (problems, body))

    def test_null_is_nothing_but_in_a_patch(self):
        sent = {'location': 'eastus', 'tags': None}
        self.assertEqual({'location': 'eastus'}, check(sent)[0])
        self.assertEqual({'tags': None}, check(
            {'tags': None}, patch=True)[0])

    def test_query(self):
        found = validation.find('GET', VM, '2026-04-01')
        self.assertEqual([], found.check(
            {'$expand': 'instanceView'}, None, patch=False)[1])
        _, problems = found.check({'expand': 'x'}, None, patch=False)
        self.assertEqual([('unknown', 'expand')],
                         [problem[:2] for problem in problems])

    def test_body_where_none_belongs(self):
        found = validation.find('GET', VM, '2026-04-01')
        self.assertEqual('body', found.check({}, {}, patch=False)[1][0].path)
        found = validation.find('PUT', VM, '2026-04-01')
        self.assertEqual('missing',
                         found.check({}, None, patch=False)[1][0].kind)


class AnswerTest(base.EmulatorTestCase):
    """What a client is told, and what is written down."""

    def test_unknown_property_is_loud(self):
        body = self.nic_body()
        body['properties']['enableTurbo'] = True
        answer = self.call(
            'PUT', self.network_path + '/networkInterfaces/nic1', body)
        error = answer.json()['error']
        self.assertEqual((400, 'InvalidRequestFormat'),
                         (answer.status_code, error['code']))
        self.assertIn('properties.enableTurbo',
                      error['details'][0]['message'])
        [record] = self.emulator.invalid_requests
        self.assertEqual(
            ('PUT', 400, 'NetworkInterfaces_CreateOrUpdate', False),
            (record.method, record.status, record.operation_id,
             record.valid))

    def test_unknown_query_option_is_loud(self):
        answer = self.call(
            'GET', self.network_path + '/networkInterfaces', force='yes')
        self.assertEqual(400, answer.status_code)
        self.assertEqual(1, len(self.emulator.invalid_requests))

    def test_what_was_read_may_be_written(self):
        self.create_nic()
        client = self.network
        for read, write, names in (
                (client.network_interfaces.get,
                 client.network_interfaces.begin_create_or_update,
                 ('nic1',)),
                (client.virtual_networks.get,
                 client.virtual_networks.begin_create_or_update, ('vnet1',)),
                (client.subnets.get, client.subnets.begin_create_or_update,
                 ('vnet1', 'default')),
                (client.network_security_groups.get,
                 client.network_security_groups.begin_create_or_update,
                 ('nsg-default',))):
            before = read(base.GROUP, *names)
            after = write(base.GROUP, *names, before).result()
            self.assertEqual(before.id, after.id)
        self.assertEqual([], self.emulator.invalid_requests)
