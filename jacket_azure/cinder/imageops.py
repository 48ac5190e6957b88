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

"""Volumes from images of Azure's, made in Azure."""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import volumeops

# an image that Cinder keeps as a volume, which it clones without us
_CINDER = 'cinder://'


class ImageOps:
    """Images of one backend."""

    def __init__(
        self, backend: backends.Backend, volumes: volumeops.VolumeOps
    ) -> None:
        self._backend = backend
        self._volumes = volumes

    def clone(
        self, volume: Any, locations: Any, image: dict[str, Any]
    ) -> tuple[dict[str, Any] | None, bool]:
        """Make a bootable volume from an image.

        :param locations: Glance's direct URL and list of locations
        :param image: as Glance describes it
        :returns: what Cinder has to know, and whether it was done; if not,
            Cinder clones the volume that is the image
        :raises MappingLookupError: Glance alone has the image
        """
        try:
            target = self._backend.mapping.image(
                image.get('name'), image['id'], image.get('properties') or {}
            )
        except exceptions.MappingLookupError as exc:
            if _is_volume(locations):
                return None, False
            raise exceptions.MappingLookupError(
                f'{exc} An image whose bytes only Glance has cannot become a '
                f'volume in this release.'
            ) from exc
        disk = self._backend.disks.create_from_image(
            self._volumes.spec(volume), reference_of(target)
        )
        return self._volumes.made(volume, disk), True


def reference_of(target: Any) -> dict[str, str]:
    """Return an image in ARM's spelling."""
    if not target.is_marketplace:
        return {'id': target.id}
    return {
        'publisher': target.publisher,
        'offer': target.offer,
        'sku': target.sku,
        'version': target.version,
    }


def refuse_copy(image: dict[str, Any] | None = None) -> None:
    """Refuse to carry the bytes of an image.

    :raises InvalidRequest: always; names what works
    """
    name = (image or {}).get('id', '')
    raise exceptions.InvalidRequest(
        f'The bytes of image {name} would have to be carried between Glance '
        f'and Azure, which this release does not do; volumes are made from '
        f'images that the mapping file names, from volumes and snapshots.'
    )


def _is_volume(locations: Any) -> bool:
    direct, found = locations if isinstance(locations, tuple) else (
        locations, None
    )
    urls = [direct, *((each or {}).get('url') for each in found or ())]
    return any(str(url or '').startswith(_CINDER) for url in urls)
