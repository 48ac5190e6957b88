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
blobs. Source: Gallery REST API, gallery-image-versions; the text about
generations is the service's, the others are unverified.
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
        _check_same(definition, gallery_references.definition_of(
            emulator, found), found)
        return _of_hidden(found)
    _check_place(found, location)
    if found.type == vm_model.TYPE:
        return _of_machine(emulator, definition, found)
    if found.type == vm_image.IMAGES:
        if definition.properties['osState'] != 'Generalized':
            raise errors.ArmError(
                409, 'OperationNotAllowed', f'The managed image {found.id} '
                f'is generalized and the gallery image is specialized.')
        os_disk = found.properties['storageProfile']['osDisk']
        _check_kind(definition, found.id, os_disk['osType'],
                    found.properties.get('hyperVGeneration', 'V1'))
        return _of_hidden(found)
    raise errors.invalid_parameter(
        f'{_STORAGE}.source.id', f'The resource {wanted} cannot be the '
        f'source of a gallery image version.')


def _check_same(definition: store.Resource, other: store.Resource,
                version: store.Resource) -> None:
    if other.properties['osState'] != definition.properties['osState']:
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'The source {version.id} is '
            f'{other.properties["osState"]} and the gallery image is '
            f'{definition.properties["osState"]}.')
    _check_kind(definition, version.id, other.properties['osType'],
                other.properties['hyperVGeneration'])


def _of_hidden(image: store.Resource) -> list[Part]:
    return [Part(hidden, 'ReadWrite' if hidden.private['lun'] is None
                 else 'None', hidden.private['lun'])
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
    _check_kind(definition, vm.id, profile['osDisk']['osType'],
                vm.private.get('generation', 'V1'))
    _check_security(definition, vm)
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


def _check_security(definition: store.Resource, vm: store.Resource) -> None:
    kind = (vm.properties.get('securityProfile') or {}).get('securityType')
    allowed = ' '.join(
        feature.get('value') or ''
        for feature in definition.properties.get('features') or ()
        if feature.get('name') == 'SecurityType')
    if kind == 'TrustedLaunch' and 'TrustedLaunch' not in allowed:
        raise errors.ArmError(
            400, 'BadRequest', f"The source {vm.id} has security type "
            f"'TrustedLaunch', which the gallery image does not have among "
            f"its features.")


def _of_disks(emulator: server.Emulator, storage: dict[str, Any],
              location: str) -> list[Part]:
    if not storage.get('osDiskImage'):
        raise errors.missing_parameter(f'{_STORAGE}.source')
    parts = []
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
            entry.get('hostCaching') or 'None', lun, {'source': source}))
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
    _check_place(found, location)
    if found.private.get('upload_bytes') is not None or (
            snapshot_copies.running(emulator, found)):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'The source {found.id} is not ready to be copied.')
    return found


def _check_kind(definition: store.Resource, source: str, os_type: str,
                generation: str) -> None:
    wanted = definition.properties
    if os_type != wanted['osType']:
        raise errors.invalid_parameter(
            f'{_STORAGE}.source.id', f"The resource with id '{source}' has a "
            f"different OS type ['{os_type}'] than the parent gallery image "
            f"OS type ['{wanted['osType']}'].")
    if generation != wanted['hyperVGeneration']:
        raise errors.invalid_parameter(
            f'{_STORAGE}.source.id', f"The resource with id '{source}' has a "
            f"different Hypervisor generation ['{generation}'] than the "
            f"parent gallery image Hypervisor generation "
            f"['{wanted['hyperVGeneration']}']. Create a gallery image with "
            f"hypervisor generation that matches the resource.")


def _check_place(source: store.Resource, location: str) -> None:
    if source.location != location:
        raise errors.ArmError(
            400, 'BadRequest', f'The source {source.id} does not belong to '
            f'the same region as the gallery image version, {location}.')


def _missing(resource_id: str) -> errors.ArmError:
    return errors.ArmError(
        404, 'NotFound', f'Resource {resource_id.rpartition("/")[2]} is not '
        f'found.')


def refuse_change(version: store.Resource, storage: dict[str, Any]) -> None:
    """Refuse another source for a version that exists.

    :raises ArmError: 409 PropertyChangeNotAllowed
    """
    known = version.properties['storageProfile']
    if _differs(storage.get('source'), known.get('source')):
        raise _fixed('source')
    if _differs((storage.get('osDiskImage') or {}).get('source'),
                known['osDiskImage'].get('source')):
        raise _fixed('osDiskImage.source')


def _differs(sent: dict[str, Any] | None,
             known: dict[str, Any] | None) -> bool:
    """Tell of another source; older clients send back a part of it."""
    return any(not ids.same(value, (known or {}).get(key))
               for key, value in (sent or {}).items())


def _fixed(name: str) -> errors.ArmError:
    return errors.ArmError(
        409, 'PropertyChangeNotAllowed', f"Changing property "
        f"'{_STORAGE}.{name}' is not allowed.", target=f'{_STORAGE}.{name}')
