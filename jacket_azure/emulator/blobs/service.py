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

"""What a request to the blob service meets between its client and Azurite."""

from __future__ import annotations

from collections.abc import Callable
import datetime
from typing import TYPE_CHECKING

from jacket_azure.emulator.blobs import authentication
from jacket_azure.emulator.blobs import copying
from jacket_azure.emulator.blobs import listings
from jacket_azure.emulator.blobs import page_diffs
from jacket_azure.emulator.blobs import page_lists
from jacket_azure.emulator.blobs import pages_from_url
from jacket_azure.emulator.blobs import rules
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator import records
    from jacket_azure.emulator.blobs.front import Front

_PAGES = ('blobs/page', 'blobs/clearPage', 'blobs/pageFromUrl')
# what gives a blob another ETag
_CHANGES = (*_PAGES, 'blobs', 'blobs/copy', 'blobs/metadata',
            'blobs/properties')
_CREATES = ('blobs', 'blobs/copy')


def serve(front: Front, request: BlobRequest,
          record: records.Record) -> Answer:
    """Check a request and answer it, most often as Azurite does.

    :raises BlobFailure: it is refused
    """
    keys = front.bytes.keys_of(request.account)
    request = authentication.admit(front.emulator, request, keys)
    rules.check(request)
    pending = front.copies.pending(request)
    if pending is not None and request.writes_blob and (
            request.kind != 'blobs/abortCopy'):
        raise copying.pending_failure()
    if request.kind in _PAGES:
        front.sizes.check(request)
    began = datetime.datetime.now(datetime.UTC)
    if request.kind == 'blobs/copy':
        answer = copying.start(front, request, record)
    else:
        answer = _HANDLERS.get(request.kind, _forward)(front, request)
    if request.kind == 'blobs' and request.method in ('GET', 'HEAD'):
        front.copies.show(answer, pending)
        if pending is not None and answer.status < 300:
            answer.hide_body()
    if request.writes_blob and answer.status < 300:
        _note(front, request, began)
    return answer


def _forward(front: Front, request: BlobRequest) -> Answer:
    return front.bytes.send(request)


def _list_pages(front: Front, request: BlobRequest) -> Answer:
    if page_diffs.asked(request):
        return page_diffs.answer(front, request)
    return page_lists.answer(front, request)


def _note(front: Front, request: BlobRequest,
          began: datetime.datetime) -> None:
    """Know what a write that was done makes untrue."""
    if request.kind not in _PAGES:
        front.sizes.forget(request.key)
    if request.kind in _CHANGES:
        front.copies.source_changed(request)
    if request.kind in _CREATES and request.method == 'PUT':
        stamp = began.isoformat(timespec='milliseconds')[:23] + '0000Z'
        front.made_anew.setdefault(request.key, []).append(stamp)


_HANDLERS: dict[str, Callable[[Front, BlobRequest], Answer]] = {
    'blobs/abortCopy': copying.abort,
    'blobs/pageFromUrl': pages_from_url.answer,
    'blobs/pageList': _list_pages,
    'containers/list': listings.answer,
}
