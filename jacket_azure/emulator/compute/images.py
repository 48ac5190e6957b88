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

"""Microsoft.Compute/images: managed images.

Source: Compute REST API, images; arm-behaviour.md section 5.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.compute import vm_image
from jacket_azure.emulator.compute import vm_model
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/images')
NAME = _LIST + '/{name}'
_SOURCES = ('managedDisk', 'snapshot')


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One image."""
    return ArmResponse(body=request.resource().view())


@route('GET', _LIST)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute/images')
def list_images(request: ArmRequest) -> ArmResponse:
    """Images of a group or a subscription."""
    return listing.page(request, vm_image.IMAGES,
                        lambda emulator, image: image.view())


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Make an image from a generalized VM, a disk or a snapshot."""
    emulator = request.emulator
    known = request.existing()
    body = copy.deepcopy(request.body)
    properties = body.get('properties') or {}
    sources = _from_machine(emulator, properties)
    image = store.Resource(
        id=known.id if known else str(request.id), type=vm_image.IMAGES,
        name=listing.target(request).name, body={},
        created=emulator.clock.now())
    storage = properties.setdefault('storageProfile', {})
    if not storage.get('osDisk'):
        raise errors.missing_parameter('storageProfile.osDisk')
    source = sources or _find(emulator, storage['osDisk'])
    if sources is None and not properties.get('hyperVGeneration'):
        raise errors.invalid_parameter(
            'hyperVGeneration', 'The property hyperVGeneration is required '
            'when the source of the image is a blob, a disk or a snapshot.')
    storage.setdefault('dataDisks', [])
    storage.setdefault('zoneResilient', False)
    storage['osDisk'].setdefault('caching', 'None')
    properties['provisioningState'] = 'Updating' if known else 'Creating'
    image.body = {
        'name': image.name, 'id': image.id, 'type': vm_image.IMAGES,
        'location': body['location'].lower().replace(' ', ''),
        **{key: body[key] for key in ('tags',) if key in body},
        'properties': properties}
    image.private['hidden'] = [_keep(emulator, source)]
    if known is not None:
        contents.forget(emulator, known)
    emulator.store.put(image)
    return _start(request, image, 200 if known else 201)


def _start(request: ArmRequest, image: store.Resource,
           status: int) -> ArmResponse:
    def done(operation: Operation) -> None:
        image.properties['provisioningState'] = 'Succeeded'

    def failed(operation: Operation) -> None:
        image.properties['provisioningState'] = 'Failed'

    return request.emulator.operations.start(
        request, 'images.write', on_done=done, on_fail=failed,
        seconds=latency.of(request.emulator, 'images.write'),
    ).accepted(status, image.view())


def _from_machine(emulator: server.Emulator,
                  properties: dict[str, Any]) -> store.Resource | None:
    """Fill the storage profile from a source VM; return its OS disk."""
    wanted = (properties.get('sourceVirtualMachine') or {}).get('id')
    if not wanted:
        return None
    vm = emulator.store.get(wanted)
    if vm is None or vm.type != vm_model.TYPE:
        raise errors.ArmError(
            404, 'NotFound', f'Resource {wanted.rpartition("/")[2]} is not '
            f'found.')
    if vm.private.get('os_state') != 'generalized':
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"The VM '{vm.name}' is not generalized and cannot be the source "
            f"of an image.")
    security = vm.properties.get('securityProfile') or {}
    if security.get('securityType') == 'TrustedLaunch':
        raise errors.ArmError(
            400, 'BadRequest', 'Managed Images are not supported for virtual '
            'machines with security type TrustedLaunch.')
    entry = vm.properties['storageProfile']['osDisk']
    properties['hyperVGeneration'] = vm.private.get('generation', 'V1')
    properties['storageProfile'] = {'osDisk': {
        'osType': entry['osType'], 'osState': 'Generalized',
        'diskSizeGB': entry['diskSizeGB'],
        'managedDisk': {'id': entry['managedDisk']['id']},
        'caching': entry['caching'],
        'storageAccountType': entry['managedDisk']['storageAccountType']}}
    return emulator.store.get(entry['managedDisk']['id'])


def _find(emulator: server.Emulator,
          os_disk: dict[str, Any]) -> store.Resource:
    for key in _SOURCES:
        wanted = (os_disk.get(key) or {}).get('id')
        if wanted:
            found = emulator.store.get(wanted)
            if found is None:
                raise errors.ArmError(
                    404, 'NotFound', f'Resource '
                    f'{wanted.rpartition("/")[2]} is not found.')
            return found
    raise errors.not_implemented('images made from blobs')


def _keep(emulator: server.Emulator,
          source: store.Resource) -> store.Resource:
    """A hidden disk with the bytes the source has now."""
    hidden = store.Resource(
        id='', type='hidden', name=source.name, created=source.created,
        body={'properties': {
            'diskSizeBytes': source.properties['diskSizeBytes']}})
    contents.inherit(emulator, source, hidden)
    return hidden


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete an image; disks made from it do not mind."""
    image = request.existing()
    if image is None:
        return ArmResponse(204)

    def done(operation: Operation) -> None:
        request.emulator.store.delete(image.id)
        contents.forget(request.emulator, image)

    return request.emulator.operations.start(
        request, 'images.delete', on_done=done,
        seconds=latency.of(request.emulator, 'images.delete')).accepted(202)
