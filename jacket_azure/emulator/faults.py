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
A list is its type with an empty name. With ``skip=n`` the first *n* that
match are spared: ``fail('GET', 'operations', 503, 'x', skip=1, times=1)`` is
the second poll.
"""

from __future__ import annotations

from collections.abc import Callable
import datetime
import fnmatch
import threading
from typing import TYPE_CHECKING
from typing import Any

from jacket_azure.emulator import clock as clocks
from jacket_azure.emulator import errors
from jacket_azure.emulator.fault import Fault

if TYPE_CHECKING:
    from jacket_azure.emulator import fault
    from jacket_azure.emulator import records

__all__ = ['Fault', 'Faults']

_WINDOW = datetime.timedelta(minutes=1)


class Faults:
    """The failures planned for one emulator."""

    def __init__(self, next_number: Callable[[], int],
                 clock: clocks.RealClock) -> None:
        self._next_number = next_number
        self._clock = clock
        self._faults: list[Fault] = []
        self._denied: list[str] = []
        self._made = 0
        # set when replies are no longer to be held back
        self._released = threading.Event()
        self._lock = threading.Lock()

    def fail(self, method: str, type: str, status: int = 500,
             code: str = 'InternalServerError',
             message: str = 'Made to fail by a test.', *,
             headers: dict[str, str] | None = None, gateway: bool = False,
             target: str | None = None, **match: Any) -> Fault:
        """Answer with an error and do nothing.

        :param match: name, times, skip, polls of :class:`Fault`
        """
        error = errors.ArmError(status, code, message, headers=headers,
                                gateway=gateway, target=target)
        return self._add('fail', 'request', method, type,
                         error=error, **match)

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
        return self._add('throttle', 'request', method, type,
                         error=error, **match)

    def drop_request(self, method: str = '*', type: str = '*',
                     **match: Any) -> Fault:
        """Close the connection instead of acting on the request."""
        return self._add('drop_request', 'request', method, type, **match)

    def drop_reply(self, method: str = '*', type: str = '*',
                   **match: Any) -> Fault:
        """Act on the request, then close the connection unanswered."""
        return self._add('drop_reply', 'reply', method, type, **match)

    def truncate_reply(self, method: str = '*', type: str = '*', *,
                       share: float = 0.5, **match: Any) -> Fault:
        """Act, send all headers and a part of the body, then cut.

        :param share: of the body that is sent, 0 to 1
        """
        return self._add('truncate_reply', 'reply', method, type,
                         cut=share, **match)

    def garble_reply(self, method: str = '*', type: str = '*', *,
                     status: int = 502, acted: bool = False,
                     **match: Any) -> Fault:
        """Answer a page of HTML, as a gateway on the way does.

        :param acted: whether the request was carried out all the same
        """
        return self._add(
            'garble_reply', 'reply' if acted else 'request', method, type,
            garble=status, **match)

    def slow_reply(self, method: str = '*', type: str = '*', *,
                   seconds: float, **match: Any) -> Fault:
        """Act, then hold the reply back, in real time whatever the clock.

        :meth:`clear` lets go of those that wait.
        """
        return self._add('slow_reply', 'reply', method, type,
                         seconds=seconds, **match)

    def refuse_connections(self, times: int | None = None,
                           type: str = '*') -> Fault:
        """Close new connections before the TLS handshake.

        :param type: ``arm`` or ``blobs`` for one of the services only
        """
        return self._add('refuse_connections', 'connection', type=type,
                         times=times)

    def fail_operation(self, method: str, type: str, code: str,
                       message: str = 'Made to fail by a test.', *,
                       seconds: float = 0, **match: Any) -> Fault:
        """Accept the request, then end its operation as Failed.

        :param seconds: by which it ends later than otherwise
        """
        def change(operation: fault.Plannable) -> None:
            operation.due += datetime.timedelta(seconds=seconds)
            operation.planned_error = errors.ArmError(409, code, message)
        return self._add('fail_operation', 'operation', method, type,
                         change=change, **match)

    def cancel_operation(self, method: str, type: str, *,
                         seconds: float = 0, **match: Any) -> Fault:
        """Accept the request, then end its operation as Canceled.

        :param seconds: by which it ends later than otherwise
        """
        def change(operation: fault.Plannable) -> None:
            operation.due += datetime.timedelta(seconds=seconds)
            operation.planned_cancel = True
        return self._add('cancel_operation', 'operation', method, type,
                         change=change, **match)

    def stick_operation(self, method: str, type: str, **match: Any) -> Fault:
        """Accept the request; its operation never ends."""
        def change(operation: fault.Plannable) -> None:
            operation.stuck = True
        return self._add('stick_operation', 'operation', method, type,
                         change=change, **match)

    def slow_operation(self, method: str, type: str, seconds: float,
                       **match: Any) -> Fault:
        """Accept the request; its operation takes *seconds* longer."""
        def change(operation: fault.Plannable) -> None:
            operation.due += datetime.timedelta(seconds=seconds)
        return self._add('slow_operation', 'operation', method, type,
                         change=change, **match)

    def lose_operation(self, method: str, type: str, **match: Any) -> Fault:
        """Accept the request; questions after its operation get 404."""
        def change(operation: fault.Plannable) -> None:
            operation.lost = True
        return self._add('lose_operation', 'operation', method, type,
                         change=change, **match)

    def at(self, number: int, action: str = 'fail', *args: Any,
           for_good: bool = False, **options: Any) -> Fault:
        """Let the *number*-th request from now on fail (polls not counted).

        :param action: name of another method here; arguments after its
            method and type follow, by default those of a 500.
            ``refuse_connections`` cuts the request's own connection and
            then refuses as many as its *times* says, one by default.
        :param for_good: every later request of the same method and path
            fails as well, so a retry does not help
        """
        first = self._next_number() + number - 1
        if action == 'refuse_connections':
            return self._add(
                action, 'request', refuses=options.get('times') or 1,
                at=first, for_good=for_good)
        plan: Callable[..., Fault] = getattr(self, action)
        return plan('*', '*', *args, at=first, for_good=for_good, **options)

    def deny(self, action: str) -> None:
        """Refuse an action with 403 AuthorizationFailed until cleared.

        :param action: pattern, ``Microsoft.Compute/virtualMachines/write``
        """
        self._denied.append(action.lower())

    def denied(self, action: str) -> bool:
        """Tell whether an action is refused."""
        return any(fnmatch.fnmatch(action.lower(), pattern)
                   for pattern in self._denied)

    def planned(self) -> list[Fault]:
        """List what is planned, in the order of planning."""
        with self._lock:
            return self._faults[:]

    def denials(self) -> list[str]:
        """List the patterns of actions that are refused."""
        return self._denied[:]

    def remove(self, fault: Fault) -> None:
        """Take one fault back."""
        with self._lock:
            self._faults.remove(fault)

    def clear(self) -> None:
        """Take all faults and denials back, and let go of slow replies."""
        with self._lock:
            self._faults.clear()
            self._denied.clear()
            self._released.set()
            self._released = threading.Event()

    def hold(self, seconds: float) -> None:
        """Hold a reply back for so long, or until :meth:`clear`."""
        self._released.wait(seconds)

    def strike(self, stage: str, record: records.Record) -> Fault | None:
        """Return the fault that strikes at this stage, if any."""
        with self._lock:
            for fault in self._faults:
                if (fault.stage == stage and fault.matches(record)
                        and fault.strike(record)):
                    break
            else:
                return None
        if fault.refuses is not None:
            self.refuse_connections(fault.refuses)
        return fault

    def plan(self, record: records.Record,
             operation: fault.Plannable) -> None:
        """Change an operation that was just started as planned for it."""
        found = self.strike('operation', record)
        if found is not None and found.change is not None:
            found.change(operation)

    def _add(self, action: str, stage: str, method: str = '*',
             type: str = '*', **values: Any) -> Fault:
        with self._lock:
            self._made += 1
            fault = Fault(stage, method, type, action=action, id=self._made,
                          **values)
            self._faults.append(fault)
        return fault
