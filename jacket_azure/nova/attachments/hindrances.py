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

"""Disks that keep a machine's others from being changed.

One that is gone, and still on the list: Azure accepts no list that names it.
One that Azure was told to detach and did not manage to: only force helps.
"""

from __future__ import annotations

from typing import Any

from oslo_log import log as logging

from jacket_azure import exceptions
from jacket_azure.nova.attachments import joining
from jacket_azure.nova.attachments import machine as machines
from jacket_azure.nova.attachments import settling
from jacket_azure.payload import data_disk

LOG = logging.getLogger(__name__)


class Hindrances:
    """What stands in the way of changes of one machine, and is known."""

    def __init__(self, machine: machines.Machine, disks: Any) -> None:
        self._machine = machine
        self._disks = disks
        self._forced: set[str] = set()

    def change(self, ticket: joining.Ticket[Any]) -> data_disk.Change:
        """Return what is to be sent for a ticket."""
        change: data_disk.Change = ticket.request.change
        if isinstance(change, data_disk.Detach) and (
            change.disk_id.lower() in self._forced
        ):
            return data_disk.Detach(change.disk_id, force=True)
        return change

    def find_gone(
        self, group: settling.Tickets, exc: exceptions.JacketAzureError
    ) -> bool:
        """Note a disk the machine lists and Azure does not have any more.

        What is dropped from the list is detached, so a 404 is not enough:
        the disk itself has to be gone.
        """
        if not isinstance(exc, exceptions.NotFound):
            return False
        disk = exc.resource_id or ''
        wanted = [settling.disk_of(t) for t in group if settling.is_attach(t)]
        if (
            data_disk.find(self._machine.slots, disk) is None
            or any(
                data_disk.same(disk, each)
                for each in wanted + self._machine.gone
            )
            or not self._is_gone(disk)
        ):
            return False
        LOG.warning(
            'Virtual machine %s lists the disk %s, which is gone; it is '
            'taken from the list',
            self._machine.name,
            disk,
        )
        self._machine.gone.append(disk)
        return True

    def find_stuck(self, group: settling.Tickets) -> bool:
        """Note disks that Azure could not detach in the ordinary way."""
        if self._machine.seen is None or self._machine.is_moving:
            return False
        going = [t for t in group if not settling.is_attach(t)]
        found = settling.leaving(going, self._machine.seen)
        return any([self._force(disk) for disk in found])

    def stuck_before(self, group: settling.Tickets) -> list[str]:
        """Return disks to be attached that have to leave by force first."""
        if self._machine.seen is None:
            return []
        coming = [t for t in group if settling.is_attach(t)]
        found = settling.leaving(coming, self._machine.seen)
        return [disk for disk in found if self._force(disk)]

    def _is_gone(self, disk: str) -> bool:
        try:
            return bool(self._disks.is_gone(disk))
        except exceptions.JacketAzureError as exc:
            LOG.warning('Disk %s may be gone or not: %s', disk, exc)
            return False

    def _force(self, disk: str) -> bool:
        """Detach by force from now on; False when that is no news."""
        if not self._machine.forces or disk.lower() in self._forced:
            return False
        LOG.warning(
            'Detaching disk %s of %s by force: Azure did not manage to '
            'detach it',
            disk,
            self._machine.name,
        )
        self._forced.add(disk.lower())
        return True
