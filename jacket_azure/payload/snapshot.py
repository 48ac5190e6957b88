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

"""Snapshots of managed disks as ARM's JSON.

Source: Disk REST API, snapshots/create-or-update, SnapshotProperties.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any

from jacket_azure.payload import disk
from jacket_azure.payload import names


@dataclasses.dataclass(frozen=True)
class SnapshotSpec:
    """A snapshot that is to be taken.

    :param source_id: full id of the disk
    :param access: as of :class:`.disk.DiskSpec`
    """

    location: str
    source_id: str
    tags: Mapping[str, str]
    incremental: bool = True
    access: Mapping[str, str] = dataclasses.field(default_factory=dict)


def build(spec: SnapshotSpec) -> dict[str, Any]:
    """Build the body that takes a snapshot.

    It is kept on Standard HDD, which is what the bytes cost least on;
    reading them back is as fast from everywhere.
    """
    return {
        'location': spec.location,
        'sku': {'name': 'Standard_LRS'},
        'tags': dict(spec.tags),
        'properties': {
            'creationData': disk.copy_of(spec.source_id),
            'incremental': spec.incremental,
            **spec.access,
        },
    }


def source_of(body: Mapping[str, Any]) -> str | None:
    """Return the name of the disk a snapshot is of, None when not told."""
    creation = body['properties'].get('creationData') or {}
    source = creation.get('sourceResourceId')
    if not source:
        return None
    try:
        found = names.parse_resource_id(source)
    except ValueError:
        return None
    return found.name if found.is_type(names.DISK) else None


def is_complete(body: Mapping[str, Any]) -> bool:
    """Say whether all bytes have arrived, so that it can be used.

    Only snapshots that are copied in the background tell a percentage.
    """
    properties = body['properties']
    percent = properties.get('completionPercent')
    return properties.get('provisioningState') == 'Succeeded' and (
        percent is None or percent >= 100
    )
