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

"""What Cinder's records say of disks that were made for volumes.

A volume's disk is the one its record names, ``provider_id``. Its uuid may be
in a disk's name although the disk is no more its own, as after a revert that
was cut short, or not be there although it is, as after a migration.
"""

from __future__ import annotations

from collections.abc import Sequence

from jacket_azure.janitor import facts

# The kind of a volume's own disk. What is unfinished, or beside it for a
# while, is of another.
KIND = 'volume'
OWN = 'a volume has it'


class Claims:
    """Cinder's volumes beside Azure's list; asking it is cheap.

    :param volumes: None when Cinder cannot be asked
    """

    def __init__(
        self,
        listing: facts.Listing,
        volumes: Sequence[facts.Volume] | None,
    ) -> None:
        self._volumes = volumes
        self._by_uuid: dict[str, list[facts.Volume]] = {}
        self._names = set()
        for volume in volumes or ():
            self._names.add(volume.disk_name.lower())
            for uuid in volume.uuids:
                self._by_uuid.setdefault(uuid, []).append(volume)
        disks = [found for found in listing.found if found.kind == KIND]
        self._listed = {found.name.lower() for found in disks}
        self._is_trusted = self._trust(
            [found for found in disks if found.owner == listing.scope.owner]
        )

    def is_gone(self, found: facts.Found) -> tuple[bool, str]:
        """Tell whether no volume needs a disk any more, and why.

        That a volume has it is told by :data:`OWN`.
        """
        if self._volumes is None:
            return False, 'Cinder cannot be asked about volumes here'
        if self._is_claimed(found):
            return False, OWN
        related = self._related(found)
        for volume in related:
            reason = self._need(found, volume)
            if reason is not None:
                return False, reason
        if related:
            return True, (
                f'volume {related[0].id} has the disk '
                f'{related[0].disk_name} now'
            )
        if not self._is_trusted:
            return False, (
                f'Cinder has no record of volume {found.uuid}, but nor of '
                f'each volume that a machine has'
            )
        return True, f'Cinder has no record of volume {found.uuid}'

    def _trust(self, ours: Sequence[facts.Found]) -> bool:
        """Tell whether disks of volumes that Cinder lacks are nobody's.

        It has to know the disk of at least one volume here, and of each
        that a machine has: those have a volume for sure.
        """
        return any(map(self._is_claimed, ours)) and all(
            self._is_claimed(found)
            for found in ours
            if found.held_by is not None
        )

    def _related(self, found: facts.Found) -> list[facts.Volume]:
        return self._by_uuid.get(found.uuid or '', [])

    def _is_claimed(self, found: facts.Found) -> bool:
        """Tell whether a record names a disk, or would be made to."""
        return found.name.lower() in self._names or any(
            not each.disk_name for each in self._related(found)
        )

    def _need(
        self, found: facts.Found, volume: facts.Volume
    ) -> str | None:
        """Say why a volume may need a disk that is not its own."""
        if found.kind != KIND:
            # what was to become its disk, or what its disk has held before
            return f'volume {volume.id} exists in OpenStack'
        if volume.busy is not None:
            return f'volume {volume.id} is {volume.busy}'
        if volume.disk_name.lower() not in self._listed:
            return (
                f'volume {volume.id} has the disk {volume.disk_name}, which '
                f'Azure does not list'
            )
        return None
