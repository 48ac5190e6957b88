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


"""A thread for work that takes long, one piece of it at a time."""

from __future__ import annotations

from collections.abc import Callable
import threading

from oslo_log import log as logging

LOG = logging.getLogger(__name__)

# How long a service that stops waits for what is under way; Azure ends it by
# itself.
_STOP_SECONDS = 5.0


class Worker:
    """All periodic tasks of Nova share one thread, which must not wait.

    :param name: of the thread
    :param what: the work, for the log
    """

    def __init__(self, name: str, what: str) -> None:
        self._name = name
        self._what = what
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def is_stopping(self) -> bool:
        """Say whether the service stops: nothing more shall begin."""
        return self._stop.is_set()

    def start(self, work: Callable[[], object]) -> None:
        """Begin some work, unless some is under way; return at once."""
        with self._lock:
            if self._stop.is_set():
                return
            if self._thread is not None and self._thread.is_alive():
                LOG.info('%s is still under way', self._what)
                return
            self._thread = threading.Thread(
                target=self._run, args=(work,), name=self._name, daemon=True
            )
            self._thread.start()

    def wait(self, timeout_seconds: float | None = None) -> None:
        """Wait until what is under way, if anything, is done."""
        if self._thread is not None:
            self._thread.join(timeout_seconds)

    def stop(self) -> None:
        """Begin nothing any more."""
        self._stop.set()
        self.wait(_STOP_SECONDS)

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            # a service that stops takes the client away
            if not self._stop.is_set():
                LOG.exception('%s failed', self._what)
