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

"""Our own steps of the pipeline: context, gates, the wire.

Order, from the caller to the network: ``CallPolicy``, the SDK's headers and
hooks, ``RetryPolicy``, ``GatePolicy``, ``TokenPolicy``, ``WirePolicy``. All
behind the retry run once per attempt; the token is fetched behind the gate so
that it does not age in the queue.
"""

from __future__ import annotations

from collections.abc import Callable
import logging
import math
import time
from typing import Any

from azure.core import exceptions as sdk
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from azure.core.pipeline.policies import SansIOHTTPPolicy

from jacket_azure import exceptions
from jacket_azure.arm import answers
from jacket_azure.arm import calls
from jacket_azure.arm import error_codes
from jacket_azure.arm import errors
from jacket_azure.arm import gates
from jacket_azure.arm import redaction
from jacket_azure.arm import statistics

LOG = logging.getLogger(__name__)

# How long a gate stays closed after a 429 that does not say.
_CLOSED_SECONDS = 5.0
# Whose answers may have no body; those of polls depend on the operation.
_EMPTY = frozenset({'DELETE', 'HEAD', 'POST'})


class CallPolicy(SansIOHTTPPolicy[Any, Any]):
    """Bring each request together with its call, each error out of it.

    Our keyword must leave the options, which else reach ``requests``.
    """

    def on_request(self, request: PipelineRequest[Any]) -> None:
        call = request.context.options.pop(calls.KEYWORD)
        call.url = call.url or request.http_request.url
        request.context[calls.KEYWORD] = call

    def on_response(
        self,
        request: PipelineRequest[Any],
        response: PipelineResponse[Any, Any],
    ) -> None:
        """Turn an error into our exception before the SDK reads it.

        The SDK logs a stack trace for each error that is not JSON. The waiter
        reads the answers to its looks itself.
        """
        call = calls.of(request)
        if response.http_response.status_code >= 300 and not call.is_poll:
            raise errors.from_response(response.http_response, call)
        _mend_retry_after(response.http_response.headers)


def _mend_retry_after(headers: Any) -> None:
    """Write Retry-After as whole seconds.

    azure-mgmt-compute 39 and azure-mgmt-network 33 call ``int()`` on it and
    so raise ValueError for a date, which HTTP allows, after Azure has
    accepted the operation.
    """
    text = headers.get('Retry-After')
    if text is not None and not text.isdigit():
        seconds = answers.retry_after_of(headers)
        headers['Retry-After'] = str(math.ceil(seconds or 0))


class GatePolicy(HTTPPolicy[Any, Any]):
    """Wait until Azure's limits allow the request; see :mod:`.gates`."""

    def __init__(
        self,
        shared: gates.Gates,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__()
        self._gates = shared
        self._clock = clock
        self._sleep = sleep

    def send(
        self, request: PipelineRequest[Any]
    ) -> PipelineResponse[Any, Any]:
        call = calls.of(request)
        needed = gates.gates_of(
            request.http_request.method,
            request.http_request.url,
            is_poll=call.is_poll,
            virtual_machine=call.virtual_machine,
        )
        self._pass(needed, call)
        response = self.next.send(request)
        if response.http_response.status_code == 429:
            self._close(needed, response.http_response)
        return response

    def _pass(self, needed: list[gates.Gate], call: calls.Call) -> None:
        seconds, passed = self._gates.reserve(needed, call.deadline)
        if not passed:
            raise exceptions.Throttled(
                f'{call.operation} was not sent: Azure\'s rate limits allow '
                f'it in {seconds:.0f} seconds, after its deadline',
                retry_after=seconds,
            )
        if seconds > 0:
            LOG.debug(
                '%s waits %.1f seconds for the rate limits',
                call.operation,
                seconds,
            )
            self._sleep(seconds)

    def _close(self, needed: list[gates.Gate], response: Any) -> None:
        seconds = answers.retry_after_of(response.headers)
        error = answers.error_of(answers.body_of(response))
        if any(
            code.lower() in error_codes.TRANSIENT for code in error.codes
        ):
            # Not too many requests: something else is being written.
            return
        closed = needed[-1]
        if error.code == 'SubscriptionRequestsThrottled':
            closed = needed[0]
        elif 'SubscriptionMaximum' in response.text() and len(needed) > 1:
            closed = needed[1]
        self._gates.close(
            closed, _CLOSED_SECONDS if seconds is None else seconds
        )


class WirePolicy(HTTPPolicy[Any, Any]):
    """Count, time and log each attempt, and read its answer whole.

    The answer is read here because a body that breaks off, or that is not
    Azure's, is a lost reply, which the retry in front has to see.
    """

    def __init__(self, shared: statistics.Statistics) -> None:
        super().__init__()
        self._statistics = shared

    def send(
        self, request: PipelineRequest[Any]
    ) -> PipelineResponse[Any, Any]:
        started = time.perf_counter()
        response = None
        try:
            response = self.next.send(request)
            response.http_response.read()
            self.check(response.http_response, request)
            return response
        finally:
            seconds = time.perf_counter() - started
            self._note(request, response and response.http_response, seconds)

    def check(self, response: Any, request: PipelineRequest[Any]) -> None:
        """Take an answer that is not Azure's for a lost reply.

        :param response: read, whatever its status
        :raises azure.core.exceptions.DecodeError: it is not
        """
        empty = calls.of(request).is_poll or (
            request.http_request.method in _EMPTY
        )
        if answers.is_garbled(response, empty):
            # not its text: there may be a signature in it
            raise sdk.DecodeError('the body is not JSON')

    def _note(
        self, request: PipelineRequest[Any], response: Any, seconds: float
    ) -> None:
        call = calls.of(request)
        method = request.http_request.method
        status = response.status_code if response is not None else None
        headers = response.headers if response is not None else {}
        self._statistics.add(
            statistics.Attempt(method, call.operation, status, call.is_poll),
            seconds,
        )
        self._statistics.note_limits(headers)
        LOG.debug(
            '%s %s for %s: %s in %.3f seconds, request id %s',
            method,
            redaction.path(request.http_request.url),
            call.operation,
            status or 'no answer',
            seconds,
            answers.request_id_of(headers),
        )
