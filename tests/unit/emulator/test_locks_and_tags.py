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

"""Locks, role assignments, and tags of any scope."""

from tests.unit.emulator import base

VERSION = '2020-05-01'
TAGS = '/providers/Microsoft.Resources/tags/default'
LOCKS = '/providers/Microsoft.Authorization/locks'


class TagsTest(base.EmulatorTestCase):
    """``Microsoft.Resources/tags/default`` of groups and resources."""

    def setUp(self):
        super().setUp()
        self.nsg = self.network_path + '/networkSecurityGroups/nsg-default'

    def ask(self, method, scope, body=None):
        return self.call(method, scope + TAGS, body, version='2024-11-01')

    def tags(self, scope):
        return self.ask('GET', scope).json()['properties']['tags']

    def patch(self, scope, operation, tags):
        return self.ask('PATCH', scope, {
            'operation': operation, 'properties': {'tags': tags}})

    def test_every_operation(self):
        for scope in (self.nsg, self.group_path):
            self.assertEqual({}, self.tags(scope))
            answer = self.ask('PUT', scope, {'properties': {
                'tags': {'A': '1', 'b': '2'}}})
            self.assertEqual(scope + TAGS, answer.json()['id'])
            self.patch(scope, 'Merge', {'a': '3', 'c': '4'})
            self.assertEqual({'A': '3', 'b': '2', 'c': '4'}, self.tags(scope))
            self.patch(scope, 'delete', {'c': '4', 'b': 'other'})
            self.assertEqual({'A': '3', 'b': '2'}, self.tags(scope))
            self.patch(scope, 'Replace', {'z': '0'})
            self.assertEqual({'z': '0'},
                             self.emulator.store.get(scope).tags)
            self.assertEqual(200, self.ask('DELETE', scope).status_code)
            self.assertEqual({}, self.tags(scope))

    def test_refusals(self):
        self.assertEqual(404, self.ask(
            'GET', self.nsg + '-other').status_code)
        self.assertEqual(400, self.patch(
            self.nsg, 'Explode', {'a': '1'}).status_code)
        self.assertEqual(400, self.ask('PUT', self.nsg, {}).status_code)
        answer = self.ask('PUT', self.nsg, {'properties': {
            'tags': {'a<b': '1'}}})
        self.assertEqual('InvalidTagNameCharacters',
                         answer.json()['error']['code'])


class LocksTest(base.EmulatorTestCase):
    """Locks keep writes and deletions back."""

    def setUp(self):
        super().setUp()
        self.nsg = self.network_path + '/networkSecurityGroups/nsg-default'

    def lock(self, scope, level='CanNotDelete', name='keep'):
        return self.call('PUT', f'{scope}{LOCKS}/{name}', {
            'properties': {'level': level, 'notes': 'n'}}, version=VERSION)

    def unlock(self, scope):
        return self.call('DELETE', f'{scope}{LOCKS}/keep', version=VERSION)

    def code(self, method, path, body=None, version=base.NETWORK_VERSION):
        answer = self.call(method, path, body, version=version)
        if answer.status_code < 300:
            return answer.status_code
        return answer.json()['error']['code']

    def test_deletion_of_what_is_below_and_above(self):
        self.assertEqual(201, self.lock(self.nsg).status_code)
        for path, version in ((self.nsg, base.NETWORK_VERSION),
                              (self.group_path, base.RESOURCES_VERSION)):
            self.assertEqual('ScopeLocked', self.code(
                'DELETE', path, version=version))
        self.assertEqual(200, self.code('PATCH', self.nsg, {'tags': {}}))
        self.assertEqual(200, self.unlock(self.nsg).status_code)
        self.assertEqual(204, self.unlock(self.nsg).status_code)
        self.assertEqual(202, self.code('DELETE', self.nsg))

    def test_read_only(self):
        self.lock(self.group_path, 'readonly')
        self.assertEqual('ScopeLocked', self.code(
            'PATCH', self.nsg, {'tags': {}}))
        self.assertEqual(200, self.code('GET', self.nsg))
        self.unlock(self.group_path)
        self.assertEqual(200, self.code('PATCH', self.nsg, {'tags': {}}))

    def test_lists(self):
        self.lock(self.nsg, name='one')
        self.lock(self.group_path, name='two')
        self.assertEqual(200, self.lock(
            self.group_path, name='two').status_code)
        for scope, names in ((self.nsg, {'one'}),
                             (self.group_path, {'one', 'two'})):
            answer = self.call('GET', scope + LOCKS, version=VERSION)
            self.assertEqual(names, {
                one['name'] for one in answer.json()['value']})
        one = self.call('GET', f'{self.nsg}{LOCKS}/one', version=VERSION)
        self.assertEqual('CanNotDelete', one.json()['properties']['level'])
        self.assertEqual('LockNotFound', self.code(
            'GET', f'{self.nsg}{LOCKS}/other', version=VERSION))
        self.assertEqual('LockLevelNotValid', self.lock(
            self.nsg, 'Some').json()['error']['code'])
        listed = self.call('GET', self.group_path + '/resources',
                           version=base.RESOURCES_VERSION).json()['value']
        self.assertNotIn('two', [one['name'] for one in listed])

    def test_role_assignments(self):
        [one] = self.call(
            'GET', self.group_path + '/providers/Microsoft.Authorization'
            '/roleAssignments', version='2022-04-01').json()['value']
        self.assertEqual(self.emulator.identity.object_id,
                         one['properties']['principalId'])
