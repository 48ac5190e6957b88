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

"""Snapshots that cannot be taken, and how many there can be.

Source: learn.microsoft.com, virtual-machines/disks-incremental-snapshots:
500 incremental snapshots of a disk, 7 of them within five minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import profiles
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_skus

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Compute/snapshots'
MOST = 500
MOST_IN_WINDOW = 7
WINDOW_SECONDS = 300


def check(emulator: server.Emulator, wanted: dict[str, Any],
          source: store.Resource | None) -> None:
    """Refuse a kind of snapshot the source or the cloud does not have.

    :param wanted: properties of the request
    :raises ArmError: 400 BadRequest
    """
    if wanted.get('incremental') and profiles.is_stack_hub(emulator):
        raise errors.ArmError(
            400, 'BadRequest', 'Incremental snapshots are not supported in '
            'this cloud.')
    if source is None or source.type == TYPE:
        return
    sku = source.body.get('sku', {}).get('name', '')
    if sku in disk_skus.ADJUSTABLE and not wanted.get('incremental'):
        raise errors.ArmError(
            400, 'BadRequest', f'Only incremental snapshots are supported '
            f'for disks of Sku {sku}.')


def is_background(properties: dict[str, Any],
                  source: store.Resource | None) -> bool:
    """Tell whether the bytes arrive after the snapshot is there."""
    sku = source.body.get('sku', {}).get('name', '') if source else ''
    return properties['creationData']['createOption'] == 'CopyStart' or (
        bool(properties['incremental']) and sku in disk_skus.ADJUSTABLE)


def reached(emulator: server.Emulator,
            snapshot: store.Resource) -> errors.ArmError | None:
    """Return how taking a snapshot fails where there are too many."""
    family = snapshot.properties.get('incrementalSnapshotFamilyId')
    if family is None:
        return None
    taken = [one for one in emulator.store.children(TYPE)
             if one.properties.get('incrementalSnapshotFamilyId') == family
             and one is not snapshot
             and one.properties['provisioningState'] != 'Failed']
    if len(taken) >= MOST:
        return errors.ArmError(
            409, 'SnapshotsLimitReached', 'The snapshot count was exceeded '
            'for a disk. Please retry the request after sometime.')
    # deleted ones count too: what is limited is the rate
    times: list[float] = emulator.state.setdefault(
        'compute.snapshot_times', {}).setdefault(family, [])
    now = emulator.clock.time()
    times[:] = [when for when in times if now - when < WINDOW_SECONDS]
    if len(times) >= MOST_IN_WINDOW:
        return errors.ArmError(
            409, 'SnapshotOperationRateExceeded',
            'The rate of snapshot blob calls is exceeded.')
    times.append(now)
    return None
