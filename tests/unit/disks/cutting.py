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

"""Each request of an action goes wrong once, in each way."""

import contextlib

import fixtures
import testtools

from jacket_azure import exceptions
from jacket_azure.arm import transport


class Cutting:
    """Part of a test case of one disk model.

    :ivar disks: the model
    """

    def restarted(self):
        """Return the model of a process that knows nothing yet."""
        raise AssertionError('to be overridden')

    def sweep(self, arrange, act, check):
        """Let each request of an action go wrong in each way.

        :param arrange: makes the world and returns what the others get
        :param act: the action; run again, by a process that was just
            started, where it fails
        :param check: looks at what is there in the end
        :returns: how often something went wrong
        """
        prepared = arrange()
        with self.azure.recording() as made, self._sending() as sent:
            act(self.disks, prepared)
        check(prepared)
        requests = len(made)
        self.assertTrue(requests)
        mishaps = [
            (mishap, number)
            for mishap, last in ((self._lost_once, requests),
                                 (self._refused, requests),
                                 # between two looks at an operation, too
                                 (self._killed, len(sent)))
            for number in range(1, last + 1)]
        for mishap, number in mishaps:
            prepared = arrange()
            mishap(number, lambda prepared=prepared: act(
                self.disks, prepared))
            self.check_tagged()
            # a process that starts finds what it left
            act(self.restarted(), prepared)
            check(prepared)
        return len(mishaps)

    def check_tagged(self):
        """Look for what no janitor would know to be ours."""

    def _lost_once(self, number, act):
        """The reply is lost; nobody shall notice."""
        fault = self.azure.emulator.faults.at(number, 'drop_reply')
        act()
        self.assertEqual(1, fault.fired)
        self.azure.emulator.faults.remove(fault)

    def _refused(self, number, act):
        """It fails, however often it is sent; so may the action."""
        with self.azure.failing_for_good(number), (
                contextlib.suppress(exceptions.AzureError)):
            act()

    def _killed(self, number, act):
        """It is done, and the process does not live to see it."""
        with self.killed_after(number):
            act()

    @contextlib.contextmanager
    def killed_after(self, number):
        """Let this process send nothing after its *number*-th request."""
        with testtools.ExpectedException(Killed), self._sending(number):
            yield

    @contextlib.contextmanager
    def _sending(self, last=None):
        """Give the list of what is sent; nothing is after the *last*."""
        sent = []
        send = transport.Transport.send

        def noting(self_, request, **options):
            sent.append(request)
            if last is not None and len(sent) > last:
                raise Killed()
            answer = send(self_, request, **options)
            if len(sent) == last:
                raise Killed()
            return answer

        with fixtures.MonkeyPatch(
                'jacket_azure.arm.transport.Transport.send', noting):
            yield sent


class Killed(BaseException):
    """Nothing of ours catches it, as nothing catches SIGKILL."""
