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

"""Sending again, where that is safe and until the call's deadline."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import logging
import random
from typing import Any

from azure.core import exceptions as sdk
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from urllib3 import exceptions as urllib3

from jacket_azure.arm import answers
from jacket_azure.arm import calls
from jacket_azure.arm import error_codes
from jacket_azure.arm import redaction

LOG = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# The server may have carried out what it answers like this.
_DOUBTFUL = frozenset({408, 500, 502, 503, 504})
_NO_ANSWER = (
    sdk.ServiceRequestError,
    sdk.ServiceResponseError,
    sdk.IncompleteReadError,
    sdk.DecodeError,
)
_NEVER_SENT = (urllib3.NewConnectionError, urllib3.ConnectTimeoutError)


class NothingSent(sdk.ServiceRequestError):
    """The request did not leave this machine, so it may always be repeated."""


class RetryPolicy(HTTPPolicy[Any, Any]):
    """Repeat what is safe to repeat.

    =============================  =========================================
    connection never made          always
    429, 503 with Retry-After      always: Azure did not start
    409 of a passing kind          always: Azure refused
    reply lost, 408, 500, 502-504  only calls that may be carried out twice
    =============================  =========================================

    What Azure puts off, 409 and 429, is sent again until the call's deadline.
    An Azure that does not work is given up sooner: its outages are over in
    seconds, or else last longer than anybody waits for a server.

    :param clock: monotonic seconds, the ones of the calls' deadlines
    :param sleep: called without any lock held
    :param outage_seconds: how long one request may go unanswered, or be
        answered with a server error, from the first time on
    :param jitter: gives a number in [0, 1)
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        outage_seconds: float,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._sleep = sleep
        self._outage_seconds = outage_seconds
        self._jitter = jitter

    def send(
        self, request: PipelineRequest[Any]
    ) -> PipelineResponse[Any, Any]:
        call = calls.of(request)
        pause = FIRST_PAUSE
        outage_ends = None
        while True:
            try:
                response = self.next.send(request)
            except _NO_ANSWER as exc:
                if not self._may_repeat_unanswered(exc, call):
                    raise
                outage_ends = outage_ends or self._outage_ends(call)
                seconds = self._jittered(pause)
                if not self._wait(call, request, seconds, exc, outage_ends):
                    raise
            else:
                reason = response.http_response.status_code
                if not _may_repeat_answered(response.http_response, call):
                    return response
                latest = call.deadline
                # a look may be left out; there are other ways to see
                if reason in _DOUBTFUL or call.is_poll:
                    outage_ends = outage_ends or self._outage_ends(call)
                    latest = outage_ends
                seconds = self._seconds(response.http_response, pause)
                if not self._wait(call, request, seconds, reason, latest):
                    return response
            pause = min(2 * pause, LONGEST_PAUSE)

    def _outage_ends(self, call: calls.Call) -> float:
        return min(call.deadline, self._clock() + self._outage_seconds)

    def _may_repeat_unanswered(
        self, exc: sdk.AzureError, call: calls.Call
    ) -> bool:
        if is_untrusted(exc):
            return False
        if never_sent(exc):
            return True
        call.reply_lost = True
        return call.repeatable

    def _jittered(self, pause: float) -> float:
        return pause * (0.5 + self._jitter() / 2)

    def _seconds(self, response: Any, pause: float) -> float:
        asked = answers.retry_after_of(response.headers)
        if asked is None:
            return self._jittered(pause)
        # Never earlier; a little later, or all waiters come back together.
        return asked + self._jitter()

    def _wait(
        self,
        call: calls.Call,
        request: PipelineRequest[Any],
        seconds: float,
        reason: object,
        latest: float,
    ) -> bool:
        """Sleep and return True, or False when that ends after *latest*."""
        if self._clock() + seconds > latest:
            return False
        LOG.debug(
            'Sending %s %s of %s again in %.1f seconds: %s',
            request.http_request.method,
            redaction.path(request.http_request.url),
            call.operation,
            seconds,
            redaction.text(str(reason)),
        )
        self._sleep(seconds)
        return True


def is_untrusted(exc: BaseException) -> bool:
    """Return whether the endpoint's certificate could not be verified."""
    return 'CERTIFICATE_VERIFY_FAILED' in str(exc)


def never_sent(exc: BaseException) -> bool:
    """Return whether no byte of the request can have reached Azure.

    The SDK's ServiceRequestError alone does not say so: a TLS connection
    that breaks in the middle is reported as one as well.
    """
    if isinstance(exc, NothingSent | sdk.ServiceRequestTimeoutError):
        return True
    return any(isinstance(cause, _NEVER_SENT) for cause in _causes(exc))


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """Walk what an exception wraps: contexts, arguments and reasons."""
    waiting: list[Any] = [exc]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop()
        if not isinstance(found, BaseException) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [found.__cause__, found.__context__, *found.args]
        # requests and urllib3 have a reason, the SDK an inner exception
        waiting += [
            getattr(found, 'reason', None),
            getattr(found, 'inner_exception', None),
        ]


def _may_repeat_answered(response: Any, call: calls.Call) -> bool:
    status = response.status_code
    if status == 429:
        return True
    if status in _DOUBTFUL:
        call.reply_lost = True
        if status == 503 and answers.retry_after_of(response.headers):
            return True
        return call.repeatable
    if status != 409:
        return False
    error = answers.error_of(answers.body_of(response))
    return any(code.lower() in error_codes.TRANSIENT for code in error.codes)
