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

"""What the service adds to a disk or snapshot, and the state of a disk.

Source: arm-behaviour.md sections 4 and 5; performance by size from
learn.microsoft.com, virtual-machines/disks-types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server

GIB = 1024 ** 3
# (up to GiB, Premium tier, IOPS, MB/s)
_PREMIUM = (
    (4, 'P1', 120, 25), (8, 'P2', 120, 25), (16, 'P3', 120, 25),
    (32, 'P4', 120, 25), (64, 'P6', 240, 50), (128, 'P10', 500, 100),
    (256, 'P15', 1100, 125), (512, 'P20', 2300, 150),
    (1024, 'P30', 5000, 200), (2048, 'P40', 7500, 250),
    (4096, 'P50', 7500, 250), (8192, 'P60', 16000, 500),
    (16384, 'P70', 18000, 750), (32767, 'P80', 20000, 900))
_LARGE_SSD = ((8192, 2000, 400), (16384, 4000, 600), (32767, 6000, 750))
_LARGE_HDD = ((8192, 1300, 300), (16384, 2000, 500), (32767, 2000, 500))
_OWN_LIMITS = {'UltraSSD_LRS': (500, 8), 'PremiumV2_LRS': (3000, 125)}


def sku_tier(sku: str) -> str:
    """``Premium`` of ``Premium_LRS``, ``Ultra`` of ``UltraSSD_LRS``."""
    first = sku.split('_')[0]
    return {'StandardSSD': 'Standard', 'UltraSSD': 'Ultra',
            'PremiumV2': 'Premium'}.get(first, first)


def max_size_gib(sku: str) -> int:
    """Largest disk of a SKU."""
    return 65536 if sku in _OWN_LIMITS else 32767


def performance(sku: str, size_gib: int) -> dict[str, Any]:
    """``diskIOPSReadWrite``, ``diskMBpsReadWrite`` and, if any, ``tier``."""
    found: dict[str, Any] = {}
    if sku in _OWN_LIMITS:
        iops, mbps = _OWN_LIMITS[sku]
    elif sku.startswith('Premium_'):
        _, found['tier'], iops, mbps = next(
            row for row in _PREMIUM if size_gib <= row[0])
    else:
        ssd = sku.startswith('StandardSSD_')
        iops, mbps = 500, 100 if ssd else 60
        if size_gib > 4096:
            _, iops, mbps = next(row for row in (
                _LARGE_SSD if ssd else _LARGE_HDD) if size_gib <= row[0])
    found['diskIOPSReadWrite'] = iops
    found['diskMBpsReadWrite'] = mbps
    return found


def check_size(value: int, sku: str) -> None:
    """Refuse a size no disk can have.

    :raises ArmError: 400 InvalidParameter with target diskSizeGB
    """
    largest = max_size_gib(sku)
    if not 1 <= value <= largest:
        raise errors.invalid_parameter(
            'diskSizeGB', f"The value '{value}' of parameter 'diskSizeGB' is "
            f"out of range. The value must be between '1' and '{largest}', "
            f"inclusive.")


def check_zones(body: dict[str, Any], type_name: str) -> None:
    """Refuse a zone the region does not have.

    :raises ArmError: 400 InvalidAvailabilityZone
    """
    known = sizes.zones(body['location'])
    unknown = [zone for zone in body.get('zones') or () if zone not in known]
    if unknown:
        raise errors.ArmError(
            400, 'InvalidAvailabilityZone',
            f"The zone(s) '{','.join(unknown)}' for resource '{type_name}' "
            f"is not supported. The supported zones for location "
            f"'{body['location']}' are '{','.join(known)}'")


def grant_is_active(emulator: server.Emulator,
                    disk: store.Resource) -> bool:
    """Tell whether a SAS is out whose time has not passed."""
    grant = disk.private.get('grant')
    return grant is not None and emulator.clock.now() < grant['until']


def state(emulator: server.Emulator, disk: store.Resource) -> str:
    """Compute ``diskState`` from what is attached and granted."""
    uploading = disk.private.get('upload_bytes') is not None
    if grant_is_active(emulator, disk):
        return 'ActiveUpload' if uploading else 'ActiveSAS'
    owner = disk.body.get('managedBy')
    if owner:
        vm = emulator.store.get(owner)
        power = vm.private.get('power') if vm else None
        return 'Reserved' if power == 'deallocated' else 'Attached'
    return 'ReadyToUpload' if uploading else 'Unattached'


def view(emulator: server.Emulator, disk: store.Resource) -> dict[str, Any]:
    """What a GET answers."""
    body = disk.view()
    body['properties']['diskState'] = state(emulator, disk)
    return body


def running_owner(emulator: server.Emulator,
                  disk: store.Resource) -> store.Resource | None:
    """Return the VM that holds the disk unless it is deallocated."""
    vm = emulator.store.get(disk.body.get('managedBy'))
    if vm is None or vm.private.get('power') == 'deallocated':
        return None
    return vm


def take(emulator: server.Emulator, disk: store.Resource,
         vm_id: str) -> None:
    """Note that a VM holds the disk."""
    owners = disk.private.setdefault('owners', [])
    if not any(ids.same(owner, vm_id) for owner in owners):
        owners.append(vm_id)
    _show_owners(emulator, disk)


def release(emulator: server.Emulator, disk: store.Resource,
            vm_id: str) -> None:
    """Note that a VM lets go of the disk."""
    disk.private['owners'] = [
        owner for owner in disk.private.get('owners', ())
        if not ids.same(owner, vm_id)]
    _show_owners(emulator, disk)


def _show_owners(emulator: server.Emulator, disk: store.Resource) -> None:
    owners = disk.private['owners']
    properties = disk.properties
    disk.body.pop('managedBy', None)
    disk.body.pop('managedByExtended', None)
    properties.pop('shareInfo', None)
    if owners:
        disk.body['managedBy'] = owners[0]
        # the capital L is the service's own
        properties['LastOwnershipUpdateTime'] = emulator.clock.stamp()
    if owners and properties.get('maxShares', 1) > 1:
        disk.body['managedByExtended'] = list(owners)
        properties['shareInfo'] = [{'vmUri': owner} for owner in owners]
