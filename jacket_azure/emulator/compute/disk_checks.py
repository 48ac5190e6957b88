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

"""Disks a virtual machine cannot have, and in which words it is told."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disk_skus
from jacket_azure.emulator.compute import sizes
from jacket_azure.emulator.compute import vm_checks
from jacket_azure.emulator.compute import vm_image

if TYPE_CHECKING:
    from jacket_azure.emulator import server


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a VM is and what it can hold."""

    emulator: server.Emulator
    vm_id: str
    location: str
    zones: list[str]
    size: sizes.Size
    # a disk made together with a VM starts with the VM's tags
    # (terraform-provider-azurerm #8162); later changes do not reach it
    tags: dict[str, str] | None = None
    # its disks are page blobs
    blob_based: bool = False
    ultra_enabled: bool = False
    # TrustedLaunch, or None
    security_type: str | None = None
    # URLs of page blobs that leave a place of the machine
    freed: frozenset[str] = frozenset()

    @property
    def group_id(self) -> str:
        """Id of the VM's resource group."""
        return self.vm_id.partition('/providers/')[0]

    @property
    def vm_name(self) -> str:
        """Name of the VM."""
        return self.vm_id.rpartition('/')[2]

    def disk_id(self, name: str) -> ids.ResourceId:
        """Id of a disk of that name in the VM's group."""
        found = ids.parse(f'{self.group_id}/providers/{disk_life.TYPE}/{name}')
        assert found is not None  # noqa: S101
        return found


def place_of(emulator: server.Emulator, vm_id: str, body: dict[str, Any],
             size: sizes.Size) -> Place:
    """The place of a machine, from the model it has or is to have."""
    properties = body['properties']
    os_disk = (properties.get('storageProfile') or {}).get('osDisk') or {}
    capabilities = properties.get('additionalCapabilities') or {}
    return Place(
        emulator, vm_id, body['location'], list(body.get('zones') or ()),
        size, body.get('tags'), bool((os_disk.get('vhd') or {}).get('uri')),
        bool(capabilities.get('ultraSSDEnabled')), _security_of(properties))


def _security_of(properties: dict[str, Any]) -> str | None:
    profile = properties.get('securityProfile') or {}
    known: str | None = profile.get('securityType')
    return None if known == 'Standard' else known


def default_sku(size: sizes.Size) -> str:
    """The SKU a disk gets when the request names none."""
    return 'Premium_LRS' if size.premium else 'Standard_LRS'


def sku_of(place: Place, entry: dict[str, Any]) -> str:
    """The SKU of a disk that a VM's entry asks for.

    :raises ArmError: 400, the size takes no premium disks
    """
    sku: str | None = (entry.get('managedDisk') or {}).get(
        'storageAccountType')
    if sku is None:
        return default_sku(place.size)
    _check_ultra(place, sku)
    if sku.startswith('Premium') and not place.size.premium:
        raise errors.invalid_parameter(
            'managedDisk.storageAccountType',
            f"Requested operation cannot be performed because storage "
            f"account type '{sku}' is not supported for VM size "
            f"'{place.size.name}'.")
    return sku


def _check_ultra(place: Place, sku: str) -> None:
    if sku == 'UltraSSD_LRS' and not place.ultra_enabled:
        raise errors.invalid_parameter(
            'managedDisk.storageAccountType',
            'StorageAccountType UltraSSD_LRS can be used only when '
            'additionalCapabilities.ultraSSDEnabled is set.')


def refuse_existing(place: Place, name: str) -> None:
    """Refuse to make a disk of a name that is taken.

    :raises ArmError: 409 ConflictingUserInput
    """
    if place.emulator.store.get(place.disk_id(name)) is not None:
        raise errors.ArmError(
            409, 'ConflictingUserInput',
            f'Disk {name} already exists in resource group '
            f'{place.group_id.rpartition("/")[2].upper()}. Only '
            f'CreateOption.Attach is supported.',
            target=str(place.disk_id(name)))


