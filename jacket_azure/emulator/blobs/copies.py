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

"""Copies of blobs as Azure does them: some take their time, some fail.

Azurite copies at once. While a copy is pending here the bytes are there
already, but nobody sees them: the front shows zeros and no pages, refuses
writes, and takes the bytes away again when the copy fails or is aborted.
"""

from __future__ import annotations

from collections.abc import Callable
import threading

from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.copy_state import ABORTED
from jacket_azure.emulator.blobs.copy_state import FAILED
from jacket_azure.emulator.blobs.copy_state import SUCCESS
from jacket_azure.emulator.blobs.copy_state import Copy
from jacket_azure.emulator.blobs.request import BlobRequest

_HEADERS = ('x-ms-copy-id', 'x-ms-copy-source', 'x-ms-copy-status',
            'x-ms-copy-progress', 'x-ms-copy-completion-time',
            'x-ms-copy-status-description')


class Copies:
    """All copies since the start, by id; those that are pending, by key.

    :param empty: takes away the bytes of a copy that did not succeed
    """

    def __init__(self, clock: clocks.RealClock,
                 empty: Callable[[Copy], None]) -> None:
        self._clock = clock
        self._empty = empty
        self._lock = threading.RLock()
        self._known: dict[str, Copy] = {}
        self._pending: dict[str, Copy] = {}
        clock.call_on_change(self.settle)

    def add(self, copy: Copy) -> None:
        """Follow a copy from now on; one without delay is done already."""
        with self._lock:
            self._known[copy.id] = copy
            self._pending[copy.target.key] = copy
            self.settle()

    def settle(self) -> None:
        """End what is due."""
        with self._lock:
            now = self._clock.now()
            for key, copy in list(self._pending.items()):
                if copy.stuck or copy.due > now:
                    continue
                del self._pending[key]
                if copy.planned_error is not None:
                    copy.end(FAILED, now, f'{copy.planned_error.status} '
                             f'{copy.planned_error.code} '
                             f'"{copy.planned_error.message}"')
                    self._empty(copy)
                elif copy.planned_cancel:
                    copy.end(ABORTED, now)
                    self._empty(copy)
                else:
                    copy.end(SUCCESS, now)

    def pending(self, request: BlobRequest) -> Copy | None:
        """The copy that is making the blob of a request, or None."""
        if not self._pending or request.snapshot:
            return None
        with self._lock:
            self.settle()
            return self._pending.get(request.key)

    def is_pending(self, request: BlobRequest) -> bool:
        """Whether the blob of a request is still being copied to."""
        return self.pending(request) is not None

    def aborted(self, copy: Copy) -> None:
        """A pending copy was aborted; its bytes are gone already."""
        with self._lock:
            if self._pending.pop(copy.target.key, None) is copy:
                copy.end(ABORTED, self._clock.now())

    def source_changed(self, request: BlobRequest) -> None:
        """Let pending copies fail whose source was changed or deleted."""
        if not self._pending:
            return
        deleted = request.method == 'DELETE'
        with self._lock:
            self.settle()
            for key, copy in list(self._pending.items()):
                if not _hits(request, copy):
                    continue
                del self._pending[key]
                copy.end(FAILED, self._clock.now(), (
                    '404 BlobNotFound' if deleted else
                    '412 ConditionNotMet')
                    + ' "Copy failed when reading the source."')
                self._empty(copy)

    def clear(self) -> None:
        """Forget all copies."""
        with self._lock:
            self._known.clear()
            self._pending.clear()

    def show(self, answer: Answer, pending: Copy | None) -> None:
        """Tell in an answer about a blob how it was copied.

        Copies that the emulator itself made are not told.

        :param pending: the copy that goes on, as of before the answer
        """
        found = answer.header('x-ms-copy-id')
        copy = pending or self._known.get(found)
        for name in _HEADERS:
            answer.replace(name, None)
        if copy is None:
            return
        for name, value in copy.headers(self._clock.now()).items():
            answer.replace(name, value)
        if copy is pending:
            answer.replace('ETag', copy.etag)

    def of_id(self, copy_id: str) -> Copy | None:
        """The copy of an id, or None when the emulator itself made it."""
        return self._known.get(copy_id)


def _hits(request: BlobRequest, copy: Copy) -> bool:
    """Tell whether what a request changed is the source of a copy."""
    if copy.source != request.key:
        return False
    if request.method != 'DELETE' or request.snapshot:
        return copy.source_snapshot == request.snapshot
    # the blob goes, its snapshots with it, or they go alone
    return bool(copy.source_snapshot) or (
        request.header('x-ms-delete-snapshots').lower() != 'only')
