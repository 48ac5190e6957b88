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

"""Edits of a virtual machine's data disks, and the choice of LUNs.

Two ways to the same end: the action ``attachDetachDataDisks``, which takes
managed disks and leaves all others alone, and the whole list in a PATCH, for
clouds without the action and for page blobs.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any

from jacket_azure import exceptions

# Azure's own limit, whatever a size says
MAX_LUNS = 64
Body = dict[str, Any]
Describe = Callable[[str, int, str | None], Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class Attach:
    """A disk that is to become a data disk.

    :ivar disk_id: full ARM id of a managed disk, or URL of a page blob
    :ivar caching: ``None``, ``ReadOnly`` or ``ReadWrite``
    :ivar lun: where it has to be; None for any
    """

    disk_id: str
    caching: str | None = None
    lun: int | None = None


@dataclasses.dataclass(frozen=True)
class Detach:
    """A data disk that is to be let go.

    :ivar force: do not wait for the guest; what it has not written is lost
    """

    disk_id: str
    force: bool = False


Change = Attach | Detach


@dataclasses.dataclass(frozen=True)
class Slot:
    """A data disk as a virtual machine lists it.

    :ivar leaving: Azure was told to detach it and has not finished
    """

    disk_id: str
    lun: int
    leaving: bool = False


def parse(profile: Mapping[str, Any]) -> tuple[Slot, ...]:
    """Read ``storageProfile``; disks that name no disk yet are left out."""
    slots = []
    for entry in profile.get('dataDisks') or ():
        disk_id = disk_id_of(entry)
        if disk_id and entry.get('lun') is not None:
            slots.append(
                Slot(
                    disk_id,
                    int(entry['lun']),
                    bool(entry.get('toBeDetached')),
                )
            )
    return tuple(slots)


def profile_of(vm: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the ``storageProfile`` of a virtual machine as read."""
    found: Mapping[str, Any] = vm['properties']['storageProfile']
    return found


def os_disk_id(vm: Mapping[str, Any]) -> str:
    """Return the disk a machine boots from; empty when Azure hides it."""
    return disk_id_of(profile_of(vm).get('osDisk') or {})


def os_disk_name(vm: Mapping[str, Any]) -> str:
    """Return the name of the disk a machine boots from.

    :returns: of a managed disk, or of a page blob without its suffix, in
        lower case; empty when Azure hides it
    """
    return name_of(profile_of(vm).get('osDisk') or {})


def name_of(entry: Mapping[str, Any]) -> str:
    """Return the name of a disk as a machine lists it, as above."""
    name = disk_id_of(entry).rpartition('/')[2].lower()
    return name.removesuffix('.vhd')


def disk_id_of(entry: Mapping[str, Any]) -> str:
    """Return id or URL of a disk as a machine lists it, empty for none."""
    managed = (entry.get('managedDisk') or {}).get('id')
    blob = (entry.get('vhd') or {}).get('uri')
    return str(managed or blob or '')


def find(slots: Iterable[Slot], disk_id: str) -> Slot | None:
    """Return the slot of a disk; Azure's casing of ids is not reliable."""
    for slot in slots:
        if same(slot.disk_id, disk_id):
            return slot
    return None


def same(one: str, other: str) -> bool:
    """Tell whether two ids or URLs mean the same disk.

    The path of a blob has a case; a managed disk's id has none.
    """
    if one.lower().startswith('/subscriptions/'):
        return one.lower() == other.lower()
    return one == other


def choose_luns(
    taken: Collection[int], wanted: Sequence[int | None], max_disks: int
) -> list[int]:
    """Choose a LUN for each disk: the one it wants, else the lowest free.

    :param taken: by disks that are there or still leaving
    :param wanted: per disk, None for any
    :param max_disks: data disks this VM size allows
    :returns: distinct LUNs, none of them taken, all below the limit but
        those that were wanted
    :raises InvalidRequest: one that is wanted is taken, or none is free
    """
    used = set(taken)
    for lun in wanted:
        if lun is None:
            continue
        if lun in used or not 0 <= lun < MAX_LUNS:
            raise exceptions.InvalidRequest(
                f'LUN {lun} of the virtual machine is not free.'
            )
        used.add(lun)
    free = (n for n in range(min(max_disks, MAX_LUNS)) if n not in used)
    chosen = []
    for lun in wanted:
        found = next(free, None) if lun is None else lun
        if found is None:
            raise too_many(max_disks)
        chosen.append(found)
    return chosen


