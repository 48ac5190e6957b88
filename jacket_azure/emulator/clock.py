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

"""Two clocks with one face: the machine's, and one that tests turn by hand.

Everything in the emulator that has to do with time asks ``emulator.clock``.
A provider never calls ``time.time()`` and never sleeps.
"""

from __future__ import annotations

from collections.abc import Callable
import datetime
import threading

UTC = datetime.UTC
# any fixed date will do; tests see the same times at every run
VIRTUAL_START = datetime.datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


class RealClock:
    """The machine's clock."""

    virtual = False

    def now(self) -> datetime.datetime:
        """Return the time as an aware datetime in UTC."""
        return datetime.datetime.now(UTC)

    def time(self) -> float:
        """Return the time in seconds since 1970."""
        return self.now().timestamp()

    def stamp(self, when: datetime.datetime | None = None) -> str:
        """Write a time as ARM does: seven decimals and ``+00:00``."""
        when = when or self.now()
        return when.strftime('%Y-%m-%dT%H:%M:%S.%f') + '1+00:00'

    def call_on_change(self, callback: Callable[[], None]) -> None:
        """Ignore *callback*: this clock moves all the time by itself."""


class VirtualClock(RealClock):
    """A clock that stands still until a test moves it."""

    virtual = True

    def __init__(self, start: datetime.datetime = VIRTUAL_START) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def now(self) -> datetime.datetime:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock on; what has become due has happened on return."""
        with self._lock:
            self._now += datetime.timedelta(seconds=seconds)
        for callback in list(self._callbacks):
            callback()

    def call_on_change(self, callback: Callable[[], None]) -> None:
        """Call *callback* after each move of the clock."""
        self._callbacks.append(callback)
