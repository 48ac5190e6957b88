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

"""Joins calls about one thing: those that wait are served together."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
import threading
from typing import Any
from typing import Generic
from typing import TypeVar

Request = TypeVar('Request')


class Ticket(Generic[Request]):
    """One caller's request and its outcome."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.batch: Sequence[Ticket[Request]] = ()
        self.wake = threading.Event()
        self._outcome: tuple[Any, BaseException | None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody knows yet how it ended."""
        return self._outcome is None

    def settle(self, result: Any) -> None:
        """Let the caller have its result now."""
        self._end(result, None)

    def fail(self, exc: BaseException) -> None:
        """Let the caller have its failure now."""
        self._end(None, exc)

    def result(self) -> Any:
        """Return the result, or raise the failure."""
        result, exc = self._outcome or (None, None)
        if exc is not None:
            raise exc
        return result

    def _end(self, result: Any, exc: BaseException | None) -> None:
        if self.is_open:
            self._outcome = (result, exc)
            self.wake.set()


class Joiner(Generic[Request]):
    """Serves one batch of a key at a time, on a caller's own thread.

    The first caller serves its own request. Who comes meanwhile waits; the
    first of those then serves all that wait, and so on: nobody serves more
    than once.

    :param serve: called with key and tickets, without any lock held; ends
        every ticket
    """

    def __init__(
        self, serve: Callable[[str, Sequence[Ticket[Request]]], None]
    ) -> None:
        self._serve = serve
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Ticket[Request]]] = {}

    def call(self, key: str, request: Request) -> Any:
        """Serve a request, or have it served by another caller."""
        ticket = Ticket(request)
        with self._lock:
            queue = self._waiting.get(key)
            if queue is None:
                self._waiting[key] = []
                ticket.batch = [ticket]
            else:
                queue.append(ticket)
        if not ticket.batch:
            ticket.wake.wait()
        if ticket.batch:
            self._lead(key, ticket.batch)
        return ticket.result()

    def waiting(self, key: str) -> int:
        """Return how many wait for the batch after this one."""
        with self._lock:
            return len(self._waiting.get(key, ()))

    def _lead(self, key: str, batch: Sequence[Ticket[Request]]) -> None:
        failure: BaseException = RuntimeError('not served')
        try:
            self._serve(key, batch)
        except BaseException as exc:
            failure = exc
            raise
        finally:
            self._hand_over(key)
            for ticket in batch:
                ticket.fail(failure)

    def _hand_over(self, key: str) -> None:
        with self._lock:
            queue = self._waiting[key]
            if not queue:
                del self._waiting[key]
                return
            self._waiting[key] = []
        queue[0].batch = queue
        queue[0].wake.set()
