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

from collections.abc import Sequence
from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova.attachments import blame
from jacket_azure.nova.attachments import hindrances
from jacket_azure.nova.attachments import joining
from jacket_azure.nova.attachments import machine as machines
from jacket_azure.nova.attachments import settling
from jacket_azure.payload import data_disk

LOG = logging.getLogger(__name__)

Tickets = settling.Tickets

# what is not there now was not there before either
_REFUSED = (400, 404)
# how often to look again after a disk that is leaving
_LEAVING_TRIES = 6


class Serving:
    """Sends what it can in one request, and finds out about the rest.

    :param vm: name of the virtual machine
    """

    def __init__(self, azure: Any, disks: Any, vm: str) -> None:
        self._machine = machines.Machine(azure, disks, vm)
        self._hindrances = hindrances.Hindrances(self._machine, disks)
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
            profile = self._machine.write(
                [self._hindrances.change(ticket) for ticket in group],
                max(ticket.request.max_disks for ticket in group),
            )
            self._confirm(group, profile)
        except exceptions.JacketAzureError as exc:
            return self._failed(group, exc)
        return []

    def _prepare(self, group: Tickets) -> Tickets:
        """Read the machine where that is needed, and use what it shows."""
        machine = self._machine
        if machine.seen is None and (
            any(settling.wants_look(ticket) for ticket in group)
            or not machine.by_action(map(settling.disk_of, group))
        ):
            machine.look()
        if machine.seen is None:
            return group
        group = self._settle(group)
        stuck = self._hindrances.stuck_before(group)
        if stuck:
            machine.write([data_disk.Detach(each, True) for each in stuck])
            return self._prepare(group)
        return group

    def _settle(self, group: Tickets, trusted: bool = True) -> Tickets:
        machine = self._machine
        if machine.seen is None:
            return group
        return settling.settle(
            group,
            machine.seen,
            machine.sent,
            machine.gone,
            trusted and not machine.is_moving,
        )

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
            self._machine.look()
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
                self._machine.sent.difference_update(
                    map(settling.disk_of, group)
                )
            try:
                self._machine.look()
            except exceptions.AzureError as unread:
                missing = blame.is_for_all(unread)
                return self._give_up(group, unread if missing else exc)
            group = self._settle(group, not blame.was_under_way(exc))
        if not group:
            return []
        if self._hindrances.find_gone(
            group, exc
        ) or self._hindrances.find_stuck(group):
            return [group]
        blamed = [
            ticket
            for ticket in group
            if blame.names_disk(exc, settling.disk_of(ticket))
        ]
        if self._may_pass(exc, bool(blamed)):
            self._machine.seen = None
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
        slots = self._machine.slots if blame.was_under_way(exc) else ()
        halves: list[data_disk.Change] = [
            data_disk.Detach(settling.disk_of(ticket))
            for ticket in group
            if settling.is_attach(ticket)
            and data_disk.find(slots, settling.disk_of(ticket))
        ]
        if halves:
            try:
                self._machine.write(halves)
            except exceptions.JacketAzureError as again:
                LOG.warning(
                    'A disk of %s may be attached although that failed: %s',
                    self._machine.name,
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
                self._waited_for_leaving <= _LEAVING_TRIES
                and self._machine.pause()
            )
        if not blame.is_passing(exc) or (
            # a lost race is nobody's fault; a conflict over a disk is
            blamed and not isinstance(exc, exceptions.PreconditionFailed)
        ):
            return False
        return self._machine.pause()
