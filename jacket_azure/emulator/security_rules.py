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

"""Rules of network security groups, kept inside their group's body."""

from __future__ import annotations

from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import ids
from jacket_azure.emulator import network
from jacket_azure.emulator import network_busy
from jacket_azure.emulator import paging
from jacket_azure.emulator import router
from jacket_azure.emulator import store

_TYPE = 'Microsoft.Network/networkSecurityGroups/securityRules'
_DEFAULT_TYPE = 'Microsoft.Network/networkSecurityGroups/defaultSecurityRules'
_GROUP = network.BASE + '/networkSecurityGroups/{group}'
_RULES = _GROUP + '/securityRules'
_RULE = _RULES + '/{name}'
_DEFAULTS = _GROUP + '/defaultSecurityRules'
_PLURALS = ('sourcePortRanges', 'destinationPortRanges',
            'sourceAddressPrefixes', 'destinationAddressPrefixes')
_LOWEST, _HIGHEST = 100, 4096
# name, description, source, destination, access, priority, direction
_STANDARD = (
    ('AllowVnetInBound', 'Allow inbound traffic from all VMs in VNET',
     'VirtualNetwork', 'VirtualNetwork', 'Allow', 65000, 'Inbound'),
    ('AllowAzureLoadBalancerInBound',
     'Allow inbound traffic from azure load balancer',
     'AzureLoadBalancer', '*', 'Allow', 65001, 'Inbound'),
    ('DenyAllInBound', 'Deny all inbound traffic',
     '*', '*', 'Deny', 65500, 'Inbound'),
    ('AllowVnetOutBound', 'Allow outbound traffic from all VMs to all VMs in '
     'VNET', 'VirtualNetwork', 'VirtualNetwork', 'Allow', 65000, 'Outbound'),
    ('AllowInternetOutBound', 'Allow outbound traffic from all VMs to '
     'Internet', '*', 'Internet', 'Allow', 65001, 'Outbound'),
    ('DenyAllOutBound', 'Deny all outbound traffic',
     '*', '*', 'Deny', 65500, 'Outbound'),
)


def defaults(group_id: str) -> list[dict[str, Any]]:
    """Return the six rules every group has."""
    return [{
        'name': name, 'id': f'{group_id}/defaultSecurityRules/{name}',
        'etag': '', 'type': _DEFAULT_TYPE, 'properties': {
            'provisioningState': 'Updating', 'description': description,
            'protocol': '*', 'sourcePortRange': '*',
            'destinationPortRange': '*', 'sourceAddressPrefix': source,
            'destinationAddressPrefix': destination, 'access': access,
            'priority': priority, 'direction': direction,
            **{plural: [] for plural in _PLURALS}}}
        for (name, description, source, destination, access, priority,
             direction) in _STANDARD]


def bodies(group: store.Resource) -> list[dict[str, Any]]:
    """Return the bodies whose state and etag go with a write."""
    return [group.body, *group.properties['securityRules'],
            *group.properties['defaultSecurityRules']]


def set_rule(group: store.Resource, name: str,
             sent: dict[str, Any]) -> bool:
    """Add or replace a rule; tell whether it is new.

    :raises ArmError: 400 for a missing value, a bad or a taken priority
    """
    if not name:
        raise errors.missing_parameter('properties.securityRules.name')
    for key in ('protocol', 'access', 'direction', 'priority'):
        if sent.get(key) is None:
            raise errors.ArmError(
                400, 'SecurityRuleParameterNotSpecified',
                f'Required security rule parameter not specified for '
                f'security rule with name {name}. Parameter name: {key}.',
                details=[])
    if not _LOWEST <= sent['priority'] <= _HIGHEST:
        raise errors.ArmError(
            400, 'SecurityRuleInvalidPriority',
            f'Security rule has invalid Priority. Value provided: '
            f'{sent["priority"]} Allowed range {_LOWEST}-{_HIGHEST}.',
            details=[])
    rules = group.properties['securityRules']
    old = [rule for rule in rules if rule['name'].lower() == name.lower()]
    for rule in rules:
        values = rule['properties']
        if rule not in old and (values['priority'], values['direction']) == (
                sent['priority'], sent['direction']):
            raise errors.ArmError(
                400, 'SecurityRuleConflict',
                f'Security rule {name} conflicts with rule {rule["name"]}. '
                f'Rules cannot have the same Priority and Direction.',
                details=[])
    body = {'name': name, 'id': f'{group.id}/securityRules/{name}',
            'etag': '', 'type': _TYPE, 'properties': {
                'provisioningState': 'Updating', **sent,
                **{plural: sent.get(plural) or [] for plural in _PLURALS}}}
    group.properties['securityRules'] = [
        rule for rule in rules if rule not in old] + [body]
    return not old


@router.route('PUT', _RULE)
def put(request: router.ArmRequest) -> router.ArmResponse:
    """Create or replace one rule."""
    group = _group(request)
    network_busy.require_quiet(request, group)
    new = set_rule(group, request.params['name'],
                   request.body.get('properties') or {})
    return network.written(
        request, 'securityRules', 201 if new else 200, group,
        lambda emulator, found: _find(request), lambda: bodies(group))


@router.route('GET', _RULE)
@router.route('GET', _DEFAULTS + '/{name}')
def get(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one rule."""
    rule = _find(request)
    return router.ArmResponse(body=rule, headers={'ETag': rule['etag']})


@router.route('GET', _RULES)
@router.route('GET', _DEFAULTS)
def list_rules(request: router.ArmRequest) -> router.ArmResponse:
    """List the rules, own or default, of a group."""
    kind = request.route.template.rpartition('/')[2]
    return paging.page(request, _group(request).view()['properties'][kind])


@router.route('DELETE', _RULE)
def delete(request: router.ArmRequest) -> router.ArmResponse:
    """Delete one rule."""
    group = request.emulator.store.get(request.id.top if request.id else None)
    name = request.params['name'].lower()
    if group is None or name not in [
            rule['name'].lower()
            for rule in group.properties['securityRules']]:
        return router.ArmResponse(204)
    network_busy.require_quiet(request, group)

    def done(operation: Any) -> None:
        group.properties['securityRules'] = [
            rule for rule in group.properties['securityRules']
            if rule['name'].lower() != name]
        network.set_state('Succeeded', *bodies(group))

    return request.emulator.operations.start(
        request, 'securityRules.delete', seconds=network.DELETE_SECONDS,
        on_done=done).accepted(202)


def _group(request: router.ArmRequest) -> store.Resource:
    where = request.id
    found = request.emulator.store.get(where.top if where else None)
    if found is None:
        raise errors.not_implemented('rules of no group')
    return found


def _find(request: router.ArmRequest) -> dict[str, Any]:
    where = request.id
    assert where is not None  # noqa: S101
    properties = _group(request).properties
    rules: list[dict[str, Any]] = (properties['securityRules']
                                   + properties['defaultSecurityRules'])
    for rule in rules:
        if ids.same(rule['id'], str(where)):
            return rule
    raise errors.child_not_found(where)
