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

"""Rate limits: what is left is told in headers, and enforced on demand.

``rate_buckets.py`` says which request counts where. A request that is
refused takes no token, but a window counts it all the same.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
import threading
from typing import TYPE_CHECKING

from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator import errors
from jacket_azure.emulator import rate_buckets

if TYPE_CHECKING:
    from jacket_azure.emulator import router

_ARM_HEADER = 'x-ms-ratelimit-remaining-subscription-'
# the window told of a bucket of tokens
_TOLD_WINDOW_SECONDS = 60


@dataclasses.dataclass
class _Level:
    """How full a bucket is.

    :ivar since: begin of the window, or when it was last filled
    :ivar refused: requests refused since there was something left
    """

    since: float
    left: float
    refused: int = 0


class RateLimits:
    """Counts the requests of one emulator.

    :param enforced: answer 429 when a bucket is empty
    :ivar limits: first remaining values that differ from Azure's, by bucket
        (``PutVMResource``, ``HighCostGet3Min``, ``writes``)
    """

    def __init__(self, clock: clocks.RealClock, enforced: bool) -> None:
        self._clock = clock
        self.enforced = enforced
        self.limits: dict[str, int] = {}
        self._levels: dict[tuple[str, str], _Level] = {}
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Fill every bucket and drop changed limits."""
        with self._lock:
            self._levels.clear()
            self.limits = {}

    def take(self, request: router.ArmRequest) -> dict[str, str]:
        """Count a request; return the headers that tell what is left.

        :raises ArmError: 429 with Retry-After, when enforced
        """
        if not request.subscription:
            return {}
        with self._lock:
            headers = {}
            for bucket in rate_buckets.of_arm(request, self.limits):
                left, wait = self._count(bucket)
                headers[_ARM_HEADER + bucket.name] = str(left)
                if wait and self.enforced:
                    raise self._by_arm(request, wait, headers)
            told, empty, longest = [], [], 1
            for bucket in rate_buckets.of_compute(request, self.limits):
                left, wait = self._count(bucket)
                told.append(f'Microsoft.Compute/{bucket.name};{left}')
                if wait:
                    longest = max(longest, math.ceil(wait))
                    empty.append(self._exceeded(bucket, wait))
        if told:
            headers['x-ms-ratelimit-remaining-resource'] = ','.join(told)
        if empty and self.enforced:
            error = errors.throttled(empty, longest)
            error.headers.update(headers)
            raise error
        return headers

    def _by_arm(self, request: router.ArmRequest, wait: float,
                headers: dict[str, str]) -> errors.ArmError:
        """ARM's own 429; the text is not observed."""
        seconds = math.ceil(wait)
        return errors.ArmError(
            429, 'SubscriptionRequestsThrottled',
            f"Number of '{rate_buckets.verb(request)}' requests for "
            f"subscription '{request.subscription}' actor "
            f"'{request.emulator.identity.object_id}' exceeded. Please try "
            f"again after '{seconds}' seconds after additional tokens are "
            f"available. Refer to https://aka.ms/arm-throttling for "
            f"additional information.", gateway=True,
            headers={**headers, 'Retry-After': str(seconds)})

    def _exceeded(self, bucket: rate_buckets.Bucket,
                  wait: float) -> dict[str, str]:
        now = self._clock.now()
        level = self._levels[bucket.name, bucket.scope]
        if bucket.window:
            ends = now + datetime.timedelta(seconds=wait)
            begun = ends - datetime.timedelta(seconds=bucket.window)
        else:
            ends = now
            begun = now - datetime.timedelta(seconds=_TOLD_WINDOW_SECONDS)
        return errors.exceeded(
            bucket.name, self._clock.stamp(begun), self._clock.stamp(ends),
            bucket.first + 1, bucket.first + 1 + level.refused)

    def _count(self, bucket: rate_buckets.Bucket) -> tuple[int, float]:
        """Take one.

        :returns: what is left, and the seconds to wait when nothing was
        """
        now = self._clock.time()
        full = bucket.first + 1
        level = self._levels.setdefault(
            (bucket.name, bucket.scope), _Level(now, full))
        if not bucket.window:
            level.left = min(
                full, level.left + (now - level.since) * bucket.per_second)
            level.since = now
        elif now - level.since >= bucket.window:
            level.since, level.left = now, full
        # what was refilled bit by bit is a hair less than whole
        if level.left >= 1 - 1e-6:
            level.left = max(level.left - 1, 0)
            level.refused = 0
            return int(level.left + 1e-6), 0.0
        level.refused += 1
        if bucket.window:
            return 0, level.since + bucket.window - now
        return 0, (1 - level.left) / bucket.per_second
