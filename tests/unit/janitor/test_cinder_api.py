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
"""What the janitor makes of Cinder's answers."""

from keystoneauth1 import exceptions as keystone_exceptions

from jacket_azure.janitor import cinder_api
from jacket_azure.janitor import facts
from tests import timeout
from tests.unit.janitor import doubles

ADMIN = ('provider_id', 'os-vol-mig-status-attr:migstat',
         'os-vol-mig-status-attr:name_id')


class CinderAdapter:
    """Answers as Cinder's API answers an administrator.

    :ivar answers: what to answer instead, by path
    :ivar page: most volumes in one answer
    """

    def __init__(self, *volumes):
        self.volumes = list(volumes)
        self.answers = {}
        self.asked = []
        self.page = 2
        self.missing = 0

    def get(self, url, params, microversion, raise_exc):
        assert not raise_exc
        assert params['all_tenants'] == '1', params
        self.asked.append((url, params.get('marker'), microversion))
        answer = self.answers.get(url)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer
        if url == '/volumes/summary':
            return doubles.Answer(200, {'volume-summary': {
                'total_count': len(self.volumes) + self.missing}})
        ids = [each['id'] for each in self.volumes]
        marker = params.get('marker')
        start = ids.index(marker) + 1 if marker else 0
        return doubles.Answer(200, {
            'volumes': self.volumes[start:start + self.page]})


def shown(uuid, status='available', **more):
    return {'id': uuid, 'status': status, **dict.fromkeys(ADMIN), **more}


class CinderApiTest(timeout.TestCase):

    def volumes(self, adapter):
        return cinder_api.CinderApi(adapter).volumes()

    def refusal(self, adapter):
        return str(self.assertRaises(
            facts.Unanswered, self.volumes, adapter))

    def test_all_pages_of_all_projects(self):
        adapter = CinderAdapter(*(shown(each) for each in 'abcde'))
        self.assertEqual(
            list('abcde'), [each.id for each in self.volumes(adapter)])
        self.assertEqual(
            [('/volumes/summary', None), ('/volumes/detail', None),
             ('/volumes/detail', 'b'), ('/volumes/detail', 'd'),
             ('/volumes/detail', 'e'), ('/volumes/summary', None)],
            [asked[:2] for asked in adapter.asked])
        self.assertEqual({'3.21'}, {asked[2] for asked in adapter.asked})

    def test_none_at_all(self):
        self.assertEqual((), self.volumes(CinderAdapter()))

    def test_what_is_read(self):
        adapter = CinderAdapter(
            shown('A', provider_id='volumes/x.vhd', **{ADMIN[2]: 'B'}),
            shown('c', 'reverting'),
            shown('d', 'in-use', **{ADMIN[1]: 'migrating'}),
            shown('e', **{ADMIN[1]: 'success'}), shown('f', 'error'))
        self.assertEqual((
            facts.Volume('a', frozenset('ab'), 'volumes/x.vhd', None),
            facts.Volume('c', frozenset('c'), '', 'reverting'),
            facts.Volume('d', frozenset('d'), '',
                         'in-use, its migration migrating'),
            facts.Volume('e', frozenset('e'), '', None),
            facts.Volume('f', frozenset('f'), '', 'error')),
            self.volumes(adapter))

    def test_less_than_there_are(self):
        adapter = CinderAdapter(shown('a'))
        adapter.missing = 1
        self.assertIn('lists 1 volumes, but has 2', self.refusal(adapter))

    def test_what_is_not_for_everybody(self):
        for name in ADMIN:
            volume = shown('a')
            del volume[name]
            self.assertIn('administrator', self.refusal(
                CinderAdapter(shown('b'), volume)))

    def test_answers_that_are_none(self):
        for url in ('/volumes/detail', '/volumes/summary'):
            for answer in (
                    doubles.Answer(503, {}), doubles.Answer(200, 'oops'),
                    doubles.Answer(404, {}), doubles.Answer(200, []),
                    doubles.Answer(200, {}),
                    keystone_exceptions.ConnectFailure('no way')):
                adapter = CinderAdapter(shown('a'))
                adapter.answers[url] = answer
                self.assertIn('Cinder', self.refusal(adapter))

    def test_pages_without_end(self):
        adapter = CinderAdapter(shown('a'))
        adapter.answers['/volumes/detail'] = doubles.Answer(
            200, {'volumes': [shown('a')]})
        self.assertIn('twice', self.refusal(adapter))
