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

"""Tokens for a machine's own identity: the instance metadata service and
App Service's endpoint.

``AZURE_POD_IDENTITY_AUTHORITY_HOST`` leads azure-identity to the first,
``IDENTITY_ENDPOINT`` and ``IDENTITY_HEADER`` to the second. The metadata
service is also served without TLS, as on Azure, on ``imds_port``.
"""

from __future__ import annotations

from collections.abc import Iterable
import json
from typing import TYPE_CHECKING
from typing import Any

from werkzeug import wrappers

if TYPE_CHECKING:
    from jacket_azure.emulator import server

SERVICE_PATH = '/msi/token'
METADATA_PATH = '/metadata/identity/oauth2/token'
PATHS = (METADATA_PATH, SERVICE_PATH)


def answer(emulator: server.Emulator,
           request: wrappers.Request) -> wrappers.Response:
    """Answer a request for a token.

    Source: learn.microsoft.com, how-to-use-vm-token and
    overview-managed-identity (App Service).
    """
    service = request.path.lower().rstrip('/') == SERVICE_PATH
    wanted = 'X-IDENTITY-HEADER' if service else 'Metadata'
    secret = emulator.client_secret if service else 'true'
    if request.headers.get(wanted, '').lower() != secret.lower():
        return _json(400, {'error': 'invalid_request', 'error_description':
                           f'Required {wanted} header not specified'})
    resource = request.args.get('resource', '')
    if not resource:
        return _json(400, {'error': 'invalid_request', 'error_description':
                           'Required query variable \'resource\' is missing'})
    client = request.args.get('client_id', emulator.client_id)
    if client.lower() != emulator.client_id:
        return _json(400, {'error': 'invalid_request',
                           'error_description': 'Identity not found'})
    token = emulator.identity.issue(resource)
    now = int(emulator.identity.now())
    return _json(200, {
        'access_token': token['access_token'], 'token_type': 'Bearer',
        'client_id': emulator.client_id, 'resource': resource,
        'expires_in': str(token['expires_in']), 'not_before': str(now),
        'expires_on': str(now + token['expires_in'])})


class MetadataService:
    """The WSGI application of the port without TLS; nothing else is there."""

    def __init__(self, emulator: server.Emulator) -> None:
        self._emulator = emulator

    def __call__(self, environ: dict[str, Any],
                 start_response: Any) -> Iterable[bytes]:
        request = wrappers.Request(environ)
        if request.path.lower().rstrip('/') == METADATA_PATH and (
                request.method == 'GET'):
            response = answer(self._emulator, request)
        else:
            response = _json(404, {'error': 'Not found'})
        return response(environ, start_response)


def _json(status: int, body: Any) -> wrappers.Response:
    return wrappers.Response(json.dumps(body), status,
                             content_type='application/json; charset=utf-8')
