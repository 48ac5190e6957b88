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

"""Lists of page ranges: read from Azurite, joined, paged.

Azurite lists a range for each write; on Azure ranges that touch are one.
Source: Blob service REST API, get-page-ranges, version 2020-10-02.
"""

from __future__ import annotations

import bisect
import dataclasses
from typing import TYPE_CHECKING
from xml.etree import ElementTree  # noqa: S405

from jacket_azure.emulator.blobs import authentication
from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs.answer import XML
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator.blobs.front import Front

MAX_RESULTS = 10_000
_PAGING = ('marker', 'maxresults')


@dataclasses.dataclass(frozen=True, order=True)
class Range:
    """Bytes from *start* up to *end*, which is not part of it.

    :ivar cleared: they were cleared since an earlier snapshot
    """

    start: int
    end: int
    cleared: bool = False


def join(ranges: list[Range]) -> list[Range]:
    """Join ranges that touch; they are in order and do not overlap."""
    joined: list[Range] = []
    for one in ranges:
        if joined and (joined[-1].end, joined[-1].cleared) == (
                one.start, one.cleared):
            joined[-1] = Range(joined[-1].start, one.end, one.cleared)
        else:
            joined.append(one)
    return joined


def parse(text: bytes) -> list[Range]:
    """Read Azurite's list and join it."""
    # written by an Azurite of our own, so it is no hostile XML
    root = ElementTree.fromstring(text)  # noqa: S314
    return join(sorted(
        Range(int(one.findtext('Start', '0')),
              int(one.findtext('End', '0')) + 1)
        for one in root.iter('PageRange')))


def unpaged(front: Front, request: BlobRequest) -> BlobRequest:
    """Return the same question without paging, for Azurite."""
    if not any(name in request.query for name in _PAGING):
        return request
    return authentication.authorized(
        request.changed(query=dict.fromkeys(_PAGING)),
        front.bytes.key_of(request.account))


def answer(front: Front, request: BlobRequest) -> Answer:
    """Answer Get Page Ranges."""
    found = front.bytes.send(unpaged(front, request))
    if found.status != 200:
        return found
    ranges = ([] if front.copies.is_pending(request)
              else parse(found.read()))
    return render(request, found, ranges)


def render(request: BlobRequest, found: Answer,
           ranges: list[Range]) -> Answer:
    """Put the page of a list that was asked for into an answer."""
    begin = _begin(request, ranges)
    end = begin + _max_results(request)
    lines = ['<?xml version="1.0" encoding="utf-8"?><PageList>']
    for one in ranges[begin:end]:
        name = 'ClearRange' if one.cleared else 'PageRange'
        lines.append(f'<{name}><Start>{one.start}</Start>'
                     f'<End>{one.end - 1}</End></{name}>')
    marker = f'{ranges[end].start:x}!next' if end < len(ranges) else ''
    lines.append(f'<NextMarker>{marker}</NextMarker></PageList>')
    found.replace('Content-Type', XML)
    found.set_body(''.join(lines).encode())
    return found


def _begin(request: BlobRequest, ranges: list[Range]) -> int:
    """Where the list goes on: a marker is the place, not the number."""
    marker = request.query.get('marker', '')
    if not marker:
        return 0
    place, _, tail = marker.partition('!')
    try:
        start = int(place, 16)
    except ValueError:
        start = -1
    if start < 0 or tail != 'next':
        raise failures.invalid_query('marker', marker, 'It is no marker.')
    return bisect.bisect_left(ranges, Range(start, 0))


def _max_results(request: BlobRequest) -> int:
    asked = request.query.get('maxresults', '')
    if not asked:
        return MAX_RESULTS
    number = int(asked) if asked.isdecimal() else 0
    if number < 1:
        raise failures.invalid_query('maxresults', asked,
                                     'It is a number from 1.')
    return min(number, MAX_RESULTS)
