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

"""One request to the blob service, as it came over the wire."""

from __future__ import annotations

from collections.abc import Iterable
import dataclasses
import functools
import io
import re
from urllib import parse

Headers = tuple[tuple[str, str], ...]
_ALL = re.compile(r'bytes=(\d+)-(\d*)')
# kinds of requests of a blob that change it
_WRITES = ('PUT', 'DELETE')
_PAGE_KINDS = {'update': 'blobs/page', 'clear': 'blobs/clearPage'}
_COMP_KINDS = {'pagelist': 'blobs/pageList', 'copy': 'blobs/abortCopy'}


class CutOff(ConnectionError):
    """The client went away in the middle of a body."""


class Body:
    """A body that is not read yet.

    :param source: of the connection, which goes on behind the body
    """

    def __init__(self, source: io.BufferedIOBase, length: int) -> None:
        self._source = source
        self.left = length

    def read(self, size: int) -> bytes:
        """Return the next bytes, none at the end or when it is cut off."""
        data = self._source.read(min(size, self.left))
        self.left -= len(data)
        return data


@dataclasses.dataclass(frozen=True)
class BlobRequest:
    """A request; changed copies of it are made by :meth:`changed`.

    :ivar target: path and query, as sent
    :ivar headers: in their order and case
    :ivar body: what was sent, or where to read it from
    :ivar length: of the body, in bytes
    """

    method: str
    target: str
    headers: Headers
    body: bytes | Body = b''
    length: int = 0

    @property
    def path(self) -> str:
        """The path as sent, account included."""
        return self.target.partition('?')[0]

    @functools.cached_property
    def query(self) -> dict[str, str]:
        """Decoded; names in lower case."""
        return {name.lower(): value for name, value in parse.parse_qsl(
            self.target.partition('?')[2], keep_blank_values=True)}

    @functools.cached_property
    def named(self) -> dict[str, str]:
        """Headers by name in lower case."""
        return {name.lower(): value for name, value in self.headers}

    def header(self, name: str) -> str:
        """A header by its name in lower case; empty when there is none."""
        return self.named.get(name, '')

    @functools.cached_property
    def parts(self) -> tuple[str, str, str]:
        """Account, container and blob, decoded; empty when not named."""
        account, _, rest = parse.unquote(
            self.path.lstrip('/')).partition('/')
        container, _, blob = rest.partition('/')
        return account, container, blob

    @property
    def account(self) -> str:
        """Name of the storage account."""
        return self.parts[0]

    @property
    def name(self) -> str:
        """``container/blob``, what there is of it."""
        return '/'.join(part for part in self.parts[1:] if part)

    @property
    def key(self) -> str:
        """``account/container/blob``, the same for a blob's snapshots."""
        return '/'.join(self.parts)

    @property
    def snapshot(self) -> str:
        """Time stamp of the snapshot the URL names; empty for the blob."""
        return self.query.get('snapshot', '')

    @functools.cached_property
    def kind(self) -> str:
        """What it asks for, in the words ``faults`` chooses requests by."""
        comp = self.query.get('comp', '').lower()
        tail = f'/{comp}' if comp else ''
        if not self.parts[1]:
            return 'blobService' + tail
        if not self.parts[2] or 'restype' in self.query:
            return 'containers' + tail
        source = self.header('x-ms-copy-source')
        if comp == 'page':
            return 'blobs/pageFromUrl' if source else _PAGE_KINDS.get(
                self.header('x-ms-page-write').lower(), 'blobs/page')
        if comp or not source or self.method != 'PUT':
            return _COMP_KINDS.get(comp, 'blobs' + tail)
        if self.header('x-ms-requires-sync').lower() == 'true':
            return 'blobs/copyFromUrl'
        if self.header('x-ms-blob-type'):
            return 'blobs/putFromUrl'
        return 'blobs/copy'

    @property
    def writes_blob(self) -> bool:
        """Whether it changes a blob, its lease aside."""
        return (self.method in _WRITES and self.kind.startswith('blobs')
                and self.kind != 'blobs/lease')

    def page_range(self) -> tuple[int, int | None] | None:
        """First and last byte of ``x-ms-range``, else of ``Range``.

        :returns: None without a range, or with one that is none
        """
        text = self.header('x-ms-range') or self.header('range')
        match = _ALL.fullmatch(text.replace(' ', ''))
        if match is None:
            return None
        return int(match[1]), int(match[2]) if match[2] else None

    def changed(self, *, method: str | None = None,
                query: dict[str, str | None] | None = None,
                headers: dict[str, str | None] | None = None,
                body: bytes | None = None) -> BlobRequest:
        """Return a request like this one.

        :param query: names to set, or with None to leave out
        :param headers: likewise, by names in lower case
        """
        sent = self.target.partition('?')[2]
        target = self.target
        if query is not None:
            pairs = _replaced(parse.parse_qsl(
                sent, keep_blank_values=True), query)
            text = parse.urlencode(pairs, quote_via=parse.quote, safe='')
            target = self.path + ('?' + text if text else '')
        changes = dict(headers or {})
        length = self.length
        if body is not None:
            length = len(body)
            changes['content-length'] = str(length)
        return BlobRequest(
            method or self.method, target,
            tuple(_replaced(self.headers, changes)),
            self.body if body is None else body, length)


def _replaced(pairs: Iterable[tuple[str, str]],
              changes: dict[str, str | None]) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in pairs
            if name.lower() not in changes]
    return kept + [(name, value) for name, value in changes.items()
                   if value is not None]
