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

"""Which pages of a blob hold anything: Get Page Ranges, page by page.

The SDK's download asks for all ranges of the blob before each read, and
takes one answer for all of them; here each answer's marker is followed, and
what is read is pinned by a snapshot or an ETag.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from xml.etree import ElementTree  # noqa: S405 - expat limits entities

from jacket_azure.blob import address as addresses
from jacket_azure.blob import calls as blob_calls
from jacket_azure.blob import channel as channels


def list_ranges(
    channel: channels.Channel,
    address: addresses.Address,
    offset: int,
    length: int,
    etag: str | None = None,
) -> Iterator[tuple[int, int]]:
    """Yield offset and length of what is written, in order, joined.

    :param etag: the blob must not have changed since
    :raises PreconditionFailed: it has
    """
    end = offset + length
    yield from join(
        (max(start, offset), min(stop, end))
        for start, stop in _pages(channel, address, offset, length, etag)
    )


def join(
    pieces: Iterable[tuple[int, int]],
) -> Iterator[tuple[int, int]]:
    """Join pieces that touch, given as start and end, in order.

    :returns: offset and length of each; empty ones are left out
    """
    begin = end = 0
    for start, stop in pieces:
        if stop <= start:
            continue
        if start > end:
            if end > begin:
                yield begin, end - begin
            begin = start
        elif begin == end:
            begin = start
        end = max(end, stop)
    if end > begin:
        yield begin, end - begin


def _pages(
    channel: channels.Channel,
    address: addresses.Address,
    offset: int,
    length: int,
    etag: str | None,
) -> Iterator[tuple[int, int]]:
    headers = {'x-ms-range': f'bytes={offset}-{offset + length - 1}'}
    if etag:
        headers['If-Match'] = etag
    marker = ''
    while True:
        call = channel.read_call('blobs.ranges', content=blob_calls.XML)
        response = channel.send(
            'GET',
            address.url,
            {'comp': 'pagelist', 'marker': marker},
            headers,
            call,
        )
        root = ElementTree.fromstring(response.content)  # noqa: S314
        for found in root.iter('PageRange'):
            yield (
                int(found.findtext('Start') or 0),
                int(found.findtext('End') or 0) + 1,
            )
        marker = root.findtext('NextMarker') or ''
        if not marker:
            return
