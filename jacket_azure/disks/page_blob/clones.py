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

"""Disks in page blobs made from others: clones, images, and going back.

What is copied is a snapshot, so that what is written to the source meanwhile,
or later, is not in it.
"""

from __future__ import annotations

import dataclasses
import logging

from jacket_azure import exceptions
from jacket_azure.blob import address as addresses
from jacket_azure.blob import page_blobs
from jacket_azure.blob import properties
from jacket_azure.disks import models
from jacket_azure.disks.page_blob import copies
from jacket_azure.disks.page_blob import limits
from jacket_azure.disks.page_blob import names
from jacket_azure.disks.page_blob import states
from jacket_azure.payload import blob_metadata
from jacket_azure.payload import tags as tag_names
from jacket_azure.payload import vhd

LOG = logging.getLogger(__name__)


class Clones(copies.Copies):
    """Clones, volumes from snapshots and images."""

    def create_from_snapshot(
        self, spec: models.VolumeSpec, snapshot_name: str
    ) -> models.Disk:
        self.check(spec.size_gib, spec.kind)
        source, found = self._snapshot(snapshot_name)
        size_bytes = _disk_bytes(found)
        limits.check_source('snapshot', size_bytes, spec.size_gib)
        return self._copy(_like(spec, found), source, size_bytes)

    def create_from_volume(
        self, spec: models.VolumeSpec, source_name: str
    ) -> models.Disk:
        self.check(spec.size_gib, spec.kind)
        source = self._blob(source_name)
        found = self._settled(source_name, source)
        self._check_snapshot(source_name, found)
        size_bytes = _disk_bytes(found)
        limits.check_source('volume', size_bytes, spec.size_gib)
        uuid = spec.tags.get(tag_names.ID, '')
        stamp = self._take(
            source, blob_metadata.encode(self._temporary_tags(uuid)), uuid
        )
        frozen = source.at(stamp)
        earlier: list[None] = []
        try:
            disk = self._copy(
                _like(spec, found),
                frozen,
                size_bytes,
                adopted=lambda: earlier.append(None),
            )
        except BaseException:
            self._forget(frozen)
            raise
        if not earlier:
            self._forget(frozen)
            return disk
        # not before the copy has ended, which may be one of that snapshot
        self._forget_all(source_name, uuid)
        return disk

    def _forget_all(self, name: str, uuid: str) -> None:
        """Delete the temporary snapshots of all tries of one call."""
        try:
            self._delete_temporary(name, uuid)
        except exceptions.AzureError as exc:
            LOG.warning(
                'Temporary snapshots of %s stay for now: %s', name, exc
            )

    @staticmethod
    def _forget(frozen: page_blobs.PageBlob) -> None:
        """Delete a temporary snapshot; what stays is found by its tags."""
        try:
            frozen.delete()
        except exceptions.AzureError as exc:
            LOG.warning(
                'The temporary snapshot %s stays for now: %s',
                frozen.address.url,
                exc,
            )

    def create_from_image(
        self, spec: models.VolumeSpec, image: models.ImageReference
    ) -> models.Disk:
        """Copy an image that is a VHD in our storage account.

        :param image: ``{'id': URL}`` or ``{'id': 'images/name.vhd'}``
        """
        self.check(spec.size_gib, spec.kind)
        return self._of_vhd(spec, self._image_path(image))

    def _of_vhd(self, spec: models.VolumeSpec, path: str) -> models.Disk:
        source = self._blob(path)
        found = source.properties()
        size_bytes = self._check_footer(source, found).size_bytes
        limits.check_source('image', size_bytes, spec.size_gib)
        return self._copy(_like(spec, found), source, size_bytes)

    def _image_path(self, image: models.ImageReference) -> str:
        """Return the path of an image's blob.

        :raises InvalidRequest: it is something else, or somewhere else
        """
        path = str(image.get('uri') or image.get('id') or '')
        if '://' in path:
            place, query = addresses.split(path)
            path = ''
            if place.endpoint == self._account.facts.endpoint and not query:
                path = place.path
        container, _, name = path.partition('/')
        if container not in names.IMAGE_CONTAINERS or (
            not names.is_disk(name)
        ):
            raise exceptions.InvalidRequest(
                'A disk in a page blob can be made only from an image that '
                'is a VHD in the same storage account, in the container '
                f'{" or ".join(names.IMAGE_CONTAINERS)}; other images have '
                'to be copied there first.'
            )
        return f'{container}/{name}'


def _like(
    spec: models.VolumeSpec, source: properties.Properties
) -> models.VolumeSpec:
    """Let a copy boot as its source does, unless the caller knows better."""
    state = states.parse(source)
    return dataclasses.replace(
        spec,
        os_type=spec.os_type or state.os_type,
        generation=spec.generation or state.generation,
    )


def _disk_bytes(found: properties.Properties) -> int:
    return found.size_bytes - vhd.FOOTER_BYTES
