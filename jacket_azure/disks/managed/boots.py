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

"""What a machine with managed disks boots from."""

from __future__ import annotations

from typing import Any

from jacket_azure import exceptions
from jacket_azure.disks import models
from jacket_azure.disks.managed import copies
from jacket_azure.disks.managed import entries
from jacket_azure.disks.managed import generalized
from jacket_azure.disks.managed import images
from jacket_azure.disks.managed import vhds
from jacket_azure.payload import disk as disk_payload
from jacket_azure.payload import image as image_payload
from jacket_azure.payload import snapshot as snapshot_payload
from jacket_azure.payload import tags as tag_names


class Boots(generalized.GeneralizedImages, copies.Copies):
    """Part of :class:`.managed.ManagedDisks`."""

    def prepare_os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> models.Boot:
        wanted = self._wanted(spec, image)
        if self._is_in_catalogue(image.uri) or self._is_managed(image.uri):
            is_general = image.state == models.GENERALIZED
            return models.Boot(wanted, {'id': image.uri}, is_general)
        if image.state == models.GENERALIZED:
            self._check_source(spec, image)
            return models.Boot(
                wanted, {'id': self._managed_image(spec, image)}, True
            )
        return models.Boot(self.make_os_disk(spec, image), None, False)

    def make_os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> dict[str, Any]:
        self._wanted(spec, image)
        self._check_source(spec, image)
        return self._os_disk(spec, image)

    @staticmethod
    def _wanted(
        spec: models.OsDiskSpec, image: models.Image
    ) -> dict[str, Any]:
        """Describe the disk, or say what is wrong with it."""
        wanted = entries.os_disk(spec)
        if spec.size_gib is not None and spec.size_gib < image.size_gib:
            raise exceptions.InvalidRequest(
                f'The image has {image.size_gib} GiB; an OS disk made from '
                f'it cannot have {spec.size_gib} GiB.'
            )
        return wanted

    def _check_source(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> None:
        if image.os_type is None:
            raise exceptions.InvalidRequest(
                f'Nobody says whether the image {image.name} is Linux or '
                f'Windows; set azure_os_type.'
            )
        if not self._is_in_catalogue(image.uri):
            self._check_security(spec, image)

    @staticmethod
    def _check_security(
        spec: models.OsDiskSpec, image: models.Image
    ) -> None:
        """Refuse a machine that Azure would not let have the disk.

        A disk has its source's security type for ever; only what Azure
        takes over from a VHD can still be given one.
        """
        if spec.security_type is None or vhds.is_one(image.uri):
            return
        is_trusted, wanted = (
            one.security_type == image_payload.TRUSTED_LAUNCH
            for one in (image, spec)
        )
        if is_trusted != wanted:
            raise exceptions.InvalidRequest(
                f'The image {image.name} is '
                f'{"" if is_trusted else "not "}for Trusted Launch, and a '
                f'machine made of it must be so too; azure_security_type = '
                f'{image.security_type or "Standard"} says so.'
            )

    def get_os_disk(self, name: str) -> models.Image:
        return self.get_image(self.disk_id(name))

    def copy_os_disk(
        self, spec: models.OsDiskSpec, source: models.Image
    ) -> dict[str, Any]:
        return self.make_os_disk(spec, source)

    @staticmethod
    def _is_managed(uri: str) -> bool:
        """Say whether an image is one that machines alone are made of."""
        return '/providers/microsoft.compute/images/' in uri.lower()

    @staticmethod
    def _is_in_catalogue(uri: str) -> bool:
        """Say whether an image is of a gallery or of the marketplace."""
        lower = uri.lower()
        return any(
            part in lower
            for part in (*images.GALLERIES, images.MARKETPLACE)
        )

    # -- specialized: the disk itself

    def _os_disk(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> dict[str, Any]:
        name = spec.disk_name
        body = self._os_disk_body(
            spec,
            image,
            images.creation(self._azure, self._vhds, {'id': image.uri}),
        )
        try:
            made = self._disks.create_anew(name, body)
        except exceptions.Refused as exc:
            if copies.OTHER_ZONE not in str(exc):
                raise
            made = self._by_way_of_a_snapshot(spec, image)
        described = entries.boot_volume(
            made['id'], str(image.os_type).capitalize(), spec.caching, False
        )
        if spec.cascade_delete:
            described['deleteOption'] = 'Delete'
        return described

    def _os_disk_body(
        self,
        spec: models.OsDiskSpec,
        image: models.Image,
        creation: dict[str, Any],
    ) -> dict[str, Any]:
        in_all_zones = spec.sku.endswith('_ZRS')
        trusted = image_payload.TRUSTED_LAUNCH in (
            spec.security_type,
            image.security_type,
        )
        return disk_payload.build(
            disk_payload.DiskSpec(
                location=self._azure.location,
                kind=models.Kind(
                    spec.sku, zone=None if in_all_zones else spec.zone
                ),
                creation=creation,
                tags=spec.tags,
                size_gib=spec.size_gib,
                access=self._closed,
                os_type=str(image.os_type).capitalize(),
                generation=image.generation,
                security_type=(
                    image_payload.TRUSTED_LAUNCH if trusted else None
                ),
            )
        )

    def _by_way_of_a_snapshot(
        self, spec: models.OsDiskSpec, image: models.Image
    ) -> dict[str, Any]:
        """Copy a disk of another zone; a snapshot is in none."""
        name = spec.disk_name
        passage = copies.PASSAGE.format(name)
        kinds = {tag_names.KIND: tag_names.KIND_TEMPORARY}
        body = snapshot_payload.build(
            snapshot_payload.SnapshotSpec(
                location=self._azure.location,
                source_id=image.uri,
                tags={**spec.tags, **kinds},
                access=self._closed,
            )
        )
        try:
            snapshot = self._snapshots.create_anew(passage, body)
            return self._disks.create_anew(
                name,
                self._os_disk_body(
                    spec, image, disk_payload.copy_of(snapshot['id'])
                ),
            )
        finally:
            self._remove_snapshot(passage)
