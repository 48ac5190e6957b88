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

"""Which disk or snapshot in Azure is Cinder's.

``provider_id`` holds the name. Without one, as after a crash between the
making and Cinder's record, the name follows from Cinder's id.
"""

from __future__ import annotations

from typing import Any

from jacket_azure.disks import interface


def of_volume(disks: interface.DiskModel, volume: Any) -> str:
    """Return the name of the disk that holds a volume."""
    return volume.provider_id or derived(disks, volume)


def derived(disks: interface.DiskModel, volume: Any) -> str:
    """Return the name of the disk that was made for a volume.

    After a migration Cinder's ``name_id`` is that of the volume which was
    made to take over.
    """
    return disks.volume_name(volume.name_id)


def tells(name: str, volume: Any) -> bool:
    """Say whether a name itself shows that the disk is the volume's.

    Cinder copies ``provider_id`` into the volumes it makes to migrate one,
    before they have a disk of their own.
    """
    lower = name.lower()
    return any(str(each).lower() in lower for each in (
        volume.id, volume.name_id))


def of_snapshot(disks: interface.DiskModel, snapshot: Any) -> str:
    """Return the name of a Cinder snapshot in Azure."""
    if snapshot.provider_id:
        return str(snapshot.provider_id)
    return disks.snapshot_name(
        snapshot.id, of_volume(disks, snapshot.volume)
    )
