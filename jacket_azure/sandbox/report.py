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

"""What a person sees: steps with their times, and progress while waiting."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import sys
import threading
import time
from typing import TextIO

# seconds of silence after which a running step says that it still runs
SILENCE = 5.0


@dataclasses.dataclass
class Step:
    """One line of the summary.

    :ivar seconds: how long it took; None while it runs
    :ivar note: what it is doing, or what came of it
    """

    name: str
    began: float
    seconds: float | None = None
    failed: bool = False
    note: str = ''


class Report:
    """Prints steps, also of several threads at a time."""

    def __init__(
        self, out: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._out = out or sys.stdout
        self._clock = clock
        self._lock = threading.Lock()
        self._spoke = clock()
        self._began = clock()
        self.steps: list[Step] = []

    def say(self, text: str = '') -> None:
        """Print a line at once."""
        with self._lock:
            print(text, file=self._out, flush=True)
            self._spoke = self._clock()

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and print its end; failures go on to the caller."""
        step = Step(name, self._clock())
        self.steps.append(step)
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            step.seconds = self._clock() - step.began
            mark = 'FAILED' if step.failed else 'ok'
            note = f'  {step.note}' if step.note else ''
            self.say(f'  {mark:6} {step.seconds:6.1f} s  {name}{note}')

    def heartbeat(self) -> None:
        """Say what runs, unless something was printed a moment ago."""
        if self._clock() - self._spoke < SILENCE:
            return
        running = ', '.join(
            f'{step.name} ({self._clock() - step.began:.0f} s'
            + (f', {step.note}' if step.note else '') + ')'
            for step in self.steps if step.seconds is None)
        if running:
            self.say(f'  ...              {running}')

    @property
    def elapsed(self) -> float:
        """Seconds since the report was begun."""
        return self._clock() - self._began

    def summary(self) -> str:
        """Return all steps as a table."""
        width = max((len(step.name) for step in self.steps), default=0)
        lines = [f'{"step":{width}}  seconds  result']
        for step in self.steps:
            result = 'FAILED' if step.failed else 'ok'
            lines.append(
                f'{step.name:{width}}  {step.seconds or 0:7.1f}  {result}')
        lines.append(f'{"all together":{width}}  {self.elapsed:7.1f}')
        return '\n'.join(lines)
