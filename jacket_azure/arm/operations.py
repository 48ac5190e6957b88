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

"""The one place that waits for long-running operations.

The SDK's own pollers are not used: they wait 30 seconds between looks, take
a lost connection for a failed operation and keep a thread per operation.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import dataclasses
import logging
from typing import Any

from azure.core.polling import PollingMethod
from azure.core.rest import HttpRequest

from jacket_azure import exceptions
from jacket_azure.arm import answers
from jacket_azure.arm import calls
from jacket_azure.arm import errors
from jacket_azure.arm import looks
from jacket_azure.arm import redaction

LOG = logging.getLogger(__name__)

# Pauses between looks, in units of the option poll_interval.
_PAUSES = (1, 1, 2, 3, 5, 8, 13)
LONGEST_PAUSE = 15.0


class Started(PollingMethod[None]):
    """Given to the SDK as ``polling=``: keeps the first answer, no more.

    :ivar client: the SDK's pipeline client, to send looks through
    :ivar response: the answer that started the operation, read
    """

    client: Any
    response: Any

    def initialize(
        self,
        client: Any,
        initial_response: Any,
        deserialization_callback: Any,
    ) -> None:
        self.client = client
        self.response = initial_response.http_response

    def run(self) -> None:
        """Nothing: the waiting is ours."""

    def status(self) -> str:
        return 'Started'

    def finished(self) -> bool:
        return True

    def resource(self) -> None:
        return None


@dataclasses.dataclass(frozen=True)
class Waiter:
    """Looks after an operation until it ends.

    :ivar clock: monotonic seconds, the ones of the calls' deadlines
    :ivar interval: seconds before the second look; later ones are rarer
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    interval: float = 1.0

    def wait(self, started: Started, call: calls.Call) -> Any:
        """Return the operation's result once it has succeeded.

        :returns: what the operation left as result; for a PUT or PATCH
            without one, the first answer with ``provisioningState`` Succeeded
            and without its ``etag``, which has moved since; else None
        :raises AzureError: the operation failed, typed by Azure's code
        :raises OperationTimeout: it did not end before the call's deadline
        """
        watch = looks.of_first_answer(started.response, call)
        if isinstance(watch, looks.Ended):
            return watch.result
        LOG.debug(
            '%s: %s, looked after at %s',
            call.operation,
            started.response.status_code,
            redaction.path(watch.url),
        )
        return self._follow(started, watch, call)

    def wait_for_resource(
        self, client: Any, url: str, call: calls.Call
    ) -> Any:
        """Return the resource at *url* once its state is final.

        For operations of which nothing else is known, as when the answer
        that started them was lost.

        :param client: an SDK client, to send looks through
        """
        watch = looks.Watch(looks.RESOURCE, url, 'PUT', url)
        started = Started()
        started.client = client
        return self._follow(started, watch, call)

    def _follow(
        self, started: Started, watch: looks.Watch, call: calls.Call
    ) -> Any:
        intervals = pauses(self.interval)
        while True:
            pause = next(intervals) if watch.after is None else watch.after
            self._pause(pause, watch, call)
            found = self._look(started.client, watch, call)
            if found is None and watch.style != looks.RESOURCE:
                # its own URL stays unreadable; the resource may tell
                found = self._look(started.client, watch.aside(), call)
                if not isinstance(found, looks.Ended):
                    found = None
            if isinstance(found, looks.Ended):
                return found.result
            watch = found or watch.later()

    def _pause(
        self, seconds: float, watch: looks.Watch, call: calls.Call
    ) -> None:
        left = call.deadline - self.clock()
        if left <= 0:
            raise exceptions.OperationTimeout(
                f'{call.operation} was not seen to end in time; Azure may '
                f'still work on it at {redaction.path(watch.url)}',
                code='OperationTimeout',
            )
        if seconds > 0:
            # the last look is at the deadline, not behind it
            self.sleep(min(seconds, left))

    def _look(
        self, client: Any, watch: looks.Watch, call: calls.Call
    ) -> looks.Watch | looks.Ended | None:
        """Look, and tell what that means; None when nothing was seen."""
        poll = call.poll()
        try:
            with errors.translated(poll):
                response = client.send_request(
                    HttpRequest('GET', watch.url), **{calls.KEYWORD: poll}
                )
            status = response.status_code
            if status >= 400 and status not in looks.UNKNOWN:
                raise errors.from_response(response, poll)
        except (exceptions.Unavailable, exceptions.Throttled) as exc:
            # We do not see the operation; it goes on all the same.
            LOG.warning(
                'Cannot see how %s is doing at %s: %s',
                call.operation,
                redaction.path(watch.url),
                exc,
            )
            return None
        LOG.debug(
            '%s: look at %s, %s',
            call.operation,
            redaction.path(watch.url),
            answers.state_of(answers.body_of(response)),
        )
        return watch.judge(response, call)


def pauses(interval: float) -> Iterator[float]:
    """Yield the seconds to wait before each look, rarer and rarer, forever.

    :param interval: the first one
    """
    for units in _PAUSES:
        yield min(units * interval, LONGEST_PAUSE)
    while True:
        yield max(LONGEST_PAUSE, interval)
