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

"""``sandbox demo``: bring the cloud up, take the tour, leave nothing."""

from __future__ import annotations

import contextlib

from jacket_azure.sandbox import bootstrap
from jacket_azure.sandbox import inventory
from jacket_azure.sandbox import tour
from jacket_azure.sandbox import up
from jacket_azure.sandbox.report import Report
from jacket_azure.sandbox.settings import Settings

POWER_BY_STOP_MODE = {'deallocate': 'deallocated', 'power_off': 'stopped'}


def show(
    settings: Settings, report: Report, debug: bool = False, count: int = 10,
) -> None:
    """Run the tour; what it made is deleted, also when it fails.

    :param count: how many servers the request for many asks for
    :raises SandboxError: a step did not do what it should
    """
    report.say(f'Starting OpenStack in {settings.state}')
    started = up.bring_up(settings, report, debug)
    azure = inventory.Inventory(started.arm(), started.azure['owner'])
    cloud = bootstrap.connect(settings)
    with contextlib.closing(cloud):
        report.say('\nThe tour, through the APIs of OpenStack:')
        guide = tour.Tour(
            cloud, azure, started.mapping, report, count,
            POWER_BY_STOP_MODE[
                started.azure.get('stop_mode', 'deallocate')])
        try:
            guide.run()
        except BaseException:
            # on real Azure a forgotten server costs money
            with contextlib.suppress(Exception), report.step('clean up'):
                guide.delete_all(report.steps[-1])
            raise
