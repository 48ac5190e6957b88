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

"""What a machine's list of data disks says of changes that are open."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from typing import Any

from jacket_azure import exceptions
from jacket_azure.nova.attachments import joining
from jacket_azure.payload import data_disk

Tickets = list[joining.Ticket[Any]]


def disk_of(ticket: joining.Ticket[Any]) -> str:
    """Return the disk a ticket is about."""
    disk_id: str = ticket.request.change.disk_id
    return disk_id


def is_attach(ticket: joining.Ticket[Any]) -> bool:
    """Tell whether a ticket is about attaching."""
    return isinstance(ticket.request.change, data_disk.Attach)


def wants_look(ticket: joining.Ticket[Any]) -> bool:
    """Tell whether a disk may have been attached before it was asked for."""
    return bool(ticket.request.look_first)


def distinct(tickets: Iterable[joining.Ticket[Any]]) -> list[Tickets]:
    """Return groups in which no disk comes twice, in the order of asking."""
    groups: list[Tickets] = []
    for ticket in tickets:
        at = 0
        for index, group in enumerate(groups):
            if any(
                data_disk.same(disk_of(ticket), disk_of(other))
                for other in group
            ):
                at = index + 1
        if at == len(groups):
            groups.append([])
        groups[at].append(ticket)
    return groups


def leaving(group: Tickets, vm: dict[str, Any]) -> list[str]:
    """Return the disks of a group that are stuck on their way out.

    :param vm: as read while no operation was at work on it
    """
    slots = data_disk.parse(data_disk.profile_of(vm))
    found = (data_disk.find(slots, disk_of(ticket)) for ticket in group)
    return [slot.disk_id for slot in found if slot and slot.leaving]


def settle(
    group: Tickets,
    vm: dict[str, Any],
    sent: Collection[str],
    gone: Collection[str],
    trusted: bool,
) -> Tickets:
    """End what the machine shows as done or impossible; return the rest.

    :param vm: as read
    :param sent: disks we asked Azure about, whatever it answered
    :param gone: disks that do not exist any more
    :param trusted: what is listed is attached; False after an operation that
        failed and may have left a half
    """
    profile = data_disk.profile_of(vm)
    slots = data_disk.parse(profile)
    rest = []
    for ticket in group:
        slot = data_disk.find(slots, disk_of(ticket))
        if not is_attach(ticket):
            if slot is None:
                ticket.settle(disk_of(ticket) in sent)
                continue
        elif slot is not None and not slot.leaving and trusted:
            _settle_attached(ticket, profile)
            continue
        rest.append(ticket)
    return _fitting(rest, slots, gone)


def _settle_attached(
    ticket: joining.Ticket[Any], profile: Any
) -> None:
    try:
        ticket.settle(data_disk.verified_lun(profile, ticket.request.change))
    except exceptions.OperationFailed as exc:
        ticket.fail(exc)


def _fitting(
    group: Tickets,
    slots: Iterable[data_disk.Slot],
    gone: Collection[str],
) -> Tickets:
    """Refuse the disks beyond the size's limit, the latest first."""
    going = [disk_of(ticket) for ticket in group if not is_attach(ticket)]
    used = sum(
        not slot.leaving
        and not any(
            data_disk.same(slot.disk_id, one) for one in [*going, *gone]
        )
        for slot in slots
    )
    rest = []
    for ticket in group:
        if is_attach(ticket):
            known = data_disk.find(slots, disk_of(ticket))
            if known is None or known.leaving:
                if used >= ticket.request.max_disks:
                    ticket.fail(data_disk.too_many(ticket.request.max_disks))
                    continue
                used += 1
        rest.append(ticket)
    return rest
