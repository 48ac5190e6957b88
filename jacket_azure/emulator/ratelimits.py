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

Names and sizes of the buckets are those of 2024-25 (arm-behaviour section
7). A bucket is filled again when its window has passed.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import TYPE_CHECKING

from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator import errors

if TYPE_CHECKING:
    from jacket_azure.emulator import router

# remaining values seen at a first call; the limit is one more
_FIRST = {
    'PutVM': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'UpdateVM': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'DeleteVM': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'AttachDetachVMDisks': {'SubscriptionMaximum': 1499, 'Resource': 11},
    'LowCostGet': {'SubscriptionMaximum': 23999, 'Resource': 35},
    'HighCostGet': {'SubscriptionMaximum': 899},
    'GetOperation': {'SubscriptionMaximum': 14999, 'Resource': 59},
    'CreateUpdateDisks': {'3Min': 2999, '30Min': 24999},
    'DeleteDisks': {'3Min': 2999, '30Min': 23999},
    'LowCostGet ': {'3Min': 14999, '30Min': 119999},
    'HighCostGet ': {'3Min': 239, '30Min': 1919},
    'HighCostDiskHydrate': {'3Min': 999, '30Min': 7999},
    'HighCostSnapshotCreateHydrate': {'3Min': 999, '30Min': 7999},
    'GetOperation ': {'3Min': 49999, '30Min': 399999},
    'CreateImages': {'SubscriptionMaximum': 59},
    'GetImages': {'SubscriptionMaximum': 359},
    'HighCostGetImages': {'SubscriptionMaximum': 89},
    'DeleteImages': {'SubscriptionMaximum': 119},
    'GetSubscriptionInfo': {'SubscriptionMaximum': 359},
    # seen in recordings of the command line, 2020 to 2026; of the others
    # only the names are known
    'CreateUpdateGallery': {'3Min': 49, '30Min': 299},
    'CreateUpdateGalleryImage': {'3Min': 149, '30Min': 749},
    'CreateUpdateGalleryImageVersion': {'3Min': 239, '30Min': 1199},
    'DeleteGallery': {'3Min': 49, '30Min': 299},
    'DeleteGalleryImage': {'3Min': 149, '30Min': 749},
    'DeleteGalleryImageVersion': {'3Min': 149, '30Min': 999},
    'GetGallery': {'3Min': 349, '30Min': 2499},
    'GetGalleryImage': {'3Min': 599, '30Min': 2999},
    'GetGalleryImageVersion': {'3Min': 1199, '30Min': 5999},
    'GetOperationStatus': {'3Min': 4999, '30Min': 14999},
}
# first rule that matches "METHOD type name?" wins; a trailing blank marks
# the disk provider's bucket of the same name
_RULES = tuple((re.compile(pattern, re.IGNORECASE), group) for pattern, group
               in (
    (r'GET .*/diskoperations/', 'GetOperation '),
    (r'GET .*/operations/', 'GetOperation'),
    (r'GET .*/capsoperations/', 'GetOperationStatus'),
    *((rf'{method} .*/galleries{below}(/[^/]+)?$', verb + kind)
      for below, kind in (('', 'Gallery'), ('/[^/]+/images', 'GalleryImage'),
                          ('/[^/]+/images/[^/]+/versions',
                           'GalleryImageVersion'))
      for method, verb in (('(PUT|PATCH)', 'CreateUpdate'), ('GET', 'Get'),
                           ('DELETE', 'Delete'))),
    (r'PUT .*/(virtualmachines|availabilitysets)/[^/]+$', 'PutVM'),
    (r'DELETE .*/(virtualmachines|availabilitysets)/[^/]+$', 'DeleteVM'),
    (r'POST .*/virtualmachines/[^/]+/(deallocate|simulateeviction)$',
     'DeleteVM'),
    (r'POST .*/virtualmachines/[^/]+/attachdetachdatadisks$',
     'AttachDetachVMDisks'),
    (r'POST .*/virtualmachines/[^/]+/retrievebootdiagnosticsdata$',
     'LowCostGet'),
    (r'(PUT|PATCH|POST|DELETE) .*/virtualmachines/', 'UpdateVM'),
    (r'GET .*/(virtualmachines|availabilitysets)$', 'HighCostGet'),
    (r'GET .*/(usages|vmsizes)$', 'GetSubscriptionInfo'),
    (r'GET .*/(virtualmachines|availabilitysets)/', 'LowCostGet'),
    (r'(PUT|PATCH) .*/disks/', 'CreateUpdateDisks'),
    (r'DELETE .*/(disks|snapshots)/', 'DeleteDisks'),
    (r'POST .*/disks/', 'HighCostDiskHydrate'),
    (r'(PUT|PATCH|POST) .*/snapshots/', 'HighCostSnapshotCreateHydrate'),
    (r'GET .*/(disks|snapshots)$', 'HighCostGet '),
    (r'GET .*/(disks|snapshots)/', 'LowCostGet '),
    (r'(PUT|PATCH) .*/images/', 'CreateImages'),
    (r'DELETE .*/images/', 'DeleteImages'),
    (r'GET .*/images$', 'HighCostGetImages'),
    (r'GET .*/microsoft.compute/images/', 'GetImages'),
))
_ARM = {
    'GET': {'global-reads': 3749},
    'DELETE': {'global-deletes': 2999, 'deletes': 199},
    'PUT': {'global-writes': 2999, 'writes': 199}}
