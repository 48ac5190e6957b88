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

"""The tree of failures: what callers may rely on."""

import inspect

from jacket_azure import exceptions
from tests import timeout

KINDS = [
    kind for _, kind in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(kind, exceptions.AzureError)]


class AzureErrorTest(timeout.TestCase):
    """Every kind says what Azure said."""

    def test_every_kind_keeps_code_status_request_and_target(self):
        for kind in KINDS:
            error = kind('No room.', code='AllocationFailed', status=409,
                         request_id='abc', target='vmSize')
            self.assertEqual('No room.', str(error), kind)
            self.assertEqual(
                ('AllocationFailed', 409, 'abc', 'vmSize'),
                (error.code, error.status, error.request_id, error.target),
                kind)

    def test_every_kind_can_be_made_from_a_message_alone(self):
        for kind in KINDS:
            error = kind('No answer.')
            self.assertEqual(
                (None, None), (error.code, error.status), kind)

    def test_everything_of_ours_has_one_base(self):
        for _, kind in inspect.getmembers(exceptions, inspect.isclass):
            if issubclass(kind, Exception):
                self.assertTrue(
                    issubclass(kind, exceptions.JacketAzureError), kind)

    def test_what_is_in_use_is_a_conflict_and_what_is_gone_is_not(self):
        self.assertTrue(
            issubclass(exceptions.InUse, exceptions.Conflict))
        self.assertFalse(
            issubclass(exceptions.NotFound, exceptions.Conflict))

    def test_not_found_says_what_is_missing(self):
        error = exceptions.NotFound(
            'Gone.', resource_id='/subscriptions/s/x', resource_type='A/b')
        self.assertEqual(
            ('/subscriptions/s/x', 'A/b'),
            (error.resource_id, error.resource_type))

    def test_throttled_says_how_long_to_wait(self):
        self.assertEqual(
            7.5, exceptions.Throttled('Slow down.', retry_after=7.5)
            .retry_after)


class MappingErrorTest(timeout.TestCase):
    """All mistakes of a file at once, one per line."""

    def test_every_problem_is_named_with_file_and_line(self):
        error = exceptions.MappingError(iter([
            exceptions.Problem('m.yaml', 3, 'flavors.a', 'no such size'),
            exceptions.Problem('m.yaml', 9, 'zones.b', 'not a zone')]))
        self.assertEqual(
            'm.yaml:3: flavors.a: no such size\n'
            'm.yaml:9: zones.b: not a zone', str(error))
        self.assertEqual(2, len(error.problems))
