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

Source: arm-behaviour.md sections 4 and 5. What a SKU can do is in
``disk_skus.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import profiles
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

GIB = 1024 ** 3


def check_zones(emulator: server.Emulator, body: dict[str, Any],
                type_name: str) -> None:
    """Refuse a zone the region does not have, or none where one is needed.

    :raises ArmError: 400 InvalidAvailabilityZone or BadRequest
    """
    known = profiles.zones(emulator, body['location'])
    unknown = [zone for zone in body.get('zones') or () if zone not in known]
    if unknown:
        raise errors.ArmError(
            400, 'InvalidAvailabilityZone',
            f"The zone(s) '{','.join(unknown)}' for resource '{type_name}' "
            f"is not supported. The supported zones for location "
            f"'{body['location']}' are '{','.join(known)}'")
    sku = (body.get('sku') or {}).get('name')
    if sku == 'PremiumV2_LRS' and known and not body.get('zones'):
        # learn.microsoft.com, virtual-machines/disks-deploy-premium-v2;
        # unverified text
        raise errors.ArmError(
            400, 'BadRequest', f"Disks of Sku {sku} need a zone in location "
            f"'{body['location']}'.")


def grant_is_active(emulator: server.Emulator,
                    disk: store.Resource) -> bool:
    """Tell whether a SAS is out whose time has not passed."""
    grant = disk.private.get('grant')
    return grant is not None and emulator.clock.now() < grant['until']


def refuse_open_access(emulator: server.Emulator, disk: store.Resource,
                       kind: str) -> None:
    """Refuse to change or delete what a SAS is out for.

    :raises ArmError: 409
    """
    if grant_is_active(emulator, disk):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'There is an active shared access signature outstanding for '
            f'{kind} {disk.name}. Call EndGetAccess on this {kind} to revoke '
            f'the shared access signature and then try again.')


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
