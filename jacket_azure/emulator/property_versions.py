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

"""What older api-versions do not show.

Resources are kept in today's form; an answer leaves out what came after
the request's api-version. Network versions 2017-08-01, 2018-02-01,
2018-04-01, 2019-09-01, 2020-11-01, 2022-01-01, 2022-11-01, 2024-01-01 and
2025-05-01, Compute 2019-03-01, 2020-12-01, 2022-03-01, 2024-07-01 and
2025-04-01, disks 2019-07-01, 2020-09-30, 2023-04-02, 2024-03-02 and
2025-01-02 were seen in recordings. Where nothing between two of them was
seen, the version that a property starts with is from general knowledge and
not checked.
"""

from __future__ import annotations

from typing import Any

_NIC = 'Microsoft.Network/networkInterfaces'
_NETWORK = 'Microsoft.Network/virtualNetworks'
_PEERING = _NETWORK + '/virtualNetworkPeerings'
_PUBLIC = 'Microsoft.Network/publicIPAddresses'
_STORED = {'networkAccessPolicy': '2020-05-01',
           'supportsHibernation': '2020-12-01',
           'supportedCapabilities': '2020-12-01',
           'publicNetworkAccess': '2021-04-01'}
# type: path below properties, '*' for each of a list: first version
_SINCE: dict[str, dict[str, str]] = {
    _NIC: {
        'hostedWorkloads': '2018-08-01', 'tapConfigurations': '2018-08-01',
        'nicType': '2020-08-01', 'allowPort25Out': '2021-02-01',
        'vnetEncryptionSupported': '2020-11-01',
        'auxiliaryMode': '2021-08-01',
        'disableTcpStateTracking': '2022-07-01',
        'auxiliarySku': '2022-11-01'},
    _NETWORK: {'privateEndpointVNetPolicies': '2023-09-01'},
    _NETWORK + '/subnets': {
        'delegations': '2018-04-01',
        'privateEndpointNetworkPolicies': '2019-04-01',
        'privateLinkServiceNetworkPolicies': '2019-04-01'},
    _PEERING: {'resourceGuid': '2019-09-01',
               'doNotVerifyRemoteGateways': '2019-09-01',
               'peeringSyncLevel': '2021-03-01',
               'remoteVirtualNetworkAddressSpace': '2021-03-01',
               'peerCompleteVnets': '2023-11-01'},
    _PUBLIC: {'ipTags': '2017-11-01', 'ddosSettings': '2022-11-01'},
    'Microsoft.Compute/virtualMachines': {
        'timeCreated': '2021-11-01',
        'storageProfile.imageReference.exactVersion': '2020-06-01',
        'storageProfile.diskControllerType': '2022-08-01',
        'storageProfile.osDisk.deleteOption': '2021-03-01',
        'storageProfile.dataDisks.*.deleteOption': '2021-03-01',
        'osProfile.requireGuestProvisionSignal': '2019-03-01',
        'osProfile.linuxConfiguration.patchSettings': '2020-12-01',
        'osProfile.windowsConfiguration.patchSettings': '2020-06-01',
        # 2024-07-01: false in early 2024, then nothing; 2025-04-01: true
        'osProfile.linuxConfiguration.enableVMAgentPlatformUpdates':
            '2024-11-01',
        'osProfile.windowsConfiguration.enableVMAgentPlatformUpdates':
            '2024-11-01'},
    'Microsoft.Compute/disks': {
        **_STORED, 'tier': '2020-06-30', 'uniqueId': '2019-07-01',
        'diskSizeBytes': '2019-07-01',
        'LastOwnershipUpdateTime': '2023-04-02'},
    'Microsoft.Compute/snapshots': {
        **_STORED, 'uniqueId': '2019-07-01', 'diskSizeBytes': '2019-07-01'},
}
_TYPED_CHILDREN = '2018-07-01'
_GROUP = 'Microsoft.Resources/resourceGroups'
# 23 seen; the next version is not checked
_UNTYPED_GROUPS = '2017-05-10'
_SKU_TIER = '2020-07-01'
_VM_PROTECTION_UNTIL = '2020-01-01'
_NIC_KIND = '2021-02-01'


def fit(body: Any, version: str) -> Any:
    """Return an answer's body as an api-version shows it.

    What is changed is copied; *body* stays as it is. Resources are looked
    for in lists, below others, and in what an operation ended with.

    :param body: parsed JSON
    :param version: the api-version of the request
    """
    day = version[:10]
    if day >= _LATEST:
        return body
    return _fit(body, day, top=True)


def _fit(body: Any, day: str, *, top: bool) -> Any:
    if isinstance(body, list):
        return [_fit(entry, day, top=top) for entry in body]
    # SKUs, of which there are many, are no resources
    if not isinstance(body, dict) or 'resourceType' in body:
        return body
    made = {key: _fit(value, day, top=top and key in ('value', 'output'))
            for key, value in body.items()}
    kind = made.get('type')
    if kind == _GROUP and day <= _UNTYPED_GROUPS:
        del made['type']
    if not isinstance(kind, str) or not isinstance(
            made.get('properties'), dict):
        return made
    for path, since in _SINCE.get(kind, {}).items():
        if day < since:
            _drop(made['properties'], path.split('.'))
    if kind == _NETWORK and day < _VM_PROTECTION_UNTIL:
        made['properties'].setdefault('enableVmProtection', False)
    if kind == _NIC and day < _NIC_KIND:
        made.pop('kind', None)
    if kind == _PUBLIC and day < _SKU_TIER and made.get('sku'):
        made['sku'] = {'name': made['sku']['name']}
    child = kind.startswith('Microsoft.Network/') and kind.count('/') > 1
    if child and not top and day < _TYPED_CHILDREN:
        del made['type']
    return made


def _drop(values: Any, path: list[str]) -> None:
    """Remove what is at a path, in each entry of a list at ``*``."""
    if path[0] == '*':
        for entry in values if isinstance(values, list) else ():
            _drop(entry, path[1:])
    elif isinstance(values, dict):
        if len(path) == 1:
            values.pop(path[0], None)
        else:
            _drop(values.get(path[0]), path[1:])


_LATEST = max([_TYPED_CHILDREN, _SKU_TIER, _VM_PROTECTION_UNTIL, _NIC_KIND,
               *(since for rules in _SINCE.values()
                 for since in rules.values())])
