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

"""How far something is, as one line of a terminal that changes."""

from __future__ import annotations

from collections.abc import Callable
import time
from typing import TextIO

_WIDTH = 24
_MIB = 1024**2
# between two changes
_PAUSE_SECONDS = 0.2


class ProgressBar:
    """Counts bytes; shows them where somebody looks.

    :param stream: usually standard error; nothing is written unless it is
        a terminal
    :param size_bytes: at the end
    :param clock: monotonic seconds
    """

    def __init__(
        self,
        stream: TextIO,
        size_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._size = size_bytes
        self._clock = clock
        self._began = clock()
        self._next = self._began
        self._done = 0
        self._shows = stream.isatty()

    def add(self, count_bytes: int) -> None:
        """Count bytes that are done."""
        self._done += count_bytes
        now = self._clock()
        if self._shows and now >= self._next:
            self._next = now + _PAUSE_SECONDS
            self._draw(now)

    def close(self) -> None:
        """Leave the last state standing."""
        if self._shows:
            self._draw(self._clock())
            self._stream.write('\n')
            self._stream.flush()

    def _draw(self, now: float) -> None:
        part = min(1.0, self._done / self._size) if self._size else 1.0
        filled = int(part * _WIDTH)
        rate = self._done / max(now - self._began, 0.001) / _MIB
        self._stream.write(
            f'\r[{"#" * filled}{"." * (_WIDTH - filled)}] {part:4.0%} of '
            f'{self._size / _MIB:.0f} MiB, {rate:.1f} MiB/s \x1b[K'
        )
        self._stream.flush()
