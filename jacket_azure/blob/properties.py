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

"""What Azure tells about a blob, by headers or in a listing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import datetime
from email import utils
from typing import Any

PAGE_BLOB = 'PageBlob'
PENDING = 'pending'
SUCCESS = 'success'

_METADATA = 'x-ms-meta-'


@dataclasses.dataclass(frozen=True)
class Copy:
    """The last copy onto a blob; its source may hold a signature.

    :ivar status: ``pending``, ``success``, ``failed`` or ``aborted``
    :ivar description: why it failed
    :ivar progress: ``bytes copied/bytes total``
    """

    id: str
    status: str
    description: str = ''
    progress: str = ''


@dataclasses.dataclass(frozen=True)
class Properties:
    """What a blob is.

    :ivar size_bytes: of the whole blob
    :ivar kind: ``PageBlob``, ``BlockBlob``, ``AppendBlob``
    :ivar metadata: names in lower case, as HTTP leaves no other
    :ivar lease_state: ``available``, ``leased``, ``expired``, ...
    :ivar tier: of a premium page blob, e.g. ``P10``
    """

    size_bytes: int
    kind: str
    etag: str
    metadata: Mapping[str, str]
    lease_state: str = 'available'
    lease_duration: str = ''
    created: datetime.datetime | None = None
    copy: Copy | None = None
    tier: str | None = None

    @property
    def is_leased(self) -> bool:
        """Whether somebody, as a running machine, holds it."""
        return self.lease_state in ('leased', 'breaking')


def from_headers(headers: Mapping[str, str]) -> Properties:
    """Read the answer to a HEAD, or to a GET of a whole blob."""
    found = {name.lower(): value for name, value in headers.items()}
    metadata = {
        name.removeprefix(_METADATA): value
        for name, value in found.items()
        if name.startswith(_METADATA)
    }
    return _build(
        {
            'content-length': found.get('content-length'),
            'blobtype': found.get('x-ms-blob-type'),
            'etag': found.get('etag'),
            'leasestate': found.get('x-ms-lease-state'),
            'leaseduration': found.get('x-ms-lease-duration'),
            'creation-time': found.get('x-ms-creation-time'),
            'accesstier': found.get('x-ms-access-tier'),
            'copyid': found.get('x-ms-copy-id'),
            'copystatus': found.get('x-ms-copy-status'),
            'copyprogress': found.get('x-ms-copy-progress'),
            'copystatusdescription': found.get(
                'x-ms-copy-status-description'
            ),
        }.get,
        metadata,
    )


def from_listing(entry: Any) -> Properties:
    """Read one ``<Blob>`` of a listing.

    :param entry: an ElementTree element
    """
    fields = {
        child.tag.lower(): child.text or ''
        for child in entry.find('Properties')
    }
    holder = entry.find('Metadata')
    metadata = {
        child.tag.lower(): child.text or ''
        for child in (holder if holder is not None else ())
    }
    return _build(fields.get, metadata)


def _build(
    get: Callable[[str], str | None], metadata: Mapping[str, str]
) -> Properties:
    copy_id, status = get('copyid'), get('copystatus')
    etag = get('etag') or ''
    return Properties(
        size_bytes=int(get('content-length') or 0),
        kind=get('blobtype') or '',
        # a listing has it without the quotes that If-Match wants
        etag=etag if etag.startswith('"') or not etag else f'"{etag}"',
        metadata=metadata,
        lease_state=get('leasestate') or 'available',
        lease_duration=get('leaseduration') or '',
        created=_time(get('creation-time')),
        copy=Copy(
            copy_id,
            status,
            get('copystatusdescription') or '',
            get('copyprogress') or '',
        )
        if copy_id and status
        else None,
        tier=get('accesstier') or None,
    )


def _time(text: str | None) -> datetime.datetime | None:
    try:
        return utils.parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
