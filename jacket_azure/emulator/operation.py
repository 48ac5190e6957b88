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

"""One long-running operation: its URLs, its end, its answer."""

from __future__ import annotations

import base64
from collections.abc import Callable
import dataclasses
import datetime
import hashlib
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import errors
from jacket_azure.emulator import router

if TYPE_CHECKING:
    from jacket_azure.emulator import server

RUNNING = 'InProgress'
SUCCEEDED = 'Succeeded'
FAILED = 'Failed'
CANCELED = 'Canceled'
SEGMENTS = {'compute': 'operations', 'disk': 'DiskOperations',
            'gallery': 'capsOperations', 'network': 'operations',
            'storage': 'asyncoperations'}
# polled by Location alone
_LOCATION_ONLY = ('group', 'storage')


@dataclasses.dataclass(eq=False)
class Operation:
    """One long-running operation.

    :ivar kind: free name for people and for faults
    :ivar resource_id: what it works on, in lower case
    :ivar due: when it ends
    :ivar output: what ``on_done`` returned: ``properties.output`` on the
        status URL of Compute, the body of the Location URL
    :ivar polls: how often it was asked for while it ran
    :ivar ready: asked when due; the operation runs on while it says False
    """

    emulator: server.Emulator
    id: str
    kind: str
    style: str
    method: str
    namespace: str
    subscription: str
    location: str
    api_version: str
    resource_id: str
    started: datetime.datetime
    due: datetime.datetime
    on_done: Callable[[Operation], Any] | None
    on_fail: Callable[[Operation], None] | None
    ready: Callable[[], bool]
    status: str = RUNNING
    ended: datetime.datetime | None = None
    error: dict[str, Any] | None = None
    output: Any = None
    polls: int = 0
    planned_error: errors.ArmError | None = None
    planned_cancel: bool = False
    stuck: bool = False
    lost: bool = False
    # issued URLs by role, and their queries, which must come back unchanged
    issued: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.status == RUNNING

    def accepted(self, status: int = 202, body: Any = None, *,
                 location: bool | None = None,
                 headers: dict[str, str] | None = None,
                 ) -> router.ArmResponse:
        """Answer the request that started this operation.

        :param location: whether to send ``Location``; by default as the
            style does for the method
        """
        return router.ArmResponse(
            status, body, {**self.headers(location), **(headers or {})})

    def headers(self, location: bool | None = None) -> dict[str, str]:
        """Return the headers under which the operation can be polled."""
        if location is None:
            location = (self.style in ('disk', *_LOCATION_ONLY)
                        or self.method not in ('PUT', 'PATCH'))
        found = {}
        if self.style not in _LOCATION_ONLY:
            found['Azure-AsyncOperation'] = self.url('status')
            if self.style in ('compute', 'network'):
                found['Azure-AsyncNotification'] = 'Enabled'
        if location:
            found['Location'] = self.url('result')
        found.update(self.emulator.operations.retry_after(self))
        return found

    def url(self, role: str) -> str:
        """Return the signed URL that asks for the status or the result."""
        if self.style == 'group':
            # another one at each poll; all of them are answered
            role += str(len(self.issued))
        if role not in self.issued:
            self.issued[role] = self._sign(role)
        return self.issued[role]

    def _sign(self, role: str) -> str:
        base = f'{self.emulator.endpoint}/subscriptions/{self.subscription}'
        if self.style == 'group':
            return f'{base}/operationresults/{self.id}?' + '&'.join(
                self._signature(role))
        if self.style == 'deployment':
            return (f'{self.emulator.endpoint}{self.resource_id}/'
                    f'operationStatuses/{self.id}?'
                    f'{"&".join(self._signature(role))}')
        segment = SEGMENTS[self.style]
        if self.style == 'network' and role == 'result':
            segment = 'operationResults'
        query = self._signature(role)
        if self.style != 'network' and role == 'result':
            query.insert(0, 'monitor=true')
        if self.style in ('compute', 'disk'):
            query.insert(0, f'p={uuid.uuid4()}')
        return (f'{base}/providers/{self.namespace}/locations/'
                f'{self.location}/{segment}/{self.id}?{"&".join(query)}')

    def _signature(self, role: str) -> list[str]:
        """Return a query that looks, and is as long, as the service's."""
        seed = f'{self.id}{role}'.encode()
        ticks = int((self.started.timestamp() + 62135596800) * 10 ** 7)
        long = b''.join(hashlib.sha512(seed + bytes([n])).digest()
                        for n in range(24))
        words = {'t': str(ticks), 'c': text(long), 's': text(long[:256]),
                 'h': text(hashlib.sha256(seed).digest())}
        return [f'api-version={self.api_version}'] + [
            f'{name}={value}' for name, value in words.items()]

    def finish(self, when: datetime.datetime) -> None:
        """End it as planned: call back, then set the status."""
        self.ended = when
        error = self.planned_error
        if self.planned_cancel:
            self._fail(CANCELED, errors.ArmError(
                409, 'OperationPreempted', 'Operation execution has been '
                'preempted by a more recent operation.'))
        elif error is not None:
            self._fail(FAILED, error)
        else:
            try:
                self.output = self.on_done(self) if self.on_done else None
                self.status = SUCCEEDED
            except errors.ArmError as exc:
                self._fail(FAILED, exc)

    def cancel(self) -> None:
        """End it now as superseded by a later write."""
        self.planned_cancel = True
        self.emulator.operations.end(self, self.emulator.clock.now())

    def _fail(self, status: str, error: errors.ArmError) -> None:
        self.status = status
        self.error = error.body(network=self.style == 'network')
        if self.on_fail is not None:
            self.on_fail(self)



def text(data: bytes) -> str:
    """Write bytes as base64 without padding, as operation URLs do."""
    return base64.urlsafe_b64encode(data).decode().rstrip('=')
