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

"""The bytes of images: written to a disk first, of which a snapshot is kept.

A snapshot appears at once and whole, costs less than a disk, and can be had
in every zone.
"""

from __future__ import annotations

import uuid

from jacket_azure import exceptions
from jacket_azure.blob import reader as readers
from jacket_azure.disks import image_writer
from jacket_azure.disks import models
from jacket_azure.disks.managed import captured
from jacket_azure.disks.managed import contents
from jacket_azure.disks.managed import vhds
from jacket_azure.payload import image as image_payload
from jacket_azure.payload import names
from jacket_azure.payload import tags as tag_names

# of the disk that is written: what costs least
_SKU = 'Standard_LRS'


class ImageContents(captured.CapturedImages, contents.Contents):
    """Part of :class:`.managed.ManagedDisks`."""

    def open_image_writer(
        self, spec: models.ImageSpec, size_gib: int
    ) -> models.RangedWriter:
        trusted = _trusted(spec.security_type)
        if trusted and spec.generation != 'V2':
            raise exceptions.InvalidRequest(
                f'An image for Trusted Launch is of generation V2, not '
                f'{spec.generation or "V1"}.'
            )
        place = names.temporary_name(uuid.uuid4().hex)
        kinds = {tag_names.KIND: tag_names.KIND_TEMPORARY}
        inner = self.open_writer(
            models.VolumeSpec(
                place,
                size_gib,
                models.Kind(_SKU),
                {**spec.tags, **kinds},
                spec.os_type,
                spec.generation,
                trusted,
            )
        )
        return image_writer.ImageWriter(
            inner,
            publish=lambda: self._publish(spec, place),
            remove=lambda: self._disks.delete(place),
        )

    def _publish(self, spec: models.ImageSpec, disk_name: str) -> None:
        """Make the image of a disk, unless another process has made it."""
        try:
            self._take(spec, self.disk_id(disk_name))
        except exceptions.Conflict:
            # made of the disk that the other one has written
            found = self._snapshots.find(spec.name)
            if found is None or not self._snapshots.has(
                found, tag_names.KIND_IMAGE
            ) or tag_names.get(found, tag_names.ID) != (
                spec.tags.get(tag_names.ID)
            ):
                raise
            if found['properties'].get('provisioningState') == 'Failed':
                # what an earlier try has left is of no use to anybody
                self._snapshots.delete(spec.name)
                self._take(spec, self.disk_id(disk_name))
            else:
                self._azure.snapshots.wait_for_copy(spec.name)

    def open_image_reader(self, name_or_uri: str) -> models.RangedReader:
        if vhds.is_one(name_or_uri):
            image = self._vhds.image(name_or_uri)
            blob = self._vhds.find(name_or_uri).blob
            return readers.Reader(blob, image.size_bytes)
        name, type_ = self._named(name_or_uri)
        if type_ == names.SNAPSHOT.lower() and '/' not in name:
            return self.open_snapshot_reader(name)
        if type_ == names.DISK.lower() and '/' not in name:
            return self.open_reader(name)
        raise exceptions.InvalidRequest(
            f'The bytes of the image {name_or_uri} cannot be read: it is a '
            f'managed image, or in another resource group.'
        )


def _trusted(security_type: str | None) -> str | None:
    """Return what a disk is told; of Standard it knows nothing."""
    is_trusted = security_type == image_payload.TRUSTED_LAUNCH
    return security_type if is_trusted else None
