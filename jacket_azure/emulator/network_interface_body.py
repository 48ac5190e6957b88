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

"""The body of a network interface: defaults and what a client chose."""

from __future__ import annotations

import hashlib

from jacket_azure.emulator import network
from jacket_azure.emulator import router
from jacket_azure.emulator import store

_TYPE = 'Microsoft.Network/networkInterfaces'
_KEPT = ('macAddress', 'primary', 'virtualMachine')


def mac(resource_guid: str) -> str:
    """Return the hardware address a machine gives the interface."""
    digest = hashlib.sha256(resource_guid.encode()).hexdigest().upper()
    return '-'.join(['00', '22', '48', digest[:2], digest[2:4], digest[4:6]])


def build(request: router.ArmRequest, found: store.Resource | None,
          nic_id: str) -> store.Resource:
    """Make an interface as it will be kept, still without addresses.

    :param found: what is there; what a machine gave it stays
    """
    sent = request.body['properties']
    name = found.name if found else request.params['name']
    body = network.base_body(nic_id, _TYPE, name, request.body['location'],
                             request.body.get('tags'))
    guid = network.guid(found)
    suffix = hashlib.sha256(guid.encode()).hexdigest()[:26]
    old = found.properties if found else {}
    settings = sent.get('dnsSettings') or {}
    dns = settings.get('dnsServers') or []
    label = settings.get('internalDnsNameLabel')
    suffix = f'{suffix}.bx.internal.cloudapp.net'
    body['kind'] = 'Regular'
    body['properties'] = {
        'provisioningState': 'Updating', 'resourceGuid': guid,
        'ipConfigurations': [],
        'dnsSettings': {
            'dnsServers': dns, 'appliedDnsServers': dns,
            **({'internalDnsNameLabel': label,
                'internalFqdn': f'{label}.{suffix}'} if label else {}),
            'internalDomainNameSuffix': suffix},
        'enableAcceleratedNetworking': sent.get(
            'enableAcceleratedNetworking', False),
        'vnetEncryptionSupported': False,
        'enableIPForwarding': sent.get('enableIPForwarding', False),
        'disableTcpStateTracking': sent.get('disableTcpStateTracking', False),
        **{name: sent[name] for name in ('networkSecurityGroup',)
           if sent.get(name)},
        'hostedWorkloads': [], 'tapConfigurations': [],
        'nicType': sent.get('nicType', 'Standard'), 'allowPort25Out': True,
        'auxiliaryMode': sent.get('auxiliaryMode', 'None'),
        'auxiliarySku': sent.get('auxiliarySku', 'None'),
        **{name: old[name] for name in _KEPT if name in old}}
    return store.Resource(
        nic_id, _TYPE, name, body,
        found.created if found else request.emulator.clock.now(),
        private=found.private if found else {})
