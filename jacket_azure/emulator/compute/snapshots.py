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

"""Microsoft.Compute/snapshots, full and incremental.

Source: Disk REST API, snapshots; arm-behaviour.md section 5.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import latency
from jacket_azure.emulator import locations
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.compute import disk_changes
from jacket_azure.emulator.compute import disk_model
from jacket_azure.emulator.compute import disk_skus
from jacket_azure.emulator.compute import disk_source
from jacket_azure.emulator.compute import listing
from jacket_azure.emulator.compute import snapshot_copies
from jacket_azure.emulator.compute import snapshot_limits
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

TYPE = 'Microsoft.Compute/snapshots'
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Compute/snapshots')
NAME = _LIST + '/{name}'


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One snapshot."""
    return ArmResponse(body=_view(request.emulator, request.resource()))


@route('GET', _LIST)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Compute/snapshots')
def list_snapshots(request: ArmRequest) -> ArmResponse:
    """Snapshots of a group or a subscription."""
    return listing.page(request, TYPE, _view)


def _view(emulator: server.Emulator,
          snapshot: store.Resource) -> dict[str, Any]:
    """What a GET answers; a running copy says how far it is."""
    body = disk_model.view(emulator, snapshot)
    if 'copy' in snapshot.private:
        body['properties']['completionPercent'] = snapshot_copies.percent(
            emulator, snapshot)
    return body


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Take a snapshot, now; or change what can be changed of one."""
    snapshot = request.existing()
    failure = None
    if snapshot is None:
        snapshot = create(request.emulator, listing.target(request),
                          request.body)
        # found out while it is taken: the snapshot stays behind, Failed
        failure = snapshot_limits.reached(request.emulator, snapshot)
    else:
        disk_changes.check_creation(
            snapshot.properties['creationData'],
            request.body['properties']['creationData'])
        _change(snapshot, request.body)
        snapshot.body.pop('tags', None)
        if 'tags' in request.body:
            snapshot.body['tags'] = dict(request.body['tags'])
    return _written(request, snapshot, failure)


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    snapshot = request.resource()
    _change(snapshot, request.body)
    if request.body.get('tags') is not None:
        snapshot.body['tags'] = dict(request.body['tags'])
    return _written(request, snapshot)


def _change(snapshot: store.Resource, body: dict[str, Any]) -> None:
    if (body.get('sku') or {}).get('name'):
        name = body['sku']['name']
        snapshot.body['sku'] = {
            'name': name, 'tier': disk_skus.tier_name(name)}
    for key, value in (body.get('properties') or {}).items():
        if key not in ('creationData', 'incremental', 'diskSizeGB',
                       'completionPercent'):
            snapshot.properties[key] = copy.deepcopy(value)


def _written(request: ArmRequest, snapshot: store.Resource,
             failure: errors.ArmError | None = None) -> ArmResponse:
    # a copy in the background shows Succeeded at once
    if 'copy' not in snapshot.private:
        snapshot.properties['provisioningState'] = 'Updating'

    def done(operation: Operation) -> dict[str, Any]:
        if failure is not None:
            raise failure
        snapshot.properties['provisioningState'] = 'Succeeded'
        return _view(request.emulator, snapshot)

    def failed(operation: Operation) -> None:
        snapshot.properties['provisioningState'] = 'Failed'

    operation = request.emulator.operations.start(
        request, 'snapshots.write', style='disk', on_done=done,
        on_fail=failed,
        seconds=latency.of(request.emulator, 'snapshots.write'))
    return operation.accepted(
        202, body=listing.echo(
            snapshot, request.body, request.api_version))


def create(emulator: server.Emulator, resource_id: ids.ResourceId,
           body: dict[str, Any]) -> store.Resource:
    """Make a snapshot in the store, with the bytes its source has now.

    :raises ArmError: the source is missing or cannot be read
    """
    snapshot = store.Resource(
        id=str(resource_id), type=TYPE, name=resource_id.name, body={},
        created=emulator.clock.now())
    source = disk_source.read(emulator, snapshot, body)
    snapshot_limits.check(emulator, body['properties'], source.resource)
    sku = body.get('sku', {}).get('name') or 'Standard_LRS'
    properties = copy.deepcopy(body['properties'])
    properties.update(source.inherited)
    properties['creationData'] = {
        **properties['creationData'], **source.creation_data}
    properties.setdefault('encryption',
                          {'type': 'EncryptionAtRestWithPlatformKey'})
    properties.setdefault('networkAccessPolicy', 'AllowAll')
    properties.setdefault('publicNetworkAccess', 'Enabled')
    properties.setdefault('incremental', False)
    properties.update({
        'diskSizeGB': source.size_gib,
        'diskSizeBytes': source.size_bytes or (
            source.size_gib * disk_model.GIB),
        'timeCreated': emulator.clock.stamp(), 'diskState': 'Unattached',
        'uniqueId': str(uuid.uuid4()), 'provisioningState': 'Succeeded'})
    snapshot.body.update({
        'name': snapshot.name, 'id': snapshot.id, 'type': TYPE,
        'location': locations.normalize(body['location']),
        'sku': {'name': sku, 'tier': disk_skus.tier_name(sku)},
        'properties': properties})
    if properties['incremental']:
        properties['incrementalSnapshotFamilyId'] = _family(
            snapshot, source.resource)
    if snapshot_limits.is_background(properties, source.resource):
        snapshot_copies.start(emulator, snapshot)
    if 'tags' in body:
        snapshot.body['tags'] = dict(body['tags'])
    disk_source.fill(emulator, source, snapshot)
    return emulator.store.put(snapshot)


def _family(snapshot: store.Resource,
            source: store.Resource | None) -> str:
    """One guid for all incremental snapshots of one disk."""
    if source is None:
        raise errors.invalid_parameter(
            'incremental', 'An incremental snapshot needs a disk or an '
            'incremental snapshot as its source.')
    known: str = source.private.setdefault('family', str(uuid.uuid4()))
    snapshot.private['family'] = known
    return known


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete a snapshot; disks made from it do not mind."""
    snapshot = request.existing()
    if snapshot is None:
        return ArmResponse(204)
    disk_model.refuse_open_access(request.emulator, snapshot, 'snapshot')

    def done(operation: Operation) -> None:
        request.emulator.store.delete(snapshot.id)
        contents.forget(request.emulator, snapshot)

    return request.emulator.operations.start(
        request, 'snapshots.delete', style='disk', on_done=done,
        seconds=latency.of(request.emulator, 'snapshots.delete'),
    ).accepted(202)
