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

"""A base class for tests that need neither emulator nor captured output."""

import os

import fixtures
import testtools


class TestCase(testtools.TestCase):
    """Fails, and tells where it stood, instead of hanging.

    ``OS_TEST_TIMEOUT`` says after how many seconds, as in all of OpenStack.
    """

    def setUp(self):
        super().setUp()
        seconds = int(os.environ.get('OS_TEST_TIMEOUT', 0))
        if seconds:
            self.useFixture(fixtures.Timeout(seconds, gentle=True))
