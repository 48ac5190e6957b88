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

"""Where a volume holds nothing but zeros."""

from __future__ import annotations

import bisect

from jacket_azure.disks import models


class Holes:
    """Where there is nothing but zeros, from the ranges that are not."""

    def __init__(self, reader: models.RangedReader | None = None) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        if reader is not None:
            for offset, length in sorted(reader.ranges()):
                self.fill(offset, length)

    def fill(self, offset: int, length: int) -> None:
        """Note that a range holds something."""
        start, end = offset, offset + length
        first = bisect.bisect_left(self._ends, start)
        last = bisect.bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def is_hole(self, offset: int, length: int) -> bool:
        """Say whether a range holds nothing."""
        first = bisect.bisect_right(self._ends, offset)
        return (
            first == len(self._starts)
            or self._starts[first] >= offset + length
        )
