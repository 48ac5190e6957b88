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

"""Quotas of Microsoft.Network in a region."""

from __future__ import annotations

from jacket_azure.emulator import locations
from jacket_azure.emulator import network
from jacket_azure.emulator import paging
from jacket_azure.emulator import router

# name, text, limit, type counted (None: nothing of the kind here)
_LIMITS = (
    ('VirtualNetworks', 'Virtual Networks', 1000, 'virtualNetworks'),
    ('StaticPublicIPAddresses', 'Static Public IP Addresses', 1000,
     'publicIPAddresses'),
    ('NetworkSecurityGroups', 'Network Security Groups', 5000,
     'networkSecurityGroups'),
    ('PublicIPAddresses', 'Public IP Addresses', 1000, 'publicIPAddresses'),
    ('NetworkInterfaces', 'Network Interfaces', 65536, 'networkInterfaces'),
    ('LoadBalancers', 'Load Balancers', 1000, None),
)


@router.route('GET', network.SUBSCRIPTION + '/locations/{location}/usages')
def list_usages(request: router.ArmRequest) -> router.ArmResponse:
    """Tell what is used and what is allowed in a region."""
    location = locations.normalize(request.params['location'])
    base = (f'/subscriptions/{request.subscription}/providers'
            f'/Microsoft.Network/locations/{location}/usages')
    found = []
    for name, text, limit, kind in _LIMITS:
        used = request.emulator.store.children(
            f'Microsoft.Network/{kind}', request.scope) if kind else []
        found.append({
            'currentValue': len([resource for resource in used
                                 if resource.location == location]),
            'id': f'{base}/{name}', 'limit': limit,
            'name': {'localizedValue': text, 'value': name},
            'unit': 'Count', 'isAdjustable': True})
    return paging.page(request, found)
