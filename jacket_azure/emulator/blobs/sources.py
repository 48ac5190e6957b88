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

"""Blobs that a request names by URL: sources of copies and of pages."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from urllib import parse

from jacket_azure.emulator.blobs import authentication
from jacket_azure.emulator.blobs import signing
from jacket_azure.emulator.blobs.answer import Answer
from jacket_azure.emulator.blobs.answer import BlobFailure
from jacket_azure.emulator.blobs.request import BlobRequest

if TYPE_CHECKING:
    from jacket_azure.emulator.blobs.front import Front

_VERSION = ('x-ms-version', '2021-12-02')
_CONDITIONS = ('if-match', 'if-none-match', 'if-modified-since',
               'if-unmodified-since')


@dataclasses.dataclass(frozen=True)
class Source:
    """A blob, or a snapshot of one, that may be read.

    :ivar request: a GET of it, without credentials unless in its query
    :ivar signs: whether it is read under the key of its account
    """

    front: Front
    request: BlobRequest
    signs: bool

    def send(self, method: str, headers: dict[str, str | None],
             query: dict[str, str | None] | None = None) -> Answer:
        """Ask Azurite for it, as whoever named it may."""
        request = self.request.changed(
            method=method, headers=headers, query=query)
        if self.signs:
            request = signing.signed(
                request, self.front.bytes.key_of(request.account))
        return self.front.bytes.send(request)

    def look(self, outer: BlobRequest) -> Answer:
        """Return a HEAD of it under the conditions the request makes.

        :raises BlobFailure: it is not there, not to be read, or not as the
            conditions want it
        """
        found = self.send('HEAD', {
            name: outer.header(f'x-ms-source-{name}') or None
            for name in _CONDITIONS})
        if found.status in (304, 412):
            raise BlobFailure(
                412, 'SourceConditionNotMet', 'The source condition '
                'specified using HTTP conditional header(s) is not met.')
        if found.status == 404 and self.signs:
            raise BlobFailure(404, 'BlobNotFound',
                              'The specified blob does not exist.')
        if found.status != 200:
            raise unverified(found.status)
        return found

    @property
    def shown(self) -> str:
        """Its URL without what lets one read it."""
        query = {name: value for name, value in self.request.query.items()
                 if name == 'snapshot'}
        text = self.front.url + self.request.path
        return text + ('?' + parse.urlencode(query) if query else '')


def unverified(status: int) -> BlobFailure:
    """A source that cannot be read, for whatever reason."""
    return BlobFailure(
        status, 'CannotVerifyCopySource', 'The specified resource does not '
        'exist.' if status == 404 else 'Server failed to authenticate the '
        'request. Please refer to the information in the www-authenticate '
        'header.')


def find(front: Front, outer: BlobRequest, url: str, *,
         own_account: bool) -> Source:
    """Return the blob a URL names.

    :param own_account: whether the credentials of the request count for
        sources in the same account; a shared access signature never does
    :raises BlobFailure: it is elsewhere, or nothing lets one read it
    """
    where = parse.urlsplit(url)
    if f'{where.scheme}://{where.netloc}' != front.url:
        raise unverified(404)
    target = where.path + ('?' + where.query if where.query else '')
    request = BlobRequest('GET', target, (_VERSION,))
    if request.kind != 'blobs':
        raise unverified(404)
    if 'sig' in request.query:
        return Source(front, request, False)
    if not front.bytes.key_of(request.account):
        raise unverified(404)
    scheme, _, token = outer.header(
        'x-ms-copy-source-authorization').partition(' ')
    if scheme.lower() == 'bearer':
        authentication.check_token(front.emulator, request, token)
    elif not own_account or outer.account != request.account or (
            not outer.header('authorization')):
        raise unverified(404)
    return Source(front, request, True)
