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

"""Sizes of page blobs that are being written, known for a moment.

Azurite takes pages that end after the blob, Azure refuses them; to ask for
the size before each Put Page would double their cost.
"""

from __future__ import annotations

from collections.abc import Callable
import threading
import time

from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs.request import BlobRequest

# the emulator itself may resize a blob: what is older is asked again
_SECONDS = 1.0
_MOST = 1000


class Sizes:
    """Sizes by the key of the blob.

    :param ask: returns the size of a page blob, None when it is none
    """

    def __init__(self, ask: Callable[[BlobRequest], int | None]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, int]] = {}

    def check(self, request: BlobRequest) -> None:
        """Refuse pages that are not within the blob.

        :raises BlobFailure: 416 InvalidPageRange
        """
        pages = request.page_range()
        if pages is None or pages[1] is None:
            return
        end = pages[1] + 1
        known = self._recent(request.key)
        if known is None or end > known:
            size = self._ask(request)
            if size is None:
                return          # Azurite says what is wrong
            with self._lock:
                if len(self._known) > _MOST:
                    self._known.clear()
                self._known[request.key] = time.monotonic(), size
            if end > size:
                raise failures.invalid_page_range()

    def _recent(self, key: str) -> int | None:
        with self._lock:
            when, size = self._known.get(key, (0.0, 0))
        return size if time.monotonic() - when < _SECONDS else None

    def clear(self) -> None:
        """Forget all sizes."""
        with self._lock:
            self._known.clear()

    def forget(self, key: str) -> None:
        """The blob may have another size from now on."""
        with self._lock:
            self._known.pop(key, None)
