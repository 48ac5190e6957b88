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

"""What a test can let go wrong in Azure."""

import contextlib
import threading

import fixtures

MEETING_SECONDS = 20


class Mishaps:
    """Part of :class:`tests.fixtures.AzureFixture`."""

    def fail(self, method, kind, status, code, message='As the test wants.',
             **match):
        """Let requests of a kind fail.

        :param kind: last type of the path, e.g. ``virtualMachines/start``
        :param match: name (a shell pattern) and times, see
            ``jacket_azure.emulator.faults``
        """
        return self.emulator.faults.fail(
            method, kind, status, code, message, **match)

    def count_requests(self, work):
        """Return the numbers, from 1, of the requests that *work* makes.

        It runs once, undisturbed, in an Azure that is emptied afterwards.
        """
        with self.recording() as made:
            work()
        self.empty()
        return range(1, len(made) + 1)

    @contextlib.contextmanager
    def failing_for_good(self, number, status=400, code='MadeToFail'):
        """Let the *number*-th request from now on fail, however repeated."""
        fault = self.emulator.faults.at(
            number, 'fail', status, code, for_good=True)
        try:
            yield fault
        finally:
            self.emulator.faults.remove(fault)

    @contextlib.contextmanager
    def holding(self):
        """Let whoever waits for an operation of Azure's wait on."""
        self._awake.clear()
        try:
            yield
        finally:
            self._awake.set()

    @contextlib.contextmanager
    def meeting(self, method, kind, parties):
        """Let requests of a kind wait for each other before they are served.

        :returns: a :class:`threading.Barrier`; broken when *parties*
            requests were never under way at the same time
        """
        barrier = threading.Barrier(parties, timeout=MEETING_SECONDS)
        strike = self.emulator.faults.strike

        def meet(stage, record):
            if (stage, record.method, record.type) == (
                    'request', method, kind):
                with contextlib.suppress(threading.BrokenBarrierError):
                    barrier.wait()
            return strike(stage, record)

        with fixtures.MonkeyPatch(
                'jacket_azure.emulator.faults.Faults.strike',
                lambda faults, stage, record: meet(stage, record)):
            yield barrier
