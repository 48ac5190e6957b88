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

"""Put Page From URL: pages that the service reads by itself.

Source: Blob service REST API, put-page-from-url.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jacket_azure.emulator.blobs import authentication
from jacket_azure.emulator.blobs import failures
from jacket_azure.emulator.blobs import sources
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator.blobs.front import Front

_RANGE = re.compile(r'bytes=(\d+)-(\d+)')
_OF_SOURCE = (
    'x-ms-copy-source', 'x-ms-copy-source-authorization',
    'x-ms-source-range', 'x-ms-source-content-md5',
    'x-ms-source-content-crc64', 'x-ms-source-if-match',
    'x-ms-source-if-none-match', 'x-ms-source-if-modified-since',
    'x-ms-source-if-unmodified-since')


def answer(front: Front, request: BlobRequest) -> Answer:
    """Read the pages, then put them as Put Page does."""
    for name in ('x-ms-source-content-md5', 'x-ms-source-content-crc64'):
        if request.header(name):
            raise failures.not_implemented(f'{name} of Put Page From URL')
    if request.header('x-ms-page-write').lower() != 'update':
        raise failures.invalid_header('x-ms-page-write',
                                      request.header('x-ms-page-write'))
    # the credentials of the request are for the target only
    source = sources.find(front, request, request.header('x-ms-copy-source'),
                          own_account=False)
    sent = request.header('x-ms-source-range')
    if not sent:
        raise failures.missing_header('x-ms-source-range')
    match = _RANGE.fullmatch(sent.replace(' ', ''))
    pages = request.page_range()
    if match is None or pages is None or pages[1] is None or (
            int(match[2]) - int(match[1]) != pages[1] - pages[0]):
        raise failures.invalid_header('x-ms-source-range', sent)
    found = source.look(request)
    if int(match[2]) >= found.length:
        raise failures.invalid_page_range()
    data = source.send('GET', {
        'x-ms-range': f'bytes={match[1]}-{match[2]}',
        # what was looked at is what is read
        'if-match': found.header('etag')}).read()
    if len(data) != pages[1] + 1 - pages[0]:
        raise sources.unverified(409)
    return front.bytes.send(authentication.authorized(request.changed(
        headers=dict.fromkeys(_OF_SOURCE), body=data),
        front.bytes.key_of(request.account)))
