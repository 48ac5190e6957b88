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

"""The paths beside ARM: login, discovery and managed identity.

What azure-identity and msal ask: ``/{tenant}/oauth2/v2.0/token`` with a
client secret or a client assertion (certificate, workload identity),
openid configuration, instance discovery, ``/metadata/endpoints`` of a
cloud, the instance metadata service and App Service's identity endpoint.
"""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING
from typing import Any
import uuid

from werkzeug import wrappers

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
MANAGED_IDENTITY_PATH = '/msi/token'


def answer(emulator: server.Emulator,
           request: wrappers.Request) -> wrappers.Response | None:
    """Answer a request that is not for ARM; None when it is for ARM."""
    path = request.path.lower().rstrip('/')
    if path.endswith(('/oauth2/v2.0/token', '/oauth2/token')) and (
            request.method == 'POST'):
        return _token(emulator, request)
    if path.endswith('/.well-known/openid-configuration'):
        return _json(200, _openid(emulator, path.split('/')[1]))
    if path == '/common/discovery/instance':
        tenant = f'{emulator.authority}/{emulator.tenant_id}'
        return _json(200, {
            'tenant_discovery_endpoint':
                f'{tenant}/v2.0/.well-known/openid-configuration',
            'api-version': '1.1', 'metadata': []})
    if path.endswith('/discovery/v2.0/keys'):
        return _json(200, {'keys': []})
    if path == '/metadata/endpoints':
        return _json(200, _endpoints(emulator))
    if path in ('/metadata/identity/oauth2/token', MANAGED_IDENTITY_PATH):
        return _managed_identity(emulator, request, path)
    return None


def _token(emulator: server.Emulator,
           request: wrappers.Request) -> wrappers.Response:
    form = request.form
    tenant = request.path.strip('/').split('/')[0]
    if tenant.lower() != emulator.tenant_id:
        return _refuse(400, 'invalid_request', 90002,
                       f"Tenant '{tenant}' not found. Check to make sure you "
                       f"have the correct tenant ID and are signing into the "
                       f"correct cloud.")
    if form.get('grant_type') != 'client_credentials':
        return _refuse(400, 'unsupported_grant_type', 70003,
                       f"The app requested an unsupported grant type "
                       f"'{form.get('grant_type', '')}'.")
    client = form.get('client_id', '')
    if client.lower() != emulator.client_id:
        return _refuse(400, 'unauthorized_client', 700016,
                       f"Application with identifier '{client}' was not "
                       f"found in the directory '{emulator.tenant_id}'.")
    if form.get('client_assertion_type') == _ASSERTION:
        if not _assertion_holds(form.get('client_assertion', '')):
            return _refuse(401, 'invalid_client', 700024,
                           'Client assertion is not within its valid time '
                           'range.')
    elif form.get('client_secret') != emulator.client_secret:
        return _refuse(401, 'invalid_client', 7000215,
                       "Invalid client secret provided. Ensure the secret "
                       "being sent in the request is the client secret "
                       "value, not the client secret ID, for a secret added "
                       f"to app '{client}'.")
    scope = form.get('scope') or form.get('resource') or ''
    return _json(200, emulator.identity.issue(
        scope.removesuffix('/.default')))


def _assertion_holds(assertion: str) -> bool:
    """Look at the assertion's times; whose key signed it is not looked at.

    A certificate and a federated token are both signed by keys this
    emulator has never seen.
    """
    try:
        text = assertion.split('.')[1]
        claims = json.loads(base64.urlsafe_b64decode(
            text + '=' * (-len(text) % 4)))
        return bool(claims.get('exp', 0) > time.time())
    except (IndexError, ValueError):
        return False


def _managed_identity(emulator: server.Emulator, request: wrappers.Request,
                      path: str) -> wrappers.Response:
    service = path == MANAGED_IDENTITY_PATH
    wanted = ('X-IDENTITY-HEADER' if service else 'Metadata')
    secret = emulator.client_secret if service else 'true'
    if request.headers.get(wanted, '').lower() != secret.lower():
        return _json(400, {'error': 'invalid_request', 'error_description':
                           f'Required {wanted} header not specified'})
    resource = request.args.get('resource', '')
    token = emulator.identity.issue(resource)
    ends = str(int(time.time()) + token['expires_in'])
    return _json(200, {
        'access_token': token['access_token'], 'token_type': 'Bearer',
        'client_id': emulator.client_id, 'resource': resource,
        'expires_in': str(token['expires_in']), 'expires_on': ends})


def _openid(emulator: server.Emulator, tenant: str) -> dict[str, Any]:
    base = f'{emulator.authority}/{tenant}'
    return {
        'token_endpoint': f'{base}/oauth2/v2.0/token',
        'authorization_endpoint': f'{base}/oauth2/v2.0/authorize',
        'device_authorization_endpoint': f'{base}/oauth2/v2.0/devicecode',
        'issuer': f'{base}/v2.0', 'jwks_uri': f'{base}/discovery/v2.0/keys',
        'token_endpoint_auth_methods_supported': [
            'client_secret_post', 'private_key_jwt'],
        'response_types_supported': ['token'],
        'subject_types_supported': ['pairwise'],
        'id_token_signing_alg_values_supported': ['RS256']}


def _endpoints(emulator: server.Emulator) -> list[dict[str, Any]]:
    return [{
        'name': 'JacketAzureEmulator',
        'resourceManager': emulator.endpoint,
        'authentication': {
            'loginEndpoint': emulator.authority,
            'audiences': [emulator.audience],
            'tenant': emulator.tenant_id, 'identityProvider': 'AAD'},
        'suffixes': {'storage': emulator.storage_suffix}}]


def _refuse(status: int, error: str, number: int,
            message: str) -> wrappers.Response:
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    stamp = time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime())
    return _json(status, {
        'error': error, 'error_description':
            f'AADSTS{number}: {message} Trace ID: {trace} Correlation ID: '
            f'{correlation} Timestamp: {stamp}',
        'error_codes': [number], 'timestamp': stamp, 'trace_id': trace,
        'correlation_id': correlation,
        'error_uri': f'https://login.microsoftonline.com/error?code={number}'})


def _json(status: int, body: Any) -> wrappers.Response:
    return wrappers.Response(json.dumps(body), status,
                             content_type='application/json; charset=utf-8')
