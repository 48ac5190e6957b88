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

"""Who may do what: Shared Key, shared access signatures, tokens.

A Shared Key signature is checked here and again by Azurite, a shared access
signature by Azurite alone. A token of the emulator's identity service is
checked here; Azurite then gets the request under the account's own key.
Source: Blob service REST API, authorize-with-azure-active-directory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jacket_azure.emulator.blobs import signing
from jacket_azure.emulator.blobs.answer import BlobFailure
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator import server

AUDIENCE = 'https://storage.azure.com'
_SERVICE = 'Microsoft.Storage/storageAccounts/blobServices'
# how old a signature may be
_FRESH_SECONDS = 15 * 60
_VERBS = {'GET': 'read', 'HEAD': 'read', 'DELETE': 'delete'}


def admit(emulator: server.Emulator, request: BlobRequest,
          keys: tuple[str, ...]) -> BlobRequest:
    """Check who asks; return the request as Azurite is to get it.

    :param keys: of the account, base64; none when it is unknown
    :raises BlobFailure: 401 or 403
    """
    scheme, _, token = request.header('authorization').partition(' ')
    if scheme == signing.SCHEME:
        _check_key(emulator, request, keys)
        return request
    if scheme.lower() == 'bearer':
        check_token(emulator, request, token)
        _check_rights(emulator, request)
        return signing.signed(request, keys[0]) if keys else request
    if 'sig' in request.query:
        return request
    raise BlobFailure(
        401, 'NoAuthenticationInformation', 'Server failed to authenticate '
        'the request. Please refer to the information in the '
        'www-authenticate header.', _challenge(emulator))


def authorized(request: BlobRequest, key: str) -> BlobRequest:
    """Return a changed request that Azurite accepts as the one before.

    What an admitted request was allowed is not looked at again: who came
    with a shared access signature goes on with it, others with the key.
    """
    if request.header('authorization'):
        return signing.signed(request, key)
    return request


def _check_key(emulator: server.Emulator, request: BlobRequest,
               keys: tuple[str, ...]) -> None:
    when = signing.sent(request)
    if when is None or (
            abs(when - emulator.identity.now()) > _FRESH_SECONDS):
        detail = 'The Date header in the request is incorrect.'
    elif keys and not signing.verified(request, keys):
        detail = 'The MAC signature found in the HTTP request is not the ' \
                 'same as any computed signature.'
    else:
        return
    raise BlobFailure(
        403, 'AuthenticationFailed', 'Server failed to authenticate the '
        'request. Make sure the value of Authorization header is formed '
        'correctly including the signature.', AuthenticationErrorDetail=detail)


def check_token(emulator: server.Emulator, request: BlobRequest,
                token: str) -> None:
    """Check a token of the emulator's identity service.

    :raises BlobFailure: 401 InvalidAuthenticationInfo
    """
    identity = emulator.identity
    claims = identity.claims(token)
    if claims is None:
        raise _refused(emulator, 'Signature validation failed.')
    known = (AUDIENCE, f'https://{request.account}.blob.'
                       f'{emulator.storage_suffix}')
    if claims['aud'].rstrip('/') not in known:
        raise _refused(emulator, 'Audience validation failed. Audience did '
                       'not match.')
    if identity.outdated(claims) or identity.too_early(claims):
        raise _refused(emulator, 'Lifetime validation failed. The token is '
                       'expired.')


def _refused(emulator: server.Emulator, detail: str) -> BlobFailure:
    return BlobFailure(
        401, 'InvalidAuthenticationInfo', 'Server failed to authenticate '
        'the request. Please refer to the information in the '
        'www-authenticate header.', _challenge(emulator),
        AuthenticationErrorDetail=detail)


def _challenge(emulator: server.Emulator) -> dict[str, str]:
    return {'WWW-Authenticate':
            f'Bearer authorization_uri={emulator.authority}/'
            f'{emulator.tenant_id}/oauth2/authorize '
            f'resource_id={AUDIENCE}'}


def action(request: BlobRequest) -> str:
    """Name the permission a request needs, as a role definition does."""
    verb = _VERBS.get(request.method, 'write')
    if request.kind.startswith('blobs'):
        return f'{_SERVICE}/containers/blobs/{verb}'
    if request.kind == 'blobService/userdelegationkey':
        return f'{_SERVICE}/generateUserDelegationKey/action'
    if request.kind == 'containers/list':
        return f'{_SERVICE}/containers/blobs/read'
    if request.kind.startswith('containers') or verb == 'read':
        return f'{_SERVICE}/containers/{verb}'
    return f'{_SERVICE}/{verb}'


def _check_rights(emulator: server.Emulator, request: BlobRequest) -> None:
    """Refuse what ``faults.deny`` denied; keys and signatures have no roles.

    :raises BlobFailure: 403 AuthorizationPermissionMismatch
    """
    if emulator.faults.denied(action(request)):
        raise BlobFailure(
            403, 'AuthorizationPermissionMismatch', 'This request is not '
            'authorized to perform this operation using this permission.')
