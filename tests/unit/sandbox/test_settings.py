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

import pathlib

import fixtures
import testtools

from jacket_azure.sandbox import errors
from jacket_azure.sandbox import settings
from tests import timeout


class SettingsTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        self.state = pathlib.Path(
            self.useFixture(fixtures.TempDir()).path, 'state')

    def make(self, **wanted):
        return settings.load_or_create(self.state, **wanted)

    def test_nothing_there_loads_as_none(self):
        self.assertIsNone(settings.load(self.state))

    def test_second_call_finds_the_first_one(self):
        made = self.make(transport_url='rabbit://host')
        self.assertEqual(made, self.make())
        self.assertEqual(made, self.make(transport_url='rabbit://host'))
        self.assertEqual(made, settings.load(self.state))

    def test_one_of_an_older_release_gets_the_ports_it_lacks(self):
        made = self.make()
        del made.ports['serialproxy']
        settings.save(made)
        found = self.make()
        self.assertEqual(set(settings.PORTS), set(found.ports))
        self.assertEqual(made.ports['nova'], found.ports['nova'])
        self.assertEqual(found, settings.load(self.state))

    def test_two_sandboxes_share_nothing(self):
        other = settings.load_or_create(self.state / 'b' / 'state')
        made = self.make_beside()
        self.assertNotEqual(made.password, other.password)
        self.assertNotEqual(made.name, other.name)

    def make_beside(self):
        return settings.load_or_create(self.state / 'a' / 'state')

    def test_other_back_ends_than_at_first_are_refused(self):
        self.make(database_url='mysql+pymysql://a@b')
        error = self.assertRaises(
            errors.SandboxError, self.make, database_url='mysql://c')
        self.assertIn('--database-url', str(error))
        error = self.assertRaises(
            errors.SandboxError, self.make, azure_file='/x')
        self.assertIn('--azure', str(error))

    def test_nobody_else_may_read_the_folder(self):
        self.make()
        self.assertEqual(0o700, self.state.stat().st_mode & 0o777)

    def test_every_service_has_a_url(self):
        made = self.make()
        urls = {made.url(name) for name in settings.PORTS}
        self.assertEqual(len(settings.PORTS), len(urls))

    def test_foreign_folder_is_refused_and_left_as_it_is(self):
        self.state.mkdir()
        (self.state / 'thesis.txt').touch()
        with testtools.ExpectedException(errors.SandboxError):
            with settings.locked(self.state):
                self.fail('not reached')
        self.assertEqual(
            ['thesis.txt'], [entry.name for entry in self.state.iterdir()])

    def test_file_in_place_of_the_folder_is_refused(self):
        self.state.touch()
        with testtools.ExpectedException(errors.SandboxError):
            with settings.locked(self.state):
                self.fail('not reached')

    def test_folder_of_a_cut_off_first_start_is_taken(self):
        (self.state / 'log').mkdir(parents=True)
        with settings.locked(self.state):
            self.make()
        self.assertIsNotNone(settings.load(self.state))

    def test_one_command_at_a_time(self):
        with settings.locked(self.state):
            with testtools.ExpectedException(
                    errors.SandboxError, '.*another command is at work.*'):
                with settings.locked(self.state):
                    self.fail('not reached')
        with settings.locked(self.state):
            pass
