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

"""Disks made from an image: of the marketplace, or of a gallery."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_facts
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import image_contents
from jacket_azure.emulator.compute import marketplace

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_PLATFORM_IMAGE = re.compile(
    r'/publishers/(?P<publisher>[^/]+)/artifacttypes/vmimage/offers/'
    r'(?P<offer>[^/]+)/skus/(?P<sku>[^/]+)/versions/(?P<version>[^/]+)$',
    re.IGNORECASE)


def read(emulator: server.Emulator, target: store.Resource,
         body: dict[str, Any], data: dict[str, Any]) -> disk_facts.Source:
    """Find the image a new disk is made from.

    :raises ArmError: there is no such image, or no such disk in it
    """
    gallery = data.get('galleryImageReference')
    if gallery:
        return _from_gallery(emulator, body, gallery)
    reference = data.get('imageReference') or {}
    if not reference.get('id'):
        raise errors.missing_parameter('disk.creationData.imageReference.id')
    found = _PLATFORM_IMAGE.search(reference['id'])
    if found is None:
        raise errors.ArmError(
            404, 'NotFound', f"The image '{reference['id']}' is not found.")
    image, _ = marketplace.resolve(found.groupdict())
    if reference.get('lun') is not None:
        raise _no_such_lun(reference['lun'])
    target.private['origin'] = reference['id']
    return platform_image(image, reference)


def _from_gallery(emulator: server.Emulator, body: dict[str, Any],
                  reference: dict[str, Any]) -> disk_facts.Source:
    if not reference.get('id'):
        raise errors.missing_parameter(
            'disk.creationData.galleryImageReference.id')
    version = gallery_references.resolve(
        emulator, reference['id'], locations.normalize(body['location']))
    lun = reference.get('lun')
    hidden = image_contents.at(version, lun)
    if hidden is None:
        raise _no_such_lun(lun)
    size = hidden.properties['diskSizeBytes']
    return disk_facts.Source(
        math.ceil(size / disk_model.GIB),
        {key: hidden.properties[key] for key in disk_facts.INHERITED
         if key in hidden.properties},
        {'galleryImageReference': {**reference, 'id': version.id}}, hidden,
        size_bytes=size)


def _no_such_lun(lun: int | None) -> errors.ArmError:
    return errors.invalid_parameter(
        'disk.creationData.imageReference.lun',
        f'The image has no data disk at LUN {lun}.')


def platform_image(image: marketplace.Image,
                   reference: dict[str, Any]) -> disk_facts.Source:
    """Facts about a marketplace image as a source."""
    return disk_facts.Source(image.size_gib, {
        'osType': image.os, 'hyperVGeneration': image.generation,
        # what is not so is not told (12 of generation 1, 17 of 2 seen)
        **({'supportsHibernation': True} if image.hibernate else {}),
        'supportedCapabilities': {
            **({'diskControllerTypes': image.controllers}
               if image.generation == 'V2' else {}),
            **({'acceleratedNetwork': True}
               if image.accelerated and image.featured else {}),
            'architecture': image.architecture},
    }, {'imageReference': reference})
