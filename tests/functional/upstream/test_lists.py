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

"""The lists are about the tests there are, and leave none out."""

import collections
import pkgutil
import re

import nova.tests.functional

from tests import timeout
from tests.functional import results
from tests.functional.upstream import classes
from tests.functional.upstream import ratchet
from tests.functional.upstream import suites

REASONS = ('azure', 'fake', 'nova', 'owed')


class SuitesTest(timeout.TestCase):

    def test_every_module_is_run_or_left_out(self):
        """So that a new one of a new Nova is noticed."""
        there = set()
        packages = {'compute', 'wsgi'}
        for found in pkgutil.iter_modules(nova.tests.functional.__path__):
            if found.name not in packages:
                there.add(found.name)
        for package in packages:
            path = f'{nova.tests.functional.__path__[0]}/{package}'
            there |= {f'{package}.{found.name}'
                      for found in pkgutil.iter_modules([path])}
        named = [*suites.CHOSEN, *suites.LEFT_OUT]
        self.assertEqual(sorted(there), sorted(named))

    def test_suite_of(self):
        self.assertEqual('regressions', suites.suite_of(
            'nova.tests.functional.regressions.test_bug_1.A.test_b'))
        self.assertRaises(LookupError, suites.suite_of, 'test_other.A.test_b')


class ListsTest(timeout.TestCase):

    def test_every_test_is_listed_once(self):
        for suite in suites.CHOSEN:
            listed = collections.Counter(ratchet.passing(suite))
            explanations = ratchet.explained(suite)
            ids = classes.ids_of(suite)
            for test_id in ids:
                listed.update(
                    test_id for explanation in explanations
                    if explanation.matches(suite, test_id))
            self.assertEqual(
                {test_id: 1 for test_id in ids}, dict(listed))

    def test_every_explanation_explains_something(self):
        for suite in suites.CHOSEN:
            ids = classes.ids_of(suite)
            for explanation in ratchet.explained(suite):
                for pattern in explanation.tests:
                    single = ratchet.Explanation('', '', (pattern,))
                    self.assertTrue(
                        any(single.matches(suite, each) for each in ids),
                        f'{suite}: {pattern}')

    def test_reasons(self):
        for suite in suites.CHOSEN:
            for explanation in ratchet.explained(suite):
                self.assertIn(explanation.because, REASONS)
                self.assertTrue(explanation.why, explanation)
                owed = explanation.because == 'owed'
                self.assertEqual(owed, explanation.owed_by is not None)
                if owed:
                    self.assertRegex(
                        explanation.owed_by, r'^issue \d, [NC]\d\d')

    def test_no_list_of_a_suite_that_is_not_run(self):
        files = [*ratchet.PASSING.iterdir(), *ratchet.EXPLAINED.iterdir()]
        self.assertLessEqual(
            {re.sub(r'\.(txt|yaml)$', '', path.name) for path in files},
            set(suites.CHOSEN))


class RatchetTest(timeout.TestCase):

    RESULTS = {'a': results.Result('success'),
               'b': results.Result('fail', 'Because'),
               'c': results.Result('skip', 'No need')}

    def test_what_is_listed_must_pass(self):
        self.assertEqual({}, ratchet.broken(['a'], self.RESULTS))
        self.assertEqual(
            {'b': self.RESULTS['b'], 'c': self.RESULTS['c'],
             'gone': ratchet.MISSING},
            ratchet.broken(['a', 'b', 'c', 'gone'], self.RESULTS))

    def test_a_list_only_grows(self):
        self.assertEqual(
            ['a', 'b', 'gone'], ratchet.grown(['b', 'gone'], self.RESULTS))

    def test_a_sample_does_not_depend_on_the_others(self):
        ids = [f'suite.Class.test_{number}' for number in range(500)]
        chosen = ratchet.sample(ids)
        self.assertTrue(
            0.5 < len(chosen) * ratchet.SAMPLE / len(ids) < 1.5, len(chosen))
        self.assertEqual(chosen[:20], ratchet.sample(chosen[:20]))


class ClassesTest(timeout.TestCase):

    def test_ids_are_those_of_upstream(self):
        [test] = [test for test in classes.tests_of('test_server_faults')]
        self.assertEqual(
            'nova.tests.functional.test_server_faults.ServerFaultTestCase'
            '.test_server_fault_non_nova_exception', test.id())
