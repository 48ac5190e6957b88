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
"""Passes of a compute service's janitor, at later and later times."""

import datetime

from nova import context
from oslo_utils import timeutils

from jacket_azure.nova import janitorops

GRACE = 3600
PAUSE = 300


class Passes:
    """Mixed into a test case: its compute service's janitor at work."""

    def pass_by(self, seconds):
        """Let the janitor's next pass see a later time."""
        self._later = getattr(self, '_later', 0) + seconds
        later = self._later
        self.compute.driver.janitorops.sweep._now = lambda: (
            timeutils.utcnow(with_timezone=True)
            + datetime.timedelta(seconds=later))

    def run_pass(self):
        """Run the periodic task as the compute manager does."""
        manager = self.compute.manager
        [task] = [task for name, task in manager._periodic_tasks
                  if name == janitorops.TASK]
        task(manager, context.get_admin_context())
        self.compute.driver.janitorops.wait()

    def run_passes(self):
        """Two passes that find everything old enough."""
        self.pass_by(GRACE + 600)
        self.run_pass()
        self.pass_by(PAUSE)
        self.run_pass()
