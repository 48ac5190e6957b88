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


"""How far a long action is, where the API shows it: ``server.progress``."""

from __future__ import annotations

from collections.abc import Callable
import threading
from typing import Any

# Each write is one of the database's, through the conductor.
_STEP_PERCENT = 5


class Progress:
    """The progress of one instance's action."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance
        self._thread = threading.get_ident()
        self._before = instance.progress or 0
        self._shown = self._before

    def part(self, first: int, last: int) -> Callable[[int], None]:
        """Return what to call with the percentage of a part of the action.

        :param first: percentage of the whole at which the part begins
        :param last: and ends

        The call raises what saving the instance raises, so that an action
        on a deleted instance ends. From another thread than the action's it
        does nothing: under eventlet Nova uploads in a native thread, which
        must not touch the green ones' connections.
        """

        def show(percent: int) -> None:
            whole = first + (last - first) * min(max(percent, 0), 100) // 100
            self._show(whole)

        return show

    def restore(self) -> None:
        """Show what was shown before: the action is over."""
        if self._shown != self._before:
            self._instance.progress = self._shown = self._before
            # saved with the task state by the compute manager

    def _show(self, percent: int) -> None:
        if threading.get_ident() != self._thread:
            return
        if percent == self._shown or (
            percent < 100 and abs(percent - self._shown) < _STEP_PERCENT
        ):
            return
        self._shown = percent
        self._instance.progress = percent
        self._instance.save()