def attachable(place: Place, disk_id: str) -> store.Resource:
    """Return a disk the VM may take.

    :raises ArmError: it is missing, elsewhere, in use, or being read
    """
    disk = place.emulator.store.get(disk_id)
    if disk is None or disk.type != disk_life.TYPE:
        name = disk_id.rpartition('/')[2]
        raise errors.ArmError(
            404, 'NotFound', f'Disk {name} is not found.', target=disk_id)
    _check_ultra(place, disk.body['sku']['name'])
    owners = disk.private.get('owners') or []
    others = [owner for owner in owners if not ids.same(owner, place.vm_id)]
    if others and len(others) >= disk.properties.get('maxShares', 1):
        raise errors.ArmError(
            409, 'ConflictingUserInput',
            f'Cannot attach the disk {disk.name} to VM {place.vm_id} because '
            f'it is already attached to VM {others[0]}. A disk can be '
            f'attached to only one VM at a time. See https://aka.ms/'
            f'azureshareddisks for more details.', target=disk.id)
    if disk_model.grant_is_active(place.emulator, disk):
        raise errors.ArmError(
            409, 'Conflict',
            f'There is an active shared access signature outstanding for '
            f'disk {disk.name}. Call EndGetAccess on this disk to revoke '
            f'the shared access signature and then try again.')
    if disk.private.get('upload_bytes') is not None:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'Disk {disk.name} cannot be attached in state ReadyToUpload.')
    there = disk.body.get('zones') or []
    if disk.location != place.location or (
            there != place.zones
            and not disk.body['sku']['name'].endswith('_ZRS')):
        raise errors.ArmError(
            400, 'BadRequest',
            f"Disk {disk.name} cannot be attached to the VM because it is "
            f"not in the same zone as the VM. VM zone: "
            f"'{','.join(place.zones)}'. Disk zone: '{','.join(there)}'.")
    return disk


def check_os_disk(place: Place, entry: dict[str, Any],
                  image: vm_image.Facts | None) -> None:
    """Refuse an OS disk that cannot be made or attached.

    :param image: None for an attached OS disk
    """
    if image is None:
        disk_id = (entry.get('managedDisk') or {}).get('id')
        if not disk_id:
            raise errors.missing_parameter('osDisk.managedDisk.id')
        if not entry.get('osType'):
            raise errors.missing_parameter('osDisk.osType')
        disk = attachable(place, disk_id)
        _refuse_as_os_disk(disk.body['sku']['name'])
        _check_generation(place, disk)
        if _security_of(disk.properties) != place.security_type:
            # Azure/azure-sdk-for-python #30479
            raise errors.ArmError(
                400, 'BadRequest',
                'Security type of VM is not compatible with the security '
                'type of attached OS Disk.')
        return
    _refuse_as_os_disk(sku_of(place, entry))
    if (entry.get('diskSizeGB') or image.size_gib) < image.size_gib:
        raise errors.ArmError(
            409, 'ResizeDiskError',
            f'The specified disk size {entry["diskSizeGB"]} GB is smaller '
            f'than the size of the corresponding disk in the VM image: '
            f'{image.size_gib} GB. This is not allowed. Please choose equal '
            f'or greater size or do not specify an explicit size.',
            target='osDisk.diskSizeGB')
    if entry.get('diffDiskSettings') and not place.size.ephemeral:
        raise errors.invalid_parameter(
            'osDisk.diffDiskSettings', f'The VM size {place.size.name} does '
            f'not support ephemeral OS disks.')
    if entry.get('name'):
        refuse_existing(place, entry['name'])


def _check_generation(place: Place, disk: store.Resource) -> None:
    generation = disk.properties.get('hyperVGeneration')
    known = disk.properties.get('supportedCapabilities') or {}
    if generation:
        vm_checks.check_generation(
            place.size, generation,
            known.get('architecture') or place.size.architecture)


def _refuse_as_os_disk(sku: str) -> None:
    if sku in disk_skus.ADJUSTABLE:
        raise errors.invalid_parameter(
            'managedDisk.storageAccountType',
            f"The storage account type '{sku}' is not supported for OS "
            f"disks.")
