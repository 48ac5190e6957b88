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

"""Counts of what really went over the wire, each try for itself."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from collections.abc import Mapping
import contextlib
import threading
from typing import NamedTuple

_REMAINING = 'x-ms-ratelimit-remaining-'


class Attempt(NamedTuple):
    """One request on the wire.

    :ivar method: HTTP method
    :ivar operation: our word for the call, e.g. ``virtual_machines.create``
    :ivar status: HTTP status, None when there was no answer
    :ivar is_poll: a look at a long-running operation
    """

    method: str
    operation: str
    status: int | None
    is_poll: bool


class Statistics:
    """Thread-safe counters of wire attempts, their time and Azure's limits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: collections.Counter[str] = collections.Counter()
        self._seconds: collections.Counter[str] = collections.Counter()
        self._remaining: dict[str, int] = {}
        self._recordings: list[list[Attempt]] = []

    @property
    def attempts(self) -> collections.Counter[str]:
        """Number of attempts by operation, polls included."""
        with self._lock:
            return collections.Counter(self._attempts)

    @property
    def seconds(self) -> Mapping[str, float]:
        """Time on the wire by operation."""
        with self._lock:
            return dict(self._seconds)

    @property
    def remaining(self) -> Mapping[str, int]:
        """What Azure last said is left, by its name of the limit."""
        with self._lock:
            return dict(self._remaining)

    def add(self, attempt: Attempt, seconds: float) -> None:
        """Count one attempt."""
        with self._lock:
            self._attempts[attempt.operation] += 1
            # a Counter of float is what mypy's stubs do not know
            self._seconds[attempt.operation] += seconds  # type: ignore
            for recording in self._recordings:
                recording.append(attempt)

    def note_limits(self, headers: Mapping[str, str]) -> None:
        """Remember the ``x-ms-ratelimit-remaining-*`` headers of an answer.

        ``-resource`` holds a list like ``Microsoft.Compute/PutVM3Min;237``.
        """
        found = {}
        for header, value in headers.items():
            name = header.lower()
            if not name.startswith(_REMAINING):
                continue
            for entry in value.split(','):
                bucket, _, left = entry.strip().rpartition(';')
                if left.isdigit():
                    found[bucket or name.removeprefix(_REMAINING)] = int(left)
        with self._lock:
            self._remaining.update(found)

    @contextlib.contextmanager
    def record(self) -> Iterator[list[Attempt]]:
        """Collect the attempts of all threads while the block runs."""
        recording: list[Attempt] = []
        with self._lock:
            self._recordings.append(recording)
        try:
            yield recording
        finally:
            with self._lock:
                # by identity: two recordings may hold the same attempts
                self._recordings = [
                    other
                    for other in self._recordings
                    if other is not recording
                ]
