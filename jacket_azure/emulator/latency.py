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

"""How long operations take: medians observed on Azure, in seconds.

Source: arm-behaviour.md section 2, several hundred operations of 2019-2026.
With latency ``none`` the operations module takes no time at all; this table
only counts with ``observed``. A caller may override single values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jacket_azure.emulator import server

OBSERVED_SECONDS: Mapping[str, float] = {
    'disks.write': 0.1,
    'disks.delete': 0.2,
    'disks.beginGetAccess': 0.3,
    'disks.endGetAccess': 0.2,
    'snapshots.write': 0.8,
    'snapshots.delete': 0.2,
    # nobody measured it: minutes for a disk that holds little
    'snapshots.backgroundCopy': 120.0,
    'snapshots.beginGetAccess': 0.3,
    'snapshots.endGetAccess': 0.2,
    'images.write': 5.2,
    'images.delete': 5.2,
    # not in the digest: the orders seen in the command line's recordings
    'galleries.write': 20.0,
    'galleries.delete': 20.0,
    'galleries.versions.write': 300.0,
    'storageAccounts.create': 17.0,
    # nobody measured it: at once in one account, hours between regions
    'blobs.copy': 2.0,
    'virtualMachines.convertToManagedDisks': 24.0,
    'virtualMachines.create': 9.0,
    'virtualMachines.update': 5.4,
    'virtualMachines.attachDetachDataDisks': 5.9,
    'virtualMachines.delete': 23.0,
    'virtualMachines.start': 13.0,
    'virtualMachines.powerOff': 8.0,
    # hard power off does not wait for the guest: the fastest one observed
    'virtualMachines.powerOff.skipShutdown': 3.0,
    'virtualMachines.deallocate': 24.0,
    'virtualMachines.restart': 0.3,
    'virtualMachines.redeploy': 105.0,
    'virtualMachines.reapply': 1.6,
    'virtualMachines.reimage': 75.0,
    'virtualMachines.runCommand': 16.0,
    'virtualMachines.extensions.write': 63.0,
    'virtualMachines.extensions.delete': 18.0,
    # these nobody measured
    'virtualMachines.capture': 30.0,
    'virtualMachines.performMaintenance': 105.0,
    'virtualMachines.assessPatches': 60.0,
    'virtualMachines.installPatches': 600.0,
    # what a guest has to report before the create fails
    'virtualMachines.create.timeout': 2400.0,
}


def seconds(kind: str, overrides: Mapping[str, float] | None = None) -> float:
    """Return how long an operation of that kind takes.

    :raises KeyError: nobody measured such a kind
    """
    if overrides and kind in overrides:
        return overrides[kind]
    return OBSERVED_SECONDS[kind]


def of(emulator: server.Emulator, kind: str) -> float:
    """Return how long it takes there; ``state['latency']`` overrides."""
    return seconds(kind, emulator.state.get('latency'))
