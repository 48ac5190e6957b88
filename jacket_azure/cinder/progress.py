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

"""How far the bytes of a volume are, as metadata that its user can see.

Cinder has no field for it; ``openstack volume show`` shows metadata.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import threading
import time
from typing import Any

from cinder import exception as cinder_exception
from cinder.db import api as db
from oslo_db import exception as db_exception
from oslo_log import log as logging

LOG = logging.getLogger(__name__)

KEY = 'azure_progress'
# between two writes to Cinder's database
PAUSE_SECONDS = 3.0


class Progress:
    """Writes percentages into the metadata of one volume.

    Nothing but this one key is touched, for the user may change others
    meanwhile. May be called by several threads.

    :param clock: monotonic seconds
    """

    def __init__(
        self,
        context: Any,
        volume: Any,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context.elevated()
        self._volume_id = volume.id
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock() + PAUSE_SECONDS
        self._written = False

    def __call__(self, percent: int) -> None:
        """Note how much is done; soon forgotten if it comes too often."""
        with self._lock:
            now = self._clock()
            if now < self._next:
                return
            self._next = now + PAUSE_SECONDS
            self._written = True
        LOG.info('Volume %s: %s %% of its bytes', self._volume_id, percent)
        self._save(f'{percent} %')

    def end(self) -> None:
        """Remove it."""
        if self._written:
            try:
                db.volume_metadata_delete(
                    self._context, self._volume_id, KEY
                )
            except _ERRORS as exc:
                self._tell(exc)

    def _save(self, text: str) -> None:
        try:
            db.volume_metadata_update(
                self._context, self._volume_id, {KEY: text}, False
            )
        except _ERRORS as exc:
            self._tell(exc)

    def _tell(self, exc: Exception) -> None:
        # it would be a pity to lose the bytes for that
        LOG.debug(
            'The progress of volume %s is not kept: %s', self._volume_id, exc
        )


_ERRORS = (cinder_exception.CinderException, db_exception.DBError)


@contextlib.contextmanager
def shown(context: Any, volume: Any) -> Iterator[Progress]:
    """Give a :class:`Progress` that is removed at the end."""
    progress = Progress(context, volume)
    try:
        yield progress
    finally:
        progress.end()
