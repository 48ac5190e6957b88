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

"""A machine that boots from a rescue disk, its own OS disk beside it.

Nothing notes down that a server is rescued: its machine tells. What Azure is
to do with the own disk one day, ``deleteOption`` and ``caching``, goes with
its entry to the data disks and back.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from jacket_azure import exceptions
from jacket_azure.payload import data_disk
from jacket_azure.payload import names

Body = dict[str, Any]

_KEPT = ('managedDisk', 'vhd', 'caching', 'deleteOption')


def is_rescued(vm: Mapping[str, Any], uuid: str) -> bool:
    """Tell whether a machine boots from its server's rescue disk."""
    return data_disk.os_disk_name(vm) == names.rescue_disk_name(uuid)


def check_not_rescued(vm: Mapping[str, Any], uuid: str) -> None:
    """Refuse what would be done to the rescue disk instead of the server's.

    Nova refuses it of a server that it knows as rescued.

    :raises InvalidRequest: says how to get out of it
    """
    if is_rescued(vm, uuid):
        raise exceptions.InvalidRequest(
            'The virtual machine boots from a rescue disk that a failed '
            'rescue or unrescue left; a hard reboot takes that back.'
        )


def beside(
    vm: Mapping[str, Any], uuid: str, max_disks: int
) -> list[Body]:
    """Return the data disks of a machine and its OS disk among them.

    At LUN 0 where that is free, else at the lowest one.

    :param vm: as read, not rescued
    :param max_disks: data disks its size takes
    :raises InvalidRequest: it has as many already
    """
    profile = data_disk.profile_of(vm)
    entries = [dict(entry) for entry in profile.get('dataDisks') or ()]
    taken = {int(e['lun']) for e in entries if e.get('lun') is not None}
    [lun] = data_disk.choose_luns(taken, [None], max_disks)
    os_disk = profile['osDisk']
    managed = bool(os_disk.get('managedDisk'))
    return [
        *entries,
        {
            'lun': lun,
            # of an unmanaged OS disk the machine keeps the name
            'name': os_disk['name'] if managed else f'{uuid}-original',
            'createOption': 'Attach',
            **_kept(os_disk),
        },
    ]


def find_own(
    vm: Mapping[str, Any], uuid: str, volume_disk_id: str | None
) -> Body | None:
    """Return the entry of the disk that a rescued server is to boot again.

    :param volume_disk_id: of the volume it boots from, if it does
    :returns: None where the machine does not have it
    """
    return _find_own(_entries(vm), uuid, volume_disk_id)


def check_findable(
    entries: Iterable[Mapping[str, Any]],
    vm: Mapping[str, Any],
    uuid: str,
    volume_disk_id: str | None,
) -> None:
    """Refuse a machine that could be rescued, and not unrescued.

    :param entries: the data disks it is to have
    :param vm: as it is, not rescued
    :raises InvalidRequest: it boots from a disk that is not its server's
    """
    found = _find_own(entries, uuid, volume_disk_id)
    boots = data_disk.os_disk_id(vm)
    if found is None or not data_disk.same(
        data_disk.disk_id_of(found), boots
    ):
        raise exceptions.InvalidRequest(
            f'The virtual machine boots from the disk '
            f'{boots.rpartition("/")[2]}, which is not the one that Nova and '
            f'Cinder know of; so nobody could unrescue the server.'
        )


def _find_own(
    entries: Iterable[Mapping[str, Any]],
    uuid: str,
    volume_disk_id: str | None,
) -> Body | None:
    own = names.os_disk_names(uuid)
    for entry in entries:
        disk_id = data_disk.disk_id_of(entry)
        name = disk_id.rpartition('/')[2].lower().removesuffix('.vhd')
        if entry.get('toBeDetached'):
            continue
        if (
            data_disk.same(disk_id, volume_disk_id)
            if volume_disk_id
            else name in own
        ):
            return dict(entry)
    return None


def as_os_disk(entry: Mapping[str, Any], cascade: bool) -> Body:
    """Turn a data disk's entry into ``storageProfile.osDisk``.

    :param cascade: whether Azure knows a ``deleteOption``. Then it is always
        said: the rescue disk's would stay else, and delete a volume with its
        server.
    """
    os_disk = {
        'name': entry['name'],
        'createOption': 'Attach',
        **_kept(entry),
    }
    if cascade:
        # what is not said is Detach
        os_disk.setdefault('deleteOption', 'Detach')
    return os_disk


def without(vm: Mapping[str, Any], own: Mapping[str, Any]) -> list[Body]:
    """Return the data disks of a machine but one of them."""
    return [
        dict(entry)
        for entry in _entries(vm)
        if not data_disk.same(
            data_disk.disk_id_of(entry), data_disk.disk_id_of(own)
        )
    ]


def _entries(vm: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return data_disk.profile_of(vm).get('dataDisks') or ()


def _kept(entry: Mapping[str, Any]) -> Body:
    found = {key: entry[key] for key in _KEPT if entry.get(key)}
    if 'managedDisk' in found:
        found['managedDisk'] = {'id': found['managedDisk']['id']}
    return found
