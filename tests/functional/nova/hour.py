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

"""An hour of a compute service whose users do nothing, in a minute."""

import collections
import functools
import time

import fixtures
from nova import context

from jacket_azure.nova import backend
from tests.functional.nova import periodics

HOUR_SECONDS = 3600
TICK_SECONDS = 10
#: Azure's own requests a minute, of all periodic tasks together
BUDGET_PER_MINUTE = 10


class AnHour(periodics.Periodics):
    """Mixed into a test case: all periodic tasks, as often as by default."""

    def setUp(self):
        self.passed = 0.0
        build = functools.partial(
            backend.build, clock=lambda: time.monotonic() + self.passed)
        self.useFixture(fixtures.MonkeyPatch(
            'jacket_azure.nova.backend.build', build))
        super().setUp()

    def hour(self):
        """Let an hour pass; every task must work.

        :returns: requests by periodic task; those of a token excepted
        """
        manager = self.compute.manager
        ctxt = context.get_admin_context()
        due = {name: 0 if manager._periodic_last_run[name] is None
               else manager._periodic_spacing[name]
               for name, _ in manager._periodic_tasks}
        counts = collections.Counter()
        start = self.passed
        for at in range(0, HOUR_SECONDS, TICK_SECONDS):
            self.passed = start + at
            for name, task in manager._periodic_tasks:
                if at < due[name]:
                    continue
                due[name] = at + manager._periodic_spacing[name]
                with self.azure.recording() as made:
                    task(manager, ctxt)
                    self._settle()
                counts[name] += sum(
                    record.type != 'token' for record in made)
        return counts

    def _settle(self):
        """Wait for what the tasks have started."""
        self.wait_until(
            lambda: not self.compute.manager._syncs_in_progress,
            'power sync')
        driver = self.compute.manager.driver
        for worker in driver.janitorops, driver.imageops, driver.tagops:
            worker.wait()
