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

"""Changes of a VM's list of data disks, by PUT, PATCH or POST.

Source: Compute REST API, virtual-machines/attach-detach-data-disks;
arm-behaviour.md section 3, "Attach and detach".
"""

from __future__ import annotations

from collections.abc import Callable
import copy
import dataclasses
import functools
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import data_disk_checks
from jacket_azure.emulator.compute import disk_checks
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import vm_disk_growth
from jacket_azure.emulator.compute import vm_disk_swap
from jacket_azure.emulator.compute import vm_disks
from jacket_azure.emulator.compute import vm_model

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_CHANGEABLE = ('caching', 'deleteOption', 'writeAcceleratorEnabled')


def attached(vm: store.Resource) -> list[dict[str, Any]]:
    """Entries of the data disks a VM has and is to keep."""
    return [entry for entry in _all(vm) if not entry.get('toBeDetached')]


def _all(vm: store.Resource) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = vm.properties['storageProfile'][
        'dataDisks']
    return entries


@dataclasses.dataclass(frozen=True)
class Change:
    """A checked change of data disks, ready to be made."""

    place: disk_checks.Place
    wanted: list[dict[str, Any]]

    def apply(self, vm: store.Resource,
              undo: list[Callable[[], None]]) -> list[dict[str, Any]]:
        """Make it; return the list as the answer shows it.

        A disk that leaves stays in the list, marked, until the operation
        ends. Steps that take everything back are added to *undo*.
        """
        known = attached(vm)
        shown, kept = [], []
        for entry in self.wanted:
            before = data_disk_checks.find(entry, known)
            if before is None:
                shown.append(self._add(vm, entry, undo))
            else:
                kept.append(before)
                grown = vm_disk_growth.apply(self.place, entry, before)
                shown.append(vm_model.merge(before, {**grown, **{
                    key: entry[key] for key in _CHANGEABLE
                    if key in entry}}))
        # what leaves stays where it was in the list (24 seen)
        for place, entry in enumerate(_all(vm)):
            if not any(entry is one for one in kept):
                shown.insert(place, {**copy.deepcopy(entry),
                                     'toBeDetached': True})
        return shown

    def _add(self, vm: store.Resource, entry: dict[str, Any],
             undo: list[Callable[[], None]]) -> dict[str, Any]:
        number = vm.private['disks_so_far'] = (
            vm.private.get('disks_so_far', 1) + 1)
        shown = vm_disks.add_data_disk(self.place, entry, number)
        undo.append(functools.partial(self._take_back, entry, shown))
        if entry['createOption'] != 'Attach':
            vm.private.setdefault('hidden_disks', {})[shown['name']] = (
                () if entry.get('name') else ('name',))
        return shown

    def _take_back(self, entry: dict[str, Any],
                   shown: dict[str, Any]) -> None:
        emulator = self.place.emulator
        disk = vm_disks.let_go(emulator, self.place.vm_id, shown)
        if disk is not None and entry['createOption'] != 'Attach':
            disk_life.remove(emulator, disk)


def plan(place: disk_checks.Place, vm: store.Resource,
         entries: list[dict[str, Any]] | None) -> Change:
    """Check a new list of data disks; None keeps the one there is.

    :raises ArmError: the service would refuse it
    """
    known = attached(vm)
    if entries is None:
        entries = known
    wanted = [entry for entry in entries if not entry.get('toBeDetached')]
    data_disk_checks.check(place, wanted, known)
    return Change(place, copy.deepcopy(wanted))


def finish(emulator: server.Emulator, vm: store.Resource) -> None:
    """Let go of the disks that are marked as leaving.

    One that the machine boots from now has only changed its place.
    """
    storage = vm.properties['storageProfile']
    for entry in storage['dataDisks']:
        if entry.get('toBeDetached') and not vm_disk_swap.same(
                entry, storage['osDisk']):
            vm_disks.let_go(emulator, vm.id, entry)
    storage['dataDisks'] = attached(vm)


def from_request(vm: store.Resource,
                 body: dict[str, Any]) -> list[dict[str, Any]]:
    """Turn the body of attachDetachDataDisks into a new list.

    :raises ArmError: a disk to detach is not attached
    """
    entries = copy.deepcopy(attached(vm))
    for one in body.get('dataDisksToDetach') or ():
        # also one that did not manage to leave before
        found = [entry for entry in _all(vm) if ids.same(
            (entry.get('managedDisk') or {}).get('id'), one['diskId'])]
        if not found:
            raise errors.invalid_parameter(
                'dataDisksToDetach', f"The disk '{one['diskId']}' is not "
                f"attached to VM '{vm.name}'.")
        entries = [entry for entry in entries if entry != found[0]]
    used = {entry['lun'] for entry in attached(vm)}
    for one in body.get('dataDisksToAttach') or ():
        lun = one.get('lun')
        if lun is None:
            lun = next(n for n in range(1000) if n not in used)
        used.add(lun)
        entries.append({
            'lun': lun, 'createOption': 'Attach',
            'managedDisk': {'id': one['diskId']},
            **{key: one[key] for key in _CHANGEABLE if key in one}})
    return entries
