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

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from jacket_azure import exceptions
from jacket_azure.payload import passwords
from tests import strategies
from tests import timeout


class PasswordsTest(timeout.TestCase):

    @given(st.integers(), strategies.OS_TYPES)
    def test_a_generated_one_always_complies(self, seed, os_type):
        password = passwords.generate(random.Random(seed))
        self.assertEqual((), passwords.problems(password, os_type))
        # Azure's own four classes, stated once more
        for pattern in ('[a-z]', '[A-Z]', '[0-9]', r'[\W_]'):
            self.assertTrue(re.search(pattern, password))
        self.assertTrue(password[0].isalpha())
        self.assertEqual(20, len(password))

    def test_generated_ones_differ(self):
        source = random.SystemRandom()
        made = {passwords.generate(source) for _ in range(100)}
        self.assertEqual(100, len(made))

    def test_lengths(self):
        for os_type, least, most in (('linux', 6, 72), ('windows', 8, 123)):
            for length in (least, most):
                good = 'Aa1' + 'x' * (length - 3)
                self.assertEqual(
                    (), passwords.problems(good, os_type))
            for length in (least - 1, most + 1):
                bad = 'Aa1' + 'x' * (length - 3)
                self.assertEqual(
                    (f'must have {least} to {most} characters',),
                    passwords.problems(bad, os_type))

    def test_three_of_four_classes(self):
        for good in ('abcABC123', 'abcABC___', 'abc123!!!', 'ABC123-+='):
            self.assertEqual(
                (), passwords.problems(good, 'windows'), good)
        for bad in ('abcdefghi', 'abcABCabc', 'abc123abc', '123!!!123'):
            self.assertEqual(
                1, len(passwords.problems(bad, 'windows')), bad)

    def test_disallowed(self):
        for bad in ('P@ssw0rd', 'P@$$w0rd', 'pass@word1', 'Password22'):
            self.assertIn('on the list', passwords.problems(bad, 'linux')[-1])

    def test_control_characters(self):
        self.assertIn('control', passwords.problems('abcABC1\n', 'linux')[0])

    def test_the_message_never_holds_the_password(self):
        error = self.assertRaises(
            exceptions.InvalidRequest, passwords.check, 'secret', 'windows')
        self.assertNotIn('secret', str(error))
        self.assertIn('8 to 123', str(error))
        self.assertIn('three of', str(error))
        self.assertIsNone(passwords.check('Not-4-Real-Use', 'windows'))


class UserNameTest(timeout.TestCase):

    def test_good(self):
        for name in ('azureuser', 'x', 'a' * 64, 'ops_1.x-y', '_svc'):
            self.assertIsNone(passwords.check_user_name(name, 'linux'))
        for name in ('azureuser', 'a' * 20, '2022 ops'):
            self.assertIsNone(passwords.check_user_name(name, 'windows'))

    def test_bad(self):
        for name, os_type in (
            ('', 'linux'), ('a' * 65, 'linux'), ('a' * 21, 'windows'),
            ('root', 'linux'), ('Admin', 'windows'), ('user5', 'linux'),
            ('-x', 'linux'), ('a b', 'linux'), ('x/../y', 'linux'),
            ('1abc', 'linux'), ('ops.', 'windows'), ('a\\b', 'windows'),
        ):
            self.assertRaises(exceptions.InvalidRequest,
                              passwords.check_user_name, name, os_type)
