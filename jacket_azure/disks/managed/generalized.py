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

"""Managed images, of which machines are made that are to be set up anew.

Azure makes such a machine only of an image, not of a snapshot or disk; the
first machine has it made.
"""

from __future__ import annotations

from collections.abc import Mapping
import hashlib

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.managed import image_contents
from jacket_azure.disks.managed import vhds
from jacket_azure.payload import image as image_payload
from jacket_azure.payload import names
from jacket_azure.payload import tags as tag_names

# where a region has it, its images can be had in all zones
_ZONE_RESILIENT_SKU = 'StandardSSD_ZRS'


class GeneralizedImages(image_contents.ImageContents):
    """Part of :class:`.managed.ManagedDisks`."""

    def _managed_image(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> str:
        """Return the id of the managed image of a generalized disk."""
        if image_payload.TRUSTED_LAUNCH in (
            spec.security_type,
            image.security_type,
        ):
            raise exceptions.InvalidRequest(
                f'The image {image.name} is generalized and for '
                f'TrustedLaunch, of which Azure makes no machine but through '
                f'a gallery; azure_security_type = Standard may help.'
            )
        source, name, tags = self._source(spec, image)
        body = image_payload.build(
            image_payload.ManagedImageSpec(
                location=self._azure.location,
                source=source,
                os_type=str(image.os_type).capitalize(),
                generation=image.generation or 'V1',
                tags=tags,
                zone_resilient=self._has_zone_resilience,
            )
        )
        made = self._images.create(name, body)
        if made['properties'].get('provisioningState') == 'Creating':
            made = self._azure.images.wait_until_made(name)
        return str(made['id'])

    def _source(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> tuple[dict[str, str], str, Mapping[str, str]]:
        """Return what a managed image is made of, its name and tags.

        That of an image of ours has the same name, and goes with it.
        """
        if vhds.is_one(image.uri):
            place = self._vhds.find(image.uri)
            # another one, once somebody has written it anew
            version = place.blob.properties().etag
            source = {'blobUri': place.url}
            name = _name_of(f'{place.url}#{version}')
        else:
            known, type_ = self._named(image.uri)
            is_disk = type_ == names.DISK.lower()
            source = {'managedDisk' if is_disk else 'snapshot': image.uri}
            if not is_disk and '/' not in known and self._snapshots.has(
                {'tags': image.tags}, tag_names.KIND_IMAGE
            ):
                return source, known, image.tags
            name = _name_of(image.uri.lower())
        return source, name, {
            tag_names.OWNER: spec.tags.get(tag_names.OWNER, ''),
            tag_names.KIND: tag_names.KIND_IMAGE,
            tag_names.ID: name,
            tag_names.CREATED: spec.tags.get(tag_names.CREATED, ''),
        }

    @property
    def _has_zone_resilience(self) -> bool:
        if not self._azure.cloud.capabilities.zones:
            return False
        return self._limits.of(_ZONE_RESILIENT_SKU).refusal is None


def _name_of(text: str) -> str:
    """Return the name of a managed image of what is not ours."""
    return names.cached_image_name(
        hashlib.sha256(text.encode()).hexdigest()[:32]
    )
