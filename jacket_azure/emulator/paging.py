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

"""Pages of a list, with a next link that repeats the original query."""

from __future__ import annotations

import base64
from collections.abc import Callable
from collections.abc import Iterable
from typing import Any
import urllib.parse

from jacket_azure.emulator import errors
from jacket_azure.emulator import router
from jacket_azure.emulator import store


def page(request: router.ArmRequest, items: list[dict[str, Any]],
         key: str = 'id', size: int | None = None) -> router.ArmResponse:
    """Answer ``{"value": [...], "nextLink": ...}``.

    The token holds the last key sent, not a position, so that nothing is
    skipped or sent twice when resources come and go between two pages.

    :param items: all items; they are sorted by *key* here
    :param size: items per page, ``emulator.page_size`` by default
    :raises ArmError: 400 for a token this emulator did not write
    """
    size = size or request.emulator.page_size
    items = sorted(items, key=lambda item: str(item[key]).lower())
    token = request.query.get('$skiptoken')
    if token:
        last = _read(token)
        items = [item for item in items if str(item[key]).lower() > last]
    body: dict[str, Any] = {'value': items[:size]}
    if len(items) > size:
        body['nextLink'] = _link(request, str(items[size - 1][key]))
    return router.ArmResponse(body=body)


def render(request: router.ArmRequest, found: Iterable[store.Resource],
           view: Callable[[store.Resource], dict[str, Any]],
           ) -> router.ArmResponse:
    """Answer a page of resources.

    Only what is on the page is rendered, so that a page of a hundred out of
    ten thousand costs a hundred.
    """
    answer = page(request, [{'id': resource.id, 'resource': resource}
                            for resource in found])
    answer.body['value'] = [view(entry['resource'])
                            for entry in answer.body['value']]
    return answer


def _link(request: router.ArmRequest, last: str) -> str:
    pairs = [(name, value) for name, value
             in urllib.parse.parse_qsl(request.raw_query)
             if name.lower() != '$skiptoken']
    token = base64.urlsafe_b64encode(last.lower().encode()).decode()
    network = '/providers/microsoft.network/' in request.path.lower()
    pairs.append(('$skipToken' if network else '$skiptoken', token))
    return (request.emulator.endpoint + urllib.parse.quote(request.path)
            + '?' + urllib.parse.urlencode(pairs))


def _read(token: str) -> str:
    try:
        return base64.b64decode(
            token.encode(), altchars=b'-_', validate=True).decode()
    except ValueError as exc:
        raise errors.ArmError(
            400, 'InvalidSkipToken',
            'The provided skip token is not valid.') from exc
