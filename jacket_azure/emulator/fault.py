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

"""One planned failure: which request it strikes at, and what it does."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import datetime
import fnmatch
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from jacket_azure.emulator import errors

if TYPE_CHECKING:
    from jacket_azure.emulator import records


class Plannable(Protocol):
    """What goes on after the answer: an operation of ARM, a copy of a blob."""

    due: datetime.datetime
    stuck: bool
    lost: bool
    planned_error: errors.ArmError | None
    planned_cancel: bool


Change = Callable[[Plannable], None]
# what a gateway on the way answers when what is behind it does not, no ARM
GATEWAY_PAGE = ('<html>\r\n<head><title>{status} Bad Gateway</title></head>\r'
                '\n<body>\r\n<center><h1>{status} Bad Gateway</h1></center>\r'
                '\n<hr><center>Gateway</center>\r\n</body>\r\n</html>\r\n')


class Dropped(Exception):
    """The connection is to be cut instead of an answer."""


class Garbled(Exception):
    """A page of HTML is to be answered instead of ARM's JSON.

    :ivar status: HTTP status of the page
    """

    def __init__(self, status: int) -> None:
        super().__init__(f'a page of HTML, {status}')
        self.status = status


@dataclasses.dataclass(eq=False)
class Fault:
    """One planned failure; see ``faults.Faults`` for the ways to plan one.

    :ivar stage: when it strikes: connection, request, reply or operation
    :ivar times: how often at most; None without end
    :ivar skip: how many matching requests are spared first
    :ivar at: strikes at the request of this number, then (with *for_good*)
        at every request of the same method, path and type
    :ivar error: answered instead of acting on the request
    :ivar change: made to the operation the request started
    :ivar garble: status of a page of HTML that stands for the answer
    :ivar cut: share of the answer's body that is sent before the connection
        is cut; None sends nothing at all
    :ivar seconds: how long the reply is held back
    :ivar refuses: connections refused after the request was dropped
    :ivar action: how it was planned, for people
    :ivar fired: how often it struck
    """

    stage: str
    method: str = '*'
    type: str = '*'
    name: str = '*'
    times: int | None = None
    skip: int = 0
    polls: bool = False
    at: int | None = None
    for_good: bool = False
    error: errors.ArmError | None = None
    change: Change | None = None
    garble: int | None = None
    cut: float | None = None
    seconds: float | None = None
    refuses: int | None = None
    action: str = ''
    id: int = 0
    fired: int = 0
    bound: tuple[str, str, str] | None = None

    def matches(self, record: records.Record) -> bool:
        """Tell whether it is meant for this request."""
        if self.times is not None and self.fired >= self.times:
            return False
        if self.bound is not None:
            return self.bound == _bond(record)
        if self.at is not None:
            return record.number == self.at
        if record.is_poll and not (
                self.polls or self.type.lower() == 'operations'):
            return False
        return all(fnmatch.fnmatch(value.lower(), pattern.lower())
                   for value, pattern in (
                       (record.method, self.method),
                       (record.type, self.type), (record.name, self.name)))

    def strike(self, record: records.Record) -> bool:
        """Count it, and bind it to the operation when it is for good.

        :returns: False while it spares requests
        """
        if self.skip > 0:
            self.skip -= 1
            return False
        self.fired += 1
        if self.for_good:
            self.bound = _bond(record)
        return True

    def refuse(self) -> None:
        """Fail a request that was not acted upon.

        :raises ArmError: the planned one
        :raises Garbled: for a page of HTML
        :raises Dropped: for a connection that is cut
        """
        if self.error is not None:
            raise self.error
        if self.garble is not None:
            raise Garbled(self.garble)
        raise Dropped

    def view(self) -> dict[str, Any]:
        """Return what people may want to know, as JSON."""
        found = {'id': self.id, 'action': self.action, 'method': self.method,
                 'type': self.type, 'name': self.name, 'times': self.times,
                 'skip': self.skip, 'polls': self.polls, 'request': self.at,
                 'for_good': self.for_good, 'fired': self.fired}
        if self.error is not None:
            found.update(status=self.error.status, code=self.error.code)
        return found


def _bond(record: records.Record) -> tuple[str, str, str]:
    """What a request and its repetitions have in common.

    The type is part of it for blobs, where one path has many operations.
    """
    return record.method, record.path.lower(), record.type
