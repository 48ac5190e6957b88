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

"""The token endpoint, in Entra ID's words.

``/{tenant}/oauth2/v2.0/token`` takes a client secret or a client assertion
(certificate, workload identity). What is beside it: ``discovery.py`` and
``managed_identity.py``.
"""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING
from typing import Any
import uuid

from werkzeug import wrappers

from jacket_azure.emulator import discovery
from jacket_azure.emulator import managed_identity

if TYPE_CHECKING:
    from jacket_azure.emulator import server

_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'


def answer(emulator: server.Emulator,
           request: wrappers.Request) -> wrappers.Response | None:
    """Answer a request that is not for ARM; None when it is for ARM."""
    path = request.path.lower().rstrip('/')
    tenant = path.lstrip('/').partition('/')[0]
    if path.endswith(('/oauth2/v2.0/token', '/oauth2/token')) and (
            request.method == 'POST'):
        return _token(emulator, request)
    if path.endswith('/.well-known/openid-configuration'):
        found = discovery.openid(emulator, tenant)
        return (_tenant_not_found(tenant) if found is None
                else _json(200, found))
    if path == '/common/discovery/instance':
        return _json(200, discovery.instance(emulator))
    if path.endswith('/discovery/v2.0/keys'):
        return _json(200, {'keys': []})
    if path == '/metadata/endpoints':
        return _json(200, discovery.endpoints(
            emulator, request.args.get('api-version', '')))
    if path in managed_identity.PATHS:
        return managed_identity.answer(emulator, request)
    return None


def _tenant_not_found(tenant: str) -> wrappers.Response:
    return _refuse(400, 'invalid_request', 90002,
                   f"Tenant '{tenant}' not found. Check to make sure you "
                   f"have the correct tenant ID and are signing into the "
                   f"correct cloud. Check with your subscription "
                   f"administrator, this may happen if there are no active "
                   f"subscriptions for the tenant.")


def _token(emulator: server.Emulator,
           request: wrappers.Request) -> wrappers.Response:
    form = request.form
    tenant = request.path.strip('/').split('/')[0]
    if tenant.lower() != emulator.tenant_id:
        return _tenant_not_found(tenant)
    if form.get('grant_type') != 'client_credentials':
        return _refuse(400, 'unsupported_grant_type', 70003,
                       f"The app requested an unsupported grant type "
                       f"'{form.get('grant_type', '')}'.")
    client = form.get('client_id', '')
    if client.lower() != emulator.client_id:
        return _refuse(
            400, 'unauthorized_client', 700016,
            f"Application with identifier '{client}' was not found in the "
            f"directory '{emulator.tenant_id}'. This can happen if the "
            f"application has not been installed by the administrator of the "
            f"tenant or consented to by any user in the tenant. You may have "
            f"sent your authentication request to the wrong tenant.")
    scope = form.get('scope') or form.get('resource') or ''
    if not scope:
        return _refuse(400, 'invalid_request', 900144,
                       "The request body must contain the following "
                       "parameter: 'scope'.")
    refusal = _check_client(emulator, form, client)
    if refusal is not None:
        return refusal
    # az asks with "//.default" where the resource ends with a slash
    return _json(200, emulator.identity.issue(
        scope.split()[0].removesuffix('.default').rstrip('/')))


def _check_client(emulator: server.Emulator, form: Any,
                  client: str) -> wrappers.Response | None:
    """Look at secret or assertion; return the refusal, if any."""
    if form.get('client_assertion_type') == _ASSERTION:
        return _check_assertion(form.get('client_assertion', ''),
                                emulator.identity.now())
    if not form.get('client_secret'):
        return _refuse(401, 'invalid_client', 7000218,
                       "The request body must contain the following "
                       "parameter: 'client_assertion' or 'client_secret'.")
    if form['client_secret'] == emulator.client_secret:
        return None
    return _refuse(401, 'invalid_client', 7000215,
                   "Invalid client secret provided. Ensure the secret "
                   "being sent in the request is the client secret "
                   "value, not the client secret ID, for a secret added "
                   f"to app '{client}'.")


def _check_assertion(assertion: str,
                     now: float) -> wrappers.Response | None:
    """Look at the assertion's times; whose key signed it is not looked at.

    A certificate and a federated token are both signed by keys this
    emulator has never seen.
    """
    try:
        text = assertion.split('.')[1]
        claims = json.loads(base64.urlsafe_b64decode(
            text + '=' * (-len(text) % 4)))
        begins = claims.get('nbf', claims.get('iat', 0))
        ends = claims.get('exp', 0)
        # Entra ID lets clocks differ by five minutes
        if begins - 300 <= now < ends + 300:
            return None
    except (IndexError, ValueError, AttributeError, TypeError):
        return _refuse(401, 'invalid_client', 50027,
                       'JWT token is invalid or malformed.')
    return _refuse(401, 'invalid_client', 700024,
                   f'Client assertion is not within its valid time range. '
                   f'Current time: {_time(now)}, assertion valid from '
                   f'{_time(begins)}, expiry time of assertion '
                   f'{_time(ends)}.')


def _time(seconds: float) -> str:
    return time.strftime('%Y-%m-%dT%H:%M:%S.0000000Z', time.gmtime(seconds))


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
