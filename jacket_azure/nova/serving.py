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

"""One batch of changes of a virtual machine's data disks, to its end."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova import blame
from jacket_azure.nova import joining
from jacket_azure.nova import settling
from jacket_azure.payload import data_disk

LOG = logging.getLogger(__name__)

Tickets = settling.Tickets

_MOVING = frozenset({'creating', 'updating'})
_PAUSES = (1.0, 2.0, 4.0, 8.0)
_LONGEST_PAUSE = 15.0
# what is not there now was not there before either
_REFUSED = (400, 404)
# how often to look again after a disk that is leaving
_LEAVING_TRIES = 6


class Serving:
    """Sends what it can in one request, and finds out about the rest.

    :param vm: name of the virtual machine
    """

    def __init__(self, azure: Any, disks: Any, vm: str) -> None:
        self._machines = azure.virtual_machines
        self._has_action = azure.cloud.capabilities.attach_detach_data_disks
        self._clock, self._sleep = azure.wire.clock, azure.wire.sleep
        self._until = self._clock() + azure.wire.operation_timeout
        self._describe = disks.describe_data_disk
        self._vm = vm
        # as read, while nothing was sent since
        self._machine: dict[str, Any] | None = None
        self._sent: set[str] = set()
        self._gone: list[str] = []
        self._forced: set[str] = set()
        self._pauses = 0
        self._waited_for_leaving = 0

    def serve(self, tickets: Sequence[joining.Ticket[Any]]) -> None:
        """End every ticket."""
        groups = settling.distinct(tickets)
        while groups:
            groups[:0] = self._try(groups.pop(0))

    def _try(self, group: Tickets) -> list[Tickets]:
        """Send a group; return what is to be sent after that."""
        try:
            group = self._prepare(group)
            if not group:
                return []
            profile = self._write(
                [self._change(ticket) for ticket in group],
                max(ticket.request.max_disks for ticket in group),
            )
            self._confirm(group, profile)
        except exceptions.JacketAzureError as exc:
            return self._failed(group, exc)
        return []

    def _prepare(self, group: Tickets) -> Tickets:
        """Read the machine where that is needed, and use what it shows."""
        if self._machine is None and not self._by_action(
            map(settling.disk_of, group)
        ):
            self._machine = self._read()
        if self._machine is None:
            return group
        group = self._settle(group)
        stuck = [
            disk
            for disk in settling.leaving(
                [t for t in group if settling.is_attach(t)], self._machine
            )
            if self._force(disk)
        ]
        if stuck:
            self._write([data_disk.Detach(each, True) for each in stuck])
            return self._prepare(group)
        return group

    def _settle(self, group: Tickets, trusted: bool = True) -> Tickets:
        machine = self._machine
        if machine is None:
            return group
        return settling.settle(
            group,
            machine,
            self._sent,
            self._gone,
            trusted and _state(machine) not in _MOVING,
        )

    # -- requests

    def _by_action(self, disks: Iterable[str]) -> bool:
        """Tell whether Azure changes these without the whole list."""
        return (
            self._has_action
            and not self._gone
            and all(disk.startswith('/') for disk in disks)
        )

    def _read(self) -> dict[str, Any]:
        """Read the machine once no operation is at work on it."""
        while True:
            machine: dict[str, Any] = self._machines.get(self._vm)
            if _state(machine) not in _MOVING or not self._pause():
                return machine

    def _write(
        self,
        changes: list[data_disk.Change],
        max_disks: int = data_disk.MAX_LUNS,
    ) -> Any:
        """Send changes; return ``storageProfile`` as the answer shows it."""
        machine, self._machine = self._machine, None
        disks = [change.disk_id for change in changes]
        if self._by_action(disks):
            body = data_disk.build_action(changes)
            self._sent.update(disks)
            return self._machines.attach_detach_data_disks(self._vm, body)
        machine = machine or self._read()
        body = data_disk.build_list(
            machine, changes, max_disks, self._describe, self._gone
        )
        self._sent.update(disks)
        # older clouds know no etag of a machine; then the last one wins
        changed = self._machines.update(
            self._vm, body, etag=machine.get('etag')
        )
        return data_disk.profile_of(changed)

    def _change(self, ticket: joining.Ticket[Any]) -> data_disk.Change:
        change: data_disk.Change = ticket.request.change
        if isinstance(change, data_disk.Detach) and (
            change.disk_id.lower() in self._forced
        ):
            return data_disk.Detach(change.disk_id, force=True)
        return change

    # -- outcomes

    def _confirm(self, group: Tickets, profile: Any) -> None:
        """Believe an answer that shows it; else look."""
        for ticket in group:
            if not settling.is_attach(ticket):
                ticket.settle(True)
            elif profile is not None:
                lun = data_disk.verified_lun(profile, ticket.request.change)
                if lun is not None:
                    ticket.settle(lun)
        open_ = [ticket for ticket in group if ticket.is_open]
        if open_:
            self._machine = self._read()
            for ticket in self._settle(open_):
                ticket.fail(
                    exceptions.OperationFailed(
                        'Azure says that it attached the disk, and does not '
                        'list it.',
                        code='NotAttached',
                    )
                )

    def _failed(
        self, group: Tickets, exc: exceptions.JacketAzureError
    ) -> list[Tickets]:
        """Find out what a failure means for each."""
        group = [ticket for ticket in group if ticket.is_open]
        if blame.is_for_all(exc):
            return self._give_up(group, exc)
        before = len(group)
        if isinstance(exc, exceptions.AzureError):
            if exc.status in _REFUSED:
                self._sent.difference_update(map(settling.disk_of, group))
            try:
                self._machine = self._read()
            except exceptions.AzureError as unread:
                missing = blame.is_for_all(unread)
                return self._give_up(group, unread if missing else exc)
            group = self._settle(group, not blame.was_under_way(exc))
        if not group:
            return []
        if self._find_gone(group, exc) or self._find_stuck(group):
            return [group]
        blamed = [
            ticket
            for ticket in group
            if blame.names_disk(exc, settling.disk_of(ticket))
        ]
        if self._may_pass(exc, bool(blamed)):
            self._machine = None
            return [group]
        if isinstance(exc, exceptions.OUT_OF_REACH):
            return self._give_up(group, exc)
        if len(group) == 1:
            blamed = group
        if blamed:
            self._give_up(blamed, exc)
            others = [ticket for ticket in group if ticket.is_open]
            return [others] if others else []
        if len(group) < before:
            return [group]
        half = len(group) // 2
        return [group[:half], group[half:]]

    def _give_up(
        self, group: Tickets, exc: exceptions.JacketAzureError
    ) -> list[Tickets]:
        """Let them fail; take back what a failed operation left attached."""
        slots = (
            data_disk.parse(data_disk.profile_of(self._machine))
            if self._machine and blame.was_under_way(exc)
            else ()
        )
        halves: list[data_disk.Change] = [
            data_disk.Detach(settling.disk_of(ticket))
            for ticket in group
            if settling.is_attach(ticket)
            and data_disk.find(slots, settling.disk_of(ticket))
        ]
        if halves:
            try:
                self._write(halves)
            except exceptions.JacketAzureError as again:
                LOG.warning(
                    'A disk of %s may be attached although that failed: %s',
                    self._vm,
                    again,
                )
        for ticket in group:
            ticket.fail(exc)
        return []

    def _may_pass(
        self, exc: exceptions.JacketAzureError, blamed: bool
    ) -> bool:
        """Wait for what goes on in Azure; False when that is no use."""
        if blame.is_leaving(exc):
            self._waited_for_leaving += 1
            return (
                self._waited_for_leaving <= _LEAVING_TRIES and self._pause()
            )
        if not blame.is_passing(exc) or (
            # a lost race is nobody's fault; a conflict over a disk is
            blamed and not isinstance(exc, exceptions.PreconditionFailed)
        ):
            return False
        return self._pause()

    def _find_gone(
        self, group: Tickets, exc: exceptions.JacketAzureError
    ) -> bool:
        """Note a disk the machine lists and Azure does not have any more."""
        if not isinstance(exc, exceptions.NotFound) or not self._machine:
            return False
        disk = exc.resource_id or ''
        slots = data_disk.parse(data_disk.profile_of(self._machine))
        wanted = [settling.disk_of(t) for t in group if settling.is_attach(t)]
        if (
            data_disk.find(slots, disk) is None
            or any(data_disk.same(disk, each) for each in wanted + self._gone)
        ):
            return False
        LOG.warning(
            'Virtual machine %s lists the disk %s, which is gone; it is '
            'taken from the list',
            self._vm,
            disk,
        )
        self._gone.append(disk)
        return True

    def _find_stuck(self, group: Tickets) -> bool:
        """Note disks that Azure could not detach in the ordinary way."""
        if not self._machine or _state(self._machine) in _MOVING:
            return False
        going = [t for t in group if not settling.is_attach(t)]
        found = settling.leaving(going, self._machine)
        return any([self._force(disk) for disk in found])

    def _force(self, disk: str) -> bool:
        """Detach by force from now on; False when that is no news."""
        if not self._has_action or disk.lower() in self._forced:
            return False
        LOG.warning(
            'Detaching disk %s of %s by force: Azure did not manage to '
            'detach it',
            disk,
            self._vm,
        )
        self._forced.add(disk.lower())
        return True

    def _pause(self) -> bool:
        """Wait a little; False when there is no time left."""
        last = len(_PAUSES)
        seconds = (
            _PAUSES[self._pauses] if self._pauses < last else _LONGEST_PAUSE
        )
        if self._clock() + seconds > self._until:
            return False
        self._pauses += 1
        self._sleep(seconds)
        return True


def _state(machine: dict[str, Any]) -> str:
    return str(machine['properties'].get('provisioningState')).lower()
