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

"""What runs, where, and whether it is well."""

from __future__ import annotations

import dataclasses

from jacket_azure.sandbox import emulator
from jacket_azure.sandbox import plan
from jacket_azure.sandbox import supervise
from jacket_azure.sandbox.settings import Settings


@dataclasses.dataclass(frozen=True)
class ServiceStatus:
    """One line of the status.

    :ivar health: ``up``; ``silent`` runs without an answer; ``down``
    """

    name: str
    pid: int | None
    url: str
    health: str
    log: str


def processes(settings: Settings) -> list[ServiceStatus]:
    """Return the status of every process the sandbox should have."""
    found = [_status(settings, name, settings.url(name))
             for name in plan.SERVICES]
    if settings.azure_file is None:
        found.append(
            _status(settings, emulator.NAME, emulator.url(settings)))
    return found


def _status(settings, name, url):
    process = plan.process(settings, name)
    pid = process.pid()
    if pid is None:
        health = 'down'
    else:
        health = 'up' if supervise.answers(url) else 'silent'
    return ServiceStatus(name, pid, url, health, str(process.log))
