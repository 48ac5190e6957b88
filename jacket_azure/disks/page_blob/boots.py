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

"""What a machine with page blobs for disks boots from."""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import descriptions
from jacket_azure.disks.page_blob import image_contents
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import tags as tag_names


class Boots(image_contents.ImageContents):
    """OS disks made of images in the account."""

    def prepare_os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> models.Boot:
        if image.state != models.GENERALIZED:
            return models.Boot(self.make_os_disk(spec, image), None, False)
        os_type = self._check_boot(spec, image)
        path = self._image_path({'id': image.uri})
        url = self.disk_id(names.os_disk(spec.disk_name))
        os_disk = descriptions.os_disk(spec, url, self._max_size_gib)
        return models.Boot(
            {
                **os_disk,
                'osType': os_type,
                'image': {'uri': self.disk_id(path)},
            },
            None,
            True,
        )

    def make_os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> dict[str, Any]:
        # refuses an image of elsewhere before anything goes
        return self._make(spec, image, self._image_path({'id': image.uri}))

    def get_os_disk(self, name: str) -> models.Image:
        path = names.os_disk(name)
        return self._image(path, self._blob(path).properties())

    def copy_os_disk(
        self, spec: models.OsDiskSpec, source: models.Image
    ) -> dict[str, Any]:
        return self._make(spec, source, source.name)

    def _make(
        self, spec: models.OsDiskSpec, image: models.Image, path: str
    ) -> dict[str, Any]:
        os_type = self._check_boot(spec, image)
        name = names.os_disk(spec.disk_name)
        size_gib = spec.size_gib or image.size_gib
        self.check(size_gib, models.Kind(self._account.facts.sku))
        self._make_way(spec.uuid, name)
        self._of_vhd(
            models.VolumeSpec(
                name,
                size_gib,
                models.Kind(self._account.facts.sku),
                spec.tags,
                os_type,
                image.generation or 'V1',
            ),
            path,
        )
        return descriptions.boot_volume(
            self.disk_id(name), os_type, spec.caching
        )

    def _check_boot(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> str:
        """Refuse what no machine can boot from; return the OS type."""
        if image.os_type is None:
            raise exceptions.InvalidRequest(
                f'Nobody says whether the image {image.name} is Linux or '
                f'Windows; set azure_os_type.'
            )
        image_contents.check_security(spec.security_type)
        if image.generation == 'V2':
            raise exceptions.InvalidRequest(
                f'The image {image.name} is of generation V2; machines with '
                f'page blobs for disks have generation V1.'
            )
        if spec.size_gib is not None:
            limits.check_source('image', image.size_bytes, spec.size_gib)
        return image.os_type.capitalize()

    def _make_way(self, uuid: str, name: str) -> None:
        """Delete what an earlier attempt for an instance has left.

        It may have been used, or be of another image.
        """
        try:
            found = self._blob(name).properties()
        except exceptions.NotFound:
            return
        tags = states.parse(found).tags
        if tags.get(tag_names.OWNER, self._owner) != self._owner or (
            tags.get(tag_names.ID, uuid) != uuid
        ):
            raise exceptions.Conflict(
                f'The name {name} is taken by a blob of others.'
            )
        if found.is_leased:
            raise exceptions.InUse(
                f'The page blob {name} is leased: a machine has it.',
                code='LeaseIdMissing',
            )
        self._delete(name, self._blob(name))
