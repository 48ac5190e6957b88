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

"""What a gallery image version is made of.

A machine, a managed image, another version, disks and snapshots, or page
blobs. Source: Gallery REST API, gallery-image-versions.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import storage_blobs
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_blobs
from jacket_azure.emulator.compute import gallery_references
from jacket_azure.emulator.compute import gallery_source_checks
from jacket_azure.emulator.compute import image_contents
from jacket_azure.emulator.compute import snapshot_copies
from jacket_azure.emulator.compute import vm_image
from jacket_azure.emulator.compute import vm_model

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_DISKS = ('Microsoft.Compute/disks', 'Microsoft.Compute/snapshots')
_STORAGE = 'galleryImageVersion.properties.storageProfile'


@dataclasses.dataclass(frozen=True)
class Part:
    """One disk of a version: its bytes, and how it is shown."""

    origin: image_contents.Origin
    caching: str = 'None'
    lun: int | None = None
    shown: dict[str, Any] = dataclasses.field(default_factory=dict)


def read(emulator: server.Emulator, definition: store.Resource,
         storage: dict[str, Any], location: str) -> list[Part]:
    """Find the sources of a version, the OS disk first.

    :raises ArmError: a source is missing, elsewhere, or of another kind
        than the definition
    """
    source = storage.get('source') or {}
    wanted = source.get('virtualMachineId') or source.get('id')
    if not wanted:
        return _of_disks(emulator, storage, location)
    found = emulator.store.get(wanted)
    if found is None:
        raise _missing(wanted)
    if found.type == gallery_references.VERSION:
        # it may come from any region it is replicated to
        gallery_source_checks.check_same(
            definition, gallery_references.definition_of(emulator, found),
            found)
        return _of_hidden(found)
    gallery_source_checks.check_place(found, location)
    if found.type == vm_model.TYPE:
        return _of_machine(emulator, definition, found)
    if found.type == vm_image.IMAGES:
        if definition.properties['osState'] != 'Generalized':
            raise errors.ArmError(
                409, 'OperationNotAllowed', f'The managed image {found.id} '
                f'is generalized and the gallery image is specialized.')
        os_disk = found.properties['storageProfile']['osDisk']
        gallery_source_checks.check_kind(
            definition, found.id, os_disk['osType'],
            found.properties.get('hyperVGeneration', 'V1'))
        return _of_hidden(found)
    raise errors.invalid_parameter(
        f'{_STORAGE}.source.id', f'The resource {wanted} cannot be the '
        f'source of a gallery image version.')


def _of_hidden(image: store.Resource) -> list[Part]:
    return [Part(hidden, 'ReadWrite' if hidden.private['lun'] is None
                 else 'None', hidden.private['lun'],
                 {'source': {}} if hidden.private['lun'] is None else {})
            for hidden in image.private['hidden']]


def _of_machine(emulator: server.Emulator, definition: store.Resource,
                vm: store.Resource) -> list[Part]:
    generalized = vm.private.get('os_state') == 'generalized'
    if (definition.properties['osState'] == 'Generalized') != generalized:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The operation 'Create Gallery Image Version' requires the "
            f"Virtual Machine '{vm.name}' to be Generalized."
            if not generalized else
            f"The Virtual Machine '{vm.name}' is generalized and the gallery "
            f"image is specialized.")
    profile = vm.properties['storageProfile']
    gallery_source_checks.check_kind(
        definition, vm.id, profile['osDisk']['osType'],
        vm.private.get('generation', 'V1'))
    gallery_source_checks.check_security(definition, vm)
    parts = []
    for entry in (profile['osDisk'], *profile['dataDisks']):
        disk = disk_blobs.disk_of(emulator, entry)
        if disk is None:
            raise errors.ArmError(
                409, 'OperationNotAllowed', f"The Virtual Machine "
                f"'{vm.name}' has blob based disks and cannot be the source "
                f"of a gallery image version.")
        parts.append(Part(disk, entry['caching'], entry.get('lun'),
                          {'source': {}}))
    return parts


def _of_disks(emulator: server.Emulator, storage: dict[str, Any],
              location: str) -> list[Part]:
    if not storage.get('osDiskImage'):
        raise errors.missing_parameter(f'{_STORAGE}.source')
    parts: list[Part] = []
    for entry in (storage['osDiskImage'],
                  *(storage.get('dataDiskImages') or ())):
        lun = entry.get('lun')
        if lun in [part.lun for part in parts]:
            raise errors.invalid_parameter(
                f'{_STORAGE}.dataDiskImages.lun',
                f'A disk at LUN {lun} already exists.')
        source = entry.get('source') or {}
        parts.append(Part(
            _origin(emulator, source, location),
            # of an OS disk ReadWrite unless said otherwise (25 seen)
            entry.get('hostCaching') or (
                'None' if parts else 'ReadWrite'), lun, {'source': source}))
    return parts


def _origin(emulator: server.Emulator, source: dict[str, Any],
            location: str) -> image_contents.Origin:
    if source.get('uri'):
        address = storage_blobs.find(emulator, source['uri'], location)
        account = source.get('storageAccountId') or source.get('id')
        if not ids.same(account, address.account.id):
            raise errors.invalid_parameter(
                f'{_STORAGE}.osDiskImage.source.storageAccountId',
                f'The source blob {source["uri"]} does not belong to storage '
                f'account {account}.')
        return address
    wanted = source.get('id') or ''
    found = emulator.store.get(wanted)
    if found is None or found.type not in _DISKS:
        raise _missing(wanted)
    gallery_source_checks.check_place(found, location)
    if found.private.get('upload_bytes') is not None or (
            snapshot_copies.running(emulator, found)):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The source {found.id} is not ready to be copied.')
    return found


def _missing(resource_id: str) -> errors.ArmError:
    return errors.ArmError(
        404, 'NotFound', f'Resource {resource_id.rpartition("/")[2]} is not '
        f'found.')
