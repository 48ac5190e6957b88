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

"""Tenants, subscriptions, locations and resource providers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import locations
from jacket_azure.emulator import router
from jacket_azure.emulator import validation

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_SUBSCRIPTION = '/subscriptions/{sub}'
_PROVIDER = _SUBSCRIPTION + '/providers/{namespace}'
_TYPES = {
    'Microsoft.Compute': (
        'virtualMachines', 'disks', 'snapshots', 'images', 'galleries',
        'locations/usages',
        'locations/vmSizes', 'locations/publishers', 'skus'),
    'Microsoft.Network': (
        'virtualNetworks', 'networkInterfaces', 'networkSecurityGroups',
        'publicIPAddresses', 'locations/usages'),
    'Microsoft.Storage': ('storageAccounts', 'checkNameAvailability'),
    'Microsoft.Resources': ('subscriptions', 'resourceGroups',
                            'deployments'),
}
_ZONAL = {'virtualMachines', 'disks', 'snapshots', 'publicIPAddresses'}


@router.route('GET', '/tenants')
def list_tenants(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the one tenant."""
    tenant = request.emulator.tenant_id
    return router.ArmResponse(body={'value': [{
        'id': f'/tenants/{tenant}', 'tenantId': tenant,
        'tenantCategory': 'Home', 'displayName': 'jacket-azure emulator',
        'countryCode': 'US', 'domains': ['emulator.invalid']}]})


@router.route('GET', '/subscriptions')
def list_subscriptions(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the one subscription."""
    return router.ArmResponse(body={
        'value': [view(request.emulator)],
        'count': {'type': 'Total', 'value': 1}})


@router.route('GET', _SUBSCRIPTION)
def get_subscription(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the subscription asked for."""
    return router.ArmResponse(body=view(request.emulator))


@router.route('GET', _SUBSCRIPTION + '/locations')
def list_locations(request: router.ArmRequest) -> router.ArmResponse:
    """Answer every region."""
    return router.ArmResponse(body={'value': [
        locations.view(request.subscription, name)
        for name in locations.REGIONS]})


@router.route('GET', _SUBSCRIPTION + '/providers')
def list_providers(request: router.ArmRequest) -> router.ArmResponse:
    """Answer the resource providers this emulator has."""
    return router.ArmResponse(body={'value': [
        _provider(request, namespace) for namespace in _TYPES]})


@router.route('GET', _PROVIDER)
@router.route('POST', _PROVIDER + '/register')
def get_provider(request: router.ArmRequest) -> router.ArmResponse:
    """Answer one resource provider; all are registered at all times."""
    wanted = request.params['namespace'].lower()
    for namespace in _TYPES:
        if namespace.lower() == wanted:
            return router.ArmResponse(body=_provider(request, namespace))
    raise errors.ArmError(
        404, 'InvalidResourceNamespace',
        f"The resource namespace '{request.params['namespace']}' is "
        f"invalid.", gateway=True)


def view(emulator: server.Emulator) -> dict[str, Any]:
    """Return the one subscription."""
    subscription = emulator.subscription_id
    return {
        'id': f'/subscriptions/{subscription}',
        'subscriptionId': subscription,
        'tenantId': emulator.tenant_id,
        'displayName': 'jacket-azure emulator', 'state': 'Enabled',
        'authorizationSource': 'RoleBased', 'managedByTenants': [],
        'subscriptionPolicies': {
            'locationPlacementId': 'Public_2014-09-01',
            'quotaId': 'PayAsYouGo_2014-09-01', 'spendingLimit': 'Off'}}


def _provider(request: router.ArmRequest, namespace: str) -> dict[str, Any]:
    base = f'/subscriptions/{request.emulator.subscription_id}'
    places = [region[0] for region in locations.REGIONS.values()]
    return {
        'id': f'{base}/providers/{namespace}', 'namespace': namespace,
        'registrationPolicy': 'RegistrationRequired',
        'registrationState': 'Registered', 'resourceTypes': [
            {'resourceType': kind, 'locations': places,
             'apiVersions': _versions(namespace, kind),
             **({'zoneMappings': [
                 {'location': region[0], 'zones': ['1', '2', '3']}
                 for region in locations.REGIONS.values() if region[3]]}
                if kind in _ZONAL else {})}
            for kind in _TYPES[namespace]]}


def _versions(namespace: str, kind: str) -> list[str]:
    middle = f'/providers/{namespace}/{kind}'.replace(
        'locations/', 'locations/{location}/')
    for template in (_SUBSCRIPTION + middle,
                     '/subscriptions/{sub}/resourcegroups', '/subscriptions'):
        found = validation.versions('GET', template)
        if found:
            return found
    return []
