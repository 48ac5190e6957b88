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


"""Volumes from images, made in Azure."""

from __future__ import annotations

import dataclasses
from typing import Any

from cinder import coordination
from cinder.db import api as db

from jacket_azure import exceptions
from jacket_azure.cinder import azure_images
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import bringing
from jacket_azure.cinder import facts
from jacket_azure.cinder import glance_images
from jacket_azure.cinder import replacing
from jacket_azure.cinder import signatures
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models
from jacket_azure.imaging import models as imaging


class ImageOps:
    """Images of one backend becoming volumes.

    :param other_cache: whether Cinder keeps images as volumes of this
        backend, ``image_volume_cache_enabled``
    """

    def __init__(
        self,
        backend: backends.Backend,
        volumes: volumeops.VolumeOps,
        replacer: replacing.Replacing,
        other_cache: bool = False,
    ) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._volumes = volumes
        self._replacing = replacer
        self._bringing = bringing.Bringing(backend)
        self._other_cache = other_cache

    def clone(
        self,
        context: Any,
        volume: Any,
        locations: Any,
        image: dict[str, Any],
        image_service: Any,
    ) -> tuple[dict[str, Any] | None, bool]:
        """Make a bootable volume from an image.

        :param locations: Glance's direct URL and list of locations
        :param image: as Glance describes it
        :returns: what Cinder has to know, and whether it was done; if not,
            Cinder clones a volume that has the image, or makes one
        :raises InvalidRequest: this image, or volume, cannot be
        """
        glance_images.refuse_encrypted(image)
        spec = self._volumes.spec(volume)
        if self._is_cinders(locations, image, volume):
            self._note_boot(volume, image)
            return None, False
        with self._bringing.found(
            context, volume, image, image_service
        ) as found:
            made = self._make(volume, spec, found)
        self._note_signature(context, volume, image)
        return made, True

    def _is_cinders(
        self, locations: Any, image: dict[str, Any], volume: Any
    ) -> bool:
        """Say whether Cinder clones a volume, or keeps one to clone."""
        if glance_images.is_volume(locations, image):
            return True
        if self._bringing.keeps or not self._other_cache:
            return False
        try:
            azure_images.find(self._backend, image, volume.size)
        except exceptions.MappingLookupError:
            return True
        return False

    @staticmethod
    def _note_boot(volume: Any, image: dict[str, Any]) -> None:
        """Let an image's volume be known as one that a machine boots from.

        Cinder may make an empty volume first, keeps what it is told of that
        one, and then only has it filled: see :meth:`.VolumeOps.create`.
        """
        wanted = imaging.from_glance(image, lambda: iter(()))
        volume.provider_location = facts.dump(
            facts.Facts(
                '', os_type=wanted.os_type, generation=wanted.generation
            )
        )

    @staticmethod
    def _note_signature(
        context: Any, volume: Any, image: dict[str, Any]
    ) -> None:
        """Keep, as Cinder does, whether a signature was verified."""
        if signatures.are_checked():
            db.volume_glance_metadata_bulk_create(
                context,
                volume.id,
                {signatures.VERIFIED: signatures.is_signed(image)},
            )

    @coordination.synchronized(volumeops.LOCK)
    def overwrite(
        self, volume: Any, context: Any, image_id: str, image_service: Any
    ) -> None:
        """Let a volume hold an image and nothing else.

        Either Cinder has just made it, empty, or it has been used, and its
        server is to begin anew.

        :raises InUse: a machine has it
        """
        image = image_service.show(context, image_id)
        # Cinder launches no volume of a group that is made from another, but
        # notes what a volume is that it has an image put into again
        is_new = volume.launched_at is None and volume.previous_status is None
        if not is_new:
            # before the bytes are brought
            self._replacing.check_free(volume)
        with self._bringing.found(
            context, volume, image, image_service
        ) as found:
            if is_new:
                self._make_anew(volume, found)
                return
            self._replacing.replace(
                volume,
                found.key,
                lambda spec, name: self._disks.rewrite_from_image(
                    _bootable(spec, found), name, found.reference
                ),
            )

    def _make_anew(
        self, volume: Any, found: azure_images.AzureImage
    ) -> None:
        """Make the disk of the image that was made empty for it."""
        spec = self._volumes.spec(volume)
        self._disks.delete(volume_names.of_volume(self._disks, volume))
        # Cinder keeps what it was told of the empty one
        volume.update(self._make(volume, spec, found))
        volume.save()

    def _make(
        self,
        volume: Any,
        spec: models.VolumeSpec,
        found: azure_images.AzureImage,
    ) -> dict[str, Any]:
        disk = self._disks.create_from_image(
            _bootable(spec, found), found.reference
        )
        return self._volumes.made(volume, disk)


def _bootable(
    spec: models.VolumeSpec, found: azure_images.AzureImage
) -> models.VolumeSpec:
    return dataclasses.replace(
        spec,
        os_type=found.os_type,
        generation=found.generation,
        security_type=found.security_type,
    )
