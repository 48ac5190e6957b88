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

"""Microsoft.Compute/disks.

Source: Disk REST API, disks; arm-behaviour.md section 4.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator import vhd_blobs
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disk_source
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

TYPE = 'Microsoft.Compute/disks'
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/disks')
NAME = _LIST + '/{name}'


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One disk."""
    return ArmResponse(
        body=disk_model.view(request.emulator, request.resource()))


@route('GET', _LIST)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute/disks')
def list_disks(request: ArmRequest) -> ArmResponse:
    """Disks of a group or a subscription."""
    return listing.page(request, TYPE, disk_model.view)


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create a disk, or change one."""
    disk = request.existing()
    known = disk is not None
    if disk is None:
        disk = create(request.emulator, listing.target(request), request.body)
    else:
        change(request.emulator, disk, request.body)
        disk.body['tags'] = request.body.get('tags') or {}
        if 'tags' not in request.body:
            del disk.body['tags']
    return _written(request, disk, known)


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    disk = request.resource()
    change(request.emulator, disk, request.body)
    if request.body.get('tags') is not None:
        disk.body['tags'] = dict(request.body['tags'])
    return _written(request, disk)


def _written(request: ArmRequest, disk: store.Resource,
             known: bool = True) -> ArmResponse:
    """Answer 202 with the request echoed, as the service does.

    :param known: the disk was there before; then its size is shown
    """
    disk.properties['provisioningState'] = 'Updating'

    def done(operation: Operation) -> dict[str, Any]:
        disk.properties['provisioningState'] = 'Succeeded'
        return disk_model.view(request.emulator, disk)

    def failed(operation: Operation) -> None:
        disk.properties['provisioningState'] = 'Failed'

    operation = request.emulator.operations.start(
        request, 'disks.write', style='disk', on_done=done, on_fail=failed,
        seconds=latency.of(request.emulator, 'disks.write'))
    echo = listing.echo(disk, request.body)
    if known:
        echo['properties']['diskSizeBytes'] = disk.properties['diskSizeBytes']
    return operation.accepted(202, body=echo)


def create(emulator: server.Emulator, resource_id: ids.ResourceId,
           body: dict[str, Any]) -> store.Resource:
    """Make a disk in the store; used for the disks of VMs too.

    :param body: as of a PUT: location, sku, zones, tags, properties
    :raises ArmError: the service would refuse it
    """
    disk_model.check_zones(body, TYPE)
    sku = body.get('sku', {}).get('name') or 'Standard_LRS'
    properties = copy.deepcopy(body['properties'])
    disk = store.Resource(
        id=str(resource_id), type=TYPE, name=resource_id.name,
        body={}, created=emulator.clock.now())
    source = disk_source.read(emulator, disk, body)
    size_gib = properties.get('diskSizeGB') or source.size_gib
    disk_model.check_size(size_gib, sku)
    if size_gib < source.size_gib:
        raise errors.ArmError(
            400, 'BadRequest',
            f"Provided disk size {size_gib} GB must be greater than or equal "
            f"to the size of the source, {source.size_gib} GB.",
            target='diskSizeGB')
    if disk.private.get('upload_bytes') is None:
        properties['diskSizeGB'] = size_gib
    properties.update(source.inherited)
    properties['creationData'] = {
        **properties['creationData'], **source.creation_data}
    for key, value in disk_model.performance(sku, size_gib).items():
        properties.setdefault(key, value)
    properties.setdefault('encryption',
                          {'type': 'EncryptionAtRestWithPlatformKey'})
    properties.setdefault('networkAccessPolicy', 'AllowAll')
    properties.setdefault('publicNetworkAccess', 'Enabled')
    properties.update({
        'diskSizeBytes': size_gib * disk_model.GIB,
        'timeCreated': emulator.clock.stamp(),
        'uniqueId': str(uuid.uuid4()),
        'provisioningState': 'Succeeded'})
    disk.body.update({
        'name': disk.name, 'id': disk.id, 'type': TYPE,
        'location': body['location'].lower().replace(' ', ''),
        'sku': {'name': sku, 'tier': disk_model.sku_tier(sku)},
        'properties': properties})
    for key in ('tags', 'zones'):
        if key in body:
            disk.body[key] = copy.deepcopy(body[key])
    if source.resource is not None:
        contents.inherit(emulator, source.resource, disk)
    return emulator.store.put(disk)


def change(emulator: server.Emulator, disk: store.Resource,
           body: dict[str, Any]) -> None:
    """Apply a PUT or PATCH to a disk that exists, tags left out."""
    wanted = body.get('properties') or {}
    sku = (body.get('sku') or {}).get('name') or disk.body['sku']['name']
    size_gib = wanted.get('diskSizeGB')
    if size_gib is not None and size_gib != disk.properties.get('diskSizeGB'):
        _grow(emulator, disk, size_gib, sku)
    disk.body['sku'] = {'name': sku, 'tier': disk_model.sku_tier(sku)}
    disk.properties.update(disk_model.performance(
        sku, disk.properties['diskSizeBytes'] // disk_model.GIB))
    if 'tier' in disk.properties and not sku.startswith('Premium_'):
        del disk.properties['tier']
    for key, value in wanted.items():
        if key not in ('creationData', 'diskSizeGB'):
            disk.properties[key] = copy.deepcopy(value)


def _grow(emulator: server.Emulator, disk: store.Resource, size_gib: int,
          sku: str) -> None:
    disk_model.check_size(size_gib, sku)
    old = disk.properties['diskSizeBytes']
    new = size_gib * disk_model.GIB
    if new < old:
        raise errors.ArmError(
            400, 'BadRequest',
            f'Provided disk size {size_gib} GB must be greater than or equal '
            f'to the existing disk size {old // disk_model.GIB} GB.',
            target='diskSizeGB')
    vm = disk_model.running_owner(emulator, disk)
    # data disks may grow under a running VM since 2022, OS disks may not
    if vm is not None and disk.properties.get('osType'):
        raise errors.ArmError(
            409, 'OperationNotAllowed',
            f'Cannot resize disk {disk.name} while it is attached to '
            f'running VM {vm.id}.')
    container = disk.private.get('container')
    if container is not None:
        vhd_blobs.resize(contents.of(emulator).blob(container), old, new)
    disk.properties.update(diskSizeGB=size_gib, diskSizeBytes=new)


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete a disk nobody holds."""
    disk = request.existing()
    if disk is None:
        return ArmResponse(204)
    if disk.body.get('managedBy'):
        raise errors.ArmError(
            409, 'OperationNotAllowed', f'Disk {disk.name} is attached to '
            f'VM {disk.body["managedBy"]}.')
    listing.refuse_open_access(request.emulator, disk, 'disk')

    def done(operation: Operation) -> None:
        remove(request.emulator, disk)

    return request.emulator.operations.start(
        request, 'disks.delete', style='disk', on_done=done,
        seconds=latency.of(request.emulator, 'disks.delete')).accepted(202)


def remove(emulator: server.Emulator, disk: store.Resource) -> None:
    """Take a disk and its bytes out of the world."""
    emulator.store.delete(disk.id)
    contents.forget(emulator, disk)
