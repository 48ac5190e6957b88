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

"""Copy Blob and Abort Copy Blob.

Source: Blob service REST API, copy-blob and abort-copy-blob.
"""

from __future__ import annotations

import datetime
import logging
from typing import TYPE_CHECKING

from jacket_azure.emulator import blob_client
from jacket_azure.emulator import latency
from jacket_azure.emulator.blobs import answer as answers
from jacket_azure.emulator.blobs import authentication
from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs import signing
from jacket_azure.emulator.blobs import sources
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.answer import BlobFailure
from jacket_azure.emulator.blobs.copy_state import PENDING
from jacket_azure.emulator.blobs.copy_state import SUCCESS
from jacket_azure.emulator.blobs.copy_state import Copy
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator import records
    from jacket_azure.emulator.blobs.front import Front

LOG = logging.getLogger(__name__)
_INTERNAL_SECONDS = 600
_OF_SOURCE = ('x-ms-copy-source-authorization', 'x-ms-source-if-match',
              'x-ms-source-if-none-match', 'x-ms-source-if-modified-since',
              'x-ms-source-if-unmodified-since')


def pending_failure() -> BlobFailure:
    """The blob is being copied to."""
    return BlobFailure(409, 'PendingCopyOperation',
                       'There is currently a pending copy operation.')


def start(front: Front, request: BlobRequest,
          record: records.Record) -> Answer:
    """Begin to copy a blob: Azurite does it at once, Azure may not."""
    source = sources.find(front, request,
                          request.header('x-ms-copy-source'),
                          own_account=True)
    found = source.look(request)
    if front.copies.is_pending(source.request):
        raise pending_failure()
    _check_lease(front, request)
    answer = front.bytes.send(_for_azurite(front, request, source))
    if answer.status != 202:
        return answer
    emulator = front.emulator
    now = emulator.clock.now()
    seconds = (latency.of(emulator, 'blobs.copy')
               if emulator.latency == 'observed' else 0)
    copy = Copy(
        answer.header('x-ms-copy-id'), request, source.request.key,
        source.request.snapshot, source.shown, found.length,
        request.header('x-ms-lease-id'), now,
        now + datetime.timedelta(seconds=seconds))
    if found.header('x-ms-blob-type') == 'PageBlob':
        emulator.faults.plan(record, copy)
    front.copies.add(copy)
    if copy.status == SUCCESS:
        return answer
    # what fails at once is told to whoever looks afterwards
    answer.replace('x-ms-copy-status', PENDING)
    answer.replace('ETag', copy.etag)
    return answer


def _for_azurite(front: Front, request: BlobRequest,
                 source: sources.Source) -> BlobRequest:
    """Return the request with a source that Azurite can read by itself."""
    azurite = front.bytes.contents.azurite
    account = source.request.account
    query = {'snapshot': source.request.snapshot or None, 'sig': None}
    url = azurite.url + source.request.changed(query={
        **dict.fromkeys(source.request.query), **query}).target
    if account != request.account:
        # who asks was let in by now; Azurite wants a signature all the same
        until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(
            seconds=_INTERNAL_SECONDS)
        url += ('&' if '?' in url else '?') + front.bytes.contents.client_of(
            account, front.bytes.key_of(account)).account_sas(
                blob_client.iso(until))
    return authentication.authorized(request.changed(headers={
        **dict.fromkeys(_OF_SOURCE), 'x-ms-copy-source': url,
        'host': f'127.0.0.1:{azurite.port}'}),
        front.bytes.key_of(request.account))


def _check_lease(front: Front, request: BlobRequest) -> None:
    """A target's lease has to outlast the copy.

    :raises BlobFailure: 412 InfiniteLeaseDurationRequired
    """
    if not request.header('x-ms-lease-id'):
        return
    if front.bytes.look(request).header('x-ms-lease-duration') == 'fixed':
        raise BlobFailure(
            412, 'InfiniteLeaseDurationRequired', 'The lease ID matched, but '
            'the specified lease must be an infinite-duration lease.')


def abort(front: Front, request: BlobRequest) -> Answer:
    """Abort a pending copy; the blob is left empty."""
    action = request.header('x-ms-copy-action')
    if not action:
        raise failures.missing_header('x-ms-copy-action')
    if action.lower() != 'abort':
        raise failures.invalid_header('x-ms-copy-action', action)
    copy = front.copies.pending(request)
    if copy is None:
        return front.bytes.send(request)      # there is none, or no blob
    if copy.id != request.query.get('copyid', ''):
        raise BlobFailure(
            409, 'CopyIdMismatch', 'The specified copy ID did not match the '
            'copy ID for the pending copy operation.')
    # as whoever asks, so that Azurite looks at leases and rights
    found = front.bytes.send(authentication.authorized(request.changed(
        query={'comp': 'properties', 'copyid': None},
        headers={'x-ms-copy-action': None, 'x-ms-blob-content-length': '0'}),
        front.bytes.key_of(request.account)))
    if found.status != 200:
        return found
    front.copies.aborted(copy)
    return answers.make(204)


def empty(front: Front, copy: Copy) -> None:
    """Take the bytes of a copy that failed away."""
    request = BlobRequest('PUT', copy.target.path + '?comp=properties', (
        ('x-ms-version', '2021-12-02'), ('x-ms-blob-content-length', '0'),
        *((('x-ms-lease-id', copy.lease),) if copy.lease else ())))
    found = front.bytes.send_alone(signing.signed(
        request, front.bytes.key_of(request.account)))
    if found.status != 200:
        LOG.warning('The bytes of a failed copy stay in %s: %s',
                    copy.target.name, found.header('x-ms-error-code'))
    front.sizes.forget(copy.target.key)
