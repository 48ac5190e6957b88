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

"""Where the bytes of a new disk or snapshot come from: ``creationData``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import locations
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_footer
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_facts
from jacket_azure.emulator.compute import disk_image_source
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import snapshot_copies

if TYPE_CHECKING:
    from jacket_azure.emulator import server

# with the footer; CreationData.uploadSizeBytes of the API
_UPLOAD_BYTES = (20972032, 35183298347520)


def read(emulator: server.Emulator, target: store.Resource,
         body: dict[str, Any]) -> disk_facts.Source:
    """Find the source of a new disk or snapshot.

    :param target: gets private facts: ``upload_bytes``, ``origin``
    :raises ArmError: the source is missing, or cannot be used
    """
    properties = body['properties']
    data = properties['creationData']
    option = data['createOption']
    if option == 'Empty':
        if not properties.get('diskSizeGB'):
            raise errors.missing_parameter('disk.diskSizeGB')
        return disk_facts.Source(properties['diskSizeGB'])
    if option == 'Upload':
        return _upload(target, data)
    if option in ('Copy', 'CopyStart', 'Restore'):
        return _copy(emulator, target, body, data)
    if option == 'Import':
        return _import(emulator, body, data)
    if option == 'FromImage':
        return disk_image_source.read(emulator, target, body, data)
    if option == 'Attach':
        raise errors.invalid_parameter(
            'disk.creationData.createOption',
            f"The value '{option}' of parameter "
            f"'disk.creationData.createOption' is not allowed.")
    raise errors.not_implemented(f'disks made by createOption {option}')


def fill(emulator: server.Emulator, source: disk_facts.Source,
         target: store.Resource) -> None:
    """Give a new disk or snapshot the bytes its source has now."""
    if source.resource is not None:
        contents.inherit(emulator, source.resource, target)
    elif source.blob is not None and emulator.contents:
        contents.inherit_blob(emulator, source.blob.blob(),
                              source.size_bytes or 0, target)


def _upload(target: store.Resource, data: dict[str, Any]) -> disk_facts.Source:
    size = data.get('uploadSizeBytes')
    if size is None:
        raise errors.missing_parameter('disk.creationData.uploadSizeBytes')
    if not _UPLOAD_BYTES[0] <= size <= _UPLOAD_BYTES[1]:
        raise errors.invalid_parameter(
            'disk.creationData.uploadSizeBytes',
            f"The value '{size}' of parameter 'disk.creationData."
            f"uploadSizeBytes' is out of range. The value must be between "
            f"'{_UPLOAD_BYTES[0]}' and '{_UPLOAD_BYTES[1]}', inclusive.")
    inner = size - vhd_footer.SIZE_BYTES
    if inner % 1024 ** 2:
        raise errors.invalid_parameter(
            'disk.creationData.uploadSizeBytes',
            f"The value '{size}' of parameter 'disk.creationData."
            f"uploadSizeBytes' is not valid: it is a whole number of MiB "
            f"and the 512 bytes of the VHD footer.")
    target.private['upload_bytes'] = size
    return disk_facts.Source(math.ceil(inner / disk_model.GIB))


def _import(emulator: server.Emulator, body: dict[str, Any],
            data: dict[str, Any]) -> disk_facts.Source:
    uri = data.get('sourceUri')
    if not uri:
        raise errors.missing_parameter('disk.creationData.sourceUri')
    try:
        address = storage_blobs.find(
            emulator, uri, locations.normalize(body['location']))
    except errors.ArmError as exc:
        if exc.code != 'StorageAccountLocationMismatch':
            raise
        raise errors.ArmError(
            400, 'BadRequest', f'The source blob {uri} does not belong to '
            f'the same region as the disk.') from exc
    account = data.get('storageAccountId')
    if account is not None and not ids.same(account, address.account.id):
        raise errors.invalid_parameter(
            'disk.creationData.storageAccountId',
            f'The source blob {uri} does not belong to storage account '
            f'{account}.')
    size = storage_blobs.existing(address)
    return disk_facts.Source(math.ceil(size / disk_model.GIB), blob=address,
                  size_bytes=size)


def _copy(emulator: server.Emulator, target: store.Resource,
          body: dict[str, Any], data: dict[str, Any]) -> disk_facts.Source:
    wanted = data.get('sourceResourceId')
    if wanted is None:
        raise errors.missing_parameter('disk.creationData.sourceResourceId')
    resource = emulator.store.get(wanted)
    if resource is None or not resource.type.startswith(
            'Microsoft.Compute/'):
        parsed = ids.parse(wanted)
        name = parsed.name if parsed else wanted
        raise errors.ArmError(
            404, 'NotFound', f'Resource {name} is not found.')
    if resource.private.get('upload_bytes') is not None:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'Disk {resource.name} cannot be copied before its upload has '
            f'ended.')
    if data['createOption'] == 'CopyStart' and not (
            resource.properties.get('incremental')
            and body['properties'].get('incremental')):
        raise errors.ArmError(
            400, 'BadRequest', 'CopyStart makes an incremental snapshot '
            'from an incremental snapshot.')
    if snapshot_copies.running(emulator, resource):
        raise errors.ArmError(
            409, 'Conflict', f'Source incremental snapshot {resource.id} '
            f'copy is still in progress. Please retry after source snapshot '
            f'copy is complete.')
    if (resource.location != locations.normalize(body['location'])
            and data['createOption'] != 'CopyStart'):
        raise errors.ArmError(
            400, 'BadRequest',
            f'The source {wanted} does not belong to the same region as '
            f'the disk.')
    _check_zones(target, body, resource)
    return disk_facts.copy_of(resource)


def _check_zones(target: store.Resource, body: dict[str, Any],
                 source: store.Resource) -> None:
    """Refuse a disk in another zone than its source; snapshots have none.

    :raises ArmError: 400 InvalidParameter, in the service's words
        (kubernetes-sigs/azuredisk-csi-driver #571)
    """
    there, here = source.body.get('zones'), body.get('zones')
    if there and here and there != here:
        raise errors.ArmError(
            400, 'InvalidParameter',
            f"The resource '{target.name}' in an availability zone cannot be "
            f"copied from the source '{source.id}' in a different "
            f"availability zone.", target='sourceResourceId')
