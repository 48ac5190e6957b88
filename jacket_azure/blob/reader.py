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

"""The bytes of a disk in a page blob, read range by range."""

from __future__ import annotations

from collections.abc import Iterator

from jacket_azure import exceptions
from jacket_azure.blob import page_blobs

# of one request; one that breaks off is sent again as a whole
PIECE_BYTES = 4 * 1024**2


class Reader:
    """Reads what nobody writes; safe to share between threads.

    :param blob: best a snapshot
    :param size_bytes: of the disk, without a footer
    :param etag: of the blob, else it is taken for unchanged
    """

    def __init__(
        self,
        blob: page_blobs.PageBlob,
        size_bytes: int,
        etag: str | None = None,
    ) -> None:
        self.size_bytes = size_bytes
        self._blob = blob
        self._etag = etag
        self._closed = False

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield offset and length in bytes of what is not all zeros.

        :raises PreconditionFailed: the blob has changed
        """
        self._check_open()
        if self.size_bytes:
            yield from self._blob.ranges(0, self.size_bytes, self._etag)

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer only at the end.

        :raises PreconditionFailed: the blob has changed
        """
        self._check_open()
        if offset < 0 or length < 0:
            raise exceptions.InvalidRequest(
                f'{length} bytes at {offset} cannot be read.'
            )
        end = min(offset + length, self.size_bytes)
        return b''.join(
            self._blob.read(start, min(PIECE_BYTES, end - start), self._etag)
            for start in range(offset, end, PIECE_BYTES)
        )

    def close(self) -> None:
        """Read no more."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise exceptions.InvalidRequest('The disk is closed.')
