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
from jacket_azure.emulator import network_quotas
from jacket_azure.emulator import paging
from jacket_azure.emulator import router

# for the application, which resets the modules that have routes
reset = network_quotas.reset


@router.route('GET', network.SUBSCRIPTION + '/locations/{location}/usages')
def list_usages(request: router.ArmRequest) -> router.ArmResponse:
    """Tell what is used and what is allowed in a region."""
    location = locations.normalize(request.params['location'])
    base = (f'/subscriptions/{request.subscription}/providers'
            f'/Microsoft.Network/locations/{location}/usages')
    return paging.page(request, [{
        'currentValue': network_quotas.used(
            request.emulator, quota, request.scope, location),
        'id': f'{base}/{quota.name}',
        'limit': network_quotas.limit(request.emulator, quota, location),
        'name': {'localizedValue': quota.words, 'value': quota.name},
        'unit': 'Count', 'isAdjustable': True}
        for quota in network_quotas.QUOTAS])
