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

"""Azure's rate limits, kept on our side before anything is sent.

A throttled subscription hurts everybody in it, and per virtual machine the
limits are so low (12 at once, then 4 a minute) that a retry storm never ends.

Source: Azure Resource Manager "request-limits-and-throttling" (2024), Compute
"compute-throttling-limits"; the per-machine numbers were also seen in
``x-ms-ratelimit-remaining-resource``.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
import dataclasses
import threading
from typing import NamedTuple

from jacket_azure.arm import ids


class Limit(NamedTuple):
    """A token bucket.

    :ivar burst: requests at once
    :ivar per_second: refill
    """

    burst: int
    per_second: float


class Gate(NamedTuple):
    """One bucket a request has to pass.

    :ivar key: e.g. ``('subscription', 'write')``
    """

    key: Hashable
    limit: Limit


SUBSCRIPTION = {
    'read': Limit(250, 25),
    'write': Limit(200, 10),
    'delete': Limit(200, 10),
}
# By subscription and region, all virtual machines together.
COMPUTE = {
    'put': Limit(1500, 500 / 60),
    'update': Limit(1500, 500 / 60),
    'delete': Limit(1500, 500 / 60),
    'attach': Limit(1500, 500 / 60),
    'list': Limit(900, 300 / 60),
}
# Disks and snapshots, by subscription and region.
DISK = {
    'read': Limit(15_000, 15_000 / 180),
    'write': Limit(3_000, 3_000 / 180),
    'delete': Limit(3_000, 3_000 / 180),
    'list': Limit(240, 240 / 180),
}
# Network counts deletes as writes.
NETWORK = {
    'read': Limit(10_000, 10_000 / 300),
    'write': Limit(1_000, 1_000 / 300),
}
VIRTUAL_MACHINE = {
    'put': Limit(12, 4 / 60),
    'update': Limit(12, 4 / 60),
    'delete': Limit(12, 4 / 60),
    'attach': Limit(12, 4 / 60),
    'get': Limit(36, 12 / 60),
    'poll': Limit(45, 15 / 60),
}
_KINDS = {'GET': 'read', 'HEAD': 'read', 'DELETE': 'delete'}
_METHODS = {'PUT': 'put', 'PATCH': 'update', 'DELETE': 'delete', 'GET': 'get'}
# Actions not counted as "update".
_ACTIONS = {
    'deallocate': 'delete',
    'simulateeviction': 'delete',
    'attachdetachdatadisks': 'attach',
    'retrievebootdiagnosticsdata': 'get',
}
_VIRTUAL_MACHINES = 'microsoft.compute/virtualmachines'
_DISKS = ('microsoft.compute/disks', 'microsoft.compute/snapshots')


def gates_of(
    method: str,
    url: str,
    *,
    is_poll: bool = False,
    virtual_machine: str | None = None,
) -> list[Gate]:
    """Return the gates a request has to pass, the narrowest last.

    :param is_poll: the URL is that of an operation
    :param virtual_machine: the machine a polled operation belongs to
    """
    kind = _KINDS.get(method, 'write')
    gates = [Gate(('subscription', kind), SUBSCRIPTION[kind])]
    if is_poll:
        return gates + _machine_gates(virtual_machine, 'poll')
    target = ids.parse_target(url, method)
    resource_type = (target.type or '').lower()
    if resource_type.startswith(_VIRTUAL_MACHINES):
        name = ids.virtual_machine_of(url)
        verb = _verb(method, target.action) if name else 'list'
        return gates + _machine_gates(name, verb)
    if resource_type.startswith(_DISKS):
        verb = kind if target.name else 'list'
        gates.append(Gate((resource_type, verb), DISK[verb]))
    elif resource_type.startswith('microsoft.network/'):
        verb = 'read' if kind == 'read' else 'write'
        gates.append(Gate(('network', verb), NETWORK[verb]))
    return gates


def _machine_gates(name: str | None, verb: str) -> list[Gate]:
    gates = []
    if verb in COMPUTE:
        gates.append(Gate(('compute', verb), COMPUTE[verb]))
    if name is not None:
        gates.append(
            Gate(
                ('virtual machine', name.lower(), verb), VIRTUAL_MACHINE[verb]
            )
        )
    return gates


def _verb(method: str, action: str | None) -> str:
    if action is not None:
        return _ACTIONS.get(action.lower(), 'update')
    return _METHODS.get(method, 'update')


@dataclasses.dataclass
class _State:
    """A bucket, as the moment at which it will be full again."""

    full_at: float
    closed_until: float = float('-inf')

    def earliest(self, limit: Limit, now: float) -> float:
        interval = 1 / limit.per_second
        free_at = self.full_at - (limit.burst - 1) * interval
        return max(now, free_at, self.closed_until)

    def take(self, limit: Limit, moment: float) -> None:
        self.full_at = max(self.full_at, moment) + 1 / limit.per_second


class Gates:
    """All buckets of one subscription.

    :param clock: monotonic seconds
    """

    # Full buckets are dropped when there are more than this.
    LARGEST = 10_000

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[Hashable, _State] = {}

    def reserve(
        self, gates: Iterable[Gate], latest: float
    ) -> tuple[float, bool]:
        """Take one token of each gate, or none.

        :param latest: monotonic second after which it would be too late
        :returns: seconds to wait before sending, and whether tokens were
            taken; they were not when the wait would end after *latest*
        """
        gates = list(gates)
        with self._lock:
            now = self._clock()
            self._drop_full(now)
            states = [
                (self._states.setdefault(gate.key, _State(now)), gate.limit)
                for gate in gates
            ]
            moment = max(
                (state.earliest(limit, now) for state, limit in states),
                default=now,
            )
            if moment > latest and moment > now:
                return moment - now, False
            for state, limit in states:
                state.take(limit, moment)
            return moment - now, True

    def close(self, gate: Gate, seconds: float) -> None:
        """Let nobody through for a while: Azure throttled one of us."""
        with self._lock:
            now = self._clock()
            state = self._states.setdefault(gate.key, _State(now))
            state.closed_until = max(state.closed_until, now + seconds)

    def _drop_full(self, now: float) -> None:
        if len(self._states) > self.LARGEST:
            self._states = {
                key: state
                for key, state in self._states.items()
                if max(state.full_at, state.closed_until) > now
            }
