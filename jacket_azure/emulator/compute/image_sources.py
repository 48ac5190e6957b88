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

"""What a managed image is made of: a VM, disks, snapshots or page blobs.

Source: Compute REST API, images; arm-behaviour.md section 5.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import image_contents
from jacket_azure.emulator.compute import snapshot_copies
from jacket_azure.emulator.compute import vm_model

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_RESOURCES = {'managedDisk': 'Microsoft.Compute/disks',
              'snapshot': 'Microsoft.Compute/snapshots'}


@dataclasses.dataclass(frozen=True)
class Part:
    """One disk of an image: where its bytes come from, how it is shown."""

    origin: image_contents.Origin
    entry: dict[str, Any]
    lun: int | None = None


def read(emulator: server.Emulator, properties: dict[str, Any],
         location: str) -> list[Part]:
    """Check the sources and complete the image's properties.

    :param properties: of the request; ``storageProfile`` is filled in
    :returns: the OS disk first
    :raises ArmError: a source is missing or cannot be used
    """
    wanted = (properties.get('sourceVirtualMachine') or {}).get('id')
    storage = properties.get('storageProfile') or {}
    if wanted:
        parts = _of_machine(emulator, properties, wanted, location)
    else:
        if not storage.get('osDisk'):
            raise errors.missing_parameter('storageProfile.osDisk')
        if not properties.get('hyperVGeneration'):
            raise errors.invalid_parameter(
                'hyperVGeneration', 'The property hyperVGeneration is '
                'required when the source of the image is a blob, a disk or '
                'a snapshot.')
        parts = _of_disks(emulator, storage, location)
    properties['storageProfile'] = {
        'osDisk': parts[0].entry,
        'dataDisks': [part.entry for part in parts[1:]],
        **({'zoneResilient': True} if storage.get('zoneResilient')
           else {})}
    return parts


def _of_machine(emulator: server.Emulator, properties: dict[str, Any],
                vm_id: str, location: str) -> list[Part]:
    vm = emulator.store.get(vm_id)
    if vm is None or vm.type != vm_model.TYPE:
        raise _missing(vm_id)
    if vm.location != location:
        raise errors.ArmError(
            404, 'NotFound', f"Source Virtual Machine '{vm.id}' specified in "
            f"the request does not exist in this Azure location.")
    security = vm.properties.get('securityProfile') or {}
    if security.get('securityType') not in (None, 'Standard'):
        raise _trusted(security['securityType'])
    if vm.private.get('os_state') != 'generalized':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The operation 'Create Image' requires the Virtual Machine "
            f"'{vm.name}' to be Generalized.")
    generation = vm.private.get('generation', 'V1')
    if properties.get('hyperVGeneration', generation) != generation:
        raise errors.invalid_parameter(
            'hyperVGeneration', f"The hypervisor generation "
            f"'{properties['hyperVGeneration']}' of the image does not match "
            f"that of the source Virtual Machine, '{generation}'.")
    properties['hyperVGeneration'] = generation
    properties['sourceVirtualMachine'] = {'id': vm.id}
    profile = vm.properties['storageProfile']
    parts = [_of_entry(emulator, profile['osDisk'], location)]
    parts[0].entry.update(
        osType=profile['osDisk']['osType'], osState='Generalized')
    parts += [_of_entry(emulator, entry, location, entry['lun'])
              for entry in profile['dataDisks']]
    return parts


def _of_entry(emulator: server.Emulator, entry: dict[str, Any],
              location: str, lun: int | None = None) -> Part:
    """A disk of a VM as a part of its image."""
    shown: dict[str, Any] = {} if lun is None else {'lun': lun}
    shown['caching'] = entry['caching']
    origin: image_contents.Origin
    if entry.get('vhd'):
        shown['blobUri'] = entry['vhd']['uri']
        origin = storage_blobs.find(emulator, shown['blobUri'], location)
        shown['storageAccountType'] = 'Standard_LRS'
    else:
        disk = emulator.store.get(entry['managedDisk']['id'])
        if disk is None:
            raise _missing(entry['managedDisk']['id'])
        origin = disk
        shown['managedDisk'] = {'id': disk.id}
        shown['storageAccountType'] = disk.body['sku']['name']
        if disk.properties.get('diskSizeGB'):
            shown['diskSizeGB'] = disk.properties['diskSizeGB']
    return Part(origin, shown, lun)


def _of_disks(emulator: server.Emulator, storage: dict[str, Any],
              location: str) -> list[Part]:
    os_disk = copy.deepcopy(storage['osDisk'])
    if os_disk['osState'] != 'Generalized':
        raise errors.invalid_parameter(
            'osDisk.osState', f"The value '{os_disk['osState']}' of "
            f"parameter 'osDisk.osState' is not allowed: a managed image is "
            f"made of a generalized disk.")
    parts = [Part(_find(emulator, os_disk, 'osDisk', location), os_disk)]
    for entry in copy.deepcopy(storage.get('dataDisks') or []):
        if entry['lun'] in {part.lun for part in parts}:
            raise errors.invalid_parameter(
                'dataDisks.lun',
                f'A disk at LUN {entry["lun"]} already exists.')
        parts.append(Part(_find(emulator, entry, 'dataDisks', location),
                          entry, entry['lun']))
    for part in parts:
        part.entry.setdefault('caching', 'None')
        part.entry.setdefault('storageAccountType', 'Standard_LRS')
    return parts


def _find(emulator: server.Emulator, entry: dict[str, Any], path: str,
          location: str) -> image_contents.Origin:
    given = [key for key in (*_RESOURCES, 'blobUri') if entry.get(key)]
    if len(given) != 1:
        raise errors.invalid_parameter(
            path, f"Exactly one of managedDisk, snapshot and blobUri is "
            f"required in '{path}'.")
    if given == ['blobUri']:
        return storage_blobs.find(emulator, entry['blobUri'], location)
    wanted = entry[given[0]].get('id') or ''
    found = emulator.store.get(wanted)
    if found is None or found.type != _RESOURCES[given[0]]:
        raise _missing(wanted)
    if found.location != location:
        raise errors.ArmError(
            400, 'BadRequest', f'The source {wanted} does not belong to the '
            f'same region as the image.')
    _check_state(emulator, found)
    return found


def _check_state(emulator: server.Emulator, source: store.Resource) -> None:
    security = source.properties.get('securityProfile') or {}
    if security.get('securityType'):
        raise _trusted(security['securityType'])
    if source.private.get('upload_bytes') is not None or (
            snapshot_copies.running(emulator, source)):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The source {source.id} is not ready to be copied.')


def _trusted(security_type: str) -> errors.ArmError:
    return errors.ArmError(
        400, 'BadRequest', f'Managed Images are not supported for virtual '
        f'machines with security type {security_type}.')


def _missing(resource_id: str) -> errors.ArmError:
    return errors.ArmError(
        404, 'NotFound', f'Resource {resource_id.rpartition("/")[2]} is not '
        f'found.')
