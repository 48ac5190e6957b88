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

"""Long-running operations in ARM's styles, driven by the emulator's clock.

A provider starts one inside a handler::

    operation = emulator.operations.start(
        request, 'virtualMachines.start', seconds=13, on_done=done)
    return operation.accepted(202)              # body=..., headers=...

The style follows from the path: ``compute`` (default for
Microsoft.Compute), ``disk`` (give it for disks and snapshots), ``network``
(default for Microsoft.Network), ``group`` (resource groups), ``gallery``
(give it for galleries), ``storage`` (default for Microsoft.Storage).
arm-behaviour section 2 says how they differ; ``polling.py`` answers the
polls.

Nothing runs in the background. :meth:`Operations.settle` ends what is due;
``app.py`` calls it before and after each request, and a virtual clock when
it is moved. So with latency ``none`` an operation ends right after the
answer that started it was written: the answer still says ``Creating``, the
first poll says ``Succeeded``.
"""

from __future__ import annotations

from collections.abc import Callable
import datetime
import json
from typing import TYPE_CHECKING
from typing import Any
import uuid

from jacket_azure.emulator import retry_hints
from jacket_azure.emulator import router
from jacket_azure.emulator.operation import Operation
from jacket_azure.emulator.operation import text

if TYPE_CHECKING:
    from jacket_azure.emulator import server

__all__ = ['Operation', 'Operations']


class Operations:
    """All operations of one emulator."""

    def __init__(self, emulator: server.Emulator) -> None:
        self._emulator = emulator
        self.by_id: dict[str, Operation] = {}
        self._running: dict[str, Operation] = {}

    def start(self, request: router.ArmRequest, kind: str, *,
              style: str | None = None, seconds: float = 0.0,
              on_done: Callable[[Operation], Any] | None = None,
              on_fail: Callable[[Operation], None] | None = None,
              ready: Callable[[], bool] | None = None,
              resource_id: str | None = None,
              location: str | None = None) -> Operation:
        """Start an operation for the request at hand.

        :param kind: for people, for example ``virtualMachines.start``
        :param style: compute, disk, gallery, network, storage or group
        :param seconds: how long it takes with latency ``observed``; with
            latency ``none`` it takes no time
        :param on_done: called with ``store.lock`` held when it ends; makes
            the changes and returns the output; may raise ArmError, which
            fails the operation (then on_fail is called)
        :param on_fail: called when it failed or was canceled;
            ``operation.error`` says why
        :param ready: asked once due; False keeps it running, for work done
            in a thread of the provider's own
        :param resource_id: when it is not the resource of the request
        :param location: region in its URL; the resource's or the
            emulator's own by default
        """
        emulator = self._emulator
        target = str(resource_id or request.id or request.scope).lower()
        known = emulator.store.get(target)
        namespace = request.id.namespace if request.id else ''
        now = emulator.clock.now()
        scale = 0.0 if emulator.latency == 'none' else 1.0
        operation = Operation(
            emulator=emulator, id=str(uuid.uuid4()), kind=kind,
            style=style or namespace.rpartition('.')[2].lower(),
            method=request.method, namespace=namespace,
            subscription=request.subscription,
            location=location or (known and known.location)
            or emulator.location,
            api_version=request.api_version, resource_id=target,
            started=now, due=now + datetime.timedelta(seconds=seconds * scale),
            on_done=on_done, on_fail=on_fail, ready=ready or (lambda: True))
        if operation.style == 'group':
            operation.id = _group_job(target, operation.location)
        emulator.faults.plan(request.record, operation)
        self.by_id[operation.id.lower()] = operation
        self._running[operation.id] = operation
        return operation

    def settle(self) -> None:
        """End every operation that is due, in the order they are due."""
        with self._emulator.store.lock:
            while True:
                now = self._emulator.clock.now()
                known = len(self.by_id)
                # a deployment starts others when it is asked
                due = [operation for operation in list(self._running.values())
                       if operation.due <= now and not operation.stuck
                       and operation.ready()]
                if not due and known == len(self.by_id):
                    return
                if not due:
                    continue
                first = min(due, key=lambda operation: operation.due)
                self.end(first, first.due)

    def end(self, operation: Operation, when: datetime.datetime) -> None:
        """End one operation now, whatever its time."""
        if self._running.pop(operation.id, None) is not None:
            operation.finish(when)

    def running(self, resource_id: str | None = None) -> list[Operation]:
        """List what runs, on one resource if one is given."""
        return [operation for operation in list(self._running.values())
                if resource_id is None
                or operation.resource_id == str(resource_id).lower()]

    def clear(self) -> None:
        """Forget all operations; none of them calls back."""
        self.by_id.clear()
        self._running.clear()

    def retry_after(self, operation: Operation | None = None,
                    ) -> dict[str, str]:
        """Return the Retry-After header for answers about operations.

        :param operation: the one told of; None for a refusal
        """
        seconds = self._emulator.retry_after
        if seconds == retry_hints.OBSERVED:
            if operation is None:
                seconds = retry_hints.REFUSED_SECONDS
            elif operation.polls:
                seconds = retry_hints.again(operation)
            else:
                seconds = retry_hints.first(operation)
        return {} if seconds is None else {'Retry-After': str(seconds)}


def _group_job(group_id: str, location: str) -> str:
    name = group_id.rpartition('/')[2].upper()
    job = {'jobId': f'RESOURCEGROUPDELETIONJOB-{name}-{location.upper()}',
           'jobLocation': location}
    return text(json.dumps(job, separators=(',', ':')).encode())
