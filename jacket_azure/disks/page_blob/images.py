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

"""Images as fixed VHDs in page blobs of the account, found and tagged.

Those made from servers lie in the container ``snapshots``, those whose bytes
came from Glance, and an operator's own, in ``images``.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from jacket_azure import exceptions
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import contents
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import tags as tag_names


class Images(contents.Contents):
    """The images there are."""

    def image_name(self, uuid: str) -> str:
        return names.server_image(uuid)

    def cached_image_name(self, key: str) -> str:
        return names.cached_image(key)

    def get_image(self, name_or_uri: str) -> models.Image:
        name = self._image_path({'id': name_or_uri})
        return self._image(name, self._blob(name).properties())

    def list_images(self) -> Iterable[models.Image]:
        return [
            self._image(entry.address.path, entry.properties)
            for container in names.IMAGE_CONTAINERS
            for entry in self._account.container(container).list()
            if self._is_image(entry.properties)
        ]

    def delete_image(self, name_or_uri: str) -> bool:
        name = self._image_path({'id': name_or_uri})
        blob = self._blob(name)
        try:
            self._check_image(name, blob.properties())
        except exceptions.NotFound:
            return False
        return self._delete(name, blob)

    def tag_image(self, name: str, tags: Mapping[str, str]) -> models.Image:
        name = self._image_path({'id': name})
        blob = self._blob(name)
        found = blob.properties()
        self._check_image(name, found)
        metadata = states.retag(found, tags)
        etag = blob.tag(metadata, found.etag)
        return self._image(
            name, dataclasses.replace(found, etag=etag, metadata=metadata)
        )

    def _image(
        self, name: str, found: properties.Properties
    ) -> models.Image:
        """Tell about a blob as an image."""
        state = states.parse(found)
        copied = found.copy is None or found.copy.status == properties.SUCCESS
        return models.Image(
            name=name,
            uri=self.disk_id(name),
            size_bytes=state.actual_bytes,
            os_type=state.os_type,
            # machines with page blobs for disks have no other
            generation=state.generation or 'V1',
            state=state.tags.get(tag_names.IMAGE_STATE, models.SPECIALIZED),
            security_type=None,
            tags=state.tags,
            created=found.created,
            usable=copied and state.is_settled and not state.unfinished,
        )

    def _is_image(self, found: properties.Properties) -> bool:
        kind = states.parse(found).tags.get(tag_names.KIND)
        return kind == tag_names.KIND_IMAGE and self._is_ours(found)

    def _check_image(self, name: str, found: properties.Properties) -> None:
        """Refuse to change what we did not make as an image."""
        if not self._is_image(found):
            raise exceptions.Conflict(
                f'The blob {name} is no image that we made: its metadata '
                f'do not say so.'
            )
