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

"""Snapshots whose bytes arrive in the background: ``completionPercent``.

CopyStart over regions, and incremental snapshots of Ultra and Premium v2
disks: the snapshot is there at once and of no use before 100 percent.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from jacket_azure.emulator import latency
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server


def start(emulator: server.Emulator, snapshot: store.Resource) -> None:
    """Begin to copy; with latency ``none`` it takes no time."""
    seconds = 0.0 if emulator.latency == 'none' else latency.of(
        emulator, 'snapshots.backgroundCopy')
    now = emulator.clock.now()
    snapshot.private['copy'] = (
        now, now + datetime.timedelta(seconds=seconds))
    snapshot.properties['completionPercent'] = percent(emulator, snapshot)


def percent(emulator: server.Emulator, snapshot: store.Resource) -> float:
    """How much has arrived."""
    began, ends = snapshot.private['copy']
    total = (ends - began).total_seconds()
    if total <= 0:
        return 100.0
    passed = (emulator.clock.now() - began).total_seconds()
    return round(min(100 * passed / total, 100.0), 1)


def running(emulator: server.Emulator, snapshot: store.Resource) -> bool:
    """Tell whether bytes are still to come; disks have them all."""
    return 'copy' in snapshot.private and percent(emulator, snapshot) < 100
