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

"""What a virtual machine is told to do: actions without a body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jacket_azure.arm import writes


class MachineActions(writes.WrittenResources):
    """Part of :class:`.virtual_machines.VirtualMachines`.

    Source: Compute REST API, virtual-machines, api-version 2026-04-01.
    """

    def _machine(self, name: str) -> str | None:
        return name.lower()

    def start(self, name: str) -> None:
        """Power on; nothing happens when it runs.

        :raises NoCapacity: Azure has no room for it now
        """
        self._act('start', self._sdk.begin_start, name)

    def restart(self, name: str) -> None:
        """Restart the guest, once.

        :raises Unavailable: the answer was lost; whether the guest restarts
            is not known, and asking again might restart it twice
        """
        self._act(
            'restart', self._sdk.begin_restart, name, repeatable=False
        )

    def power_off(self, name: str, skip_shutdown: bool = False) -> None:
        """Stop it; it keeps its place, its addresses and its price.

        :param skip_shutdown: pull the plug instead of asking the guest
        """
        options = {'skip_shutdown': True} if skip_shutdown else {}
        self._act('power_off', self._sdk.begin_power_off, name, **options)

    def deallocate(self, name: str, hibernate: bool = False) -> None:
        """Stop it and give its place back; it costs no more but its disks.

        :param hibernate: keep the memory on the OS disk, for the next start
        :raises Conflict: it was not made to hibernate, or does not run
        """
        options = {'hibernate': True} if hibernate else {}
        self._act('deallocate', self._sdk.begin_deallocate, name, **options)

    def redeploy(self, name: str) -> None:
        """Move it to other hardware of Azure's; it boots there if it ran.

        What is on its temporary disk is lost.

        :raises NoCapacity: no other hardware has room for it
        :raises Unavailable: the answer was lost; as :meth:`restart`
        """
        self._act(
            'redeploy', self._sdk.begin_redeploy, name, repeatable=False
        )

    def _act(
        self,
        verb: str,
        method: Callable[..., Any],
        name: str,
        *,
        repeatable: bool = True,
        **options: Any,
    ) -> None:
        call = self._client.write_call(
            self._operation(verb),
            virtual_machine=self._machine(name),
            repeatable=repeatable,
        )
        self._run(method, self._group, name, call=call, **options)
