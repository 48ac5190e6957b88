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

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import image_contents
from jacket_azure.emulator.compute import image_sources
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.compute import vm_image
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/images')
NAME = _LIST + '/{name}'


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
    """Make an image of a generalized VM, disks, snapshots or page blobs."""
    emulator = request.emulator
    known = request.existing()
    body = copy.deepcopy(request.body)
    properties = body.get('properties') or {}
    location = locations.normalize(body['location'])
    parts = image_sources.read(emulator, properties, location)
    image = store.Resource(
        id=known.id if known else str(request.id), type=vm_image.IMAGES,
        name=listing.target(request).name, body={},
        created=emulator.clock.now())
    properties['provisioningState'] = 'Updating' if known else 'Creating'
    image.body = {
        'name': image.name, 'id': image.id, 'type': vm_image.IMAGES,
        'location': location,
        **{key: body[key] for key in ('tags', 'extendedLocation')
           if key in body},
        'properties': properties}
    image.private['hidden'] = [
        image_contents.keep(emulator, part.origin, part.lun)
        for part in parts]
    for part, hidden in zip(parts, image.private['hidden'], strict=True):
        part.entry.setdefault('diskSizeGB', -(
            -hidden.properties['diskSizeBytes'] // disk_model.GIB))
    if known is not None:
        contents.forget(emulator, known)
    emulator.store.put(image)
    return _start(request, image, 200 if known else 201)


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change the tags; an image is otherwise what it was made of."""
    image = request.resource()
    sent = request.body.get('properties') or {}
    for name, value in sent.items():
        if value != image.properties.get(name):
            raise errors.ArmError(
                409, 'PropertyChangeNotAllowed',
                f"Changing property '{name}' is not allowed.", target=name)
    if request.body.get('tags') is not None:
        image.body['tags'] = dict(request.body['tags'])
    image.properties['provisioningState'] = 'Updating'
    return _start(request, image, 200)


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


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete an image; disks made from it do not mind."""
    image = request.existing()
    if image is None:
        return ArmResponse(204)
    _refuse_in_use(request.emulator, image)

    def done(operation: Operation) -> None:
        request.emulator.store.delete(image.id)
        contents.forget(request.emulator, image)

    return request.emulator.operations.start(
        request, 'images.delete', on_done=done,
        seconds=latency.of(request.emulator, 'images.delete')).accepted(202)


def _refuse_in_use(emulator: server.Emulator, image: store.Resource) -> None:
    """An image stays while machines are being made from it.

    :raises ArmError: 409 OperationNotAllowed
    """
    busy = []
    for vm in emulator.store.children('Microsoft.Compute/virtualMachines'):
        facts = vm.private.get('image')
        if vm.private.get('creating') and facts and facts.image is image:
            busy.append(vm.name)
    if busy:
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f"Operation 'Delete Image' is not allowed since the Virtual "
            f"Machines '{', '.join(busy)}' are being provisioned using the "
            f"Image '{image.name}'.")
