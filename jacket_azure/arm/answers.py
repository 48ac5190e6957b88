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

"""Reading Azure's answers: JSON, error bodies, Retry-After, request ids."""

from __future__ import annotations

from collections.abc import Mapping
import datetime
from email import utils
import time
from typing import Any
from typing import NamedTuple

_REQUEST_IDS = ('x-ms-request-id', 'x-ms-correlation-request-id')


class ErrorBody(NamedTuple):
    """The ``error`` object of an answer, with its details flattened."""

    codes: tuple[str, ...] = ()
    message: str = ''
    target: str | None = None

    @property
    def code(self) -> str | None:
        """The error's own code."""
        return self.codes[0] if self.codes else None


def body_of(response: Any) -> Any:
    """Return the JSON of a response, None when it has none.

    :param response: an ``azure.core.rest.HttpResponse`` already read
    """
    try:
        return response.json()
    except ValueError:
        return None


def is_garbled(response: Any, may_be_empty: bool) -> bool:
    """Return whether a success has a body that is not JSON.

    Half an answer, or a page of something between us and Azure: what Azure
    said is lost. What is parsed here is kept by the response.

    :param response: an ``azure.core.rest.HttpResponse`` already read
    :param may_be_empty: also with status 200 or 201; Python's http.client
        takes headers that break off for whole ones, without a body
    """
    if response.status_code >= 300:
        return False
    if not response.content:
        return not may_be_empty and response.status_code in (200, 201)
    try:
        response.json()
    except ValueError:
        return True
    return False


def error_of(body: Any) -> ErrorBody:
    """Read an error from ``{"error": {...}}`` or from its inside alone."""
    if not isinstance(body, dict):
        return ErrorBody()
    error = body.get('error', body)
    if isinstance(error, str):
        return ErrorBody((error,), str(body.get('error_description', '')))
    if not isinstance(error, dict):
        return ErrorBody()
    listed = error.get('details')
    details = [
        detail
        for detail in (listed if isinstance(listed, list) else ())
        if isinstance(detail, dict)
    ]
    codes = [error.get('code'), *(detail.get('code') for detail in details)]
    message = str(error.get('message') or error.get('Message') or '')
    if not _says_something(message) and details:
        message = str(details[0].get('message') or message)
    return ErrorBody(
        tuple(str(code) for code in codes if code),
        message,
        str(error['target']) if error.get('target') else None,
    )


def _says_something(message: str) -> bool:
    # Network hides the reason in the details behind these two.
    return message.rstrip('.').lower() not in (
        '',
        'a retryable error occurred',
        'precondition failed',
    )


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """Return Azure's id of the request, to quote in a support case."""
    for name in _REQUEST_IDS:
        if headers.get(name):
            return headers[name]
    return None


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds Azure asks to wait, None when it does not say.

    A date is taken relative to the answer's own ``Date``, so that a wrong
    clock here does not matter.
    """
    for name in ('retry-after-ms', 'x-ms-retry-after-ms'):
        value = _number(headers.get(name))
        if value is not None:
            return value / 1000
    text = headers.get('retry-after')
    value = _number(text)
    if value is not None or text is None:
        return value
    moment = _date(text)
    if moment is None:
        return None
    sent = _date(headers.get('date'))
    return max(0.0, moment - (time.time() if sent is None else sent))


def clock_skew_of(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds our clock is ahead of Azure's."""
    sent = _date(headers.get('date'))
    return None if sent is None else time.time() - sent


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    # Neither NaN nor infinity nor the past is a time to wait.
    return value if value is not None and 0 <= value < 1e9 else None


def _date(text: str | None) -> float | None:
    try:
        moment = utils.parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.timestamp()


def state_of(body: Any) -> str | None:
    """Return the lower-case ``status`` of an operation's body."""
    status = body.get('status') if isinstance(body, dict) else None
    return status.lower() if isinstance(status, str) else None
