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

"""What a VM is made from: marketplace, gallery or managed image, a blob."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import image_contents
from jacket_azure.emulator.compute import marketplace

if TYPE_CHECKING:
    from jacket_azure.emulator import server

IMAGES = 'Microsoft.Compute/images'


@dataclasses.dataclass(frozen=True)
class Facts:
    """Facts about an image.

    :ivar id: full id with the exact version, or the URL of a page blob
    :ivar exact_version: of a marketplace or gallery image, else None
    :ivar plan: what has to be bought to use it
    :ivar source: hidden disk with the bytes of an image of one's own
    :ivar image: the image itself, with its data disks
    :ivar blob: page blob the OS disk is copied from
    :ivar specialized: it has users and a name already
    """

    id: str
    os_type: str
    generation: str
    size_gib: int
    architecture: str = 'x64'
    trusted: bool = False
    exact_version: str | None = None
    plan: dict[str, str] | None = None
    source: store.Resource | None = None
    image: store.Resource | None = None
    blob: storage_blobs.Address | None = None
    specialized: bool = False

    @property
    def luns(self) -> list[int]:
        """LUNs of the image's data disks."""
        return image_contents.luns(self.image) if self.image else []


def read(emulator: server.Emulator, subscription: str, location: str,
         reference: dict[str, Any]) -> Facts:
    """Resolve an ``imageReference``.

    :raises ArmError: there is no such image
    """
    for name in ('sharedGalleryImageId', 'communityGalleryImageId'):
        if reference.get(name):
            raise errors.not_implemented(f'images by {name}')
    if not reference.get('id'):
        image, version = marketplace.resolve(reference)
        return Facts(
            marketplace.image_id(subscription, location, image.publisher,
                                 image.offer, image.sku, version),
            image.os, image.generation, image.size_gib, image.architecture,
            'TrustedLaunch' in image.security, version, image.plan)
    if gallery_references.is_one(reference['id']):
        return _of_gallery(emulator, reference['id'], location)
    found = emulator.store.get(reference['id'])
    if found is None or found.type != IMAGES or found.location != location:
        raise errors.ArmError(
            404, 'NotFound', f"The Image '{reference['id']}' cannot be "
            f"found in '{location}' region.", target='imageReference')
    if found.properties['provisioningState'] not in (
            'Succeeded', 'Updating'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The resource cannot be created from Image {found.name} until '
            f'Image has been successfully created.')
    hidden = image_contents.at(found, None)
    assert hidden is not None  # noqa: S101
    return Facts(
        found.id, found.properties['storageProfile']['osDisk']['osType'],
        found.properties.get('hyperVGeneration', 'V1'), _size(hidden),
        source=hidden, image=found)


def _of_gallery(emulator: server.Emulator, image_id: str,
                location: str) -> Facts:
    version = gallery_references.resolve(emulator, image_id, location)
    definition = gallery_references.definition_of(emulator, version)
    properties = definition.properties
    features = {feature.get('name'): feature.get('value') or ''
                for feature in properties.get('features') or ()}
    hidden = image_contents.at(version, None)
    assert hidden is not None  # noqa: S101
    return Facts(
        version.id, properties['osType'], properties['hyperVGeneration'],
        _size(hidden), properties['architecture'],
        'TrustedLaunch' in features.get('SecurityType', ''), version.name,
        properties.get('purchasePlan'), hidden, version,
        specialized=properties['osState'] == 'Specialized')


def of_blob(emulator: server.Emulator, location: str,
            os_disk: dict[str, Any]) -> Facts:
    """Facts about a page blob that is the image of an unmanaged OS disk.

    :raises ArmError: there is no such blob, or it is no VHD
    """
    if not os_disk.get('osType'):
        raise errors.missing_parameter('osDisk.osType')
    uri = os_disk['image'].get('uri') or ''
    address = storage_blobs.find(emulator, uri, location)
    size = storage_blobs.existing(address, 'Image')
    return Facts(uri, os_disk['osType'], 'V1',
                 math.ceil(size / disk_model.GIB), blob=address)


def data_size(image: Facts | None, lun: int) -> int:
    """Size in GiB of the data disk an image has at a LUN.

    :raises ArmError: 400, it has none there
    """
    hidden = image_contents.at(image.image, lun) if (
        image and image.image) else None
    if hidden is None:
        raise errors.invalid_parameter(
            'dataDisk.lun', f'The image has no data disk at LUN {lun}.')
    return _size(hidden)


def _size(hidden: store.Resource) -> int:
    return math.ceil(hidden.properties['diskSizeBytes'] / disk_model.GIB)


def make_disk(emulator: server.Emulator, disk_id: ids.ResourceId,
              body: dict[str, Any], image: Facts,
              lun: int | None = None) -> store.Resource:
    """Make a disk from an image, with the bytes of an image of one's own.

    :param lun: of a data disk of the image, None for the OS disk
    """
    if image.image is None:
        return disk_life.create(emulator, disk_id, body)
    source = image_contents.at(image.image, lun)
    assert source is not None  # noqa: S101
    properties = body['properties']
    # a managed image is no source for a disk of its own: only a VM may
    facts = {} if lun is not None else {
        'osType': image.os_type, 'hyperVGeneration': image.generation,
        **{key: properties[key] for key in ('securityProfile',)
           if key in properties}}
    disk = disk_life.create(emulator, disk_id, {**body, 'properties': {
        'creationData': {'createOption': 'Empty'},
        'diskSizeGB': properties['diskSizeGB'], **facts}})
    disk.properties['creationData'] = properties['creationData']
    contents.inherit(emulator, source, disk)
    return disk
