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

"""What Azure lately had no room for, remembered for a while.

Azure does not publish its free capacity. What it refused a minute ago it will
most likely refuse now, so the scheduler is told, by traits and inventory.
"""

from __future__ import annotations

from collections.abc import Callable
import threading
import time
from typing import NamedTuple
from typing import TypeVar

from oslo_log import log as logging

from jacket_azure import exceptions

LOG = logging.getLogger(__name__)

T = TypeVar('T')


class Shortage(NamedTuple):
    """A VM size that Azure had no room for.

    :ivar size: Azure's name
    :ivar zone: the zone it was asked for in, empty for a regional machine
    """

    size: str
    zone: str = ''


class Shortages:
    """Refusals of one host for want of capacity or quota.

    :param seconds: how long each is remembered; 0 remembers nothing
    :param clock: monotonic seconds
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._sizes: dict[Shortage, float] = {}
        self._families: dict[str, float] = {}

    def note(
        self, what: Shortage, family: str, exc: exceptions.AzureError
    ) -> None:
        """Remember a refusal.

        :param family: size family, whose quota may be what is exhausted
        :param exc: ``NoCapacity`` or ``QuotaExceeded``
        """
        until = self._clock() + self._seconds
        with self._lock:
            if isinstance(exc, exceptions.QuotaExceeded):
                self._families[family] = until
            else:
                self._sizes[what] = until
        if self._seconds:
            LOG.warning(
                'Azure has no room for %s%s; telling the scheduler for %s '
                'seconds: %s',
                what.size,
                f' in zone {what.zone}' if what.zone else '',
                self._seconds,
                exc,
            )

    def forget(self, what: Shortage, family: str) -> None:
        """Azure had room after all."""
        with self._lock:
            self._sizes.pop(what, None)
            self._families.pop(family, None)

    @property
    def sizes(self) -> set[Shortage]:
        """Sizes that Azure had no room for lately."""
        return self._current(self._sizes)

    @property
    def families(self) -> set[str]:
        """Families whose quota, or the region's, was exhausted lately."""
        return self._current(self._families)

    def _current(self, table: dict[T, float]) -> set[T]:
        with self._lock:
            now = self._clock()
            for key in [key for key, until in table.items() if until <= now]:
                del table[key]
            return set(table)
