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

"""Lists of data disks a virtual machine cannot have."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_rules

MAX_LUN = 63


def check(place: disk_checks.Place, entries: list[dict[str, Any]],
                     known: list[dict[str, Any]]) -> None:
    """Refuse a list of data disks this VM cannot have.

    :param known: the entries it has, which need no second check
    """
    if len(entries) > place.size.disks:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The maximum number of data disks allowed to be attached to a '
            f'VM of this size is {place.size.disks}.', target='dataDisks')
    luns: set[int] = set()
    names: set[str] = set()
    for entry in entries:
        lun = entry.get('lun')
        if lun is None:
            raise errors.missing_parameter('dataDisk.lun')
        if lun in luns:
            raise errors.invalid_parameter(
                'dataDisk.lun', f'A disk at LUN {lun} already exists.')
        if not 0 <= lun <= MAX_LUN:
            raise errors.invalid_parameter(
                'dataDisk.lun', f"The value '{lun}' of parameter "
                f"'dataDisk.lun' is out of range.")
        luns.add(lun)
        _refuse_twice(entry, names)
        before = find(entry, known)
        if before is not None:
            refuse_growth(place, entry, before)
        if before is None:
            _check_new(place, entry)
        elif before['lun'] != lun:
            raise errors.ArmError(
                409, 'PropertyChangeNotAllowed',
                "Changing property 'dataDisk.lun' is not allowed.",
                target='dataDisk.lun')


def _refuse_twice(entry: dict[str, Any], names: set[str]) -> None:
    disk_id = (entry.get('managedDisk') or {}).get('id')
    name = (disk_id or entry.get('name') or '').lower()
    if name and name in names:
        raise errors.ArmError(
            409, 'ConflictingUserInput',
            f"Disk '{disk_id or entry['name']}' is named more than once.",
            target='dataDisks')
    names.add(name)


def refuse_growth(place: disk_checks.Place, entry: dict[str, Any],
                  before: dict[str, Any]) -> None:
    """Say loudly that disks grow by PATCH of the disk only."""
    disk = place.emulator.store.get(before['managedDisk']['id'])
    has = disk.properties.get('diskSizeGB') if disk else None
    if entry.get('diskSizeGB') not in (None, has, before.get('diskSizeGB')):
        raise errors.not_implemented('growing a disk through its VM')


def find(entry: dict[str, Any],
         known: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the entry of the same disk, by id or else by name."""
    wanted = (entry.get('managedDisk') or {}).get('id')
    for other in known:
        there = (other.get('managedDisk') or {}).get('id')
        if wanted and ids.same(wanted, there):
            return other
        if not wanted and entry.get('name') and (
                entry['name'].lower() == other['name'].lower()):
            return other
    return None


def _check_new(place: disk_checks.Place, entry: dict[str, Any]) -> None:
    option = entry['createOption']
    if option == 'Attach':
        disk_id = (entry.get('managedDisk') or {}).get('id')
        if not disk_id:
            raise errors.missing_parameter('dataDisk.managedDisk.id')
        disk_checks.attachable(place, disk_id)
    elif option == 'Empty':
        if not entry.get('diskSizeGB'):
            raise errors.missing_parameter('dataDisk.diskSizeGB')
        disk_rules.check_size(
            entry['diskSizeGB'], disk_checks.sku_of(place, entry))
        if entry.get('name'):
            disk_checks.refuse_existing(place, entry['name'])
    else:
        raise errors.not_implemented(f'data disks with createOption {option}')


def refuse_leaving(vm: store.Resource | None, body: dict[str, Any]) -> None:
    """Refuse to attach what is just leaving the machine.

    :param body: of a PUT or PATCH of the machine, or of
        attachDetachDataDisks
    :raises ArmError: 409 AttachDiskWhileBeingDetached
    """
    storage = (body.get('properties') or {}).get('storageProfile') or {}
    wanted = {(entry.get('managedDisk') or {}).get('id', '').lower()
              for entry in storage.get('dataDisks') or ()
              if not entry.get('toBeDetached')}
    wanted |= {entry['diskId'].lower()
               for entry in body.get('dataDisksToAttach') or ()}
    for entry in vm.properties['storageProfile']['dataDisks'] if vm else ():
        if entry.get('toBeDetached') and (
                entry['managedDisk']['id'].lower() in wanted):
            raise errors.ArmError(
                409, 'AttachDiskWhileBeingDetached',
                f"Cannot attach data disk '{entry['name']}' to VM "
                f"'{vm.name if vm else ''}' because the disk is currently "
                f"being detached or the last detach operation failed. Please "
                f"wait until the disk is completely detached and then try "
                f"again or delete/detach the disk explicitly again.")
