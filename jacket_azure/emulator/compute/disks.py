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

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import disk_life
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator.operation import Operation

TYPE = disk_life.TYPE
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/disks')
NAME = _LIST + '/{name}'
# with 2023-04-02 updates did not (20 seen); the one between is not checked
_TELLS_SIZE = '2024-03-02'


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
        disk = disk_life.create(
            request.emulator, listing.target(request), request.body)
    else:
        disk_life.change(request.emulator, disk, request.body)
        disk.body['tags'] = request.body.get('tags') or {}
        if 'tags' not in request.body:
            del disk.body['tags']
    return _written(request, disk, known)


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    disk = request.resource()
    disk_life.change(request.emulator, disk, request.body)
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
    echo = listing.echo(disk, request.body, request.api_version)
    if known and request.api_version >= _TELLS_SIZE:
        echo['properties']['diskSizeBytes'] = disk.properties['diskSizeBytes']
    return operation.accepted(202, body=echo)


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
    disk_model.refuse_open_access(request.emulator, disk, 'disk')

    def done(operation: Operation) -> None:
        disk_life.remove(request.emulator, disk)

    return request.emulator.operations.start(
        request, 'disks.delete', style='disk', on_done=done,
        seconds=latency.of(request.emulator, 'disks.delete')).accepted(202)