def too_many(max_disks: int) -> exceptions.InvalidRequest:
    """Return the refusal of a disk beyond the size's limit."""
    return exceptions.InvalidRequest(
        f'The VM size of this instance takes {max_disks} data disks, and it '
        f'has as many already.'
    )


def build_action(changes: Iterable[Change]) -> Body:
    """Build the body of ``attachDetachDataDisks``.

    Azure chooses the LUNs that nobody wants, and tells in its answer.

    Source: Compute REST API 2026-04-01,
    virtual-machines/attach-detach-data-disks.
    """
    attach: list[Body] = []
    detach: list[Body] = []
    for change in changes:
        entry: Body = {'diskId': change.disk_id}
        if isinstance(change, Attach):
            if change.lun is not None:
                entry['lun'] = change.lun
            entry['caching'] = change.caching or 'None'
            # volumes are Cinder's to delete
            entry['deleteOption'] = 'Detach'
            attach.append(entry)
        else:
            if change.force:
                entry['detachOption'] = 'ForceDetach'
            detach.append(entry)
    body = {'dataDisksToAttach': attach, 'dataDisksToDetach': detach}
    # an empty list is an error
    return {key: entries for key, entries in body.items() if entries}


def build_list(
    vm: Mapping[str, Any],
    changes: Iterable[Change],
    max_disks: int,
    describe: Describe,
    gone: Collection[str] = (),
) -> Body:
    """Build the PATCH that replaces the list of data disks.

    :param vm: as read; not modified
    :param describe: ``describe_data_disk`` of the disk model
    :param gone: disks that no longer exist: Azure accepts no list that
        names one, so they are left out
    :raises InvalidRequest: no LUN is free

    Source: Compute REST API, virtual-machines/update, DataDisk.
    """
    changes = list(changes)
    attach = [each for each in changes if isinstance(each, Attach)]
    detach = [each for each in changes if isinstance(each, Detach)]
    entries = []
    for entry in profile_of(vm).get('dataDisks') or ():
        disk_id = disk_id_of(entry)
        if any(same(disk_id, one) for one in gone):
            continue
        leaving = [one for one in detach if same(disk_id, one.disk_id)]
        if not leaving:
            entries.append(dict(entry))
        elif leaving[0].force:
            entries.append(
                {
                    **entry,
                    'toBeDetached': True,
                    'detachOption': 'ForceDetach',
                }
            )
    taken = {
        int(entry['lun'])
        for entry in profile_of(vm).get('dataDisks') or ()
        if entry.get('lun') is not None
    }
    luns = choose_luns(taken, [each.lun for each in attach], max_disks)
    entries += [
        dict(describe(each.disk_id, lun, each.caching))
        for each, lun in zip(attach, luns, strict=True)
    ]
    return {'properties': {'storageProfile': {'dataDisks': entries}}}


def verified_lun(profile: Mapping[str, Any], change: Attach) -> int | None:
    """Return where Azure says a disk is now; None when it is nowhere.

    :raises OperationFailed: at another LUN than was wanted, or at one that
        another disk has too
    """
    slots = [slot for slot in parse(profile) if not slot.leaving]
    slot = find(slots, change.disk_id)
    if slot is None:
        return None
    if change.lun is not None and slot.lun != change.lun:
        raise exceptions.OperationFailed(
            f'Azure attached the disk at LUN {slot.lun} instead of '
            f'{change.lun}.',
            code='WrongLun',
        )
    if sum(other.lun == slot.lun for other in slots) > 1:
        raise exceptions.OperationFailed(
            f'Azure tells of two disks at LUN {slot.lun}.', code='WrongLun'
        )
    return slot.lun
