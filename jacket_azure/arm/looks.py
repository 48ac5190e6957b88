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

"""What each answer about a long-running operation means.

Azure has three styles, sometimes mixed in one answer:

* ``Azure-AsyncOperation``: always 200, the body has ``status`` and ``error``;
* ``Location``: 202 while it runs, then 200 or 204;
* neither: the resource's own ``provisioningState``.

Source: Azure RPC contract "async-api-reference", and arm-rpc as observed.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
from typing import Any
from typing import NamedTuple

from jacket_azure import exceptions
from jacket_azure.arm import answers
from jacket_azure.arm import calls
from jacket_azure.arm import errors
from jacket_azure.arm import ids

OPERATION = 'azure-asyncoperation'
LOCATION = 'location'
RESOURCE = 'resource'
# Statuses of a look at an operation that is not, or no longer, known. 400 is
# what a URL gets of which the end was lost.
UNKNOWN = frozenset({400, 404, 410})
_GOOD = 'succeeded'
_BAD = frozenset({'failed', *errors.CANCELED})


class Ended(NamedTuple):
    """The operation has succeeded."""

    result: Any


@dataclasses.dataclass(frozen=True)
class Watch:
    """What to look at, and how to read it.

    :ivar style: OPERATION, LOCATION or RESOURCE
    :ivar url: to look at; sent back unchanged, its query is signed
    :ivar method: of the request that started the operation
    :ivar resource_url: of the resource it changes, without an action
    :ivar after: seconds Azure asked to wait before the next look
    :ivar first: body of the first answer
    """

    style: str
    url: str
    method: str
    resource_url: str
    after: float | None = None
    first: Any = None

    def later(self) -> Watch:
        """Return the same, to be looked at after our own interval."""
        return dataclasses.replace(self, after=None)

    def aside(self) -> Watch:
        """Return the way to ask the resource itself, at once."""
        return dataclasses.replace(
            self, style=RESOURCE, url=self.resource_url, after=0.0
        )

    def judge(
        self, response: Any, call: calls.Call
    ) -> Watch | Ended | None:
        """Read an answer: it goes on, it has ended, or an exception.

        :returns: None for an answer that says nothing
        :raises AzureError: the operation failed
        """
        body = answers.body_of(response)
        code = answers.error_of(body).code or ''
        if (
            self.style == LOCATION
            and response.status_code == 400
            and code
            and 'ApiVersion' not in code
        ):
            # such an operation tells of its failure by the status alone
            raise errors.from_response(response, call)
        if response.status_code in UNKNOWN:
            return self._vanished(response, call)
        if self.style == RESOURCE:
            return self._resource(body, response, call)
        if self.style == LOCATION and response.status_code != 202:
            return Ended(body)
        state = answers.state_of(body)
        if state in _BAD:
            raise errors.from_operation(body, response, call)
        if state == _GOOD:
            return Ended(self._result(body))
        if state is None and response.status_code == 204:
            return Ended(None)
        if state is None and response.status_code == 200:
            return None
        return self._again(response)

    def _again(self, response: Any) -> Watch:
        """The next look: the server may move the operation elsewhere."""
        return dataclasses.replace(
            self,
            url=response.headers.get(self.style) or self.url,
            after=_after(response.headers),
        )

    def _result(self, body: Any) -> Any:
        properties = body.get('properties')
        if isinstance(properties, dict) and properties.get('output'):
            return properties['output']
        if self.method in ('PUT', 'PATCH'):
            return _finished(self.first)
        return properties

    def _vanished(self, response: Any, call: calls.Call) -> Watch | Ended:
        """No such operation: ask the resource itself how it ended."""
        if self.style != RESOURCE:
            return self.aside()
        if self.method == 'DELETE' and response.status_code == 404:
            return Ended(None)
        raise errors.from_response(response, call)

    def _resource(
        self, body: Any, response: Any, call: calls.Call
    ) -> Watch | Ended | None:
        if not isinstance(body, dict):
            return None
        state = _provisioning_state(body)
        if state in _BAD:
            raise errors.from_operation(
                {'status': 'Failed', 'error': _error_in(body)}, response, call
            )
        if state is not None and state != _GOOD:
            return self._again(response)
        if self.method == 'DELETE':
            raise exceptions.OperationFailed(
                f'{call.operation} ended, but the resource is still there',
                code='NotDeleted',
                request_id=answers.request_id_of(response.headers),
            )
        return Ended(body)


def of_first_answer(response: Any, call: calls.Call) -> Watch | Ended:
    """Read the answer that started an operation.

    :raises AzureError: it has already failed
    """
    body = answers.body_of(response)
    request = response.request
    url = _resource_url(request.url, request.method)
    state = _provisioning_state(body)
    headers = response.headers
    for style in (OPERATION, LOCATION):
        if headers.get(style):
            # A 200 or 201 may have ended already, but only the operation
            # tells whether that is so: look at once.
            after = 0.0 if state == _GOOD else _after(headers)
            return Watch(
                style, headers[style], request.method, url, after, body
            )
    if state in _BAD:
        raise errors.from_operation(
            {'status': 'Failed', 'error': _error_in(body)}, response, call
        )
    if response.status_code == 202 or state not in (None, _GOOD):
        # "Updating" without a header: an unchanged PUT; the next GET of the
        # resource says Succeeded.
        return Watch(RESOURCE, url, request.method, url, _after(headers))
    return Ended(body)


def _after(headers: Mapping[str, str]) -> float | None:
    # 0 is no wish to be asked without pause: our own interval holds then.
    return answers.retry_after_of(headers) or None


def _resource_url(url: str, method: str) -> str:
    """Return the URL of the resource: without action, with api-version."""
    if ids.parse_target(url, method).action is None:
        return url
    path, _, query = url.partition('?')
    kept = [
        part
        for part in query.split('&')
        if part.lower().startswith('api-version=')
    ]
    return f'{path.rpartition("/")[0]}?{"&".join(kept)}'


def _provisioning_state(body: Any) -> str | None:
    properties = body.get('properties') if isinstance(body, dict) else None
    state = (
        properties.get('provisioningState')
        if isinstance(properties, dict)
        else None
    )
    return state.lower() if isinstance(state, str) else None


def _error_in(body: Any) -> dict[str, Any]:
    """Find the reason in a failed machine's instance view, if it is there.

    Its status has a code like ``ProvisioningState/failed/AllocationFailed``.
    """
    view = body['properties'].get('instanceView') or {}
    for status in view.get('statuses') or ():
        parts = str(status.get('code', '')).split('/')
        if [part.lower() for part in parts[:2]] == [
            'provisioningstate',
            'failed',
        ]:
            return {
                'code': parts[2] if len(parts) > 2 else None,
                'message': status.get('message'),
            }
    return {}


def _finished(first: Any) -> Any:
    if not isinstance(first, dict):
        return first
    result = {key: value for key, value in first.items() if key != 'etag'}
    if 'provisioningState' in (result.get('properties') or {}):
        result['properties'] = {
            **result['properties'],
            'provisioningState': 'Succeeded',
        }
    return result
