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

"""Images made of machines' disks, and written from outside of Azure.

Either way the bytes are put somewhere else first, and the image is a copy of
that: it appears at once, and never with half of its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
import contextlib
import dataclasses
import uuid

from jacket_azure import exceptions
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.blob import reader
from jacket_azure.disks import image_interface
from jacket_azure.disks import image_writer
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import images
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import blob_metadata
from jacket_azure.payload import image as image_payload
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd


class ImageContents(images.Images):
    """How images come to be, and are read."""

    def capture_image(
        self,
        spec: models.ImageSpec,
        disk_name: str,
        progress: image_interface.Progress | None = None,
    ) -> models.Image:
        check_security(spec.security_type)
        # a machine that has such disks is of no other
        spec = dataclasses.replace(spec, generation='V1')
        try:
            return self._capture(spec, names.os_disk(disk_name), progress)
        except exceptions.Conflict:
            # there is something else of that name
            raise
        except exceptions.AzureError:
            with contextlib.suppress(exceptions.AzureError):
                self.delete_image(spec.name)
            raise

    def _capture(
        self,
        spec: models.ImageSpec,
        name: str,
        progress: image_interface.Progress | None,
    ) -> models.Image:
        source = self._blob(name)
        found = source.properties()
        content = found.size_bytes - vhd.FOOTER_BYTES
        if found.is_leased and not self._capabilities.attached_blob_snapshots:
            # Azure fails the copy if the machine writes meanwhile; one that
            # is deallocated does not
            return self._copy_image(spec, source, content, progress)
        uuid_ = spec.tags.get(tag_names.ID, '')
        stamp = self._take(
            source, blob_metadata.encode(self._temporary_tags(uuid_)), uuid_
        )
        frozen = source.at(stamp)
        earlier: list[None] = []
        try:
            image = self._copy_image(
                spec, frozen, content, progress, lambda: earlier.append(None)
            )
        except BaseException:
            self._forget(frozen)
            raise
        if earlier:
            # that of the earlier try as well, now that its copy has ended
            self._forget_all(name, uuid_)
        else:
            self._forget(frozen)
        return image

    def open_image_writer(
        self, spec: models.ImageSpec, size_gib: int
    ) -> models.RangedWriter:
        check_security(spec.security_type)
        place = names.temporary_image(uuid.uuid4().hex)
        blob = self._blob(place)
        inner = self.open_writer(
            models.VolumeSpec(
                place,
                size_gib,
                models.Kind(self._account.facts.sku),
                self._temporary_tags(spec.tags.get(tag_names.ID, '')),
            )
        )
        return image_writer.ImageWriter(
            inner,
            publish=lambda: self._copy_image(spec, blob, inner.size_bytes),
            remove=lambda: self._delete(place, blob),
        )

    def open_image_reader(self, name_or_uri: str) -> models.RangedReader:
        name = self._image_path({'id': name_or_uri})
        blob = self._blob(name)
        found = self._settled(name, blob)
        size_bytes = self._check_footer(blob, found).size_bytes
        return reader.Reader(blob, size_bytes, found.etag)

    def _copy_image(
        self,
        spec: models.ImageSpec,
        source: page_blobs.PageBlob,
        content: int,
        progress: image_interface.Progress | None = None,
        adopted: Callable[[], None] = lambda: None,
    ) -> models.Image:
        """Copy a whole VHD to an image, or find that somebody has.

        Its footer and size are the source's.

        :param adopted: called when an earlier try, or another, had begun it
        """
        target = self._blob(spec.name)
        like = models.VolumeSpec(
            spec.name,
            0,
            models.Kind(self._account.facts.sku),
            image_payload.marked(spec.tags, spec.state, spec.security_type),
            spec.os_type,
            spec.generation,
        )
        metadata = self._metadata(like, content)
        try:
            started = self._start(source, target, metadata)
        except exceptions.PreconditionFailed:
            begun = self._begun(like, target)
            if begun is not None:
                adopted()
                metadata = dict(begun.metadata)
                content = states.parse(begun).complete_bytes
            started = begun or self._start(source, target, metadata)
        ended = started
        if started.copy is not None:
            ended = self._follow(target, started, progress)
        if progress is not None:
            progress(100)
        return self._image(
            spec.name,
            properties.Properties(
                content + vhd.FOOTER_BYTES,
                properties.PAGE_BLOB,
                ended.etag,
                metadata,
                created=ended.created or self._now(),
            ),
        )


def check_security(security_type: str | None) -> None:
    """Refuse what machines with page blobs for disks cannot have."""
    if security_type not in (None, 'Standard'):
        raise exceptions.InvalidRequest(
            f'An image in a page blob cannot be for {security_type} '
            f'machines: they want managed disks.'
        )
