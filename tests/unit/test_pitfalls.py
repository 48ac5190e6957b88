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

"""Each of the thirty pitfalls has a test, or says who owes it."""

import importlib
import os
import pathlib
import subprocess
import sys
import unittest

from tests import timeout
from tests.unit import pitfalls

PAGE = pathlib.Path(__file__).parents[2].joinpath(
    'doc', 'source', 'contributor', 'pitfalls.rst')


def missing(test_ids):
    """List the ids that name no test."""
    return [test_id for test_id in test_ids if not _is_test(test_id)]


def _is_test(test_id):
    module, class_name, name = test_id.rsplit('.', 2)
    cls = getattr(importlib.import_module(module), class_name, None)
    return (cls is not None and issubclass(cls, unittest.TestCase)
            and name in unittest.TestLoader().getTestCaseNames(cls))


class PitfallsTest(timeout.TestCase):

    def test_all_thirty_are_there(self):
        self.assertEqual(list(range(1, 31)), sorted(pitfalls.PITFALLS))

    def test_each_has_a_test_or_is_owed(self):
        for number, pitfall in pitfalls.PITFALLS.items():
            self.assertTrue(pitfall.tests or pitfall.owed_by, number)
            self.assertTrue(pitfall.name and pitfall.instead, number)

    def test_what_is_owed_names_issue_or_row(self):
        for number, pitfall in pitfalls.PITFALLS.items():
            if pitfall.owed_by:
                self.assertRegex(
                    pitfall.owed_by, r'issue \d, [NCJ]\d|rows W\d', number)

    def test_tests_exist(self):
        self.assertEqual([], missing(
            test_id for test_id in self.ids()
            if not test_id.startswith(pitfalls.WHOLE)))

    def test_functional_tests_exist(self):
        """In a process of its own: importing them patches the process."""
        whole = [test_id for test_id in self.ids()
                 if test_id.startswith(pitfalls.WHOLE)]
        self.assertNotEqual([], whole)
        answer = subprocess.run(
            [sys.executable, '-m', __name__, *whole], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
            env={**os.environ, 'OS_NOVA_DISABLE_EVENTLET_PATCHING': 'true'})
        self.assertEqual('', answer.stdout.strip())

    def test_a_name_that_is_none_is_found_out(self):
        there = f'{__name__}.PitfallsTest.test_tests_exist'
        not_there = [f'{__name__}.PitfallsTest.test_nothing',
                     f'{__name__}.NoTest.test_tests_exist']
        self.assertEqual(not_there, missing([there, *not_there]))

    def test_page_of_the_documentation(self):
        """``python -m tests.unit.pitfalls`` makes it."""
        self.assertEqual(pitfalls.page(), PAGE.read_text())

    @staticmethod
    def ids():
        return [test_id for pitfall in pitfalls.PITFALLS.values()
                for test_id in pitfall.tests]


if __name__ == '__main__':
    print(*missing(sys.argv[1:]), sep='\n')
