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


def is_trusted(
    listing: facts.Listing, volumes: Sequence[facts.Volume]
) -> bool:
    """Tell whether disks of volumes that Cinder does not know are nobody's.

    It has to know the disk of at least one volume here, and of each that a
    machine has: those have a volume for sure.
    """
    ours = [
        found
        for found in listing.found
        if found.kind == KIND and found.owner == listing.scope.owner
    ]
    known = [found for found in ours if _claims(found, volumes)]
    attached = [found for found in ours if found.held_by is not None]
    return bool(known) and all(found in known for found in attached)


def is_gone(
    found: facts.Found,
    listing: facts.Listing,
    volumes: Sequence[facts.Volume] | None,
) -> tuple[bool, str]:
    """Tell whether no volume needs a disk any more, and why.

    That a volume has it is told by :data:`OWN`.

    :param volumes: None when Cinder cannot be asked
    """
    if volumes is None:
        return False, 'Cinder cannot be asked about volumes here'
    if _claims(found, volumes):
        return False, OWN
    related = [each for each in volumes if found.uuid in each.uuids]
    for volume in related:
        reason = _need(found, listing, volume)
        if reason is not None:
            return False, reason
    if related:
        return True, (
            f'volume {related[0].id} has the disk {related[0].disk_name} now'
        )
    if not is_trusted(listing, volumes):
        return False, (
            f'Cinder has no record of volume {found.uuid}, but nor of each '
            f'volume that a machine has'
        )
    return True, f'Cinder has no record of volume {found.uuid}'


def _claims(
    found: facts.Found, volumes: Sequence[facts.Volume]
) -> list[facts.Volume]:
    """Return the records that name a disk, or would be made to."""
    name = found.name.lower()
    return [
        each
        for each in volumes
        if each.disk_name.lower() == name
        or (not each.disk_name and found.uuid in each.uuids)
    ]


def _need(
    found: facts.Found, listing: facts.Listing, volume: facts.Volume
) -> str | None:
    """Say why a volume may need a disk that is not its own."""
    if found.kind != KIND:
        # what was to become its disk, or what its disk has held before
        return f'volume {volume.id} exists in OpenStack'
    if volume.busy is not None:
        return f'volume {volume.id} is {volume.busy}'
    own = volume.disk_name.lower()
    if not any(
        each.kind == KIND and each.name.lower() == own
        for each in listing.found
    ):
        return (
            f'volume {volume.id} has the disk {volume.disk_name}, which '
            f'Azure does not list'
        )
    return None
