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

import dataclasses
import math
import re
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_footer
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import marketplace

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_PLATFORM_IMAGE = re.compile(
    r'/publishers/(?P<publisher>[^/]+)/artifacttypes/vmimage/offers/'
    r'(?P<offer>[^/]+)/skus/(?P<sku>[^/]+)/versions/(?P<version>[^/]+)$',
    re.IGNORECASE)
# what a copy has in common with the disk it was made from
_INHERITED = ('osType', 'hyperVGeneration', 'supportsHibernation',
              'supportedCapabilities', 'purchasePlan', 'securityProfile')


@dataclasses.dataclass
class Source:
    """Facts about a source.

    :ivar size_gib: smallest size the new disk may have
    :ivar inherited: properties the new disk takes over
    :ivar creation_data: what the service adds to ``creationData``
    :ivar resource: the resource whose bytes are copied, if any
    """

    size_gib: int
    inherited: dict[str, Any] = dataclasses.field(default_factory=dict)
    creation_data: dict[str, Any] = dataclasses.field(default_factory=dict)
    resource: store.Resource | None = None


def read(emulator: server.Emulator, target: store.Resource,
         body: dict[str, Any]) -> Source:
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
        return Source(1)
    if option == 'Upload':
        return _upload(target, data)
    if option in ('Copy', 'CopyStart'):
        return _copy(emulator, body, data)
    if option == 'FromImage':
        return _from_image(emulator, target, data)
    raise errors.not_implemented(f'disks made by createOption {option}')


def _upload(target: store.Resource, data: dict[str, Any]) -> Source:
    size = data.get('uploadSizeBytes')
    if size is None:
        raise errors.missing_parameter('disk.creationData.uploadSizeBytes')
    inner = size - vhd_footer.SIZE_BYTES
    if inner < 20 * 1024 ** 2 or size % 512:
        raise errors.invalid_parameter(
            'disk.creationData.uploadSizeBytes',
            f"The value '{size}' of parameter 'uploadSizeBytes' is not "
            f"valid: it is a multiple of 512 and counts the 512 bytes of "
            f"the VHD footer.")
    target.private['upload_bytes'] = size
    return Source(math.ceil(inner / disk_model.GIB))


def _copy(emulator: server.Emulator, body: dict[str, Any],
          data: dict[str, Any]) -> Source:
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
    if (resource.location != body['location'].lower().replace(' ', '')
            and data['createOption'] != 'CopyStart'):
        raise errors.ArmError(
            400, 'BadRequest',
            f'The source {wanted} does not belong to the same region as '
            f'the disk.')
    return copy_of(resource)


def copy_of(resource: store.Resource) -> Source:
    """Facts about a disk or snapshot as a source."""
    properties = resource.properties
    return Source(
        properties['diskSizeBytes'] // disk_model.GIB,
        {key: properties[key] for key in _INHERITED if key in properties},
        {'sourceResourceId': resource.id,
         'sourceUniqueId': properties['uniqueId']}, resource)


def _from_image(emulator: server.Emulator, target: store.Resource,
                data: dict[str, Any]) -> Source:
    reference = data.get('imageReference') or {}
    if 'id' not in reference:
        raise errors.not_implemented('disks made from gallery images')
    found = _PLATFORM_IMAGE.search(reference['id'])
    if found is None:
        raise errors.ArmError(
            404, 'NotFound', f"The image '{reference['id']}' is not found.")
    image, _ = marketplace.resolve(found.groupdict())
    target.private['origin'] = reference['id']
    return platform_image(image, reference)


def platform_image(image: marketplace.Image,
                   reference: dict[str, Any]) -> Source:
    """Facts about a marketplace image as a source."""
    return Source(image.size_gib, {
        'osType': image.os, 'hyperVGeneration': image.generation,
        'supportsHibernation': image.hibernate,
        'supportedCapabilities': {
            'diskControllerTypes': image.controllers,
            'acceleratedNetwork': image.accelerated,
            'architecture': image.architecture},
    }, {'imageReference': reference})
