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

"""What Azure shows of a managed disk or snapshot, as our models say it."""

from __future__ import annotations

from collections.abc import Mapping
import datetime
from typing import Any

from jacket_azure.disks import models
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import snapshot as snapshot_payload
from jacket_azure.payload import tags as tag_names

# of a disk that waits for the bytes of an upload
UNFINISHED = ('ReadyToUpload', 'ActiveUpload')


def disk_of(body: Mapping[str, Any]) -> models.Disk:
    """Read a disk."""
    properties = body['properties']
    state = state_of(body)
    security = properties.get('securityProfile') or {}
    return models.Disk(
        name=body['name'],
        id=body['id'],
        size_bytes=_size_bytes(properties),
        kind=disk_payload.kind_of(body),
        state=state,
        attached_to=_owners(body),
        tags=dict(body.get('tags') or {}),
        created=_time(properties.get('timeCreated')),
        location=body.get('location'),
        os_type=properties.get('osType'),
        generation=properties.get('hyperVGeneration'),
        security_type=security.get('securityType') or 'Standard',
        usable=state not in UNFINISHED
        and properties.get('provisioningState') in ('Succeeded', 'Updating'),
    )


def state_of(body: Mapping[str, Any]) -> str:
    """Read what a disk is used for."""
    return str(body['properties'].get('diskState') or 'Unattached')


def snapshot_of(body: Mapping[str, Any]) -> models.Snapshot:
    """Read a snapshot."""
    properties = body['properties']
    return models.Snapshot(
        name=body['name'],
        id=body['id'],
        size_bytes=_size_bytes(properties),
        source=snapshot_payload.source_of(body),
        tags=dict(body.get('tags') or {}),
        created=_time(properties.get('timeCreated')),
        incremental=bool(properties.get('incremental')),
        usable=snapshot_payload.is_complete(body),
    )


def image_of(body: Mapping[str, Any]) -> models.Image:
    """Read a snapshot or a disk that serves as an image."""
    properties = body['properties']
    security = properties.get('securityProfile') or {}
    return models.Image(
        name=body['id'],
        uri=body['id'],
        size_bytes=_size_bytes(properties),
        os_type=properties.get('osType'),
        generation=properties.get('hyperVGeneration'),
        state=tag_names.get(body, tag_names.IMAGE_STATE)
        or models.SPECIALIZED,
        security_type=security.get('securityType')
        or tag_names.get(body, tag_names.IMAGE_SECURITY),
        tags=dict(body.get('tags') or {}),
        created=_time(properties.get('timeCreated')),
        usable=snapshot_payload.is_complete(body)
        and properties.get('diskState') not in UNFINISHED,
    )


def managed_image_of(body: Mapping[str, Any]) -> models.Image:
    """Read a managed image; machines alone can be made of it."""
    properties = body['properties']
    profile = properties.get('storageProfile') or {}
    disk = profile.get('osDisk') or {}
    return models.Image(
        name=body['id'],
        uri=body['id'],
        size_bytes=int(disk.get('diskSizeGB') or 0) * models.GIB,
        os_type=disk.get('osType'),
        generation=properties.get('hyperVGeneration'),
        state=str(disk.get('osState') or models.GENERALIZED).lower(),
        security_type=None,
        tags=dict(body.get('tags') or {}),
        created=None,
        usable=properties.get('provisioningState') == 'Succeeded',
    )


def _size_bytes(properties: Mapping[str, Any]) -> int:
    """Return the exact size; an answer may tell whole GiB only, or none.

    Until its upload has ended a disk's size is that of the upload.
    """
    exact = properties.get('diskSizeBytes')
    if exact:
        return int(exact)
    if properties.get('diskSizeGB'):
        return int(properties['diskSizeGB']) * models.GIB
    data = properties.get('creationData') or {}
    uploaded = int(data.get('uploadSizeBytes') or 0)
    return max(uploaded - disk_payload.FOOTER_BYTES, 0)


def _owners(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the machines; a shared disk names all of them elsewhere."""
    shared = body.get('managedByExtended') or ()
    if shared:
        return tuple(shared)
    return (body['managedBy'],) if body.get('managedBy') else ()


def _time(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text) if text else None
