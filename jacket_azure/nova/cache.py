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

"""Answers worth remembering: sizes, quotas, subnets, image facts."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable
from concurrent import futures
import threading
import time
from typing import Any
from typing import Generic
from typing import NamedTuple
from typing import TypeVar
from typing import cast

from oslo_log import log as logging

from jacket_azure import exceptions

LOG = logging.getLogger(__name__)

# Keys come from the mapping file and from image properties, and tenants write
# the latter, so a cache is bounded.
MAX_ENTRIES = 1000
# After a failed refresh an old answer serves this long before the next try.
RETRY_SECONDS = 30.0


T = TypeVar('T')


class _Entry(NamedTuple):
    value: Any
    loaded: float
    expires: float


class Cache(Generic[T]):
    """Remember what ``load`` returned, by key; one load per key at a time.

    :param load: called with the key, outside any lock
    :param seconds: how long an answer counts as fresh
    :param keep_stale: after a failed load serve the old answer, if any
    :param clock: monotonic seconds
    """

    def __init__(
        self,
        load: Callable[[Any], T],
        seconds: float,
        *,
        keep_stale: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._seconds = seconds
        self._keep_stale = keep_stale
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry] = {}
        self._flights: dict[Hashable, futures.Future[T]] = {}

    def get(
        self, key: Hashable = None, max_age_seconds: float | None = None
    ) -> T:
        """Return the answer for *key*, loading it when it is not fresh.

        Whoever asks while a load runs waits for that one.

        :param max_age_seconds: load it also when it is older than this
        :raises Exception: what ``load`` raised, unless an old answer serves
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and self._is_fresh(entry, max_age_seconds):
                return cast('T', entry.value)
            flight = self._flights.get(key)
            if flight is None:
                leader = self._flights[key] = futures.Future()
        if flight is not None:
            return flight.result()
        try:
            value = self._refresh(key, entry)
        except BaseException as exc:
            self._land(key)
            leader.set_exception(exc)
            raise
        self._land(key)
        leader.set_result(value)
        return value

    def expire(self, key: Hashable = None) -> None:
        """Load anew at the next question; until then the answer is stale."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                long_ago = float('-inf')
                self._entries[key] = _Entry(entry.value, long_ago, long_ago)

    def _refresh(self, key: Hashable, old: _Entry | None) -> T:
        try:
            value = self._load(key)
        except exceptions.AzureError as exc:
            if old is None or not self._keep_stale:
                raise
            LOG.warning(
                'Keeping old facts (%s), as Azure failed: %s',
                self._load.__name__,
                exc,
            )
            self._store(key, old.value, min(self._seconds, RETRY_SECONDS))
            return cast('T', old.value)
        self._store(key, value, self._seconds)
        return value

    def _store(self, key: Hashable, value: Any, seconds: float) -> None:
        with self._lock:
            self._entries.pop(key, None)
            while len(self._entries) >= MAX_ENTRIES:
                del self._entries[next(iter(self._entries))]
            now = self._clock()
            self._entries[key] = _Entry(value, now, now + seconds)

    def _is_fresh(self, entry: _Entry, max_age_seconds: float | None) -> bool:
        now = self._clock()
        if max_age_seconds is not None:
            return now - entry.loaded <= max_age_seconds
        return now < entry.expires

    def _land(self, key: Hashable) -> None:
        with self._lock:
            self._flights.pop(key, None)
