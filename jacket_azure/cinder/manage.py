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

"""Take disks and snapshots that are in Azure into Cinder, and let them go.

A reference is ``source-name``, what the model calls it, or ``source-id``, its
full id or URL. Only tags change, never a byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from cinder import context
from cinder import exception as cinder_exception
from cinder import objects
from cinder.volume import volume_utils

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import kinds
from jacket_azure.cinder import references
from jacket_azure.cinder import snapshotops
from jacket_azure.cinder import volume_names
from jacket_azure.cinder import volumeops
from jacket_azure.disks import models
from jacket_azure.payload import tags

Reference = Mapping[str, str]
_OURS = 'jacket-'


class Manage:
    """Disks and snapshots of one backend that come and go."""

    def __init__(
        self,
        backend: backends.Backend,
        volumes: volumeops.VolumeOps,
        snapshots: snapshotops.SnapshotOps,
    ) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._volumes = volumes
        self._snapshots = snapshots

    # -- volumes

    def volume_size_gib(self, reference: Reference) -> int:
        """Return the size Cinder books for a disk."""
        return self._disk(reference).size_gib

    def take_volume(
        self, volume: Any, reference: Reference
    ) -> dict[str, Any]:
        """Make a disk Cinder's."""
        disk = self._disk(reference)
        self._check_free(disk.tags, reference)
        _check_unknown(
            objects.VolumeList.get_all(
                context.get_admin_context(),
                filters={'provider_id': disk.name},
            )
        )
        refusal = references.why_not_disk(disk, self._backend.azure.location)
        if refusal is not None:
            raise _invalid(reference, refusal)
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
        tagged = self._disks.tag(
            disk.name, {**disk.tags, **self._volumes.tags(volume)}
        )
        return self._volumes.made(volume, tagged)

    def let_volume_go(self, volume: Any) -> None:
        """Take our tags off; all else stays."""
        name = volume_names.of_volume(self._disks, volume)
        try:
            disk = self._disks.get(name)
        except exceptions.NotFound:
            return
        self._disks.tag(name, _without_ours(disk.tags))

    def list_volumes(self, known: Iterable[Any]) -> list[dict[str, Any]]:
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
                self._whose(disk.tags)
                or references.why_not_disk(
                    disk, self._backend.azure.location
                ),
            )
            for disk in self._disks.list()
        ]

    # -- snapshots

    def snapshot_size_gib(self, reference: Reference) -> int:
        """Return the size Cinder books for a snapshot."""
        return self._snapshot(reference).size_gib

    def take_snapshot(
        self, snapshot: Any, reference: Reference
    ) -> dict[str, Any]:
        """Make a snapshot of one of Cinder's volumes Cinder's."""
        found = self._snapshot(reference)
        self._check_free(found.tags, reference)
        _check_unknown(
            objects.SnapshotList.get_all(
                context.get_admin_context(), {'provider_id': found.name}
            )
        )
        volume = volume_names.of_volume(self._disks, snapshot.volume)
        if (found.source or '').lower() != volume.lower():
            raise _invalid(
                reference,
                f'it is a snapshot of {found.source or "nothing known"}, not '
                f'of {volume}',
            )
        if not found.usable:
            raise _invalid(reference, 'it is not complete')
        tagged = self._disks.tag_snapshot(
            found.name, {**found.tags, **self._snapshots.tags(snapshot)}
        )
        return self._snapshots.made(snapshot, tagged)

    def let_snapshot_go(self, snapshot: Any) -> None:
        """Take our tags off; all else stays."""
        name = volume_names.of_snapshot(self._disks, snapshot)
        try:
            found = self._disks.get_snapshot(name)
        except exceptions.NotFound:
            return
        self._disks.tag_snapshot(found.name, _without_ours(found.tags))

    def list_snapshots(self, known: Iterable[Any]) -> list[dict[str, Any]]:
        """List all snapshots, and say which can be taken."""
        by_name = {
            volume_names.of_snapshot(self._disks, each).lower(): each.id
            for each in known
        }
        return [
            {
                **references.entry(
                    found.name,
                    found.id,
                    found.size_gib,
                    by_name.get(found.name.lower()),
                    self._whose(found.tags)
                    or (None if found.usable else 'it is not complete'),
                ),
                'source_reference': {'source-name': found.source or ''},
            }
            for found in self._disks.list_snapshots()
        ]

    # -- both

    def _disk(self, reference: Reference) -> models.Disk:
        name = references.wanted(reference)
        for disk in self._disks.list():
            if name in (disk.name.lower(), disk.id.lower()):
                # a listing does not look into a disk
                return self._read(reference, self._disks.get, disk.name)
        raise _invalid(
            reference,
            f'there is no such disk in {self._backend.azure.resource_group}',
        )

    def _snapshot(self, reference: Reference) -> models.Snapshot:
        name = references.wanted(reference)
        for found in self._disks.list_snapshots():
            if name in (found.name.lower(), found.id.lower()):
                return found
        raise _invalid(
            reference,
            f'there is no such snapshot in '
            f'{self._backend.azure.resource_group}',
        )

    @staticmethod
    def _read(reference: Reference, get: Any, name: str) -> Any:
        try:
            return get(name)
        except exceptions.InvalidRequest as exc:
            raise _invalid(reference, str(exc)) from exc

    def _check_free(
        self, found: Mapping[str, str], reference: Reference
    ) -> None:
        uuid = tags.get({'tags': found}, tags.ID)
        if self._backend.is_ours(dict(found)) and (
            volume_utils.check_already_managed_volume(uuid)
        ):
            raise cinder_exception.ManageExistingAlreadyManaged(
                volume_ref=uuid
            )
        refusal = self._whose(found)
        if refusal is not None:
            raise _invalid(reference, refusal)

    def _whose(self, found: Mapping[str, str]) -> str | None:
        """Say why somebody else's is not taken."""
        owner = tags.get({'tags': found}, tags.OWNER)
        if owner is None or owner == self._backend.owner:
            return None
        return f'it belongs to the deployment {owner}'


def _invalid(reference: Reference, reason: str) -> Exception:
    return cinder_exception.ManageExistingInvalidReference(
        existing_ref=dict(reference), reason=reason
    )


def _without_ours(found: Mapping[str, str]) -> dict[str, str]:
    return {
        key: value
        for key, value in found.items()
        if not key.lower().startswith(_OURS)
    }


def _check_unknown(records: Any) -> None:
    """Refuse what a record of Cinder's has already, whatever its tags say.

    The first record that is deleted would take the other's bytes with it.
    """
    for record in records:
        raise cinder_exception.ManageExistingAlreadyManaged(
            volume_ref=record.id
        )
