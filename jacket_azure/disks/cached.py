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

"""A value that is read from Azure and kept for a while."""

from __future__ import annotations

from collections.abc import Callable
import threading
import time
from typing import Generic
from typing import TypeVar

T = TypeVar('T')


class Cached(Generic[T]):
    """One value; safe to share between threads, no request under a lock.

    :param read: returns the value and for how many seconds it is good
    :param clock: monotonic seconds
    """

    def __init__(
        self,
        read: Callable[[], tuple[T, float]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[T, float] | None = None

    def get(self) -> T:
        """Return the value, read anew when it has grown old."""
        with self._lock:
            kept = self._kept
        if kept is not None and self._clock() < kept[1]:
            return kept[0]
        value, seconds = self._read()
        with self._lock:
            self._kept = value, self._clock() + seconds
        return value
