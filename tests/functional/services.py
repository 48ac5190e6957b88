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

"""What the tests of Nova's services and of Cinder's have in common."""

import time

# the driver, TLS, databases and other test processes share two processors
PATIENCE_SECONDS = 90
LOOK_SECONDS = 0.1


class OnAzure:
    """Mixed into the test case of a service.

    :ivar azure: the emulator's fixture
    :ivar log: what was logged, at debug level
    """

    def check_wire_and_log(self):
        """Every request fits the API documents, no credential is logged."""
        self.assertEqual([], self.azure.invalid_requests())
        self.assertEqual([], self.log.secrets_found(
            [self.azure.emulator.client_secret, *self.azure.tokens]))

    def wait_until(self, condition, what):
        """Wait for *condition* to return something true, and return that."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                self.fail(f'{what}: still not so after {PATIENCE_SECONDS} s')
            time.sleep(LOOK_SECONDS)
