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

"""What changed in a page blob since an earlier snapshot of it.

Azurite answers with all pages there are. Here the pages of both and, where
both have some, their bytes are compared. Pages that were written again
with what they held before are not told; on Azure they are.
Source: Blob service REST API, get-page-ranges.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
import datetime
from typing import TYPE_CHECKING

from jacket_azure.emulator.blobs import authentication
from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs import page_lists
from jacket_azure.emulator.blobs import sources
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.answer import BlobFailure
from jacket_azure.emulator.blobs.page_lists import Range
from jacket_azure.emulator.blobs.request import BlobRequest
from jacket_azure.emulator.blobs.rules import PAGE

if TYPE_CHECKING:
    from jacket_azure.emulator.blobs.front import Front

URL_HEADER = 'x-ms-previous-snapshot-url'
_CHUNK = 4 * 1024 ** 2
Read = Callable[[int, int], bytes]


def asked(request: BlobRequest) -> bool:
    """Tell whether Get Page Ranges is asked for a difference."""
    return 'prevsnapshot' in request.query or bool(
        request.header(URL_HEADER))


def compare(now: list[Range], before: list[Range], read_now: Read,
            read_before: Read) -> list[Range]:
    """Return what was written and what was cleared, in order.

    :param now: pages there are; *before* those there were
    :param read_now: reads so many bytes from a place on
    """
    found: list[Range] = []
    for start, end, is_now, was in _pieces(now, before):
        if is_now and not was:
            found.append(Range(start, end))
        elif was and not is_now:
            found.append(Range(start, end, cleared=True))
        elif is_now:
            found += _differing(start, end, read_now, read_before)
    return page_lists.join(found)


def _pieces(now: list[Range], before: list[Range],
            ) -> Iterator[tuple[int, int, bool, bool]]:
    """Cut the blob where a range of either begins or ends."""
    marks = sorted({place for one in (*now, *before)
                    for place in (one.start, one.end)})
    indexes = [0, 0]
    for start, end in zip(marks, marks[1:], strict=False):
        there = []
        for which, ranges in enumerate((now, before)):
            while (indexes[which] < len(ranges)
                   and ranges[indexes[which]].end <= start):
                indexes[which] += 1
            there.append(indexes[which] < len(ranges)
                         and ranges[indexes[which]].start <= start)
        yield start, end, there[0], there[1]


def _differing(start: int, end: int, read_now: Read,
               read_before: Read) -> Iterator[Range]:
    for begin in range(start, end, _CHUNK):
        length = min(_CHUNK, end - begin)
        one, other = read_now(begin, length), read_before(begin, length)
        if one == other:
            continue
        for place in range(0, length, PAGE):
            if one[place:place + PAGE] != other[place:place + PAGE]:
                yield Range(begin + place, begin + place + PAGE)


def answer(front: Front, request: BlobRequest) -> Answer:
    """Answer Get Page Ranges with a difference."""
    key = front.bytes.key_of(request.account)
    plain = request.changed(query={
        **dict.fromkeys(('prevsnapshot', 'marker', 'maxresults'))},
        headers={URL_HEADER: None})
    found = front.bytes.send(authentication.authorized(plain, key))
    if found.status != 200:
        return found
    now = page_lists.parse(found.read())
    size = int(found.header('x-ms-blob-content-length') or 0)
    asked_for = request.page_range()
    until = size
    since = 0
    if asked_for is not None:
        since = asked_for[0] // PAGE * PAGE
        if asked_for[1] is not None:
            until = min(size, -(-(asked_for[1] + 1) // PAGE) * PAGE)
    earlier = _earlier(front, request, plain)
    before = _ranges_of(earlier)
    _check_generation(front, request)
    changes = compare(_clip(now, since, until), _clip(before, since, until),
                      _reader(front, authentication.authorized(
                          plain.changed(query={'comp': None}), key)),
                      _reader(front, earlier))
    return page_lists.render(request, found, changes)


def _clip(ranges: list[Range], since: int, until: int) -> list[Range]:
    return [Range(max(one.start, since), min(one.end, until))
            for one in ranges if one.end > since and one.start < until]


def _ranges_of(source: sources.Source) -> list[Range]:
    found = source.send('GET', {}, {'comp': 'pagelist'})
    if found.status == 404:
        raise BlobFailure(409, 'PreviousSnapshotNotFound',
                          'The previous snapshot is not found.')
    if found.status != 200:
        raise sources.unverified(found.status)
    return page_lists.parse(found.read())


def _reader(front: Front, source: sources.Source | BlobRequest) -> Read:
    def read(place: int, length: int) -> bytes:
        headers: dict[str, str | None] = {
            'x-ms-range': f'bytes={place}-{place + length - 1}',
            'range': None}
        if isinstance(source, sources.Source):
            found = source.send('GET', headers)
        else:
            found = front.bytes.send(authentication.authorized(
                source.changed(headers=headers),
                front.bytes.key_of(source.account)))
        if found.status not in (200, 206):
            raise RuntimeError(f'reading for a difference: {found.status}')
        return found.read()
    return read


def _earlier(front: Front, request: BlobRequest,
             plain: BlobRequest) -> sources.Source:
    """Return the earlier snapshot; refuse what Azure refuses."""
    url = request.header(URL_HEADER)
    if url:
        return sources.find(front, request, url, own_account=True)
    stamp = request.query['prevsnapshot']
    _check_stamp(stamp)
    if request.snapshot and request.snapshot < stamp:
        raise BlobFailure(
            400, 'PreviousSnapshotCannotBeNewer', 'The prevsnapshot query '
            'parameter value cannot be newer than snapshot query parameter '
            'value.')
    earlier = BlobRequest('GET', plain.changed(query={
        'comp': None, 'snapshot': stamp}).target, (
            ('x-ms-version', '2021-12-02'),))
    return sources.Source(front, earlier, 'sig' not in request.query)


def _check_generation(front: Front, request: BlobRequest) -> None:
    """Both have to be of a blob that was not created anew between them."""
    stamp = request.query.get('prevsnapshot', '9')
    until = request.snapshot or '9'
    if any(stamp < made <= until
           for made in front.made_anew.get(request.key, ())):
        raise BlobFailure(409, 'BlobOverwritten', 'The blob has been '
                          'recreated since the previous snapshot was taken.')


def _check_stamp(stamp: str) -> None:
    try:
        datetime.datetime.strptime(stamp[:19], '%Y-%m-%dT%H:%M:%S')
    except ValueError:
        raise failures.invalid_query('prevsnapshot', stamp,
                                     'It is no time stamp.') from None
