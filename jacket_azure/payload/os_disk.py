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

"""Another OS disk for a virtual machine that exists.

Azure lets a deallocated machine name another disk. What else the entry says
belongs to the disk, or to how the machine was made: a size counts for the
new disk and a smaller one is refused, and ``createOption`` never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from jacket_azure.payload import data_disk

Body = dict[str, Any]

# of the entry that describes a disk, what a machine can be told later
_CHANGING = ('name', 'managedDisk', 'vhd', 'caching', 'deleteOption')
_READ_ONLY = ('vmId', 'timeCreated', 'provisioningState', 'instanceView')
_TOP = ('location', 'tags', 'zones', 'plan', 'identity')


def is_page_blob(os_disk: Mapping[str, Any]) -> bool:
    """Tell whether an entry names an unmanaged disk."""
    return bool((os_disk.get('vhd') or {}).get('uri'))


def build_patch(
    vm: Mapping[str, Any],
    os_disk: Mapping[str, Any],
    data_disks: Iterable[Mapping[str, Any]] | None = None,
) -> Body:
    """Build the PATCH that gives a machine another managed OS disk.

    :param vm: as read; not modified
    :param os_disk: as the disk model describes it
    :param data_disks: the whole new list; None leaves it alone

    Source: Compute REST API 2026-04-01, virtual-machines/update, OSDisk.
    """
    known = data_disk.profile_of(vm)['osDisk']
    profile: Body = {
        'osDisk': {
            'createOption': known['createOption'],
            **_changing(os_disk),
        }
    }
    if data_disks is not None:
        profile['dataDisks'] = [dict(entry) for entry in data_disks]
    return {'properties': {'storageProfile': profile}}


def build_put(
    vm: Mapping[str, Any],
    os_disk: Mapping[str, Any],
    data_disks: Iterable[Mapping[str, Any]] | None = None,
) -> Body:
    """Build the PUT that gives a machine another page blob as OS disk.

    A PATCH does not change the blob of an unmanaged disk. Parameters as
    above.

    Source: Compute REST API, virtual-machines/create-or-update; that Azure
    takes another ``vhd.uri`` there, beside the same name, is how ``az vm
    repair restore`` swaps unmanaged disks; not verified on Azure Stack Hub.
    """
    properties: Body = {
        key: value
        for key, value in vm['properties'].items()
        if key not in _READ_ONLY
    }
    profile: Body = dict(properties['storageProfile'])
    known = {
        key: value
        for key, value in profile['osDisk'].items()
        if key not in ('diskSizeGB', 'image')
    }
    # the name of an unmanaged disk is the machine's own word for it
    profile['osDisk'] = {
        **known,
        **_changing(os_disk),
        'name': known['name'],
    }
    if data_disks is not None:
        profile['dataDisks'] = [dict(entry) for entry in data_disks]
    properties['storageProfile'] = profile
    body = {key: vm[key] for key in _TOP if key in vm}
    return {**body, 'properties': properties}


def difference(
    vm: Mapping[str, Any],
    os_disk: Mapping[str, Any],
    data_disks: Iterable[Mapping[str, Any]] | None = None,
) -> str | None:
    """Tell what a machine has other than was asked for; None for nothing.

    :param vm: as Azure answered
    """
    profile = data_disk.profile_of(vm)
    found = profile['osDisk']
    if not data_disk.same(
        data_disk.disk_id_of(found), data_disk.disk_id_of(os_disk)
    ):
        return f'its OS disk is {data_disk.disk_id_of(found)}'
    wanted = os_disk.get('deleteOption')
    if wanted and str(found.get('deleteOption')).lower() != wanted.lower():
        return f'its OS disk has the deleteOption {found.get("deleteOption")}'
    if data_disks is not None and _ids(profile) != _ids(
        {'dataDisks': data_disks}
    ):
        return 'it has other data disks'
    for entry in data_disks or ():
        wanted = entry.get('deleteOption')
        for shown in profile.get('dataDisks') or ():
            if not shown.get('toBeDetached') and data_disk.same(
                data_disk.disk_id_of(shown), data_disk.disk_id_of(entry)
            ) and wanted and (
                str(shown.get('deleteOption')).lower() != wanted.lower()
            ):
                return (
                    f'its data disk {shown.get("name")} has the '
                    f'deleteOption {shown.get("deleteOption")}'
                )
    return None


def _changing(os_disk: Mapping[str, Any]) -> Body:
    found = {key: os_disk[key] for key in _CHANGING if os_disk.get(key)}
    if 'managedDisk' in found:
        # the disk's SKU is its own
        found['managedDisk'] = {'id': found['managedDisk']['id']}
    return found


def _ids(profile: Mapping[str, Any]) -> set[tuple[int, str]]:
    return {
        (slot.lun, slot.disk_id.lower())
        for slot in data_disk.parse(profile)
        if not slot.leaving
    }
