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

"""Whose a name is, as far as this process knows without asking.

Azure has no conditional create for disks and snapshots: a PUT on a name that
is taken changes what is there. One listing at start, which capacity needs
anyway, tells which names to be careful with, so that making and deleting a
disk stays one request.
"""

from __future__ import annotations

from collections.abc import Iterable
import threading


class Ownership:
    """Names of one resource type; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listed = False
        self._moment = 0
        # whether it is ours, None for gone, and when that was learnt
        self._known: dict[str, tuple[bool | None, int]] = {}

    def begin_listing(self) -> int:
        """Return the moment to tell :meth:`note_listing`."""
        with self._lock:
            self._moment += 1
            return self._moment

    def note_listing(
        self, names: Iterable[tuple[str, bool]], began: int | None = None
    ) -> None:
        """Remember a complete listing: each name, and whether it is ours.

        :param began: what was learnt from this moment on stays, for the
            listing may be older
        """
        seen = {name.lower(): ours for name, ours in names}
        with self._lock:
            moment = self._moment + 1 if began is None else began
            newer = {
                name: known
                for name, known in self._known.items()
                if known[1] >= moment
            }
            self._known = {
                **{name: (ours, moment) for name, ours in seen.items()},
                **newer,
            }
            self._listed = True

    def note(self, name: str, ours: bool) -> None:
        """Remember what an answer told."""
        self._learn(name, ours)

    def note_gone(self, name: str) -> None:
        """Remember that the name is free."""
        self._learn(name, None)

    def is_ours(self, name: str) -> bool:
        """Say whether it is known to be ours."""
        with self._lock:
            return bool(self._known.get(name.lower(), (None, 0))[0])

    def is_free(self, name: str) -> bool:
        """Say whether, when all were listed, there was none of the name."""
        with self._lock:
            known, _ = self._known.get(name.lower(), (None, 0))
            return self._listed and known is None

    def _learn(self, name: str, ours: bool | None) -> None:
        with self._lock:
            self._known[name.lower()] = ours, self._moment
