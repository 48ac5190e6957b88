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

"""What a request to the blob service may be: limits Azurite does not keep.

Source: Blob service REST API, put-page, put-blob, set-blob-properties,
set-blob-metadata, delete-blob and scalability-targets.
"""

from __future__ import annotations

from jacket_azure.emulator import azurite
from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs.answer import BlobFailure
from jacket_azure.emulator.blobs.request import BlobRequest

PAGE = 512
MAX_PAGES_BYTES = 4 * 1024 ** 2
MAX_BLOB_BYTES = 8 * 1024 ** 4
MAX_METADATA_BYTES = 8 * 1024
_SIZE = 'x-ms-blob-content-length'
_META = 'x-ms-meta-'
# the only thing a snapshot lets be written
_OF_SNAPSHOT = ('blobs/tier',)
_UNKNOWN = {
    'blobs/copyFromUrl': 'Copy Blob From URL, which makes block blobs',
    'blobs/putFromUrl': 'Put Blob From URL, which makes block blobs',
    'blobs/incrementalcopy': 'Incremental Copy Blob',
    'blobService/userdelegationkey': 'Get User Delegation Key',
    'blobService/batch': 'Blob Batch', 'containers/batch': 'Blob Batch'}
# what the SAS of a managed disk is for: its size and name are ARM's
_OF_DISK = ('blobs', 'blobs/page', 'blobs/clearPage', 'blobs/pageFromUrl',
            'blobs/pageList')


def check(request: BlobRequest) -> None:
    """Refuse what no blob would take, whatever it is like.

    :raises BlobFailure: 400, 403, 413 or 501
    """
    if request.kind in _UNKNOWN:
        raise failures.not_implemented(_UNKNOWN[request.kind])
    if request.account == azurite.ACCOUNT:
        _check_disk(request)
    if request.snapshot:
        _check_snapshot(request)
    if request.method == 'PUT':
        _check_metadata(request)
    if request.kind in ('blobs/page', 'blobs/clearPage',
                        'blobs/pageFromUrl'):
        _check_pages(request)
    elif request.kind in ('blobs', 'blobs/properties'):
        _check_size(request)


def _check_disk(request: BlobRequest) -> None:
    """Bytes of managed disks are read and written, no more [unverified]."""
    if request.kind not in _OF_DISK or (
            request.kind == 'blobs' and request.method in ('PUT', 'DELETE')):
        raise BlobFailure(
            403, 'AuthorizationPermissionMismatch', 'This request is not '
            'authorized to perform this operation using this permission.')


def _check_snapshot(request: BlobRequest) -> None:
    """A snapshot can be read and deleted, alone, and nothing else.

    Azurite lets most requests through to the blob itself.
    """
    if request.method == 'DELETE' and request.kind == 'blobs':
        asked = request.header('x-ms-delete-snapshots')
        if asked:
            raise failures.invalid_header('x-ms-delete-snapshots', asked)
    elif request.method in ('PUT', 'DELETE', 'POST') and (
            request.kind not in _OF_SNAPSHOT):
        raise failures.invalid_query(
            'snapshot', request.snapshot, 'A snapshot cannot be changed.')


def _check_metadata(request: BlobRequest) -> None:
    size = sum(len(name) - len(_META) + len(value)
               for name, value in request.named.items()
               if name.startswith(_META))
    if size > MAX_METADATA_BYTES:
        raise failures.metadata_too_large()


def _check_pages(request: BlobRequest) -> None:
    """The range is whole pages, of the length of what is sent."""
    header = 'x-ms-range' if request.header('x-ms-range') else 'Range'
    sent = request.header(header.lower())
    if not sent:
        raise failures.missing_header('x-ms-range')
    if not request.header('x-ms-page-write'):
        raise failures.missing_header('x-ms-page-write')
    pages = request.page_range()
    if pages is None or pages[1] is None:
        raise failures.invalid_header(header, sent)
    first, last = pages[0], pages[1]
    if first % PAGE or (last + 1) % PAGE or last < first:
        raise failures.invalid_header(header, sent)
    length = last + 1 - first
    if request.kind != 'blobs/clearPage' and (
            max(length, request.length) > MAX_PAGES_BYTES):
        raise failures.too_large(MAX_PAGES_BYTES)
    expected = length if request.kind == 'blobs/page' else 0
    if request.length != expected:
        raise failures.invalid_header('Content-Length', str(request.length))


def _check_size(request: BlobRequest) -> None:
    """A page blob is whole pages, and not too many."""
    sent = request.header(_SIZE)
    creates = (request.kind == 'blobs' and request.method == 'PUT' and
               request.header('x-ms-blob-type').lower() == 'pageblob')
    if creates and not sent:
        raise failures.missing_header(_SIZE)
    if creates and request.length:
        raise failures.invalid_header('Content-Length', str(request.length))
    if sent and request.method == 'PUT':
        size = int(sent) if sent.isdecimal() else -1
        if size % PAGE or not 0 <= size <= MAX_BLOB_BYTES:
            raise failures.invalid_header(_SIZE, sent)
