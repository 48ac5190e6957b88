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

"""Application security groups: names that rules and interfaces refer to."""

from __future__ import annotations

from jacket_azure.emulator import errors
from jacket_azure.emulator import network
from jacket_azure.emulator import router
from jacket_azure.emulator import store

TYPE = 'Microsoft.Network/applicationSecurityGroups'
_LIST = network.BASE + '/applicationSecurityGroups'
_GROUP = _LIST + '/{name}'
_NIC = 'Microsoft.Network/networkInterfaces'


@router.route('PUT', _GROUP)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or replace a group, which has no properties of its own."""
    found = network.check_write(request)
    where = found.id if found else str(request.id)
    name = found.name if found else request.params['name']
    body = network.base_body(where, TYPE, name, request.body['location'],
                             request.body.get('tags'))
    made = store.Resource(where, TYPE, name, body, found.created if found
                          else request.emulator.clock.now())
    request.emulator.store.put(made)
    return network.written(
        request, 'applicationSecurityGroups', 200 if found else 201, made,
        network.plain, lambda: [made.body])


@router.route('GET', _GROUP)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one group."""
    return network.shown(request, network.plain)


@router.route('GET', _LIST)
@router.route('GET', network.SUBSCRIPTION + '/applicationSecurityGroups')
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the groups of a resource group or of the subscription."""
    return network.listed(request, TYPE, network.plain)


@router.route('PATCH', _GROUP)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Set the tags."""
    return network.tagged(request, network.plain)


@router.route('DELETE', _GROUP)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete a group no interface is in."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    network.check_etag(request, found)
    for nic in request.emulator.store.children(_NIC):
        for configuration in nic.properties['ipConfigurations']:
            groups = configuration['properties'].get(
                'applicationSecurityGroups') or []
            if found.id.lower() in [str(group.get('id')).lower()
                                    for group in groups]:
                raise errors.ArmError(
                    400, 'ApplicationSecurityGroupInUse',
                    f'Application security group {found.id} cannot be '
                    f'deleted because it is in use by '
                    f'{configuration["id"]}.', details=[])
    return network.deleted(
        request, 'applicationSecurityGroups', found,
        lambda: request.emulator.store.delete(found.id))
