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

"""Page blobs as disks of a virtual machine: unmanaged disks.

A machine leases the blobs it has, also while it is deallocated, and leaves
them behind when it goes. Public Azure starts no such machine any more; see
``refuse_retired``. Source: Compute REST API, StorageProfile;
learn.microsoft.com, the list of common VM errors.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import blob_client
from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import profiles
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_blobs
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import vm_image

if TYPE_CHECKING:
    from jacket_azure.emulator import server

LOG = logging.getLogger(__name__)
_KEY = 'compute.blob_leases'
# of what Azure writes into the metadata of a disk in use
_PREFIX = 'microsoftazurecompute_'


def is_one(entry: dict[str, Any]) -> bool:
    """Tell whether a VM's entry means a page blob."""
    return bool((entry.get('vhd') or {}).get('uri'))


def refuse_retired(emulator: server.Emulator, vm_name: str,
                   os_disk: dict[str, Any]) -> None:
    """Public Azure creates and starts no machine with unmanaged disks.

    :raises ArmError: 409 OperationNotAllowed; since 2026-03-31, code and
        text are unverified
    """
    if emulator.unmanaged_disks:
        return
    if is_one(os_disk) and emulator.profile == profiles.PUBLIC:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The operation is not allowed on VM '{vm_name}' because it uses "
            f"unmanaged disks, which were retired on March 31, 2026. Please "
            f"use managed disks. For more information, see "
            f"https://aka.ms/unmanageddiskretirement.", target='osDisk.vhd')


def owner(address: storage_blobs.Address) -> str | None:
    """Id of the VM that has the blob, or None."""
    held = _leases(address.emulator).get(address.key)
    return held[1] if held else None


def lease_of(address: storage_blobs.Address) -> str:
    """Id of the lease a VM has on the blob; empty without one."""
    held = _leases(address.emulator).get(address.key)
    return held[0] if held else ''


def _leases(emulator: server.Emulator) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = emulator.state.setdefault(_KEY, {})
    return found


def address_of(emulator: server.Emulator, entry: dict[str, Any],
               location: str) -> storage_blobs.Address:
    """Where the blob of an entry is.

    :raises ArmError: the URL, or its account, cannot be a disk's
    """
    return storage_blobs.find(emulator, entry['vhd']['uri'], location)


def write(address: storage_blobs.Address, size_gib: int,
          image: vm_image.Facts | None) -> None:
    """Make the blob of a new disk, from an image or empty."""
    size = size_gib * disk_model.GIB
    if not address.emulator.contents:
        storage_blobs.declare(address, size)
        return
    target = address.blob()
    if image is not None and image.blob is not None:
        old = storage_blobs.existing(image.blob, 'Image')
        vhd_blobs.copy(image.blob.blob(), target)
        if size > old:
            vhd_blobs.resize(target, old, size)
    else:
        vhd_blobs.create(target, size, first_sector=contents.first_sector(
            image.id if image else ''))


def take(address: storage_blobs.Address, vm_id: str, name: str,
         kind: str) -> None:
    """Lease a blob for a VM, and write into its metadata whose it is.

    A lease the VM has already stays: the disk changes its place in it.
    """
    lease = lease_of(address) if owner(address) == vm_id else ''
    if address.emulator.contents:
        blob = address.blob()
        lease = lease or blob.client.acquire_lease(blob.path)
        parsed = ids.parse(vm_id)
        blob.client.set_metadata(blob.path, {
            **_others_metadata(blob),
            _PREFIX + 'resourcegroupname': parsed.group if parsed else '',
            _PREFIX + 'vmname': parsed.name if parsed else '',
            _PREFIX + 'diskname': name, _PREFIX + 'disktype': kind}, lease)
    _leases(address.emulator)[address.key] = (lease, vm_id)


def _others_metadata(blob: vhd_blobs.Blob) -> dict[str, str]:
    """What the blob's owner has written there, which stays."""
    found = blob.client.properties(blob.path)
    return {key: value for key, value in (
        found.metadata if found else {}).items()
        if not key.startswith(_PREFIX)}


def let_go(emulator: server.Emulator, entry: dict[str, Any]) -> None:
    """Give the lease back; the blob stays."""
    account = storage_blobs.account_of(emulator, entry['vhd']['uri'])
    if account is None:
        return      # it went first
    address = address_of(emulator, entry, account.location)
    lease, _ = _leases(emulator).pop(address.key, ('', ''))
    if lease:
        blob = address.blob()
        try:
            blob.client.set_metadata(
                blob.path, _others_metadata(blob), lease)
            blob.client.release_lease(blob.path, lease)
        except blob_client.BlobError as exc:
            # somebody broke the lease, or deleted the blob
            LOG.info('No lease given back: %s', exc)


def forget(emulator: server.Emulator, resource: store.Resource) -> None:
    """A machine that goes with its group gives its leases back."""
    if resource.type == 'Microsoft.Compute/virtualMachines':
        profile = resource.properties['storageProfile']
        for entry in (profile['osDisk'], *profile['dataDisks']):
            if is_one(entry):
                let_go(emulator, entry)


def reset(emulator: server.Emulator) -> None:
    """Forget all leases."""
    _leases(emulator).clear()


def size_gib(address: storage_blobs.Address) -> int:
    """Size of the disk in a blob."""
    size = storage_blobs.existing(address)
    return -(-size // disk_model.GIB)


def grow(address: storage_blobs.Address, gib: int) -> None:
    """Give the disk in a leased blob a new size."""
    new = gib * disk_model.GIB
    if not address.emulator.contents:
        storage_blobs.declare(address, new)
        return
    vhd_blobs.resize(address.blob(lease_of(address)),
                     storage_blobs.existing(address), new)


def disk_of(emulator: server.Emulator,
            entry: dict[str, Any]) -> store.Resource | None:
    """The managed disk of an entry; None for a blob or a missing disk."""
    return emulator.store.get((entry.get('managedDisk') or {}).get('id'))
