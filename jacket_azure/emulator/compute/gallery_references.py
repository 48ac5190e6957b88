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

"""From the id of a gallery image, or of one version, to the version.

Source: learn.microsoft.com, virtual-machines/azure-compute-gallery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import locations
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

GALLERY = 'Microsoft.Compute/galleries'
IMAGE = GALLERY + '/images'
VERSION = IMAGE + '/versions'


def is_one(image_id: str) -> bool:
    """Tell whether an id is that of a gallery image or a version."""
    parsed = ids.parse(image_id)
    return parsed is not None and parsed.type.lower() in (
        IMAGE.lower(), VERSION.lower())


def definition_of(emulator: server.Emulator,
                  version: store.Resource) -> store.Resource:
    """The image definition a version belongs to."""
    parsed = ids.parse(version.id)
    found = emulator.store.get(parsed.parent if parsed else None)
    assert found is not None  # noqa: S101
    return found


def number(version: store.Resource) -> tuple[int, ...]:
    """A version's name in an order in which 1.0.10 follows 1.0.9."""
    return tuple(int(part) for part in version.name.split('.'))


def resolve(emulator: server.Emulator, image_id: str,
            location: str) -> store.Resource:
    """Find the version an id means there, the latest of an image.

    :raises ArmError: 404, there is none that is ready in that region
    """
    parsed = ids.parse(image_id)
    latest = parsed is not None and parsed.name.lower() == 'latest' and (
        parsed.type.lower() == VERSION.lower())
    if latest and parsed is not None and parsed.parent is not None:
        parsed = parsed.parent
    found = emulator.store.get(parsed)
    if found is None:
        raise _missing(image_id, location)
    if found.type == VERSION:
        if not is_ready(found, location):
            raise _missing(image_id, location)
        return found
    versions = [version for version in emulator.store.children(
        VERSION, found.id) if is_ready(version, location)
        and not _is_left_out(version, location)]
    if not versions:
        raise _missing(image_id, location)
    return max(versions, key=number)


def is_ready(version: store.Resource, location: str) -> bool:
    """Tell whether a version can be used in a region."""
    return (version.properties['provisioningState'] == 'Succeeded'
            and any(locations.normalize(region['name']) == location
                    for region in regions(version)))


def _is_left_out(version: store.Resource, location: str) -> bool:
    profile = version.properties['publishingProfile']
    return bool(profile.get('excludeFromLatest')) or any(
        region.get('excludeFromLatest') for region in regions(version)
        if locations.normalize(region['name']) == location)


def regions(version: store.Resource) -> list[dict[str, Any]]:
    """The regions a version is, or is to be, replicated to."""
    found: list[dict[str, Any]] = version.properties[
        'publishingProfile']['targetRegions']
    return found


def _missing(image_id: str, location: str) -> errors.ArmError:
    return errors.ArmError(
        404, 'GalleryImageNotFound',
        f'The gallery image {image_id} is not available in {location} '
        f'region. Please contact image owner to replicate to this region, '
        f'or change your requested region.', target='imageReference')
