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

"""Attaches and detaches of data disks, joined per virtual machine.

All that wait for one machine go in one request, and each caller gets its own
outcome. What Azure answers is believed where it says what it did; after
anything else the machine is read, because a lost reply may hide success.
"""

from __future__ import annotations

from collections.abc import Sequence
import dataclasses
from typing import Any

from jacket_azure.nova.attachments import joining
from jacket_azure.nova.attachments import serving
from jacket_azure.payload import data_disk


@dataclasses.dataclass(frozen=True)
class Request:
    """One disk of one machine.

    :ivar max_disks: data disks the machine's size allows
    :ivar look_first: read the machine before anything is sent
    """

    change: data_disk.Change
    max_disks: int = data_disk.MAX_LUNS
    look_first: bool = False


class Attachments:
    """Data disks of virtual machines; safe to share between threads.

    :param azure: the client layer
    :param disks: the disk model
    """

    def __init__(self, azure: Any, disks: Any) -> None:
        self._azure = azure
        self._disks = disks
        self._joiner: joining.Joiner[Request] = joining.Joiner(self._serve)

    def attach(
        self,
        vm: str,
        change: data_disk.Attach,
        max_disks: int,
        look_first: bool = False,
    ) -> int:
        """Attach a disk and return its LUN, as Azure confirmed it.

        One that is attached to this machine already is left as it is.

        :param vm: name of the machine
        :param look_first: the disk may be attached already, so that a
            failure must not detach it
        :raises NotFound: the machine or the disk, as it says
        :raises InUse: the disk is attached to another machine
        :raises InvalidRequest: no data disk more fits
        :raises AzureError: it is not attached, unless Azure is out of reach
        """
        lun: int = self._joiner.call(
            vm, Request(change, max_disks, look_first)
        )
        return lun

    def detach(self, vm: str, change: data_disk.Detach) -> bool:
        """Let a disk go; False when it was not attached.

        :raises NotFound: the machine does not exist
        :raises AzureError: it is still attached, unless Azure is out of reach
        """
        was_there: bool = self._joiner.call(vm, Request(change))
        return was_there

    def waiting(self, vm: str) -> int:
        """Return how many wait for the next request on this machine."""
        return self._joiner.waiting(vm)

    def _serve(
        self, vm: str, tickets: Sequence[joining.Ticket[Request]]
    ) -> None:
        serving.Serving(self._azure, self._disks, vm).serve(tickets)
