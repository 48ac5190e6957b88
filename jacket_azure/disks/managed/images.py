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

"""An image of Azure's as the source of a disk."""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.managed import vhds
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import names

MARKETPLACE = '/artifacttypes/vmimage/'
GALLERIES = ('/galleries/', '/sharedgalleries/', '/communitygalleries/')
_KEYS = dict(
    zip(
        GALLERIES,
        ('id', 'sharedGalleryImageId', 'communityGalleryImageId'),
        strict=True,
    )
)


def creation(
    azure: Any, known: vhds.Vhds, image: models.ImageReference
) -> dict[str, Any]:
    """Return ``creationData`` of a disk with an image's content.

    A marketplace image's ``latest`` is looked up: a disk wants a version.

    :param known: finds VHDs
    :param image: also ``{'id': ...}`` of a snapshot, a disk or a VHD

    :raises InvalidRequest: no disk can be made of such an image
    """
    if 'publisher' in image:
        return _of_marketplace(azure, image)
    uri = str(image.get('id') or '')
    if vhds.is_one(uri):
        place = known.find(uri)
        return disk_payload.from_blob(place.url, place.account_id)
    for key in _KEYS.values():
        if image.get(key):
            return _of_id(str(image[key]))
    raise exceptions.InvalidRequest(
        'The image is named neither by an id nor by publisher, offer, sku '
        'and version.'
    )


def _of_marketplace(
    azure: Any, image: models.ImageReference
) -> dict[str, Any]:
    publisher, offer, sku = image['publisher'], image['offer'], image['sku']
    version = image.get('version') or 'latest'
    if version == 'latest':
        version = azure.virtual_machine_images.latest_version(
            azure.location, publisher, offer, sku
        )
    return disk_payload.from_platform_image(
        disk_payload.platform_image_id(
            azure.subscription_id,
            azure.location,
            publisher,
            offer,
            sku,
            version,
        )
    )


def _of_id(image_id: str) -> dict[str, Any]:
    lower = image_id.lower()
    for part, key in _KEYS.items():
        if part in lower:
            return disk_payload.from_gallery_image({key: image_id})
    if MARKETPLACE in lower:
        return disk_payload.from_platform_image(image_id)
    try:
        found = names.parse_resource_id(image_id)
    except ValueError:
        found = None
    if found is not None and found.is_type(names.IMAGE):
        raise exceptions.InvalidRequest(
            'Azure makes no disk from a managed image, only a machine; use '
            'a gallery image, or make a volume from a disk or snapshot.'
        )
    if found is not None and (
        found.is_type(names.DISK) or found.is_type(names.SNAPSHOT)
    ):
        return disk_payload.copy_of(image_id)
    raise exceptions.InvalidRequest(
        f'{image_id!r} is no image that a disk can be made from.'
    )
