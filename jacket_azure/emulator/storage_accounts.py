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

"""Microsoft.Storage/storageAccounts: real accounts in Azurite.

With contents an account is one of Azurite's, its blob endpoint a path style
URL on loopback and its keys what Azurite checks. Without contents there is
the resource alone, and nobody answers at its endpoint. Source: Storage
resource provider REST API, storage-accounts, 2023-05-01.
"""

from __future__ import annotations

import base64
import copy
import secrets
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import errors
from jacket_azure.emulator import latency
from jacket_azure.emulator import paging
from jacket_azure.emulator import storage_names
from jacket_azure.emulator import store
from jacket_azure.emulator.compute import contents
from jacket_azure.emulator.router import ArmRequest
from jacket_azure.emulator.router import ArmResponse
from jacket_azure.emulator.router import route

if TYPE_CHECKING:
    from jacket_azure.emulator import server
    from jacket_azure.emulator.operation import Operation

TYPE = 'Microsoft.Storage/storageAccounts'
_LIST = ('/subscriptions/{sub}/resourceGroups/{rg}/providers'
         '/Microsoft.Storage/storageAccounts')
NAME = _LIST + '/{name}'
_SENT = ('sku', 'kind', 'tags', 'identity', 'extendedLocation')
_KEYS = ('key1', 'key2')


@route('GET', NAME)
def get(request: ArmRequest) -> ArmResponse:
    """One account."""
    return ArmResponse(body=request.resource().view())


@route('GET', _LIST)
@route('GET', '/subscriptions/{sub}/providers/Microsoft.Storage'
              '/storageAccounts')
def list_accounts(request: ArmRequest) -> ArmResponse:
    """Accounts of a group or a subscription."""
    return paging.render(
        request, request.emulator.store.listed(TYPE, request.scope),
        lambda account: account.view())


@route('PUT', NAME)
def put(request: ArmRequest) -> ArmResponse:
    """Create an account; one that exists is changed at once."""
    emulator = request.emulator
    known = request.existing()
    if known is not None:
        _change(known, request.body)
        return ArmResponse(200, known.view())
    assert request.id is not None  # noqa: S101
    name = request.id.name
    storage_names.check(name)
    if storage_names.taken(emulator, name):
        raise errors.ArmError(
            409, 'StorageAccountAlreadyTaken',
            f'The storage account named {name} is already taken.')
    account = _make(emulator, str(request.id), name, request.body)
    starting = contents.start(emulator)

    def done(operation: Operation) -> dict[str, Any]:
        if starting is not None and starting.error is not None:
            emulator.store.delete(account.id)
            raise errors.ArmError(
                500, 'InternalError', f'The emulator could not start '
                f'Azurite: {starting.error}')
        _open(emulator, account)
        return account.view()

    def failed(operation: Operation) -> None:
        emulator.store.delete(account.id)

    return emulator.operations.start(
        request, 'storageAccounts.create', on_done=done, on_fail=failed,
        ready=None if starting is None else starting.ready,
        seconds=latency.of(emulator, 'storageAccounts.create'),
    ).accepted(202)


def plant(emulator: server.Emulator, resource_id: str, name: str,
          location: str) -> None:
    """Make an account to begin with; Azurite is not started for it."""
    if emulator.store.get(resource_id) is None:
        _open(emulator, _make(emulator, resource_id, name, {
            'location': location, 'kind': 'StorageV2',
            'sku': {'name': 'Standard_LRS'}}))


def _make(emulator: server.Emulator, resource_id: str, name: str,
          sent: dict[str, Any]) -> store.Resource:
    account = emulator.store.put(store.Resource(
        id=resource_id, type=TYPE, name=name,
        body=_body(emulator, resource_id, name, sent),
        created=emulator.clock.now()))
    account.private['keys'] = {key: _new_key() for key in _KEYS}
    return account


