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

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure.payload import tags
from tests import strategies
from tests import timeout

UUID = '0f8fad5b-d9cb-469f-a165-70867728950e'


def build(**options):
    return tags.build('me', tags.KIND_INSTANCE, UUID, 'project',
                      '2026-11-21T02:45:16Z', **options)


class TagsTest(timeout.TestCase):

    def test_all(self):
        self.assertEqual(({
            'jacket-owner': 'me',
            'jacket-kind': 'instance',
            'jacket-id': UUID,
            'jacket-project': 'project',
            'jacket-created': '2026-11-21T02:45:16Z',
            'jacket-host': 'compute1',
            'jacket-name': 'instance-0000001',
            'jacket-display-name': 'web',
            'jacket-image-version': '24.04.1',
            'role': 'frontend',
        }, ()), build(host='compute1', name='instance-0000001',
                      display_name='web\n', metadata={'role': 'frontend'},
                      image_version='24.04.1'))

    @given(strategies.METADATA, st.text())
    def test_metadata_never_breaks_a_request(self, metadata, display_name):
        built, skipped = build(display_name=display_name, metadata=metadata)
        self.assertTrue(len(built) <= 50)
        self.assertEqual(len(built), len({key.lower() for key in built}))
        for key, value in built.items():
            self.assertTrue(1 <= len(key) <= 512)
            self.assertTrue(len(value) <= 256)
            self.assertFalse(set('<>%&\\?/') & set(key))
        self.assertEqual('me', built['jacket-owner'])
        # each key is a tag or told as skipped, never lost
        self.assertEqual(
            set(metadata),
            {k for k in built if not k.startswith('jacket-')} | set(skipped))

    def test_what_is_skipped(self):
        bad = {'jacket-owner': 'thief', 'JACKET-Host': 'x', 'azure-x': 'x',
               'a/b': 'x', 'long': 'x' * 257, 'line': 'a\nb', '': 'x'}
        built, skipped = build(metadata={**bad, 'ok': ''})
        self.assertEqual(tuple(sorted(bad)), skipped)
        self.assertEqual('me', built['jacket-owner'])
        self.assertEqual('', built['ok'])

    def test_no_more_than_fifty(self):
        built, skipped = build(metadata={f'k{i:02}': 'v' for i in range(60)})
        self.assertEqual(50, len(built))
        self.assertEqual(15, len(skipped))
        self.assertEqual('k59', skipped[-1])

    def test_rebuild_follows_name_and_metadata(self):
        built, _ = build(host='h', name='n', display_name='old',
                         image_version='24.04.1',
                         metadata={'gone': '1', 'stays': '1'})
        again, skipped = tags.rebuild(
            built, 'new', {'stays': '2', 'jacket-id': 'x'})
        self.assertEqual(('jacket-id',), skipped)
        wanted = dict(built, **{'jacket-display-name': 'new', 'stays': '2'})
        del wanted['gone']
        self.assertEqual(wanted, again)

    def test_a_change_carried_over(self):
        before = {'jacket-host': 'a', 'gone': '1', 'stays': '1', 'same': '1'}
        wanted = {'jacket-host': 'b', 'stays': '1', 'same': '1', 'new': '1'}
        self.assertEqual(wanted, tags.carry_over(before, wanted, before))
        newest = {'Jacket-Host': 'a', 'gone': '1', 'stays': '2',
                  'others': '1'}
        self.assertEqual(
            {'jacket-host': 'b', 'stays': '2', 'new': '1', 'others': '1'},
            tags.carry_over(before, wanted, newest))

    def test_ownership(self):
        vm = {'tags': {'Jacket-Owner': 'me', 'jacket-host': 'h',
                       'jacket-id': UUID}}
        self.assertTrue(tags.is_owned(vm, 'me'))
        self.assertFalse(tags.is_owned(vm, 'ME'))
        self.assertEqual(UUID, tags.instance_uuid(vm))

    def test_foreign_resources_are_never_ours(self):
        for resource in ({}, {'tags': None}, {'tags': {}},
                         {'tags': {'jacket-host': 'h'}}):
            self.assertFalse(tags.is_owned(resource, 'me'))
            self.assertIsNone(tags.instance_uuid(resource))
