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

import os
import threading

import fixtures

from jacket_azure import exceptions
from jacket_azure.conf import mapping_file
from tests import timeout

GOOD = 'flavors: {a: Standard_B1s}\n'
OTHER = 'flavors: {a: Standard_D2s_v5}\n'
BROKEN = 'flavors: {a: 1x}\nimage: {}\n'


class MappingFileTest(timeout.TestCase):

    def setUp(self):
        super().setUp()
        folder = self.useFixture(fixtures.TempDir()).path
        self.path = os.path.join(folder, 'mapping.yaml')
        self.log = self.useFixture(fixtures.FakeLogger())
        self.file = mapping_file.MappingFile(self.path)
        self.time = 1_000_000_000

    def write(self, text):
        with open(self.path, 'w', encoding='utf-8') as target:
            target.write(text)
        self.time += 1      # whatever the clock's resolution
        os.utime(self.path, ns=(self.time, self.time))

    def size(self):
        return self.file.current().flavor('a').size

    def test_reads_again_only_when_changed(self):
        self.write(GOOD)
        first = self.file.current()
        self.assertIs(first, self.file.current())
        self.write(OTHER)
        self.assertEqual('Standard_D2s_v5', self.size())
        self.assertEqual('Standard_B1s', first.flavor('a').size)

    def test_replaced_file_of_same_time_and_size(self):
        self.write(GOOD)
        self.size()
        with open(self.path + '.new', 'w', encoding='utf-8') as target:
            target.write(GOOD.replace('B1s', 'B2s'))
        os.utime(self.path + '.new', ns=(self.time, self.time))
        os.replace(self.path + '.new', self.path)
        self.assertEqual('Standard_B2s', self.size())

    def test_broken_version_leaves_the_old_one_and_is_logged_once(self):
        self.write(GOOD)
        self.size()
        self.write(BROKEN)
        for _ in range(3):
            self.assertEqual('Standard_B1s', self.size())
        logged = self.log.output
        self.assertEqual(1, logged.count('has mistakes'), logged)
        self.assertIn(f'{self.path}:1: flavors.a', logged)
        self.assertIn(f'{self.path}:2: image', logged)
        self.write(BROKEN + '\n')
        self.size()
        self.assertEqual(2, self.log.output.count('has mistakes'))
        self.write(OTHER)
        self.assertEqual('Standard_D2s_v5', self.size())

    def test_first_version_must_be_right(self):
        self.write(BROKEN)
        error = self.assertRaises(
            exceptions.MappingError, self.file.current)
        self.assertEqual(2, len(error.problems))
        # and stays an error until somebody corrects it
        self.assertRaises(exceptions.MappingError, self.file.current)
        self.write(GOOD)
        self.assertEqual('Standard_B1s', self.size())

    def test_first_version_must_be_there(self):
        error = self.assertRaises(
            exceptions.ConfigurationError, self.file.current)
        self.assertIn(self.path, str(error))
        self.assertIn('mapping_file', str(error))

    def test_file_that_goes_away_and_comes_back(self):
        self.write(GOOD)
        self.size()
        os.unlink(self.path)
        for _ in range(3):
            self.assertEqual('Standard_B1s', self.size())
        self.assertEqual(1, self.log.output.count('Cannot read'))
        self.write(OTHER)
        self.assertEqual('Standard_D2s_v5', self.size())

    def test_bytes_that_are_not_utf8(self):
        with open(self.path, 'wb') as target:
            target.write(b'flavors:\n  a: \xff\n')
        error = self.assertRaises(
            exceptions.MappingError, self.file.current)
        self.assertEqual(2, error.problems[0].line)

    def test_threads_get_one_whole_mapping(self):
        self.write(GOOD)
        start = threading.Barrier(8)
        found = []

        def read():
            start.wait(10)
            found.append(self.file.current())

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        self.assertEqual(8, len(found))
        self.assertEqual(1, len({id(mapping) for mapping in found}))
