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
"""Which machines can hibernate, and what a hibernated one refuses.

Source: learn.microsoft.com, virtual-machines/hibernate-resume; the texts
are unverified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import marketplace
from jacket_azure.emulator.compute import sizes

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_MOST_GIB = 64


def enabled(properties: dict[str, Any]) -> bool:
    """Tell whether the model says that the machine may hibernate."""
    return bool((properties.get('additionalCapabilities') or {}).get(
        'hibernationEnabled'))


def check(emulator: server.Emulator, properties: dict[str, Any],
          size: sizes.Size) -> None:
    """Refuse a model that is to hibernate and cannot.

    :raises ArmError: 400 BadRequest or InvalidParameter
    """
    if not enabled(properties):
        return
    if not size.hibernation or size.memory_gb > _MOST_GIB:
        raise _bad(f"The VM size '{size.name}' does not support "
                   f"hibernation.")
    if properties.get('priority') == 'Spot':
        raise _bad('Hibernation is not supported for Spot Virtual Machines.')
    if properties.get('availabilitySet'):
        raise _bad('Hibernation is not supported for Virtual Machines in an '
                   'Availability Set.')
    disk = properties['storageProfile']['osDisk']
    if disk.get('diffDiskSettings'):
        raise _bad('Hibernation is not supported for Virtual Machines with '
                   'an ephemeral OS disk.')
    if disk_blobs.is_one(disk):
        raise _bad('Hibernation is not supported for Virtual Machines with '
                   'unmanaged disks.')
    if disk.get('createOption') == 'Attach':
        known = disk_blobs.disk_of(emulator, disk)
        if known is not None and known.properties.get(
                'supportsHibernation') is False:
            raise _bad(f"The OS disk '{known.name}' does not support "
                       f"hibernation.")
    elif not _image_can(properties):
        raise _bad('The image of the Virtual Machine does not support '
                   'hibernation.')


def _image_can(properties: dict[str, Any]) -> bool:
    """What a marketplace image says; an image of one's own may."""
    reference = properties['storageProfile'].get('imageReference') or {}
    if not reference.get('publisher'):
        return True
    image = marketplace.find(*(reference.get(key, '') for key in (
        'publisher', 'offer', 'sku')))
    return image is None or image.hibernate


def _bad(text: str) -> errors.ArmError:
    return errors.ArmError(400, 'BadRequest', text,
                           target='additionalCapabilities.hibernationEnabled')


def check_change(vm: store.Resource, wanted: dict[str, Any]) -> None:
    """Refuse what cannot be changed now.

    :param wanted: the new properties
    :raises ArmError: 409 OperationNotAllowed
    """
    if enabled(vm.properties) != enabled(wanted) and (
            vm.private.get('power') != 'deallocated'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The hibernation capability of VM '{vm.name}' can be changed "
            f"only while the VM is deallocated.",
            target='additionalCapabilities.hibernationEnabled')
    if not vm.private.get('hibernated'):
        return
    for key in ('hardwareProfile', 'networkProfile',
                'additionalCapabilities'):
        if vm.properties.get(key) != wanted.get(key):
            raise _hibernated(vm, key)
    old, new = vm.properties['storageProfile'], wanted['storageProfile']
    if _disks(old) != _disks(new):
        raise _hibernated(vm, 'storageProfile')


def _disks(storage: dict[str, Any]) -> list[str]:
    return [((entry.get('managedDisk') or {}).get('id')
             or entry.get('name') or '').lower()
            for entry in (storage.get('osDisk') or {},
                          *(storage.get('dataDisks') or ()))
            if not entry.get('toBeDetached')]


def _hibernated(vm: store.Resource, what: str) -> errors.ArmError:
    return errors.ArmError(
        409, 'OperationNotAllowed',
        f"The property '{what}' cannot be changed while VM '{vm.name}' is in "
        f"Hibernated state. Start the VM, or deallocate it without "
        f"hibernation, and try again.", target=what)


def check_hibernate(vm: store.Resource) -> None:
    """Refuse to hibernate a machine that cannot now.

    :raises ArmError: 409 OperationNotAllowed
    """
    if not enabled(vm.properties):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The Hibernate-Deallocate Operation cannot be performed on a "
            f"VM that does not have the hibernation capability enabled. VM "
            f"'{vm.name}'.")
    if vm.private.get('power') != 'running':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The Hibernate-Deallocate Operation cannot be performed on VM "
            f"'{vm.name}' because it is not running.")
