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

"""Facts about the source of a new disk or snapshot."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_model

# what a copy has in common with the disk it was made from
INHERITED = ('osType', 'hyperVGeneration', 'supportsHibernation',
              'supportedCapabilities', 'purchasePlan', 'securityProfile')


@dataclasses.dataclass
class Source:
    """Facts about a source.

    :ivar size_gib: smallest size the new disk may have
    :ivar inherited: properties the new disk takes over
    :ivar creation_data: what the service adds to ``creationData``
    :ivar resource: the resource whose bytes are copied, if any
    :ivar blob: the page blob whose bytes are copied, if any
    :ivar size_bytes: exact size, when it is not that many GiB
    """

    size_gib: int
    inherited: dict[str, Any] = dataclasses.field(default_factory=dict)
    creation_data: dict[str, Any] = dataclasses.field(default_factory=dict)
    resource: store.Resource | None = None
    blob: storage_blobs.Address | None = None
    size_bytes: int | None = None


def copy_of(resource: store.Resource) -> Source:
    """Facts about a disk or snapshot as a source."""
    properties = resource.properties
    size = properties['diskSizeBytes']
    found = {'sourceResourceId': resource.id,
             'sourceUniqueId': properties['uniqueId']}
    sector = properties['creationData'].get('logicalSectorSize')
    if sector is not None:
        found['logicalSectorSize'] = sector
    return Source(
        math.ceil(size / disk_model.GIB),
        {key: properties[key] for key in INHERITED if key in properties},
        found, resource, size_bytes=size)