_WINDOW_SECONDS = {'3Min': 180, '30Min': 1800}
_OTHER_WINDOW_SECONDS = 60


class RateLimits:
    """Counts the requests of one emulator.

    :param enforced: answer 429 when a bucket is empty
    """

    def __init__(self, clock: clocks.RealClock, enforced: bool) -> None:
        self._clock = clock
        self.enforced = enforced
        # by bucket and scope: when its window began, how much is left
        self._left: dict[tuple[str, str], tuple[float, int]] = {}
        self.limits: dict[str, int] = {}

    def clear(self) -> None:
        """Fill every bucket and drop changed limits."""
        self._left.clear()
        self.limits.clear()

    def take(self, request: router.ArmRequest) -> dict[str, str]:
        """Count a request; return the headers that tell what is left.

        ``limits`` overrides the first remaining value of a bucket by name.

        :raises ArmError: 429 with Retry-After, when enforced
        """
        if not request.subscription:
            return {}
        scope = request.subscription.lower()
        headers = {
            f'x-ms-ratelimit-remaining-subscription-{name}':
                str(max(self._count(name, scope, first, 60)[0], 0))
            for name, first in _ARM.get(
                'PUT' if request.method in ('PATCH', 'POST')
                else request.method.replace('HEAD', 'GET'), {}).items()}
        told, empty, longest = [], [], 1
        for bucket, key, first, window in self._buckets(request, scope):
            left, wait = self._count(bucket, key, first, window)
            told.append(f'Microsoft.Compute/{bucket};{max(left, 0)}')
            if left < 0:
                longest = max(longest, math.ceil(wait))
                empty.append(self._exceeded(bucket, first, left, window, wait))
        if told:
            headers['x-ms-ratelimit-remaining-resource'] = ','.join(told)
        if empty and self.enforced:
            error = errors.throttled(empty, longest)
            error.headers.update(headers)
            raise error
        return headers

    def _exceeded(self, bucket: str, first: int, left: int, window: int,
                  wait: float) -> dict[str, str]:
        ends = self._clock.now() + datetime.timedelta(seconds=wait)
        begun = ends - datetime.timedelta(seconds=window)
        return errors.exceeded(
            bucket, self._clock.stamp(begun), self._clock.stamp(ends),
            first + 1, first + 1 - left)

    def _buckets(self, request: router.ArmRequest,
                 scope: str) -> list[tuple[str, str, int, int]]:
        path = request.path.rstrip('/').lower()
        if '/providers/microsoft.compute/' not in path:
            return []
        line = f'{request.method} {path}'
        group = next((group for pattern, group in _RULES
                      if pattern.search(line)), None)
        if group is None:
            return []
        found = []
        for tail, first in _FIRST[group].items():
            name = group.strip() + tail
            key = str(request.id or path).lower() if (
                tail == 'Resource') else scope
            found.append((name, key, self.limits.get(name, first),
                          _WINDOW_SECONDS.get(tail, _OTHER_WINDOW_SECONDS)))
        return found

    def _count(self, bucket: str, key: str, first: int,
               window: int) -> tuple[int, float]:
        """Take one; return what is left and the seconds until it refills."""
        now = self._clock.time()
        began, left = self._left.get((bucket, key), (now, first + 1))
        if now - began >= window:
            began, left = now, first + 1
        left -= 1
        self._left[bucket, key] = began, left
        return left, began + window - now
