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

"""The outside of every answer: fixed headers, request ids, white space."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any
import uuid

from werkzeug import wrappers

from jacket_azure.emulator import router

if TYPE_CHECKING:
    from jacket_azure.emulator import server

FIXED = {
    'Cache-Control': 'no-cache', 'Pragma': 'no-cache', 'Expires': '-1',
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff'}


class Text(str):
    """JSON that is written already."""


def frozen(body: Any, path: str, gateway: bool = False) -> Any:
    """Write a body down, so that later changes do not reach it.

    Compute writes whatever is no list, errors too, with white space; ARM
    itself and the others write everything without.

    :param path: of the request, which tells the provider
    :param gateway: ARM itself answers, whatever the path
    """
    if body is None or isinstance(body, Text):
        return body
    if body is router.NULL:
        return Text('null')
    single = isinstance(body, dict) and 'value' not in body
    if single and not gateway and '/microsoft.compute/' in path.lower():
        return Text(json.dumps(body, indent=2))
    return Text(json.dumps(body, separators=(',', ':')))


def write(emulator: server.Emulator, http: wrappers.Request,
          answer: router.ArmResponse) -> wrappers.Response:
    """Make the HTTP response of an answer."""
    body = frozen(answer.body, http.path)
    headers = {**FIXED, **_ids(emulator, http), **answer.headers}
    if body is None:
        response = wrappers.Response(status=answer.status, headers=headers)
        response.headers.pop('Content-Type', None)
        return response
    return wrappers.Response(
        body, answer.status, headers,
        content_type='application/json; charset=utf-8')


def _ids(emulator: server.Emulator,
         http: wrappers.Request) -> dict[str, str]:
    request_id = str(uuid.uuid4())
    stamp = emulator.clock.now().strftime('%Y%m%dT%H%M%SZ')
    found = {
        'x-ms-request-id': request_id,
        'x-ms-correlation-request-id': http.headers.get(
            'x-ms-correlation-request-id', request_id),
        'x-ms-routing-request-id':
            f'{emulator.location.upper()}:{stamp}:{request_id}'}
    client = http.headers.get('x-ms-client-request-id')
    if client:
        found['x-ms-client-request-id'] = client
    return found
