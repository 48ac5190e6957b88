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

"""Failures on demand, by operation or by the number of the request.

A fault is chosen by method, type and name (shell patterns, any case) or by
counting requests from now on::

    faults.fail('PUT', 'virtualMachines', 409, 'AllocationFailed')
    faults.fail('POST', 'virtualMachines/start', 503, 'ServerTimeout', times=1)
    faults.drop_reply('PUT', 'networkInterfaces', name='*-2', times=1)
    faults.fail_operation('PUT', 'virtualMachines', 'AllocationFailed')
    faults.at(3, 'drop_request')

Without *times* a fault stays until :meth:`Faults.clear`. The type is the
last type of the path (``subnets``), with the action behind it for a POST
(``virtualMachines/start``), ``resourceGroups`` for groups and
``operations`` for polls, which ``*`` does not mean unless *polls* is set.
A list is its type with an empty name.
"""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
import datetime
import fnmatch
import threading
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator import errors

if TYPE_CHECKING:
    from jacket_azure.emulator import operations
    from jacket_azure.emulator import records

_WINDOW = datetime.timedelta(minutes=1)
Change = Callable[['operations.Operation'], None]


@dataclasses.dataclass(eq=False)
class Fault:
    """One planned failure; see :class:`Faults` for the ways to plan one.

    :ivar stage: when it strikes: connection, request, reply or operation
    :ivar at: strikes at the request of this number, then (with *for_good*)
        at every request of the same method and path
    :ivar fired: how often it struck
    """

    stage: str
    method: str = '*'
    type: str = '*'
    name: str = '*'
    times: int | None = None
    polls: bool = False
    at: int | None = None
    for_good: bool = False
    error: errors.ArmError | None = None
    change: Change | None = None
    fired: int = 0
    bound: tuple[str, str] | None = None

    def matches(self, record: records.Record) -> bool:
        """Tell whether it strikes at this request."""
        if self.times is not None and self.fired >= self.times:
            return False
        if self.bound is not None:
            return self.bound == (record.method, record.path.lower())
        if self.at is not None:
            return record.number == self.at
        if record.is_poll and not (
                self.polls or self.type.lower() == 'operations'):
            return False
        return all(fnmatch.fnmatch(value.lower(), pattern.lower())
                   for value, pattern in (
                       (record.method, self.method),
                       (record.type, self.type), (record.name, self.name)))

    def strike(self, record: records.Record) -> None:
        """Count it, and bind it to the operation when it is for good."""
        self.fired += 1
        if self.for_good:
            self.bound = (record.method, record.path.lower())


class Faults:
    """The failures planned for one emulator."""

    def __init__(self, next_number: Callable[[], int],
                 clock: clocks.RealClock) -> None:
        self._next_number = next_number
        self._clock = clock
        self._faults: list[Fault] = []
        self._denied: list[str] = []
        self._lock = threading.Lock()

    def fail(self, method: str, type: str, status: int, code: str,
             message: str = 'Made to fail by a test.', *,
             headers: dict[str, str] | None = None, gateway: bool = False,
             target: str | None = None, **match: Any) -> Fault:
        """Answer with an error and do nothing.

        :param match: name, times, polls of :class:`Fault`
        """
        error = errors.ArmError(status, code, message, headers=headers,
                                gateway=gateway, target=target)
        return self._add(Fault('request', method, type, error=error, **match))

    def throttle(self, method: str = '*', type: str = '*', *,
                 bucket: str = 'LowCostGetSubscriptionMaximum',
                 retry_after: int | None = 5, **match: Any) -> Fault:
        """Answer 429 as the Compute provider does when a bucket is empty.

        :param retry_after: seconds; None leaves the header out
        """
        now = self._clock.now()
        error = errors.throttled([errors.exceeded(
            bucket, self._clock.stamp(now - _WINDOW),
            self._clock.stamp(now))], retry_after)
        return self._add(Fault('request', method, type, error=error, **match))

    def drop_request(self, method: str = '*', type: str = '*',
                     **match: Any) -> Fault:
        """Close the connection instead of acting on the request."""
        return self._add(Fault('request', method, type, **match))

    def drop_reply(self, method: str = '*', type: str = '*',
                   **match: Any) -> Fault:
        """Act on the request, then close the connection unanswered."""
        return self._add(Fault('reply', method, type, **match))

    def refuse_connections(self, times: int | None = None) -> Fault:
        """Close new connections before the TLS handshake."""
        return self._add(Fault('connection', times=times))

    def fail_operation(self, method: str, type: str, code: str,
                       message: str = 'Made to fail by a test.',
                       **match: Any) -> Fault:
        """Accept the request, then end its operation as Failed."""
        def change(operation: operations.Operation) -> None:
            operation.planned_error = errors.ArmError(409, code, message)
        return self._add(Fault(
            'operation', method, type, change=change, **match))

    def cancel_operation(self, method: str, type: str,
                         **match: Any) -> Fault:
        """Accept the request, then end its operation as Canceled."""
        def change(operation: operations.Operation) -> None:
            operation.planned_cancel = True
        return self._add(Fault(
            'operation', method, type, change=change, **match))

    def stick_operation(self, method: str, type: str, **match: Any) -> Fault:
        """Accept the request; its operation never ends."""
        def change(operation: operations.Operation) -> None:
            operation.stuck = True
        return self._add(Fault(
            'operation', method, type, change=change, **match))

    def slow_operation(self, method: str, type: str, seconds: float,
                       **match: Any) -> Fault:
        """Accept the request; its operation takes *seconds* longer."""
        def change(operation: operations.Operation) -> None:
            operation.due += datetime.timedelta(seconds=seconds)
        return self._add(Fault(
            'operation', method, type, change=change, **match))

    def at(self, number: int, action: str = 'fail', *args: Any,
           for_good: bool = False, **options: Any) -> Fault:
        """Let the *number*-th request from now on fail (polls not counted).

        :param action: name of another method here; arguments after its
            method and type follow, by default those of a 500
        :param for_good: every later request of the same method and path
            fails as well, so a retry does not help
        """
        if action == 'fail' and not args:
            args = (500, 'InternalServerError')
        plan: Callable[..., Fault] = getattr(self, action)
        fault = plan('*', '*', *args, **options)
        fault.at = self._next_number() + number - 1
        fault.for_good = for_good
        return fault

    def deny(self, action: str) -> None:
        """Refuse an action with 403 AuthorizationFailed until cleared.

        :param action: pattern, ``Microsoft.Compute/virtualMachines/write``
        """
        self._denied.append(action.lower())

    def denied(self, action: str) -> bool:
        """Tell whether an action is refused."""
        return any(fnmatch.fnmatch(action.lower(), pattern)
                   for pattern in self._denied)

    def remove(self, fault: Fault) -> None:
        """Take one fault back."""
        with self._lock:
            self._faults.remove(fault)

    def clear(self) -> None:
        """Take all faults and denials back."""
        with self._lock:
            self._faults.clear()
            self._denied.clear()

    def strike(self, stage: str, record: records.Record) -> Fault | None:
        """Return the fault that strikes at this stage, if any."""
        with self._lock:
            for fault in self._faults:
                if fault.stage == stage and fault.matches(record):
                    fault.strike(record)
                    return fault
        return None

    def plan(self, record: records.Record,
             operation: operations.Operation) -> None:
        """Change an operation that was just started as planned for it."""
        fault = self.strike('operation', record)
        if fault is not None and fault.change is not None:
            fault.change(operation)

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults.append(fault)
        return fault
