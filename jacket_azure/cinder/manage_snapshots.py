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

"""Take snapshots that are in Azure into Cinder, and let them go.

As in ``manage_volumes``: only tags change, never a byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cinder import objects

from jacket_azure import exceptions
from jacket_azure.cinder import backend as backends
from jacket_azure.cinder import claims
from jacket_azure.cinder import references
from jacket_azure.cinder import snapshotops
from jacket_azure.cinder import volume_names
from jacket_azure.disks import models


class ManageSnapshots:
    """Snapshots of one backend that come and go."""

    def __init__(
        self, backend: backends.Backend, snapshots: snapshotops.SnapshotOps
    ) -> None:
        self._backend = backend
        self._disks = backend.disks
        self._snapshots = snapshots
        self._claims = claims.Claims(backend, objects.Snapshot)

    def size_gib(self, reference: references.Reference) -> int:
        """Return the size Cinder books for a snapshot."""
        return self._snapshot(reference).size_gib

    def take(
        self, snapshot: Any, reference: references.Reference
    ) -> dict[str, Any]:
        """Make a snapshot of one of Cinder's volumes Cinder's."""
        name = self._snapshot(reference).name
        with claims.taking(name):
            found = claims.read(reference, self._disks.get_snapshot, name)
            self._check(found, snapshot, reference)
            tagged = self._disks.tag_snapshot(
                name, {**found.tags, **self._snapshots.tags(snapshot)}
            )
            snapshot.provider_id = tagged.name
            snapshot.save()
        return self._snapshots.made(snapshot, tagged)

    def _check(
        self,
        found: models.Snapshot,
        snapshot: Any,
        reference: references.Reference,
    ) -> None:
        self._claims.check_free(found.name, found.tags, reference)
        volume = volume_names.of_volume(self._disks, snapshot.volume)
        source = (found.source or '').lower()
        # older than a revert it is of a disk that the volume had before
        if source != volume.lower() and not volume_names.tells(
            source, snapshot.volume
        ):
            raise references.invalid(
                reference,
                f'it is a snapshot of {found.source or "nothing known"}, not '
                f'of {volume}',
            )
        if not found.usable:
            raise references.invalid(reference, 'it is not complete')

    def let_go(self, snapshot: Any) -> None:
        """Take our tags off; all else stays."""
        name = volume_names.of_snapshot(self._disks, snapshot)
        try:
            found = self._disks.get_snapshot(name)
        except exceptions.NotFound:
            return
        self._disks.tag_snapshot(
            found.name, claims.without_ours(found.tags)
        )

    def list(self, known: Iterable[Any]) -> list[dict[str, Any]]:
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
                    self._claims.why_others(found.tags)
                    or (None if found.usable else 'it is not complete'),
                ),
                'source_reference': {'source-name': found.source or ''},
            }
            for found in self._disks.list_snapshots()
        ]

    def _snapshot(self, reference: references.Reference) -> models.Snapshot:
        name = references.wanted(reference)
        for found in self._disks.list_snapshots():
            if name in (found.name.lower(), found.id.lower()):
                return found
        raise references.invalid(
            reference,
            f'there is no such snapshot in '
            f'{self._backend.azure.resource_group}',
        )
