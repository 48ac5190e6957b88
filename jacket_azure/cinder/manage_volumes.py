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

"""Take disks that are in Azure into Cinder, and let them go.

A reference is ``source-name``, what the model calls it, or ``source-id``, its
full id or URL. Only tags change, never a byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cinder import exception as cinder_exception
from cinder import objects

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import claims
from jacket_azure.cinder import kinds
from jacket_azure.cinder import references
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models


class ManageVolumes:
    """Disks of one backend that come and go."""

    def __init__(
        self, backend: backends.Backend, volumes: volumeops.VolumeOps
    ) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._volumes = volumes
        self._claims = claims.Claims(backend, objects.Volume)

    def size_gib(self, reference: references.Reference) -> int:
        """Return the size Cinder books for a disk."""
        return self._disk(reference).size_gib

    def take(
        self, volume: Any, reference: references.Reference
    ) -> dict[str, Any]:
        """Make a disk Cinder's."""
        name = self._disk(reference).name
        with claims.taking(name):
            # as it is now that nobody else takes it
            disk = claims.read(reference, self._disks.get, name)
            self._check(disk, volume, reference)
            tagged = self._disks.tag(
                name,
                {**disk.tags, **self._volumes.tags(volume)},
                etag=disk.etag,
            )
            # whoever comes next finds the record
            volume.provider_id = tagged.name
            volume.save()
        return self._volumes.made(volume, tagged)

    def _check(
        self,
        disk: models.Disk,
        volume: Any,
        reference: references.Reference,
    ) -> None:
        self._claims.check_free(disk.name, disk.tags, reference)
        self._claims.check_name(disk.name)
        refusal = references.why_not_disk(disk, self._backend.azure.location)
        if refusal is not None:
            raise references.invalid(reference, refusal)
        wanted = kinds.of_type(
            self._backend,
            volume.volume_type_id,
            disk.size_gib,
            disk.kind.sku,
        )
        mismatch = references.why_not_type(disk.kind, wanted.kind)
        if mismatch is not None:
            raise cinder_exception.ManageExistingVolumeTypeMismatch(
                reason=mismatch
            )

    def let_go(self, volume: Any) -> None:
        """Take our tags off; all else stays."""
        name = volume_names.of_volume(self._disks, volume)
        try:
            disk = self._disks.get(name)
        except exceptions.NotFound:
            return
        self._disks.tag(name, claims.without_ours(disk.tags))

    def list(self, known: Iterable[Any]) -> list[dict[str, Any]]:
        """List all disks, and say which can be taken."""
        by_name = {
            volume_names.of_volume(self._disks, each).lower(): each.id
            for each in known
        }
        return [
            references.entry(
                disk.name,
                disk.id,
                disk.size_gib,
                by_name.get(disk.name.lower()),
                self._claims.why_others(disk.tags)
                or references.why_not_disk(
                    disk, self._backend.azure.location
                ),
            )
            for disk in self._disks.list()
        ]

    def _disk(self, reference: references.Reference) -> models.Disk:
        name = references.wanted(reference)
        for disk in self._disks.list():
            if name in (disk.name.lower(), disk.id.lower()):
                # a listing does not look into a disk
                found: models.Disk = claims.read(
                    reference, self._disks.get, disk.name
                )
                return found
        raise references.invalid(
            reference,
            f'there is no such disk in {self._backend.azure.resource_group}',
        )
