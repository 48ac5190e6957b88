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

"""One page blob: make, resize, write, tag, snapshot, delete.

Each method is one request. A change may name the ETag it was decided on; one
whose reply was lost is sent again and, when that fails because the first had
arrived, settled by looking.

Source: Blob service REST API, version 2021-12-02.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import cast

from jacket_azure import exceptions
from jacket_azure.blob import calls as blob_calls
from jacket_azure.blob import changes
from jacket_azure.blob import properties
from jacket_azure.blob import ranges

PAGE_BYTES = 512
# of one Put Page
MAX_WRITE_BYTES = 4 * 1024**2


class PageBlob(changes.Changes):
    """A page blob, or a snapshot of one, whether it exists or not.

    Safe to share between threads.

    :param lease: id of the lease that is held, sent with every change
    """

    def at(self, snapshot: str | None) -> PageBlob:
        """Return another snapshot of it, or the blob itself."""
        return PageBlob(self.channel, self.address.at(snapshot), self.lease)

    def leased(self, lease: str | None) -> PageBlob:
        """Return the same blob for the holder of a lease."""
        return PageBlob(self.channel, self.address, lease)

    # -- reading

    def properties(self, is_poll: bool = False) -> properties.Properties:
        """Ask what it is.

        :raises NotFound: there is no such blob, or no such container
        """
        call = self.channel.read_call(
            'blobs.get',
            needs=('etag', 'content-length', 'x-ms-blob-type'),
        )
        call.is_poll = is_poll
        response = self.channel.send('HEAD', self.address.url, {}, {}, call)
        return properties.from_headers(response.headers)

    def read(
        self, offset: int, length: int, etag: str | None = None
    ) -> bytes:
        """Read a part that lies within the blob.

        :param etag: the blob must not have changed since
        :raises PreconditionFailed: it has
        """
        call = self.channel.read_call(
            'blobs.read',
            needs=('content-range',),
            content=blob_calls.BYTES,
            length=length,
        )
        headers = {'x-ms-range': f'bytes={offset}-{offset + length - 1}'}
        if etag:
            headers['If-Match'] = etag
        response = self.channel.send(
            'GET', self.address.url, {}, headers, call
        )
        return cast(bytes, response.content)

    def ranges(
        self, offset: int, length: int, etag: str | None = None
    ) -> Iterator[tuple[int, int]]:
        """Yield offset and length of what is written within a part."""
        return ranges.list_ranges(
            self.channel, self.address, offset, length, etag
        )

    # -- changing

    def create(self, size_bytes: int, metadata: Mapping[str, str]) -> str:
        """Make it, all zeros, unless there is one; return its ETag.

        :raises PreconditionFailed: there is a blob of that name
        :raises NotFound: there is no such container
        """
        return self._put('create', size_bytes, metadata, _ABSENT)

    def replace(
        self, size_bytes: int, metadata: Mapping[str, str], etag: str
    ) -> str:
        """Make it anew, all zeros, if it is still what *etag* says."""
        return self._put('replace', size_bytes, metadata, {'If-Match': etag})

    def _put(
        self,
        verb: str,
        size_bytes: int,
        metadata: Mapping[str, str],
        condition: Mapping[str, str],
    ) -> str:
        def holds() -> str | None:
            found = self.properties()
            same = found.size_bytes == size_bytes and (
                dict(found.metadata) == dict(metadata)
            )
            return found.etag if same else None

        # the SDK takes no condition here, and without one what is there
        # would be emptied without a word
        return self._change(
            verb,
            'create_page_blob',
            size_bytes,
            holds=holds,
            metadata=dict(metadata),
            headers=dict(condition),
        )

    def resize(self, size_bytes: int, etag: str | None = None) -> str:
        """Give it another size; what is new is zeros."""

        def holds() -> str | None:
            found = self.properties()
            return found.etag if found.size_bytes == size_bytes else None

        return self._change(
            'resize', 'resize_blob', size_bytes, holds=holds, etag=etag
        )

    def write(
        self, offset: int, data: bytes, etag: str | None = None
    ) -> str:
        """Write whole pages, 4 MiB at most.

        :raises InvalidRequest: offset or length are not allowed
        """
        check_pages(offset, len(data))
        if len(data) > MAX_WRITE_BYTES:
            raise exceptions.InvalidRequest(
                f'{len(data)} bytes are too many for one write, '
                f'{MAX_WRITE_BYTES} are allowed.'
            )
        return self._change(
            'write',
            'upload_page',
            data,
            offset,
            len(data),
            holds=lambda: self._etag_if(offset, data),
            etag=etag,
        )

    def clear(
        self, offset: int, length: int, etag: str | None = None
    ) -> str:
        """Make whole pages zeros and free their space, however many."""
        check_pages(offset, length)

        def holds() -> str | None:
            found = self.properties()
            written = any(self.ranges(offset, length, found.etag))
            return None if written else found.etag

        return self._change(
            'clear', 'clear_page', offset, length, holds=holds, etag=etag
        )

    def _etag_if(self, offset: int, data: bytes) -> str | None:
        found = self.properties()
        try:
            same = self.read(offset, len(data), found.etag) == data
        except exceptions.AzureError:
            return None
        return found.etag if same else None

    def tag(
        self, metadata: Mapping[str, str], etag: str | None = None
    ) -> str:
        """Replace all metadata."""

        def holds() -> str | None:
            found = self.properties()
            same = dict(found.metadata) == dict(metadata)
            return found.etag if same else None

        return self._change(
            'tag', 'set_blob_metadata', dict(metadata), holds=holds, etag=etag
        )

    def snapshot(self, metadata: Mapping[str, str]) -> str:
        """Take a snapshot with metadata of its own; return its time stamp.

        Never sent twice, for there would be two: after a lost reply the
        caller has to look for it.
        """
        call = self.channel.write_call(
            'blobs.snapshot', needs=('x-ms-snapshot',), repeatable=False
        )
        answer = self._send(
            'create_snapshot', call, metadata=dict(metadata)
        )
        return str(answer['snapshot'])

    def delete(self, etag: str | None = None) -> bool:
        """Delete it; False when there was none.

        :raises InUse: leased, or it has snapshots
        """
        call = self.channel.write_call('blobs.delete')
        try:
            self._send('delete_blob', call, **self._conditions(etag))
        except exceptions.NotFound:
            return call.reply_lost
        return True


_ABSENT = {'If-None-Match': '*'}


def check_pages(offset: int, length: int) -> None:
    """Refuse what are not whole pages.

    :raises InvalidRequest: offset or length are no multiples of 512
    """
    if offset % PAGE_BYTES or length % PAGE_BYTES or length <= 0:
        raise exceptions.InvalidRequest(
            f'{length} bytes at {offset} are not whole pages of '
            f'{PAGE_BYTES} bytes.'
        )
