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

"""Where a blob is: its URL taken apart, and put together again.

Azure names the account by the host, ``https://account.blob.suffix/c/b``;
what listens on an address without names has it in the path,
``https://127.0.0.1:10000/account/c/b``.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from urllib import parse

from jacket_azure import exceptions


@dataclasses.dataclass(frozen=True)
class Address:
    """One blob, or one of its snapshots.

    :ivar endpoint: URL of the account, without a slash at the end
    :ivar snapshot: time stamp, None for the blob itself
    """

    endpoint: str
    container: str
    name: str
    snapshot: str | None = None

    @property
    def path(self) -> str:
        """``container/name``."""
        return f'{self.container}/{self.name}'

    @property
    def url(self) -> str:
        """The URL, free of secrets."""
        path = parse.quote(self.path, safe='/~')
        url = f'{self.endpoint}/{path}'
        return f'{url}?snapshot={self.snapshot}' if self.snapshot else url

    def at(self, snapshot: str | None) -> Address:
        """Return the address of another snapshot, or of the blob itself."""
        return dataclasses.replace(self, snapshot=snapshot)


def of_path(
    endpoint: str, path: str, snapshot: str | None = None
) -> Address:
    """Return the address of ``container/name`` in an account.

    :raises InvalidRequest: *path* is none
    """
    container, _, name = path.partition('/')
    if not container or not name:
        raise exceptions.InvalidRequest(
            f'{path!r} names no blob; it must be container/name.'
        )
    return Address(endpoint.rstrip('/'), container, name, snapshot)


def split(url: str) -> tuple[Address, str]:
    """Return the address in a URL, and its query without the snapshot.

    :param url: perhaps signed
    :raises InvalidRequest: it is no URL of a blob; not quoted, for there may
        be a signature in it
    """
    parts = parse.urlsplit(url)
    segments = parse.unquote(parts.path).lstrip('/').split('/')
    base = f'{parts.scheme}://{parts.netloc}'
    if parts.netloc and _is_nameless(parts.hostname or ''):
        base = f'{base}/{segments.pop(0)}'
    if not parts.netloc or len(segments) < 2 or not all(segments):
        raise exceptions.InvalidRequest('This is no URL of a blob.')
    container, name = segments[0], '/'.join(segments[1:])
    query = [
        field
        for field in parts.query.split('&')
        if field and not field.lower().startswith('snapshot=')
    ]
    found = parse.parse_qs(parts.query).get('snapshot')
    return (
        Address(base, container, name, found[0] if found else None),
        '&'.join(query),
    )


def _is_nameless(host: str) -> bool:
    if host == 'localhost':
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
