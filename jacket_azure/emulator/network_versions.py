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

"""What older api-versions of Microsoft.Network do not show.

The resources are kept in today's form; an answer leaves out what came
later and shows what has gone since, as seen in recordings of 2017-08-01,
2018-02-01, 2018-04-01, 2019-09-01 and 2022-01-01. Where nothing between
two of them was seen, the version is that of the public API documents.
"""

from __future__ import annotations

from typing import Any

_SUBNETS = 'Microsoft.Network/virtualNetworks/subnets'
_PUBLIC = 'Microsoft.Network/publicIPAddresses'
# type: property: the first version that shows it
_SINCE = {
    'Microsoft.Network/networkInterfaces': {
        'hostedWorkloads': '2018-08-01', 'tapConfigurations': '2018-08-01',
        'nicType': '2020-08-01', 'allowPort25Out': '2021-02-01',
        'vnetEncryptionSupported': '2021-08-01',
        'auxiliaryMode': '2021-08-01', 'kind': '2021-08-01',
        'disableTcpStateTracking': '2022-07-01',
        'auxiliarySku': '2022-11-01'},
    'Microsoft.Network/virtualNetworks': {
        'privateEndpointVNetPolicies': '2023-09-01'},
    _SUBNETS: {
        'delegations': '2018-04-01',
        'privateEndpointNetworkPolicies': '2019-04-01',
        'privateLinkServiceNetworkPolicies': '2019-04-01'},
    _PUBLIC: {'ipTags': '2017-11-01', 'ddosSettings': '2022-01-01'},
}
_POLICY = 'privateEndpointNetworkPolicies'
_TYPED_CHILDREN = '2018-07-01'
_SKU_TIER = '2020-07-01'
_POLICIES_OFF = '2021-12-01'
_VM_PROTECTION_UNTIL = '2020-01-01'
_PLURALS = ('subnets', 'ipConfigurations', 'securityRules',
            'defaultSecurityRules', 'routes')


def fit(body: dict[str, Any], version: str) -> dict[str, Any]:
    """Show a resource as an api-version does; changes *body*.

    :param body: a copy that nobody else has
    :param version: the request's api-version
    """
    day = version[:10]
    kind = body.get('type', '')
    properties = body.get('properties')
    if not isinstance(properties, dict):
        return body
    for name, since in _SINCE.get(kind, {}).items():
        if day < since:
            properties.pop(name, None)
    if kind == 'Microsoft.Network/virtualNetworks' and (
            day < _VM_PROTECTION_UNTIL):
        properties['enableVmProtection'] = False
    if kind == _PUBLIC and day < _SKU_TIER and 'sku' in body:
        body['sku'] = {'name': body['sku']['name']}
    for plural in _PLURALS:
        for child in properties.get(plural) or []:
            if 'properties' in child:
                fit(child, version)
                if day < _TYPED_CHILDREN:
                    child.pop('type', None)
    return body


def endpoint_policies(properties: dict[str, Any],
                      version: str) -> dict[str, Any]:
    """Give a subnet to be written the default of the api-version.

    Policies for private endpoints were on by default at first.
    """
    if version[:10] >= _POLICIES_OFF:
        return properties
    return {_POLICY: 'Enabled', **properties}


def answers_at_once(version: str) -> bool:
    """Tell whether a new interface comes without an operation's URL.

    With 2019-09-01 it was finished too, but had the header (178 seen).
    """
    return version[:10] >= _SKU_TIER