def _body(emulator: server.Emulator, resource_id: str, name: str,
          sent: dict[str, Any]) -> dict[str, Any]:
    sku = sent['sku']['name']
    now = emulator.clock.stamp()
    location = sent['location'].lower().replace(' ', '')
    return {
        'name': name, 'id': resource_id, 'type': TYPE,
        'location': location, 'tags': dict(sent.get('tags') or {}),
        'kind': sent['kind'],
        'sku': {'name': sku, 'tier': sku.partition('_')[0]},
        **{key: copy.deepcopy(sent[key]) for key in _SENT
           if key in sent and key not in ('sku', 'kind', 'tags')},
        'properties': {
            'accessTier': 'Hot', 'allowBlobPublicAccess': False,
            'minimumTlsVersion': 'TLS1_0',
            'supportsHttpsTrafficOnly': True,
            'networkAcls': {
                'bypass': 'AzureServices', 'virtualNetworkRules': [],
                'ipRules': [], 'defaultAction': 'Allow'},
            **copy.deepcopy(sent.get('properties') or {}),
            'creationTime': now, 'primaryLocation': location,
            'keyCreationTime': {key: now for key in _KEYS},
            'statusOfPrimary': 'available',
            'encryption': {
                'keySource': 'Microsoft.Storage', 'services': {
                    'blob': {'enabled': True, 'keyType': 'Account',
                             'lastEnabledTime': now}}},
            'privateEndpointConnections': [],
            'provisioningState': 'Creating'}}


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()


def _open(emulator: server.Emulator, account: store.Resource) -> None:
    """From now on the account can be used."""
    if emulator.contents:
        _publish_keys(emulator, account)
        endpoint = emulator.blobs.endpoint_of(account.name) + '/'
    else:
        endpoint = (f'https://{account.name}.blob.'
                    f'{emulator.storage_suffix}/')
    account.properties['primaryEndpoints'] = {'blob': endpoint}
    account.properties['provisioningState'] = 'Succeeded'


def _publish_keys(emulator: server.Emulator, account: store.Resource) -> None:
    if emulator.contents:
        first, second = (account.private['keys'][key] for key in _KEYS)
        contents.of(emulator).azurite.accounts.put(
            account.name, (first, second))


@route('PATCH', NAME)
def patch(request: ArmRequest) -> ArmResponse:
    """Change what the body names."""
    account = request.resource()
    _change(account, request.body)
    return ArmResponse(200, account.view())


def _change(account: store.Resource, body: dict[str, Any]) -> None:
    if (body.get('sku') or {}).get('name'):
        name = body['sku']['name']
        account.body['sku'] = {'name': name, 'tier': name.partition('_')[0]}
    if body.get('tags') is not None:
        account.body['tags'] = dict(body['tags'])
    account.properties.update(copy.deepcopy(body.get('properties') or {}))


@route('DELETE', NAME)
def delete(request: ArmRequest) -> ArmResponse:
    """Delete an account with all its blobs, at once."""
    account = request.existing()
    if account is None:
        return ArmResponse(204)
    storage_names.refuse_in_use(request.emulator, account)
    forget(request.emulator, account)
    request.emulator.store.delete(account.id)
    return ArmResponse(200)


def forget(emulator: server.Emulator, resource: store.Resource) -> None:
    """Take an account out of Azurite, blobs and all."""
    if resource.type != TYPE or not emulator.contents or (
            'primaryEndpoints' not in resource.properties):
        return
    keeper = contents.of(emulator)
    if not keeper.running:
        keeper.azurite.accounts.remove(resource.name)
        return
    client = keeper.client_of(resource.name, resource.private['keys']['key1'])
    for container in client.containers():
        client.delete_container(container)
    keeper.azurite.accounts.remove(resource.name)


@route('POST', NAME + '/listKeys')
def list_keys(request: ArmRequest) -> ArmResponse:
    """Both keys in clear."""
    account = request.resource()
    return ArmResponse(body={'keys': [
        {'creationTime': account.properties['keyCreationTime'][name],
         'keyName': name, 'value': value, 'permissions': 'FULL'}
        for name, value in account.private['keys'].items()]})


@route('POST', NAME + '/regenerateKey')
def regenerate_key(request: ArmRequest) -> ArmResponse:
    """Replace one key; what was signed with it is worthless."""
    account = request.resource()
    name = request.body['keyName']
    if name not in _KEYS:
        raise errors.ArmError(
            400, 'InvalidValuesForRequestParameters',
            'Values for request parameters are invalid: keyName.')
    account.private['keys'][name] = _new_key()
    account.properties['keyCreationTime'][name] = (
        request.emulator.clock.stamp())
    _publish_keys(request.emulator, account)
    return list_keys(request)
