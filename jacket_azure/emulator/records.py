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

"""What was asked of the emulator, for tests that count and look."""

from __future__ import annotations

import dataclasses
import re
import threading

_ACTIONS = ('POST',)
_SIGNATURE = re.compile(r'((?:^|&)sig=)[^&]*')


@dataclasses.dataclass
class Record:
    """One request to ARM or to the blob service (tokens are kept apart).

    :ivar number: counts requests that are no polls, from 1; a poll carries 0
    :ivar type: last type of the path, action included:
        ``virtualMachines/start``, ``resourceGroups``, ``operations``; of the
        blob service ``blobs/page``, ``containers/list``, ...
    :ivar name: name of the resource, empty for a list; ``container/blob``
    :ivar operation_id: of the API document, None where there is none
    :ivar status: what was answered; 0 while at work or dropped
    :ivar problems: why query or body do not fit the API document
    """

    number: int
    method: str
    path: str
    query: str
    type: str
    name: str
    is_poll: bool
    operation_id: str | None = None
    status: int = 0
    code: str = ''
    problems: list[str] = dataclasses.field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Whether query and body fit the API document."""
        return not self.problems


class Records(list[Record]):
    """All requests in the order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._number = 0

    def open(self, method: str, path: str, query: str) -> Record:
        """Begin a record of a request to ARM."""
        kind, name = describe(method, path)
        return self._open(method, path, query, kind, name,
                          kind == 'operations')

    def open_blob(self, method: str, path: str, query: str, kind: str,
                  name: str, poll: bool) -> Record:
        """Begin a record of a request to the blob service.

        :param query: kept without the signature of shared access
        :param poll: whether it asks how a copy gets on
        """
        return self._open(method, path, _SIGNATURE.sub(r'\1REDACTED', query),
                          kind, name, poll)

    def _open(self, method: str, path: str, query: str, kind: str,
              name: str, poll: bool) -> Record:
        with self._lock:
            if not poll:
                self._number += 1
            record = Record(0 if poll else self._number, method, path, query,
                            kind, name, poll)
            self.append(record)
        return record

    def next_number(self) -> int:
        """Return the number the next request will get."""
        with self._lock:
            return self._number + 1

    def without_polls(self) -> list[Record]:
        """List what was asked, questions after operations left out."""
        return [record for record in list(self) if not record.is_poll]


def describe(method: str, path: str) -> tuple[str, str]:
    """Return type (with action) and name of what a path speaks of."""
    parts = path.strip('/').split('/')
    words = [part.lower() for part in parts]
    if _is_poll(words):
        return 'operations', parts[-1]
    if 'providers' in words and len(parts) > words.index('providers') + 2:
        rest = parts[words.index('providers') + 2:]
        kinds, names = rest[::2], rest[1::2]
        if len(kinds) == len(names):
            return kinds[-1], names[-1]
        if method in _ACTIONS and names:
            return '/'.join(kinds[-2:]), names[-1]
        return kinds[-1], ''
    if len(parts) >= 3 and words[2] == 'resourcegroups':
        return 'resourceGroups', parts[3] if len(parts) > 3 else ''
    return parts[-1] if len(parts) != 2 else parts[0], ''


def _is_poll(words: list[str]) -> bool:
    return (len(words) > 3 and words[-2] in (
        'operations', 'operationresults', 'diskoperations',
        'operationstatuses')
        and words[0] == 'subscriptions')
