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

"""Network security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import network
from jacket_azure.emulator import router
from jacket_azure.emulator import security_rules
from jacket_azure.emulator import store

if TYPE_CHECKING:
    from jacket_azure.emulator import server

TYPE = 'Microsoft.Network/networkSecurityGroups'
_LIST = network.BASE + '/networkSecurityGroups'
_GROUP = _LIST + '/{name}'
_NIC = 'Microsoft.Network/networkInterfaces'
_SUBNET = 'Microsoft.Network/virtualNetworks/subnets'


def view(emulator: server.Emulator,
         found: store.Resource) -> dict[str, Any]:
    """Show a security group with the interfaces and subnets that use it."""
    body = found.view()
    for name, type in (('networkInterfaces', _NIC), ('subnets', _SUBNET)):
        users = network.references(emulator, type, found.id,
                                   'networkSecurityGroup')
        if users:
            body['properties'][name] = [{'id': user} for user in users]
    return body


def build(emulator: server.Emulator, where: str, name: str, location: str,
          tags: dict[str, str] | None, rules: list[dict[str, Any]],
          found: store.Resource | None = None) -> store.Resource:
    """Make a security group as it will be kept.

    :param rules: security rules as a client writes them
    """
    body = network.base_body(where, TYPE, name, location, tags)
    body['properties'] = {
        'provisioningState': 'Updating', 'resourceGuid': network.guid(found),
        'securityRules': [],
        'defaultSecurityRules': security_rules.defaults(where)}
    made = store.Resource(where, TYPE, name, body, found.created if found
                          else emulator.clock.now())
    for rule in rules:
        security_rules.set_rule(made, rule.get('name') or '',
                                rule.get('properties') or {})
    return made


@router.route('PUT', _GROUP)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or replace a security group with its rules."""
    found = network.check_write(request)
    where = found.id if found else str(request.id)
    sent = request.body.get('properties') or {}
    made = build(request.emulator, where,
                 found.name if found else request.params['name'],
                 request.body['location'], request.body.get('tags'),
                 sent.get('securityRules') or [], found)
    request.emulator.store.put(made)
    return network.written(
        request, 'networkSecurityGroups', 200 if found else 201, made, view,
        lambda: security_rules.bodies(made))


@router.route('GET', _GROUP)
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one security group."""
    return network.shown(request, view)


@router.route('GET', _LIST)
@router.route('GET', network.SUBSCRIPTION + '/networkSecurityGroups')
def list_all(request: router.ArmRequest) -> router.ArmResponse:
    """List the security groups of a group or of the subscription."""
    return network.listed(request, TYPE, view)


@router.route('PATCH', _GROUP)
def patch(request: router.ArmRequest) -> router.ArmResponse:
    """Set the tags."""
    return network.tagged(request, view)


@router.route('DELETE', _GROUP)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete a security group nobody uses."""
    found = request.existing()
    if found is None:
        return router.ArmResponse(204)
    network.check_etag(request, found)
    shown = view(request.emulator, found)['properties']
    for user in shown.get('networkInterfaces', []) + shown.get('subnets', []):
        raise errors.ArmError(
            400, 'InUseNetworkSecurityGroupCannotBeDeleted',
            f'Network security group {found.id} cannot be deleted because '
            f'it is in use by the following resources: {user["id"]}. In '
            f'order to delete the Network security group, remove the '
            f'association with the resource(s). To learn how to do this, '
            f'see aka.ms/deletensg.', details=[])
    return network.deleted(
        request, 'networkSecurityGroups', found,
        lambda: request.emulator.store.delete(found.id))
