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

"""The state file of the command."""

import datetime
import json
import pathlib

import fixtures

from jacket_azure import exceptions
from jacket_azure.janitor import facts
from jacket_azure.janitor import memory
from tests import timeout

NOW = datetime.datetime(2026, 5, 4, 8, 0, 0, 123, tzinfo=datetime.UTC)
SUSPECTS = {'/a': facts.Suspect('guid', NOW),
            '/b': facts.Suspect('other', NOW, 3)}


class MemoryTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.file = folder / 'below/state.json'
        self.memory = memory.Memory(self.file, 'mine')

    def test_suspects_come_back(self):
        with self.memory.locked():
            self.assertEqual({}, self.memory.load())
            self.memory.save(SUSPECTS)
        self.assertEqual(SUSPECTS, self.memory.load())
        self.assertEqual(
            ['state.json', 'state.json.lock'],
            sorted(path.name for path in self.file.parent.iterdir()))

    def test_scopes_do_not_meet(self):
        other = memory.Memory(self.file, 'other')
        with self.memory.locked():
            self.memory.save(SUSPECTS)
        self.assertEqual({}, other.load())
        other.save({})
        self.assertEqual(SUSPECTS, self.memory.load())

    def test_two_at_a_time_are_one_too_many(self):
        with self.memory.locked():
            exc = self.assertRaises(
                exceptions.ConfigurationError,
                memory.Memory(self.file, 'x').locked().__enter__)
        self.assertIn('Another janitor', str(exc))
        with self.memory.locked():
            pass

    def test_what_cannot_be_read_counts_as_nothing(self):
        self.file.parent.mkdir()
        entry = {'identity': 'guid', 'since': NOW.isoformat(), 'failures': 0}
        self.file.write_text(json.dumps(
            {'version': 1, 'scopes': {'mine': {'/a': entry}}}))
        self.assertEqual(['/a'], list(self.memory.load()))
        for content in (
                '', '{', '[]', '{}', '{"version": 2, "scopes": {}}',
                '{"version": 1, "scopes": []}',
                '{"version": 1, "scopes": {"mine": []}}',
                '{"version": 1, "scopes": {"mine": {"/a": {}}}}', *(
                    json.dumps({'version': 1, 'scopes': {'mine': {
                        '/a': {**entry, **odd}}}})
                    for odd in ({'since': 'then'}, {'since': None},
                                {'since': '2026-05-04T08:00:00'},
                                {'failures': 'many'}))):
            self.file.write_text(content)
            self.assertEqual({}, self.memory.load(), content)
        self.memory.save(SUSPECTS)
        self.assertEqual(SUSPECTS, self.memory.load())

    def test_folder_that_cannot_be(self):
        exc = self.assertRaises(
            exceptions.ConfigurationError,
            memory.Memory(pathlib.Path('/proc/no/state'), 'x')
            .locked().__enter__)
        self.assertIn('/proc/no/state', str(exc))

    def test_default_follows_xdg(self):
        for value, expected in (('/state', '/state/jacket-azure/'),
                                ('', '/home/me/.local/state/jacket-azure/')):
            self.useFixture(fixtures.EnvironmentVariable(
                'XDG_STATE_HOME', value))
            self.useFixture(fixtures.EnvironmentVariable('HOME', '/home/me'))
            self.assertEqual(f'{expected}janitor.json',
                             str(memory.default_file()))
